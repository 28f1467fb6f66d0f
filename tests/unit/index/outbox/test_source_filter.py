"""Which deliveries a sink gets that not all sources go to."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.index.changes import last_place
from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.article import PubStatus
from shared.envelope import Source
from shared.identity import COMMAND_LINE
from shared.settings import INDEX_FILE
from tests.entries import make_entry
from tests.unit.index.outbox.test_deliverer import Clock, Shelf

FEED = Source(kind="feed", name="https://a.example/rss")
HUE, HANOI = Source(kind="push", name="hue"), Source(kind="push", name="hanoi")
DESK = Source(kind="push", name=COMMAND_LINE)


class Desk:
    """A record, and a sink that gets the articles of some sources."""

    def __init__(self, folder: Path) -> None:
        self.record = SqliteSink(folder / INDEX_FILE)
        self.index = Index(folder / INDEX_FILE)
        self.file = folder / "shelf.sqlite3"
        self.shelf, self.clock, self.rev = Shelf(every=True), Clock(), 0

    def tell(self, name: str, source: Source, *, gone: bool = False, erases: bool = False) -> None:
        self.rev += 1
        status: PubStatus = "canceled" if gone else "usable"
        entry = make_entry(name, self.rev, headline=f"Tin {self.rev}", body=f"Số {self.rev}.", pub_status=status)
        assert self.record.put_many([replace(entry, source=source, erases=erases)]) == [
            "withdrawn" if gone else "indexed"
        ]

    def deliver(self, *sources: str) -> list[tuple[str, int]]:
        """What comes to the sink, by a process that was started with these sources."""
        before, outbox = len(self.shelf.taken), Outbox(self.file)
        deliverer = Deliverer("shelf", self.shelf, outbox, self.index, sources=sources, clock=self.clock)
        while not deliverer.step():
            pass
        outbox.close()
        return self.shelf.taken[before:]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.record.close()


def test_a_withdrawal_of_what_never_came_does_not_come_either(desk: Desk) -> None:
    desk.tell("theirs", HANOI)
    desk.tell("ours", HUE)
    assert desk.deliver("push:hue") == [("ours", 2)]
    desk.tell("theirs", HANOI, gone=True)
    desk.tell("ours", DESK, gone=True)
    assert desk.deliver("push:hue") == [("ours", 4)]
    desk.tell("theirs", DESK, gone=True, erases=True)
    assert desk.deliver("push:hue") == []


@pytest.mark.parametrize("erases", [False, True])
def test_a_withdrawal_goes_where_an_earlier_word_of_another_source_went(desk: Desk, erases: bool) -> None:
    desk.tell("a", FEED)
    assert desk.deliver("feed:*") == [("a", 1)]
    desk.tell("a", HUE)
    assert desk.deliver("feed:*") == [], "it is another source's now"
    desk.tell("a", DESK, gone=True, erases=erases)
    assert desk.deliver("feed:*") == [("a", 3)]


def test_a_correction_by_the_desk_lets_a_withdrawal_nowhere_new(desk: Desk) -> None:
    desk.tell("a", FEED)
    desk.tell("a", DESK)
    desk.tell("a", DESK, gone=True)
    assert desk.deliver("push:*") == []
    desk.file = desk.file.with_name("other.sqlite3")
    assert desk.deliver("feed:*") == [("a", 1), ("a", 2), ("a", 3)]


def test_a_withdrawal_goes_where_its_source_went_once(desk: Desk) -> None:
    desk.tell("a", FEED)
    assert desk.deliver() == [("a", 1)]
    desk.tell("b", FEED)
    assert desk.deliver("push:*") == []
    desk.tell("a", DESK, gone=True)
    assert desk.deliver("push:*") == [("a", 3)]


def test_what_waits_goes_no_more_where_its_source_is_chosen_no_more(desk: Desk) -> None:
    desk.tell("a", FEED)
    desk.tell("b", HUE)
    assert desk.deliver("feed:*", "push:hue") == [("a", 1), ("b", 2)]
    outbox = Outbox(desk.file)
    outbox.replay([(1, "a"), (2, "b")], desk.clock.now)
    assert desk.deliver("push:hue") == [("b", 2)]
    assert outbox.counts().waiting == 0


@pytest.mark.parametrize(
    ("place", "came"), [pytest.param(1, [("a", 2)], id="used: it may have been for all"), pytest.param(0, [], id="new")]
)
def test_an_outbox_of_an_older_release_is_taken_for_one_of_all_sources(
    desk: Desk, place: int, came: list[tuple[str, int]]
) -> None:
    desk.tell("a", FEED)
    Outbox(desk.file).close()
    with sqlite3.connect(desk.file) as database:
        at_us = last_place(desk.index).at_us
        database.execute("DROP TABLE choices")
        database.execute("ALTER TABLE place DROP COLUMN input")
        database.execute("UPDATE place SET change = ?, at_us = ?, generation = '1'", (place, at_us * place))
        database.execute("PRAGMA user_version = 1")
    database.close()
    desk.tell("a", DESK, gone=True)
    assert desk.deliver("push:*") == came
