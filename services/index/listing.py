"""The articles in the index by time: which there are of a state, a source and a span, a page after another."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import msgspec

from services.index.entry import Entry
from services.index.packing import unpack
from services.index.search import Index
from shared.clock import END_OF_TIME
from shared.source_filter import bounds_of

Settled = Literal["indexed", "withdrawn", "duplicate", "superseded"]
SETTLED: tuple[Settled, ...] = get_args(Settled)

_ENTRY = msgspec.json.Decoder(Entry)
_ARTICLES = (
    "SELECT articles.id, articles.rev, CASE withdrawn WHEN 0 THEN 'indexed' ELSE 'withdrawn' END, articles.origin, "
    "indexed_us, entry, '' FROM articles JOIN revisions ON revisions.n = articles.n AND revisions.rev = articles.rev "
    "WHERE articles.rev < ? AND articles.rev >= ?"
)
_REPEATS = (
    "SELECT articles.id, changes.rev, outcome, sources.source, at_us, entry, receipt FROM changes "
    "JOIN sources USING (s) JOIN articles USING (n) "
    "JOIN revisions ON revisions.n = articles.n AND revisions.rev = articles.rev "
    "WHERE changes.rev < ? AND changes.rev >= ?"
)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One article as a list shows it, or one input that repeats one (`duplicate`) or came too late (`superseded`).

    `rev` is also when it came (µs), `settled_us` when the index decided; `entry` is what is stored of the article now.
    """

    article_id: str
    rev: int
    state: Settled
    source: str
    settled_us: int
    receipt: str
    entry: Entry


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What is listed: revisions from `since` up to but without `before` (µs), of a `source` as filters name it."""

    states: Sequence[Settled] = SETTLED
    source: str = ""
    since: int = 0
    before: int = END_OF_TIME


def list_settled(index: Index, span: Span, limit: int) -> list[Listed]:
    """The newest of a span, at most `limit`; inputs that only repeat an article are listed where they are asked for."""
    with index.reading() as database:
        if database is None:
            return []
        rows = [row for sql, values in _questions(span, limit) for row in database.execute(sql, values)]
        rows.sort(key=lambda row: row[1], reverse=True)
        return [_listed(row) for row in rows[:limit]]


def standing_ids(index: Index, span: Span, owner: str = "") -> list[str]:
    """The ids of all articles of a span that stand; with an `owner` also those that this publisher pushed last."""
    source, values = of_source("origin", span.source)
    which = f"(1{source} OR (owner = ? AND ? != ''))"
    sql = f"SELECT id FROM articles WHERE NOT withdrawn AND rev < ? AND rev >= ? AND {which} ORDER BY rev"  # noqa: S608
    with index.reading() as database:
        if database is None:
            return []
        return [name for (name,) in database.execute(sql, (span.before, span.since, *values, owner, owner))]


def _questions(span: Span, limit: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    """One statement for articles, one for each kind of repeat, that read no further than the page."""
    bounds = (span.before, span.since)
    is_article = {"indexed", "withdrawn"} & set(span.states)
    if is_article:
        which = {"indexed": " AND NOT withdrawn", "withdrawn": " AND withdrawn"}
        state = "" if len(is_article) == 2 else which[is_article.pop()]
        source, values = of_source("articles.origin", span.source)
        yield f"{_ARTICLES}{state}{source} ORDER BY articles.rev DESC LIMIT ?", (*bounds, *values, limit)
    for outcome in ("duplicate", "superseded"):
        if outcome in span.states:
            source, values = of_source("sources.source", span.source)
            sql = f"{_REPEATS} AND outcome = '{outcome}'{source} ORDER BY changes.rev DESC LIMIT ?"
            yield sql, (*bounds, *values, limit)


def of_source(column: str, source: str) -> tuple[str, tuple[str, ...]]:
    """A condition of SQL on a column, for a source as filters name it, with its values; nothing where that is any."""
    if not source:
        return "", ()
    bounds = bounds_of(source)
    return (f" AND {column} = ?", (source,)) if bounds is None else (f" AND {column} >= ? AND {column} < ?", bounds)


def _listed(row: sqlite3.Row | tuple[object, ...]) -> Listed:
    article_id, rev, state, source, at_us, blob, receipt = row
    entry = _ENTRY.decode(unpack(blob))  # type: ignore[arg-type]
    return msgspec.convert(
        {
            "article_id": article_id,
            "rev": rev,
            "state": state,
            "source": source,
            "settled_us": at_us,
            "receipt": receipt or entry.receipt,
            "entry": entry,
        },
        Listed,
    )


_OF_HOST = (
    "SELECT articles.id, articles.rev, entry FROM (SELECT DISTINCT n FROM aliases WHERE alias >= ? AND alias < ?) "
    "JOIN articles USING (n) JOIN revisions ON revisions.n = articles.n AND revisions.rev = articles.rev "
    "WHERE NOT withdrawn ORDER BY articles.rev DESC LIMIT ?"
)


def list_host(index: Index, host: str, limit: int) -> list[tuple[str, str]]:
    """The newest articles whose page is of a host, as `id@rev` with their headline. All of the host are looked at."""
    page = f"url:https://{host}/"
    with index.reading() as database:
        rows = [] if database is None else database.execute(_OF_HOST, (page, f"{page[:-1]}0", limit)).fetchall()
    entries = ((article, rev, _ENTRY.decode(unpack(blob))) for article, rev, blob in rows)
    return [(f"{article}@{rev}", entry.article.headline or article) for article, rev, entry in entries]
