"""Articles in the order in which the index decided on them, the newest first, a page after another: what feeds show.

An article stands where its newest word came, and moves to the front with the next: whoever reads the first page again
and again meets every word. A page begins before a change, so that what comes meanwhile moves none of those behind it.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from services.index.entry import Entry
from services.index.fulltext.membership import Members
from services.index.listing import of_source
from services.index.packing import unpack
from services.index.query import read_query
from services.index.search import Index
from shared.clock import END_OF_TIME
from shared.envelope import Source

FEW = 5000  # so many articles are looked up one by one; where more are meant, their newest are near the end of the list
AT_ONCE = 2000
MOST_GONE = 100
PAGE_BYTES = 8 * 1024 * 1024  # of stored entries: an article may have megabytes, and a page is made in memory

_ENTRY = msgspec.json.Decoder(Entry)
# The joins are CROSS to be made in the order they are written in: the planner knows nothing of what a feed means.
_LIST = "SELECT revision, n FROM revisions CROSS JOIN articles USING (n, rev) WHERE revision < ? AND NOT withdrawn"
_NAMED = (
    "SELECT revision FROM json_each(?) CROSS JOIN articles ON n = value CROSS JOIN revisions USING (n, rev) "
    "WHERE revision < ? AND NOT withdrawn"
)
_ENTRIES = (
    "SELECT revision, indexed_us, articles.id, entry FROM revisions JOIN articles USING (n, rev) "
    "WHERE revision IN (SELECT value FROM json_each(?)) ORDER BY revision DESC"
)
_GONE = (
    "SELECT revision, indexed_us, articles.id FROM articles CROSS JOIN revisions USING (n, rev) "
    "WHERE withdrawn AND revision > ? AND revision < ? "
)


class FeedWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed shows: articles with the words `q`, of a source as filters name it,
    received `since` (µs), and, with `of`, this publisher's alone; a page of those that were decided `before` a change.
    """

    q: str = ""
    source: str = ""
    since: int = 0
    of: str = ""
    before: int = END_OF_TIME
    limit: int = 50


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a feed: its newest word, and when the index took it in (µs)."""

    change: int
    at_us: int
    article_id: str
    entry: Entry

    @property
    def came_from(self) -> Source:
        """Its own source, also where the desk spoke last."""
        return self.entry.came_from


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """An article that was taken back, and when (µs); of one that never stood in the feed, too, where words decide."""

    change: int
    at_us: int
    article_id: str


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `next` is the `before` of the page after it, None on the last."""

    shown: tuple[Shown, ...] = ()
    gone: tuple[Gone, ...] = ()
    next: int | None = None


class _Narrowed(NamedTuple):
    """A condition of SQL on articles, with its values."""

    sql: str = ""
    values: tuple[object, ...] = ()


def read_feed(index: Index, wanted: FeedWanted, *, few: int = FEW, at_once: int = AT_ONCE) -> FeedPage:
    """One page. Raises `SearchAway` where words are asked for and not beside the record yet.

    Up to `few` articles are looked up one by one; of more, `at_once` of the newest are looked through at a time.
    """
    with index.reading() as database:
        if database is None:
            return FeedPage()
        # Whose an article is, is indexed with its words alone.
        query = read_query(wanted.q or (f"publisher:{wanted.of}" if wanted.of else ""))
        if wanted.q and query is None:  # nothing in it is a word
            return FeedPage()
        members = index.members(database, query, wanted.of) if query is not None else None
        narrowed = _narrow(wanted)
        named = _few(database, narrowed, members, few)
        changes = _named(database, wanted, narrowed, named) if named is not None else []
        if named is None:
            changes = _newest(_batches(database, wanted, narrowed, at_once), members, wanted.limit + 1)
        shown = _entries(database, changes[: wanted.limit])
        more = len(changes) > len(shown)
        oldest = shown[-1].change if more else 0
        return FeedPage(shown=shown, gone=_gone(database, wanted, narrowed, oldest), next=oldest if more else None)


def _few(
    database: sqlite3.Connection, narrowed: _Narrowed, members: Members | None, most: int
) -> frozenset[int] | None:
    """The rows that are meant, where there are at most so many."""
    if members is not None:
        return members.few(most)
    if not narrowed.sql:
        return None
    sql = f"SELECT n FROM articles WHERE NOT withdrawn{narrowed.sql} LIMIT ?"  # noqa: S608  (of words of our own)
    rows = [n for (n,) in database.execute(sql, (*narrowed.values, most + 1))]
    return frozenset(rows) if len(rows) <= most else None


def _named(database: sqlite3.Connection, wanted: FeedWanted, narrowed: _Narrowed, rows: Collection[int]) -> list[int]:
    """The newest changes of some rows: those of a page, and one more where there is one."""
    sql = f"{_NAMED}{narrowed.sql} ORDER BY revision DESC LIMIT ?"
    values = (msgspec.json.encode(sorted(rows)).decode(), wanted.before, *narrowed.values, wanted.limit + 1)
    return [change for (change,) in database.execute(sql, values)]


def _newest(batches: Iterator[Sequence[tuple[int, int]]], members: Members | None, most: int) -> list[int]:
    """The first changes of all that are meant, no further than needed."""
    found: list[int] = []
    for rows in batches:
        meant = members.among([n for _, n in rows]) if members is not None else {n for _, n in rows}
        found += [change for change, n in rows if n in meant]
        if len(found) >= most:
            break
    return found[:most]


def _batches(
    database: sqlite3.Connection, wanted: FeedWanted, narrowed: _Narrowed, size: int
) -> Iterator[Sequence[tuple[int, int]]]:
    """The changes that still stand, each with its article's row, the newest first."""
    sql, before = f"{_LIST}{narrowed.sql} ORDER BY revision DESC LIMIT ?", wanted.before
    while rows := database.execute(sql, (before, *narrowed.values, size)).fetchall():
        yield rows
        before = rows[-1][0]


def _gone(database: sqlite3.Connection, wanted: FeedWanted, narrowed: _Narrowed, oldest: int) -> tuple[Gone, ...]:
    """The newest withdrawals between two changes. Whether a text that is gone had the words nobody can tell."""
    sql = f"{_GONE}{narrowed.sql} ORDER BY revision DESC LIMIT ?"
    rows = database.execute(sql, (oldest, wanted.before, *narrowed.values, MOST_GONE))
    return tuple(Gone(change=change, at_us=at_us, article_id=article_id) for change, at_us, article_id in rows)


def _narrow(wanted: FeedWanted) -> _Narrowed:
    values: tuple[object, ...]
    sql, values = of_source("origin", wanted.source)
    if wanted.of:
        sql += " AND (owner = ? OR origin = ?)"
        values += (wanted.of, f"push:{wanted.of}")
    if wanted.since:
        sql += " AND articles.rev >= ?"
        values += (wanted.since,)
    return _Narrowed(sql, values)


def _entries(database: sqlite3.Connection, changes: Sequence[int]) -> tuple[Shown, ...]:
    """The entries of some changes, the newest first: fewer where they are large, but one at least."""
    shown: list[Shown] = []
    room = PAGE_BYTES
    for change, at_us, article_id, blob in database.execute(_ENTRIES, (msgspec.json.encode(changes).decode(),)):
        entry = unpack(blob)
        room -= len(entry)
        if room < 0 and shown:
            break
        shown.append(Shown(change=change, at_us=at_us, article_id=article_id, entry=_ENTRY.decode(entry)))
    return tuple(shown)
