"""The list while its articles move: each input stands in it once, wherever it is just then."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from services.index.entry import Entry, Outcome
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.web.listing import Wanted, list_articles
from services.web.wanted import read_wanted
from shared.errors import CopydeskError
from shared.ledger.listing import list_standing
from shared.ledger.reader import InputStatus, LedgerReader
from tests.integration.test_article_list import FEED, Desk, desk

__all__ = ["desk"]


class Watched(SqliteSink):
    """An index's writer that looks at the list after it has written, before the ledger hears of it."""

    def __init__(self, path: Path, look: Callable[[], None]) -> None:
        super().__init__(path)
        self._look = look

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        outcomes = super().put_many(entries)
        self._look()
        return outcomes


class Meanwhile(Index):
    """An index beside which something happens as soon as it was read."""

    def __init__(self, path: Path, happening: Callable[[], None]) -> None:
        super().__init__(path)
        self._happening = happening

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        with super().reading() as database:
            yield database
        self._happening()


class Hurried(LedgerReader):
    """A reader beside which something happens once, between what stands in the ledger and what each is."""

    def __init__(self, reader: LedgerReader, happening: Callable[[], None]) -> None:
        super().__init__(reader.client)
        self._happenings = [happening]

    def lines(self, refs: Sequence[str]) -> list[InputStatus]:
        while self._happenings:
            self._happenings.pop()()
        return super().lines(refs)


def test_an_input_stands_in_the_list_once_while_index_and_ledger_both_know_it(desk: Desk) -> None:
    seen: list[list[tuple[str, str]]] = []

    def look() -> None:
        listing = list_articles(desk.ledger, Index(desk.settings.index_file), read_wanted({"state": "all"}))
        seen.append([(row.receipt, row.state) for row in listing.rows])

    desk.take("Một", FEED, aliases=("url:https://tin.example/1",))
    desk.clean("Một")
    desk.take("Một.", FEED, aliases=("url:https://tin.example/1",))
    desk.take("Hai")
    desk.read("Một")
    with closing(Watched(desk.settings.index_file, look)) as sink:
        desk.index(sink)
    look()
    assert [state for _, state in seen[0]] == ["indexed", "duplicate", "indexed"]
    assert seen[0] == seen[1]


def test_an_input_that_comes_to_its_end_between_the_two_looks_is_not_missing(desk: Desk) -> None:
    first = desk.take("Một")
    desk.clean()
    article = desk.take("Hai")
    listing = list_articles(desk.ledger, Meanwhile(desk.settings.index_file, desk.clean), Wanted())
    assert [(row.article, row.state) for row in listing.rows] == [(article, "queued"), (first, "indexed")]
    listing = list_articles(desk.ledger, Index(desk.settings.index_file), Wanted())
    assert [(row.article, row.state) for row in listing.rows] == [(article, "indexed"), (first, "indexed")]


def test_others_stand_in_the_place_of_those_that_moved_on(desk: Desk) -> None:
    articles = [desk.take(f"Bài {number}") for number in range(3)]
    (newest,) = list_standing(desk.ledger, ["queued"], before=1 << 62, limit=1)
    assert newest.article == articles[2]

    def die() -> None:
        claimed = desk.ledger.claim("normalize", "test")
        gone = [item for item in claimed if item.ref.startswith(articles[2])]
        desk.refuse_these(gone)

    lines = list_standing(Hurried(desk.ledger, die), ["queued", "working"], before=1 << 62, limit=1)
    assert [line.article for line in lines] == [articles[1]]
