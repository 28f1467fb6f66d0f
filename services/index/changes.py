"""What the index decided, in order: the list that sinks and followers are fed from.

It is the table of revisions itself, to which every stored change adds one row: a sink that is new begins with the first
and has everything, without a second way in.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from services.index.entry import Entry
from services.index.packing import unpack
from services.index.search import Index
from services.index.sinks.sink import Delivery
from shared.envelope import source_of

START = 0
_ENTRY = msgspec.json.Decoder(Entry)
_ROWS = (
    "SELECT revision, indexed_us, since, articles.id, revisions.rev, articles.n, owner, entry "
    "FROM revisions JOIN articles USING (n)"
)
_NEWEST = "AND revisions.rev = articles.rev "
_LAST = "SELECT revision, indexed_us FROM revisions ORDER BY revision DESC LIMIT 1"
_LAST_INPUT = "SELECT ifnull(max(change), 0) FROM changes"
_REPEATS = (
    "SELECT changes.change, revision, articles.id FROM changes JOIN sources USING (s) JOIN articles USING (n) "
    "JOIN revisions ON revisions.n = articles.n AND revisions.rev = articles.rev WHERE changes.change > ? "
    "AND outcome IN ('duplicate', 'superseded') AND sources.source LIKE 'push:%' AND sources.source <> articles.origin "
    "ORDER BY changes.change LIMIT ?"
)
_LISTED = (
    "SELECT revision, indexed_us, articles.id, revisions.rev, articles.rev = revisions.rev, owner, entry, "
    "(SELECT count(*) FROM revisions AS before WHERE before.n = revisions.n AND before.revision <= revisions.revision) "
    "FROM revisions JOIN articles USING (n) WHERE revision > ? ORDER BY revision LIMIT ?"
)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody has read: the last change, and when it was decided (µs), by which an index made anew is told."""

    change: int = START
    at_us: int = 0


class Change(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One change of an article. `edition` counts its revisions; `kind` is `new`, `edit` or `withdrawal`; `current` says
    whether it still is the newest; `source` is the article's own, also of what the desk did; `owner` the publisher who
    pushed the article last, "" where nobody did. What was erased since is no longer listed."""

    change: int
    at_us: int
    article_id: str
    rev: int
    edition: int
    kind: Literal["new", "edit", "withdrawal"]
    current: bool
    source: str
    owner: str
    headline: str | None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries after a place, and the place that was read up to: further than the last, where rows were passed."""

    deliveries: tuple[Delivery, ...]
    place: Place


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, each with its article, whose article a publisher has since pushed in the same words, so that it now is
    among their own though no revision tells; and up to which input was looked."""

    changes: tuple[tuple[int, str], ...]
    until: int


def deliveries_after(index: Index, place: Place, limit: int, *, every: bool) -> Page:
    """What comes after a place, at most `limit`; only what still is an article's newest, unless `every` one counts."""
    with index.reading() as database:
        if database is None:
            return Page(deliveries=(), place=place)
        start = place if is_known(database, place) else Place()
        newest = "" if every else _NEWEST
        rows = database.execute(f"{_ROWS} WHERE revision > ? {newest}ORDER BY revision LIMIT ?", (start.change, limit))
        found = [_delivery(row) for row in rows]
        if len(found) == limit:
            end: tuple[int, int] | None = (found[-1].change, found[-1].version)
        else:
            end = database.execute(_LAST).fetchone()
    return Page(deliveries=tuple(found), place=start if end is None else Place(change=end[0], at_us=end[1]))


def deliveries_of(index: Index, changes: Iterable[int], *, every: bool) -> list[Delivery]:
    """Named changes in order; those that were erased since, or, unless `every` counts, overtaken, are left out."""
    with index.reading() as database:
        if database is None:
            return []
        newest = "" if every else _NEWEST
        sql = f"{_ROWS} WHERE revision IN (SELECT value FROM json_each(?)) {newest}ORDER BY revision"  # noqa: S608
        return [_delivery(row) for row in database.execute(sql, (msgspec.json.encode([*changes]).decode(),))]


def repeats_after(index: Index, after: int | None, limit: int) -> Repeats:
    """What publishers repeated of others' articles after an input, at most `limit`; None begins with the last input."""
    with index.reading() as database:
        if database is None:
            return Repeats(changes=(), until=0)
        (last,) = database.execute(_LAST_INPUT).fetchone()
        if after is None or after > last:  # nothing was looked at yet, or it was another index
            return Repeats(changes=(), until=last)
        rows = database.execute(_REPEATS, (after, limit)).fetchall()
        changes = dict.fromkeys((revision, article_id) for _, revision, article_id in rows)
        return Repeats(changes=tuple(changes), until=rows[-1][0] if len(rows) == limit else last)


def count_behind(database: sqlite3.Connection, place: Place) -> int:
    """How many changes there are after a place; all, where it is one of another index."""
    row = database.execute(_LAST).fetchone()
    last = row[0] if row else START
    return max(0, last - place.change) if is_known(database, place) else int(last)


def last_place(index: Index) -> Place:
    """The place of the newest change."""
    with index.reading() as database:
        row = database.execute(_LAST).fetchone() if database is not None else None
    return Place() if row is None else Place(change=row[0], at_us=row[1])


def changes_between(index: Index, since_us: int, until_us: int, article_id: str = "") -> list[tuple[int, str]]:
    """The changes that were decided in a span, each with its article; of one article or of all."""
    with index.reading() as database:
        if database is None:
            return []
        of, values = ("AND articles.id = ? ", (article_id,)) if article_id else ("", ())
        sql = (
            "SELECT revision, articles.id FROM revisions JOIN articles USING (n) "  # noqa: S608  (one of two)
            f"WHERE indexed_us >= ? AND indexed_us < ? {of}ORDER BY revision"
        )
        return database.execute(sql, (since_us, until_us, *values)).fetchall()


def list_changes(index: Index, after: int, limit: int) -> Sequence[Change]:
    """The changes after one, the oldest first."""
    with index.reading() as database:
        return [] if database is None else [_change(row) for row in database.execute(_LISTED, (after, limit))]


def is_known(database: sqlite3.Connection, place: Place) -> bool:
    """Does this index hold the place, or is it another than the one that was read?"""
    if place.change == START:
        return True
    row = database.execute("SELECT indexed_us FROM revisions WHERE revision = ?", (place.change,)).fetchone()
    if row is not None:
        return bool(row[0] == place.at_us)
    # The revision at this place was erased since; an index made anew has not come as far.
    after = database.execute("SELECT indexed_us FROM revisions WHERE revision > ? LIMIT 1", (place.change,)).fetchone()
    return after is not None and after[0] >= place.at_us


def _delivery(row: tuple[int, int, int, str, int, int, str, bytes]) -> Delivery:
    change, at_us, since, article_id, rev, row_id, owner, blob = row
    entry = _ENTRY.decode(unpack(blob))
    kind: Literal["put", "withdraw"] = "put" if entry.article.pub_status == "usable" else "withdraw"
    return Delivery(
        change=change,
        version=at_us,
        since_us=since,
        article_id=article_id,
        rev=rev,
        kind=kind,
        entry=entry,
        row_id=row_id,
        owner=owner,
    )


def _change(row: tuple[int, int, str, int, int, str, bytes, int]) -> Change:
    change, at_us, article_id, rev, current, owner, blob, edition = row
    entry = _ENTRY.decode(unpack(blob))
    gone = entry.article.pub_status != "usable"
    return Change(
        change=change,
        at_us=at_us,
        article_id=article_id,
        rev=rev,
        edition=edition,
        kind="withdrawal" if gone else ("new" if edition == 1 else "edit"),
        current=bool(current),
        source=source_of(entry.came_from),
        owner=owner,
        headline=entry.article.headline,
    )
