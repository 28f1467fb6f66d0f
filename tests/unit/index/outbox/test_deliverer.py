"""What a deliverer does with a sink that answers, refuses, is away, or comes back."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from services.index.changes import Place, deliveries_after
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.outbox.rulings import MOST_ATTEMPTS
from services.index.search import Index
from services.index.sinks.sink import Delivery
from services.index.sinks.sqlite import SqliteSink
from shared.envelope import Source
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable
from shared.settings import INDEX_FILE
from tests.entries import make_entry
from tests.traces import traces

S = 1_000_000


class Shelf:
    """A sink in memory that keeps the highest version of each article, and answers as a test wants it."""

    def __init__(self, *, every: bool = False, most: int = 100) -> None:
        self.every, self.most, self.generation = every, most, "1"
        self.held: dict[str, tuple[int, int, str]] = {}
        self.taken: list[tuple[str, int]] = []
        self.bulks: list[int] = []
        self.settled = 0
        self.answer: Callable[[Delivery], CopydeskError | None] = lambda _: None

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        self.bulks.append(len(deliveries))
        return [self._take(one) for one in deliveries]

    def settle(self) -> None:
        self.settled += 1

    def close(self) -> None:
        """Nothing is open."""

    def _take(self, one: Delivery) -> CopydeskError | None:
        problem = self.answer(one)
        if problem is None:
            self.taken.append((one.article_id, one.rev))
            held = self.held.get(one.article_id)
            if held is None or held[0] < one.version:
                self.held[one.article_id] = (one.version, one.rev, one.kind)
        return problem


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 2_000_000_000 * S

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def record(tmp_path: Path) -> Iterator[SqliteSink]:
    sink = SqliteSink(tmp_path / INDEX_FILE)
    yield sink
    sink.close()


class Desk:
    """The parts of one delivery."""

    def __init__(self, folder: Path, record: SqliteSink, shelf: Shelf) -> None:
        self.record, self.shelf, self.clock = record, shelf, Clock()
        self.index = Index(folder / INDEX_FILE)
        self.outbox = Outbox(folder / "outbox" / "shelf.sqlite3")
        self.deliverer = self.start()

    def start(self) -> Deliverer:
        return Deliverer("shelf", self.shelf, self.outbox, self.index, clock=self.clock)

    def drain(self, steps: int = 1000) -> None:
        """Deliver until nothing is to be done, moving the clock to whatever is due."""
        for _ in range(steps):
            pause = self.deliverer.step()
            if pause and self.outbox.next_due() is None and self.deliverer.standing().rest is None:
                return
            self.clock.now += int(pause * S)
        raise AssertionError("it does not come to rest")


def put(record: SqliteSink, *entries: tuple[str, int, str]) -> None:
    record.put_many([make_entry(name, rev, headline=words) for name, rev, words in entries])


def test_a_new_sink_gets_everything_and_then_each_change(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"), ("b", 2, "Hai"), ("a", 3, "Một sửa"))
    desk = Desk(tmp_path, record, Shelf())
    desk.drain()
    assert desk.shelf.taken == [("b", 2), ("a", 3)]  # the newest alone
    assert desk.shelf.settled == 1
    put(record, ("c", 4, "Ba"))
    record.put_many([make_entry("b", 5, pub_status="canceled")])
    desk.drain()
    assert {name: (rev, kind) for name, (_, rev, kind) in desk.shelf.held.items()} == {
        "a": (3, "put"),
        "b": (5, "withdraw"),
        "c": (4, "put"),
    }
    assert desk.shelf.settled == 1
    assert [one.ending for one in desk.outbox.log("b")] == ["delivered", "delivered"]


def test_a_sink_that_wants_every_word_gets_each_in_order(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"), ("a", 2, "Hai"), ("b", 3, "Ba"), ("a", 4, "Bốn"))
    desk = Desk(tmp_path, record, Shelf(every=True))
    desk.drain()
    assert [rev for name, rev in desk.shelf.taken if name == "a"] == [1, 2, 4]


def test_one_refused_item_is_dead_and_the_rest_of_the_bulk_is_in(tmp_path: Path, record: SqliteSink) -> None:
    put(record, *((f"a{number}", number, f"Tin {number}") for number in range(1, 51)))
    shelf = Shelf()
    shelf.answer = lambda one: PermanentError("mapping conflict") if one.article_id == "a7" else None
    desk = Desk(tmp_path, record, shelf)
    desk.drain()
    assert len(shelf.held) == 49
    assert shelf.bulks == [50]
    (dead,) = desk.outbox.dead()
    assert (dead.article, dead.error, dead.attempts) == ("a7", "mapping conflict", 1)
    shelf.answer = lambda _: None
    assert desk.outbox.replay([(dead.change, dead.article)], desk.clock.now) == 1
    desk.drain()
    assert len(shelf.held) == 50
    assert desk.outbox.counts().dead == 0


def test_a_later_word_makes_a_dead_one_unneeded(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    shelf = Shelf()
    shelf.answer = lambda one: PermanentError("no") if one.rev == 1 else None
    desk = Desk(tmp_path, record, shelf)
    desk.drain()
    assert desk.outbox.counts().dead == 1
    put(record, ("a", 2, "Hai"))
    desk.drain()
    assert desk.outbox.counts().dead == 0
    assert shelf.held["a"][1] == 2


def test_a_sink_that_is_away_costs_no_attempt_and_is_asked_with_one_word(tmp_path: Path, record: SqliteSink) -> None:
    put(record, *((f"a{number}", number, f"Tin {number}") for number in range(1, 31)))
    shelf = Shelf()

    def away(_: Delivery) -> CopydeskError | None:
        raise Unavailable("connection refused")

    shelf.answer = away
    desk = Desk(tmp_path, record, shelf)
    for _ in range(30):
        desk.clock.now += int(desk.deliverer.step() * S)
    rest = desk.deliverer.standing().rest
    assert rest is not None and rest.reason == "connection refused"
    assert desk.outbox.place() == Place()
    assert desk.outbox.counts().waiting == 0
    assert shelf.bulks[0] == 30 and set(shelf.bulks[1:]) == {1}
    shelf.answer = lambda _: None
    desk.drain()
    assert len(shelf.held) == 30
    assert desk.deliverer.standing().rest is None
    assert {one.attempt for one in desk.outbox.log(limit=1000)} == {1}


def test_items_refused_for_want_of_room_wait_without_an_attempt(tmp_path: Path, record: SqliteSink) -> None:
    put(record, *((f"a{number}", number, f"Tin {number}") for number in range(1, 11)))
    shelf = Shelf()
    shelf.answer = lambda one: Unavailable("429") if one.rev % 2 else None
    desk = Desk(tmp_path, record, shelf)
    desk.deliverer.step()
    assert len(shelf.held) == 5
    waiting = desk.outbox.due(desk.clock.now + 3600 * S, 100)
    assert {(one.attempts, one.dead) for one in waiting} == {(0, False)}
    assert desk.deliverer.standing().rest is not None
    shelf.answer = lambda _: None
    desk.drain()
    assert len(shelf.held) == 10


def test_what_fails_again_and_again_is_dead_and_holds_nothing_up(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"), ("b", 2, "Hai"))
    shelf = Shelf(every=True)
    shelf.answer = lambda one: TransientError("500") if one.article_id == "a" else None
    desk = Desk(tmp_path, record, shelf)
    desk.deliverer.step()
    assert "b" in shelf.held
    put(record, ("a", 3, "Ba"))
    desk.deliverer.step()
    assert ("a", 3) not in shelf.taken  # it waits for the word before it
    desk.drain()
    dead = desk.outbox.dead()
    assert [(one.article, one.attempts) for one in dead] == [("a", MOST_ATTEMPTS)] * 2
    shelf.answer = lambda _: None
    desk.outbox.replay([(one.change, one.article) for one in dead], desk.clock.now)
    desk.drain()
    assert [rev for name, rev in shelf.taken if name == "a"] == [1, 3]


def test_an_unforeseen_error_pauses_the_sink_and_ends_nothing(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    shelf = Shelf()

    def broken(_: Delivery) -> CopydeskError | None:
        raise KeyError("status")

    shelf.answer = broken
    desk = Desk(tmp_path, record, shelf)
    desk.deliverer.step()
    rest = desk.deliverer.standing().rest
    assert rest is not None and "KeyError" in rest.reason
    shelf.answer = lambda _: None
    desk.deliverer.try_now()
    desk.drain()
    assert "a" in shelf.held


def test_a_process_that_died_between_delivering_and_noting_delivers_once_more(
    tmp_path: Path, record: SqliteSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, ("a", 1, "Một"), ("b", 2, "Hai"))
    desk = Desk(tmp_path, record, Shelf())

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(desk.outbox, "note", die)
        with pytest.raises(KeyboardInterrupt):
            desk.deliverer.step()
    desk.deliverer = desk.start()
    desk.drain()
    assert desk.shelf.taken == [("a", 1), ("b", 2)] * 2
    assert {name: rev for name, (_, rev, _) in desk.shelf.held.items()} == {"a": 1, "b": 2}


def test_another_shape_of_the_sink_gets_everything_anew(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    desk = Desk(tmp_path, record, Shelf())
    desk.drain()
    desk.shelf.generation = "2"
    desk.deliverer = desk.start()
    desk.drain()
    assert desk.shelf.taken == [("a", 1), ("a", 1)]
    assert desk.shelf.settled == 2


def test_an_index_made_anew_is_delivered_anew(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"), ("b", 2, "Hai"))
    desk = Desk(tmp_path, record, Shelf())
    desk.drain()
    record.close()
    for path in tmp_path.glob(f"{INDEX_FILE}*"):
        path.unlink()
    again = SqliteSink(tmp_path / INDEX_FILE)
    put(again, ("a", 1, "Một"), ("b", 2, "Hai"))
    desk.drain()
    again.close()
    assert desk.shelf.taken == [("a", 1), ("b", 2)] * 2


def test_what_was_erased_is_not_delivered_again(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Tên một người"))
    shelf = Shelf(every=True)
    shelf.answer = lambda one: TransientError("500") if one.kind == "put" else None
    desk = Desk(tmp_path, record, shelf)
    desk.deliverer.step()
    erased = make_entry("a", 2, headline=None, body="", pub_status="canceled")
    record.put_many([msgspec.structs.replace(erased, erases=True)])
    desk.drain()
    assert shelf.taken == [("a", 2)]


def test_what_a_sink_said_of_words_that_were_erased_goes_with_them(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Tên một người"), ("b", 1, "Cầu mới"))
    shelf = Shelf(every=True)
    shelf.answer = lambda one: PermanentError(f"no place for {one.entry.article.headline}")
    desk = Desk(tmp_path, record, shelf)
    desk.drain()
    assert traces("Tên một người", tmp_path / "outbox")
    shelf.answer = lambda _: None
    erased = make_entry("a", 2, headline=None, body="", pub_status="canceled")
    record.put_many([msgspec.structs.replace(erased, erases=True)])
    desk.drain()
    assert traces("Tên một người", tmp_path / "outbox") == []
    assert traces("Cầu mới", tmp_path / "outbox")
    assert [one.ending for one in desk.outbox.log("a")] == ["delivered", "dead"], "that it was tried stays"


def test_a_clock_set_back_never_lowers_a_version(
    tmp_path: Path, record: SqliteSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, ("a", 1, "Một"))
    monkeypatch.setattr("services.index.sinks.sqlite.now_us", lambda: 5)
    put(record, ("a", 2, "Hai"))
    index = Index(tmp_path / INDEX_FILE)
    first, second = deliveries_after(index, Place(), 10, every=True).deliveries
    index.close()
    assert second.version == first.version + 1


DAY = 86_400 * S


@pytest.mark.parametrize("started_anew", [False, True], ids=["while it runs", "while it is down"])
def test_a_clock_set_back_by_a_day_lets_nothing_wait_for_a_day(
    tmp_path: Path, record: SqliteSink, started_anew: bool
) -> None:
    put(record, ("a", 1, "Một"), ("a", 2, "Hai"), ("b", 3, "Ba"))
    shelf = Shelf(every=True)
    desk = Desk(tmp_path, record, shelf)
    shelf.answer = lambda one: TransientError("not now") if one.article_id == "b" else None
    desk.clock.now += DAY
    desk.deliverer.step()
    shelf.answer = lambda _: None
    desk.clock.now -= DAY
    if started_anew:
        desk.deliverer = desk.start()
    desk.deliverer.step()
    desk.clock.now += 3 * S  # so long it was to wait
    for _ in range(4):
        desk.deliverer.step()
    assert shelf.taken == [("a", 1), ("a", 2), ("b", 3)]


def test_a_sink_at_rest_is_asked_as_soon_as_before_when_the_clock_was_set_back(
    tmp_path: Path, record: SqliteSink
) -> None:
    put(record, ("a", 1, "Một"))
    shelf = Shelf()
    shelf.answer = lambda _: Unavailable("away")
    desk = Desk(tmp_path, record, shelf)
    desk.deliverer.step()
    desk.clock.now -= DAY
    assert 0 < desk.deliverer.step() < 2
    shelf.answer = lambda _: None
    desk.clock.now += 3 * S
    desk.deliverer.step()
    assert shelf.taken == [("a", 1)]


@pytest.mark.parametrize("every", [False, True])
def test_what_a_publisher_repeats_of_a_feed_goes_once_more_as_its_own(
    tmp_path: Path, record: SqliteSink, every: bool
) -> None:
    fed = msgspec.structs.replace(make_entry("a", 1), source=Source(kind="feed", name="https://hue.example/rss"))
    record.put_many([fed, make_entry("b", 2, headline="Hai")])
    desk = Desk(tmp_path, record, Shelf(every=every))
    desk.drain()
    desk.shelf.taken.clear()
    hue = Source(kind="push", name="hue")
    for rev in (3, 4):
        record.put_many([msgspec.structs.replace(fed, source=hue, rev=rev, receipt=f"r{rev:026d}")])
        desk.drain()
    # a sink that wants every change gets changes alone; the other learns whose it is, and that only once for each
    assert desk.shelf.taken == ([] if every else [("a", 1), ("a", 1)])
    desk.deliverer = desk.start()
    desk.drain()
    assert len(desk.shelf.taken) == (0 if every else 2)


def test_an_outbox_of_an_older_release_goes_on_where_it_was(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    desk = Desk(tmp_path, record, Shelf())
    desk.drain()
    place = desk.outbox.place()
    desk.outbox.close()
    with closing(sqlite3.connect(tmp_path / "outbox" / "shelf.sqlite3")) as database:
        database.executescript("ALTER TABLE place DROP COLUMN input; PRAGMA user_version = 2;")
    desk.outbox = Outbox(tmp_path / "outbox" / "shelf.sqlite3")
    assert (desk.outbox.place(), desk.outbox.input()) == (place, None)
    desk.deliverer = desk.start()
    put(record, ("b", 2, "Hai"))
    desk.drain()
    assert desk.shelf.taken == [("a", 1), ("b", 2)]
    assert desk.outbox.input() is not None
