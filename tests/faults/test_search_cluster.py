"""Searches through three nodes while articles come in, a node dies, and everything is written anew in another shape."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from services.index.engine import SearchAway
from services.index.hits import Results
from services.index.opensearch.fields import SHAPE
from services.index.search import Index
from services.index.sinks.opensearch import READING_S
from services.index.sinks.sqlite import SqliteSink
from shared.settings import INDEX_FILE
from shared.sink_settings import SinkSettings
from tests.conftest import wait_for
from tests.engines.cluster import Cluster
from tests.engines.searching import Handing
from tests.entries import make_entry

MONTH_US = 31 * 86_400_000_000
SINCE = 1_790_000_000_000_000
OLD, MONTHS = 400, 4


class Written:
    """A record whose articles come in over some months, and its way to a cluster."""

    def __init__(self, folder: Path, three: Cluster, alias: str) -> None:
        hosts = ",".join(address.removeprefix("http://") for address in three.addresses)
        self.alias = alias
        self.client = OpenSearch(three.addresses, timeout=30, max_retries=3, retry_on_timeout=True)
        self.record = SqliteSink(folder / INDEX_FILE)
        self.handing = Handing(folder, SinkSettings(url=f"opensearch+http://{hosts}/{alias}?replicas=1"))
        self.index = Index(folder / INDEX_FILE, self.handing.engine)

    def put(self, first: int, count: int, *, edit: int = 0) -> None:
        """Decide on articles, 25 a batch as the stage does, each in the month of its number."""
        entries = [
            make_entry(
                f"a{number}",
                SINCE + number % MONTHS * MONTH_US + number + edit * 100_000,
                headline=f"Tin số {number}",
                body=f"Nội dung chung, bản {edit}.",
            )
            for number in range(first, first + count)
        ]
        for at in range(0, count, 25):
            assert not [one for one in self.record.put_many(entries[at : at + 25]) if isinstance(one, Exception)]

    def tell_as_before(self, count: int) -> None:
        """What an older release has left there: documents of another shape, by month, behind the alias."""
        for month in range(MONTHS):
            place = f"{self.alias}-{SHAPE - 1}-2026-{month + 1:02d}"
            shown = {self.alias: {"filter": {"term": {"withdrawn": False}}}}
            self.client.indices.create(index=place, body={"aliases": shown})
            lines = [
                line
                for number in range(month, count, MONTHS)
                for line in ({"index": {"_index": place, "_id": f"a{number}"}}, {"withdrawn": False, "shape": "old"})
            ]
            assert not self.client.bulk(body=lines, refresh="true")["errors"]

    def count(self) -> int:
        """How many articles a program sees that asks the alias itself."""
        told = self.client.count(index=self.alias)
        return int(told["count"])

    def is_answered(self) -> bool:
        """Whether the engine answers by itself."""
        try:
            self.handing.engine.check()
        except SearchAway:
            return False
        return True

    def places(self) -> set[str]:
        return set(self.client.indices.get_alias(name=self.alias))

    def older(self) -> set[str]:
        return set(self.client.indices.get(index=f"{self.alias}-{SHAPE - 1}-*"))

    def close(self) -> None:
        self.handing.close()
        self.index.close()
        self.record.close()
        self.client.close()


@contextmanager
def meanwhile(look: Callable[[], None]) -> Iterator[None]:
    """Look again and again beside what is done; what a look raises fails the test."""
    over, raised = threading.Event(), []

    def go_on() -> None:
        while not over.is_set():
            try:
                look()
            except BaseException as error:
                raised.append(error)
                raise

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not raised, raised


@pytest.mark.timeout(240)
def test_another_shape_is_written_beside_the_old_one_while_all_is_found_and_more_comes(
    tmp_path: Path, three: Cluster
) -> None:
    with closing(Written(tmp_path, three, "anew")) as desk:
        desk.put(0, OLD)
        desk.tell_as_before(OLD)
        seen: list[Results] = []
        totals: list[int] = []

        def look() -> None:
            seen.append(desk.index.search("nội dung chung", limit=100))
            totals.append(desk.count())

        def write() -> None:
            desk.put(OLD, 300)
            desk.put(0, OLD, edit=1)

        writer = threading.Thread(target=write)
        with meanwhile(look):
            writer.start()
            while writer.is_alive():
                desk.handing.deliverer.step()
            writer.join()
            desk.handing.bring()
        assert len(seen) > 2
        assert min(results.total for results in seen) >= OLD, "a search finds all that was there, at any moment"
        assert min(totals) >= OLD, "so does a program that asks the alias"
        assert seen[0].stands_in, "the words answered until all was there"
        results = desk.index.search("nội dung chung", limit=1)
        assert (results.total, results.stands_in, results.behind) == (OLD + 300, False, 0)
        assert desk.index.search('"bản 0"').total == 300
        assert desk.places() == {f"anew-{SHAPE}-2026-{month}" for month in ("09", "10", "11", "12")}
        assert len(desk.older()) == MONTHS, "somebody may still be reading there"
        desk.handing.now = READING_S
        desk.put(OLD + 300, 1)
        desk.handing.bring()
        assert not desk.older()


@pytest.mark.timeout(240)
def test_a_node_that_dies_takes_no_search_with_it(tmp_path: Path, three: Cluster) -> None:
    with closing(Written(tmp_path, three, "dies")) as desk:
        desk.put(0, OLD)
        desk.handing.bring()
        assert not desk.index.search("tin số").stands_in
        seen: list[Results] = []
        with meanwhile(lambda: seen.append(desk.index.search("tin số", limit=5))):
            three.kill(2)
            three.wait("yellow")
            desk.put(OLD, 100)
            desk.handing.bring()
        assert {results.total for results in seen} <= {OLD, *range(OLD, OLD + 101)}
        assert min(results.total for results in seen) >= OLD
        results = desk.index.search("tin số", limit=1)
        assert (results.total, results.stands_in, results.behind) == (OLD + 100, False, 0)
        three.start(2)


@pytest.mark.timeout(240)
def test_a_month_that_nobody_holds_is_never_left_out_in_silence(tmp_path: Path, three: Cluster) -> None:
    """Without its copies a month is gone with its node: the words answer in whole, rather than the rest in part."""
    with closing(Written(tmp_path, three, "gone")) as desk:
        desk.put(0, OLD)
        desk.handing.bring()
        desk.client.indices.put_settings(index="gone-*", body={"index.number_of_replicas": 0})
        three.wait()
        shards = desk.client.cat.shards(index="gone-*", format="json")
        node = int(shards[0]["node"].rpartition("-")[2])
        three.kill(node)
        assert desk.index.search("tin số", limit=1).total == OLD
        assert desk.index.search("tin số", limit=1).stands_in
        three.start(node)
        wait_for(desk.is_answered, "the nodes do not find each other again")
        assert not desk.index.search("tin số", limit=1).stands_in
