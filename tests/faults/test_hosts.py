"""Workers on two hosts, one clock off by minutes, the cable pulled: every input is counted, and the later word wins."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.index.search import Index
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.ledger.overview import Watchman
from shared.settings import Settings
from tests.conftest import wait_for
from tests.faults.hosts import Host, start_redis, two_hosts
from tests.faults.test_kills import CLOCKS, article

DROPS = 60


class Desk:
    """A desk whose workers stand on both hosts; the data folder is one, as over NFS, the index is near's alone."""

    def __init__(self, folder: Path, near: Host, far: Host) -> None:
        address, socket = start_redis(near)
        environ = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")} | CLOCKS
        environ |= {"COPYDESK_REDIS_URL": address, "COPYDESK_DATA_DIR": str(folder / "data")}
        (folder / "data").mkdir()
        near.work("watch", "normalize", "index", environ=environ)
        far.work("watch", "ingest", "normalize", environ=environ)
        self.settings = Settings(redis_url=socket, data_dir=str(folder / "data"))
        self.ledger = Ledger(connect(self.settings), self.settings)
        self.index = Index(folder / "data/index/copydesk.sqlite3")

    def hosts_at_work(self) -> set[tuple[str, str]]:
        return {(one.name, one.host) for one in Watchman(self.ledger, self.settings).look().workers}

    def troubles(self) -> set[str]:
        return {f"{one.code} {one.subject}" for one in Watchman(self.ledger, self.settings).look().troubles}

    def holders(self) -> set[str]:
        """The hosts that took articles up."""
        events = self.ledger.client.xrange("ledger:events")
        return {
            fields[b"note"].decode().partition(":")[0] for _, fields in events if fields.get(b"state") == b"working"
        }

    def shows(self, headline: str) -> Callable[[], bool]:
        return lambda: headline in {hit.headline for hit in self.index.recent(10_000)}

    def has(self, count: int) -> Callable[[], bool]:
        return lambda: self.index.count() == count and self.ledger.balance().in_flight == 0


@pytest.mark.timeout(180)
def test_two_hosts_keep_one_book_whatever_their_clocks_say(short_folder: Path) -> None:
    with two_hosts(short_folder, clock="-10m") as (near, far):
        desk = Desk(short_folder, near, far)
        both = {(stage, host.name) for stage in ("watch", "normalize") for host in (near, far)}
        wait_for(
            lambda: desk.hosts_at_work() == both | {("index", "near"), ("ingest", "far")}, "not all came to work", 60
        )
        assert desk.troubles() <= {"worker-missing web"}, "a clock that is off is no dead process"
        for number in range(DROPS):
            (near, far)[number % 2].drop(f"{number}.txt", article(number))
        wait_for(desk.has(DROPS), "not all drops came through", 60)
        assert desk.holders() == {"near", "far"}
        far.cut(off=True)
        for number in range(DROPS, 2 * DROPS):
            (near, far)[number % 2].drop(f"{number}.txt", article(number))
        wait_for(lambda: desk.index.count() >= DROPS + DROPS // 2, "one host alone did not go on", 60)
        far.cut(off=False)
        wait_for(desk.has(2 * DROPS), "what lay at the host that was cut off did not come", 90)
        for number, host in ((0, far), (1, near)):  # each was the other host's before
            host.drop(f"{number}.txt", article(number).replace("buổi sáng", "buổi chiều"))
            wait_for(desk.shows(f"Tin số {number} của buổi chiều"), "the later word did not win", 60)
        wait_for(desk.has(2 * DROPS), "the corrections did not end")
        balance = desk.ledger.balance()
        assert (balance.difference, balance.dead) == (0, 0)
