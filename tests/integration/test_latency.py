"""How long articles take, as the ledger's script adds it up: on a real Valkey, by a clock that is set by hand."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from services.ingest.intake import Intake
from shared.archive import Archive
from shared.envelope import Input, Source
from shared.ledger import keys
from shared.ledger.calls import Claimed, Commit, Failure, Ledger
from shared.ledger.connection import connect
from shared.ledger.latency import BOUNDS, Latency, Spans
from shared.ledger.overview import Backlog, FeedCounts, Watchman
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app

SECOND = 1_000_000
BEGIN = 1_750_000_000 * SECOND


@dataclass
class Desk:
    """A ledger whose time goes on only when told."""

    settings: Settings
    archive: Path
    now: int = BEGIN

    def __post_init__(self) -> None:
        self.ledger = Ledger(
            connect(self.settings), self.settings, envelopes(make_app(self.settings, "test")), clock=lambda: self.now
        )

    def after(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)

    def take(self, words: str) -> None:
        source = Source(kind="push", name="hue")
        item = Input(source=source, media_type="text/plain", body=words.encode())
        Intake(self.ledger, Archive(self.archive), self.settings).take([item])

    def claim(self, stage: str) -> list[Claimed]:
        return self.ledger.claim(stage, f"m{self.now}")  # type: ignore[arg-type]

    def commit(self, stage: str, items: list[Claimed], outcome: str) -> None:
        done = [Commit(ref=i.ref, token=i.token, outcome=outcome, article=b"{}") for i in items]  # type: ignore[arg-type]
        assert self.ledger.commit(stage, done) == [True] * len(items)  # type: ignore[arg-type]

    def fail(self, items: list[Claimed], verdict: str, wait_s: float = 0) -> None:
        due = self.now + round(wait_s * SECOND)
        failures = [
            Failure(ref=i.ref, token=i.token, verdict=verdict, reason="unforeseen", note="", due_us=due)  # type: ignore[arg-type]
            for i in items
        ]
        self.ledger.fail("normalize", failures)

    def latency(self) -> Latency:
        return Watchman(self.ledger, self.settings).look().latency


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path / "archive")


def spans(*seconds: float) -> Spans:
    places = [sum(bound < second for bound in BOUNDS) for second in seconds]
    return Spans(counts=tuple(places.count(place) for place in range(len(BOUNDS) + 1)), seconds=sum(seconds))


def finish(desk: Desk) -> None:
    """Wait 2 s, work 0.5 s, wait 4 s, work 0.25 s."""
    desk.after(2)
    items = desk.claim("normalize")
    desk.after(0.5)
    desk.commit("normalize", items, "normalized")
    desk.after(4)
    items = desk.claim("index")
    desk.after(0.25)
    desk.commit("index", items, "indexed")


def test_each_stage_and_the_whole_way_are_measured(desk: Desk) -> None:
    assert desk.latency().article == Spans()
    desk.take("Một bài báo")
    desk.take("Hai bài báo")
    finish(desk)
    told = desk.latency()
    assert told.waiting == {"normalize": spans(2, 2), "index": spans(4, 4)}
    assert told.working == {"normalize": spans(0.5, 0.5), "index": spans(0.25, 0.25)}
    assert told.article == spans(6.75, 6.75)
    assert told.article.buckets()[-1] == ("+Inf", 2.0)


def test_another_process_tells_the_same(desk: Desk, settings: Settings) -> None:
    desk.take("Một bài báo")
    finish(desk)
    assert Watchman(Ledger(connect(settings), settings), settings).look().latency == desk.latency()


def test_what_rests_under_an_embargo_is_not_slow(desk: Desk) -> None:
    desk.take("Một bài báo")
    desk.after(1)
    desk.fail(desk.claim("normalize"), "hold", wait_s=86_400)
    desk.after(86_400)
    assert desk.ledger.sweep().due == 1
    finish(desk)
    told = desk.latency()
    assert told.waiting["normalize"] == spans(1), "neither the day at rest nor what came right after it"
    assert told.article == Spans()


def test_what_was_dead_and_replayed_is_not_slow(desk: Desk) -> None:
    desk.take("Một bài báo")
    (item,) = desk.claim("normalize")
    desk.fail([item], "dead")
    desk.after(7200)
    assert desk.ledger.replay([item.ref]) == [True]
    finish(desk)
    told = desk.latency()
    assert told.waiting["normalize"] == spans(0, 2)
    assert told.article == Spans()


def test_a_retry_is_waiting(desk: Desk) -> None:
    desk.take("Một bài báo")
    desk.fail(desk.claim("normalize"), "retry", wait_s=30)
    desk.after(30)
    assert desk.ledger.sweep().due == 1
    finish(desk)
    told = desk.latency()
    assert told.waiting["normalize"] == spans(0, 30, 2)
    assert told.article == spans(36.75)


@pytest.mark.parametrize(
    "note", ["|held|", "no\nnews|dead|", "é" * 400], ids=["a state's word", "another line", "long"]
)
def test_words_of_a_note_spoil_no_figure(desk: Desk, note: str) -> None:
    desk.take("Một bài báo")
    items = desk.claim("normalize")
    desk.ledger.commit(
        "normalize", [Commit(ref=i.ref, token=i.token, outcome="normalized", article=b"{}", note=note) for i in items]
    )
    desk.after(1)
    desk.commit("index", desk.claim("index"), "indexed")
    assert sum(desk.latency().waiting["index"].counts) == 1


def test_a_clock_that_steps_back_makes_no_negative_time(desk: Desk) -> None:
    desk.take("Một bài báo")
    desk.now -= 60 * SECOND
    finish(desk)
    told = desk.latency()
    assert told.waiting["normalize"] == spans(0)
    assert told.article == spans(0)


@pytest.mark.parametrize("due_in", [30.0, -600.0])
def test_feeds_are_counted_by_state(desk: Desk, due_in: float) -> None:
    client = desk.ledger.client
    client.hset(keys.FEEDS_HOSTS, mapping=dict.fromkeys(("a", "b", "c", "gone"), "news.example 1"))
    client.zadd(keys.FEEDS_DUE, {"a": 1000 + due_in, "b": 2000, "c": 3000})
    client.hset(
        keys.FEEDS_FAILING, mapping=dict.fromkeys(("b", "gone", "feeds.json"), b'{"name":"x","since":1,"reason":"x"}')
    )
    feeds = Watchman(desk.ledger, desk.settings).look().feeds
    assert feeds == FeedCounts(fine=2, failing=1, stopped=1, next_due_us=round((1000 + due_in) * SECOND))


def test_the_backlog_of_the_last_hour_is_remembered_minute_by_minute(desk: Desk) -> None:
    def backlog() -> Backlog:
        return Watchman(desk.ledger, desk.settings, clock=lambda: desk.now).look().backlog

    assert backlog() == Backlog()
    for minute in range(61):
        if minute in (0, 30, 55):
            desk.take(f"Bài {minute}")
        desk.ledger.sweep()
        desk.after(60)
    desk.after(-60)
    assert backlog() == Backlog(ten_minutes_ago=2, an_hour_ago=1)
    assert desk.ledger.client.hlen(keys.BACKLOG) == 61
    desk.after(86_400)
    desk.ledger.sweep()
    assert backlog() == Backlog()
    assert desk.ledger.client.hlen(keys.BACKLOG) == 1
