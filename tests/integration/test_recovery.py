"""An emptied Redis is refilled from the archive: the same articles, the same order of revisions, nothing twice."""

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import pytest
import redis

from services.ingest.decisions import free
from services.ingest.intake import Intake, acceptance, open_decisions
from services.ingest.recovery import Tail, recover, watch_over
from shared.archive import Archive
from shared.archive_entries import body_size, unpack_body
from shared.envelope import Input, Source
from shared.errors import IntakeFull
from shared.ledger import keys
from shared.ledger.calls import Accepted, Commit, Entered, Ledger
from shared.ledger.overview import Watchman
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app, open_ledger
from tests.conftest import Server, settings_over, wait_for
from tests.unit.shared.test_archive import entry

DROP = Source(kind="drop", name="")


@pytest.fixture
def ledger(settings: Settings) -> Ledger:
    return open_ledger(settings)


@pytest.fixture
def archive(settings: Settings) -> Archive:
    return Archive(Path(settings.archive_dir or ""))


def drop(path: str, words: str) -> Input:
    return Input(source=DROP, media_type="text/plain", body=words.encode(), aliases=(f"path:{path}",))


def lines(ledger: Ledger) -> dict[str, str]:
    refs = sorted(key.decode().removeprefix("art:") for key in ledger.client.keys("art:*@*") if key.count(b":") == 1)
    return {ref: line.state for ref in refs if (line := ledger.line(ref)) is not None}


def test_what_the_ledger_knows_stays_as_it_is(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    Intake(ledger, archive, settings).take([drop("a", "một"), drop("a", "hai"), drop("b", "một")])
    before = ledger.balance()
    assert recover(ledger, archive, settings) == (3, 0)
    assert ledger.balance() == before


def test_an_emptied_redis_comes_back_as_it_was(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    Intake(ledger, archive, settings).take([drop("a", "một"), drop("a", "hai"), drop("b", "một"), drop("c", "ba")])
    before, balance = lines(ledger), ledger.balance()
    ledger.client.flushall()
    assert recover(ledger, archive, settings) == (4, 4)
    assert (lines(ledger), ledger.balance()) == (before, balance)


def test_what_was_indexed_within_the_hour_holds_up_nothing_behind_it(
    settings: Settings, ledger: Ledger, archive: Archive
) -> None:
    done = Intake(ledger, archive, settings).take([drop("a", "một")])[0]
    [item] = ledger.claim("normalize", "n")
    ledger.commit("normalize", [Commit(ref=item.ref, token=item.token, outcome="normalized", article=b"{}")])
    [item] = ledger.claim("index", "i")
    ledger.commit("index", [Commit(ref=item.ref, token=item.token, outcome="indexed")])
    archive.put_batch([entry(7)])
    assert recover(ledger, archive, settings) == (2, 1)
    assert ledger.balance().indexed == 1
    line = ledger.receipt(done.receipt)
    assert line is not None
    assert line.state == "indexed"


def test_a_push_that_was_refused_never_comes_in_also_when_the_address_is_free_since(
    settings: Settings, ledger: Ledger, archive: Archive
) -> None:
    intake = Intake(ledger, archive, settings)
    pushes = [
        Input(
            source=Source(kind="push", name=name),
            media_type="text/plain",
            body=f"{name} says so".encode(),
            aliases=("url:https://hue.example/1",),
        )
        for name in ("alice", "eve")
    ]
    first, second = (intake.take([push])[0] for push in pushes)
    assert (first.state, second.state) == ("received", "refused")
    free(ledger, open_decisions(settings), first.article)
    assert recover(ledger, archive, settings) == (1, 0)
    ledger.client.flushall()
    assert recover(ledger, archive, settings) == (1, 1)
    assert ledger.latest(first.article) == f"{first.article}@{first.rev}"


class Poisoned(Ledger):
    """A ledger that knows no way with one input."""

    def accept(self, items: Sequence[Accepted], *, recovering: bool = False) -> list[Entered]:
        if any(unpack_body(item.body, 100) == b"poison" for item in items):
            raise ValueError("no way with it")
        return super().accept(items, recovering=recovering)


def test_a_batch_that_cannot_be_entered_holds_up_no_other_and_is_a_trouble(
    settings: Settings, ledger: Ledger, archive: Archive
) -> None:
    alone = msgspec.structs.replace(settings, batch_articles=1)
    archive.put_batch([entry(1, b"one"), entry(2, b"poison"), entry(3, b"three")])
    bad = Poisoned(ledger.client, alone, envelopes(make_app(settings, "courier")))
    stop = threading.Event()
    thread = threading.Thread(target=watch_over, args=(bad, archive, alone, stop))
    watchman = Watchman(ledger, settings, check_room=ledger.check_room)
    thread.start()
    try:
        wait_for(lambda: ledger.balance().accepted == 2, "what lies behind it did not come in")
        wait_for(lambda: [t.code for t in watchman.look().troubles if "no way with it" in t.what], "nobody was told")
    finally:
        stop.set()
        thread.join()
    assert not ledger.client.exists(keys.EPOCH)


def test_an_orphan_of_a_crash_comes_in(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    archive.put_batch([entry(7)])
    assert recover(ledger, archive, settings) == (1, 1)
    assert recover(ledger, archive, settings) == (1, 0)
    assert ledger.balance().accepted == 1


def test_an_older_revision_that_comes_late_is_not_the_newest(
    settings: Settings, ledger: Ledger, archive: Archive
) -> None:
    intake = Intake(ledger, archive, settings)
    intake.take([drop("a", "một")])
    ledger.client.flushall()
    newest = intake.take([drop("a", "hai")])[0]
    recover(ledger, archive, settings)
    assert ledger.latest(newest.article) == f"{newest.article}@{newest.rev}"
    assert len(lines(ledger)) == 2


def test_a_worker_refills_an_empty_redis_by_itself(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    Intake(ledger, archive, settings).take([drop("a", "một")])
    ledger.client.flushall()
    stop = threading.Event()
    thread = threading.Thread(target=watch_over, args=(ledger, archive, settings, stop))
    thread.start()
    try:
        wait_for(lambda: ledger.balance().accepted == 1, "the ledger was not refilled", 10)
        ledger.client.flushall()
        wait_for(lambda: ledger.balance().accepted == 1, "the ledger was not refilled again", 15)
    finally:
        stop.set()
        thread.join()
    assert ledger.balance().difference == 0


class Watched(Ledger):
    """The ledger, with a note of how many bytes of bodies each call of `accept` brought."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        super().__init__(client, settings, envelopes(make_app(settings, "courier")))
        self.offered: list[int] = []

    def accept(self, items: Sequence[Accepted], *, recovering: bool = False) -> list[Entered]:
        self.offered.append(sum(body_size(item.body) for item in items))
        return super().accept(items, recovering=recovering)


def test_what_a_server_lost_when_it_started_anew_comes_in_by_itself(
    redis_server: Server, short_folder: Path, tmp_path: Path
) -> None:
    """As after a power cut, or when a replica that lagged takes a dead master's place."""
    desk = settings_over(redis_server, tmp_path)
    ledger, archive = open_ledger(desk), Archive(Path(desk.archive_dir or ""))
    intake = Intake(ledger, archive, desk)
    intake.take([drop("a", "một")])
    ledger.client.set(keys.EPOCH, 1)
    stop = threading.Event()
    thread = threading.Thread(target=watch_over, args=(ledger, archive, desk, stop, 0.05))
    thread.start()
    try:
        wait_for(lambda: ledger.client.exists(keys.RECOVERY_BEAT), "nobody looked")
        shutil.copytree(short_folder / "appendonlydir", tmp_path / "before")
        intake.take([drop("b", "hai"), drop("c", "ba")])
        redis_server.kill()
        shutil.rmtree(short_folder / "appendonlydir")
        shutil.copytree(tmp_path / "before", short_folder / "appendonlydir")
        redis_server.start()
        wait_for(lambda: ledger.balance().accepted == 3, "what the server lost did not come in")
    finally:
        stop.set()
        thread.join()
    assert ledger.balance().difference == 0


def test_the_tail_is_offered_to_each_server_at_once_and_a_minute_later() -> None:
    tail = Tail()
    looked = []
    for server, at in [("a", 0), ("a", 5), ("a", 61), ("a", 66), ("b", 70), ("b", 75), ("b", 131), ("b", 999)]:
        looked.append(tail.is_due(server, at))
        tail.note(server, at)
    assert looked == [True, False, True, False, True, False, True, False]


def test_a_refill_keeps_to_the_bytes_of_a_batch(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    small = msgspec.structs.replace(settings, batch_bytes=1000)
    archive.put_batch([entry(number, b"a" * 400) for number in range(1, 8)])
    watched = Watched(ledger.client, small)
    assert recover(watched, archive, small) == (7, 7)
    assert watched.offered == [800, 800, 800, 400]


class FullAtFirst(Watched):
    """A desk that is full at the first look; it notes for how long the claim on the refill still holds at each."""

    def __init__(self, client: redis.Redis, settings: Settings) -> None:
        super().__init__(client, settings)
        self.claim_left: list[int] = []

    def check_room(self) -> None:
        self.claim_left.append(int(cast("int", self.client.ttl(keys.RECOVERING))))
        if len(self.claim_left) == 1:
            raise IntakeFull("the backlog is over its limit", retry_after=0.01)


def test_a_refill_that_waits_for_room_keeps_its_claim(settings: Settings, ledger: Ledger, archive: Archive) -> None:
    archive.put_batch([entry(1)])
    ledger.client.set(keys.RECOVERING, 1, ex=5)
    full = FullAtFirst(ledger.client, settings)
    assert recover(full, archive, settings) == (1, 1)
    assert full.claim_left[0] <= 5
    assert full.claim_left[1] > 50


def test_the_same_entry_always_proposes_the_same_identity() -> None:
    assert acceptance(entry(1), "x:0").article == acceptance(entry(1), "y:9").article
