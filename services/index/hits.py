"""What a search finds, page by page: the articles, the passages that speak for them, and how the search can go on."""

import datetime as dt
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from services.index.engine import FACETS, MOST_HITS, Matched, Search, SearchEngine
from services.index.packing import unpack
from services.index.query import Query, read_query
from services.index.snippet import Span, find_passage, mark
from services.index.suggestions import suggest
from shared.article import Block
from shared.errors import PermanentError

CURSOR = "[0-9]{1,4}-[0-9]{1,18}-[0-9a-f]{8}"
_CURSOR = re.compile("([0-9]+)-([0-9]+)-([0-9a-f]+)")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f][^\W_]*)*")


class Highlights(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """From which letter to which, the end without, stands what was asked for."""

    headline: tuple[Span, ...] = ()
    snippet: tuple[Span, ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An article that was found, and the passage that speaks for it. A higher score is a better one."""

    article_id: str
    rev: int
    headline: str | None
    description: str | None
    first_created: dt.datetime | None
    uri: str | None
    snippet: str
    score: float
    highlights: Highlights = Highlights()


class Results(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A page of hits. `total` stops counting at MOST_HITS.

    `matched` says how: `exact` as typed, `folded` regardless of marks (nam dong, Nam Đông), `none` when no article has
    all of the words, and the hits, if any, have some of them; `suggestion` then is a query that may have been meant.
    `name` is what was asked for by a name instead of words.
    `cursor` asks for the next page; `facets` count all that was found by source, language, day, author and kind.
    `behind` is how many changes of the index the engine that answered does not know yet; `stands_in` says that it
    answered in place of the one that is set, which is away or still being filled.
    """

    total: int
    hits: tuple[Hit, ...]
    matched: Matched
    cursor: str | None = None
    suggestion: str | None = None
    facets: Mapping[str, Mapping[str, int]] = {}
    behind: int = 0
    stands_in: bool = False


NOTHING = Results(total=0, hits=(), matched="none")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: the words, how many hits after how many, whose alone, and what is to be counted."""

    q: str
    limit: int = 20
    offset: int = 0
    cursor: str = ""
    of: str = ""
    facets: tuple[str, ...] = ()


class _Shown(msgspec.Struct, frozen=True, rename="camel"):
    """What is decoded of an article to show it as a hit: all but its evidence."""

    uri: str | None = None
    headline: str | None = None
    first_created: dt.datetime | None = None
    byline: str | None = None
    description: str | None = None
    blocks: tuple[Block, ...] = ()


class _ShownEntry(msgspec.Struct, frozen=True, rename="camel"):
    article: _Shown


_SHOWN = msgspec.json.Decoder(_ShownEntry)
_SHOWN_ROWS = (
    "SELECT n, id, articles.rev, entry FROM articles JOIN revisions USING (n, rev) "
    "WHERE n IN (SELECT value FROM json_each(?1)) AND NOT withdrawn "
    "AND (?2 = '' OR owner = ?2 OR origin = 'push:' || ?2)"
)


def find(database: sqlite3.Connection, engine: SearchEngine, wanted: Wanted) -> Results:
    """One page of what a query finds."""
    query = read_query(wanted.q)
    (newest,) = database.execute("SELECT ifnull(max(n), 0) FROM articles").fetchone()
    offset, horizon = _begin(wanted, newest, engine.name)
    if query is None:
        return NOTHING
    if not newest:
        return msgspec.structs.replace(NOTHING, facets={name: {} for name in wanted.facets if name in FACETS})
    search = engine.search(database, query, wanted.of)
    # A view that is held keeps the writer's log from being begun anew; rows stay, so they are read by themselves.
    if database.in_transaction:
        database.execute("COMMIT")
    last = min(MOST_HITS, max(0, offset) + max(0, wanted.limit))
    later = min(MOST_HITS, newest - horizon)  # what has come since the first page moves no later page
    ranked = search.rank(last + 1 + later)
    rows = [(n, score) for n, score in ranked.rows if n <= horizon]
    more = last < min(len(rows), MOST_HITS) and wanted.limit > 0
    return Results(
        total=ranked.total,
        hits=tuple(show(database, rows[max(0, offset) : last], query.terms, of=wanted.of)),
        matched=ranked.matched,
        cursor=_cursor(wanted, last, horizon, engine.name) if more else None,
        suggestion=_suggestion(database, search, query, wanted.q) if ranked.matched == "none" else None,
        facets=search.facets(ranked, wanted.facets),
        behind=search.behind,
    )


def show(
    database: sqlite3.Connection, page: Sequence[tuple[int, float]], terms: Sequence[str], *, of: str = ""
) -> Iterator[Hit]:
    """The articles of some rows as hits, in their order. Those that were withdrawn since, or are not `of` a publisher
    any more, are left out."""
    numbers = msgspec.json.encode([row_id for row_id, _ in page]).decode()
    rows = {n: rest for n, *rest in database.execute(_SHOWN_ROWS, (numbers, of)).fetchall()}
    for row_id, score in page:
        if row_id not in rows:
            continue
        article_id, rev, blob = rows[row_id]
        article = _SHOWN.decode(unpack(blob)).article
        passage = find_passage(_passages(article), terms)
        yield Hit(
            article_id=article_id,
            rev=rev,
            headline=article.headline,
            description=article.description,
            first_created=article.first_created,
            uri=article.uri,
            snippet=passage.text,
            score=score,
            highlights=Highlights(headline=mark(article.headline or "", terms).marks, snippet=passage.marks),
        )


def _begin(wanted: Wanted, newest: int, engine: str) -> tuple[int, int]:
    """After how many hits the page begins, and the newest row that may be among them."""
    if not wanted.cursor:
        return wanted.offset, newest
    match = _CURSOR.fullmatch(wanted.cursor)
    if match is None or match[3] != _sign(wanted, engine):
        raise PermanentError("the cursor is not one of this search: ask for the first page again, without a cursor")
    return int(match[1]), min(newest, int(match[2]))


def _cursor(wanted: Wanted, offset: int, horizon: int, engine: str) -> str:
    return f"{offset}-{horizon}-{_sign(wanted, engine)}"


def _sign(wanted: Wanted, engine: str) -> str:
    """Of one search and one engine: another ranks in another order, so that pages of both do not go together."""
    return f"{zlib.crc32(f'{engine} {wanted.of} {wanted.q}'.encode(errors='replace')):08x}"


def _suggestion(database: sqlite3.Connection, search: Search, query: Query, q: str) -> str | None:
    def words_in(n: int) -> list[str]:
        sql = "SELECT entry FROM articles JOIN revisions USING (n, rev) WHERE n = ? AND NOT withdrawn"
        row = database.execute(sql, (n,)).fetchone()
        if row is None:
            return []
        article = _SHOWN.decode(unpack(row[0])).article
        return _WORD.findall(" \n ".join([article.headline or "", *_passages(article)]))

    return suggest(search, query, q, words_in)


def _passages(article: _Shown) -> Iterator[str]:
    yield article.description or ""
    for block in article.blocks:
        yield " ".join(part for part in (block.text, block.caption, block.byline, *block.items) if part)
        for row in block.rows:
            yield " ".join(row)
    yield article.byline or ""
