"""The reading side of the embedded index: search, one article with all that is known of it, the newest."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import msgspec

from services.index.engine import SearchAway, SearchEngine
from services.index.entry import Entry, Outcome
from services.index.fulltext.engine import WordsEngine
from services.index.fulltext.membership import Members
from services.index.hits import NOTHING, Hit, Results, Wanted, find, show
from services.index.idle_readers import IdleReaders
from services.index.packing import unpack
from services.index.query import Query
from services.index.sinks.schema import is_readable, version
from shared.article import Article
from shared.envelope import DESK, Event, Source, pushed_by, source_named, source_of
from shared.errors import TransientError
from shared.identity import names_of

NEVER_IDLE = -1


class Revision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One line of an article's history, with the publisher's own label where there is one."""

    rev: int
    indexed_us: int
    version: str | None = None


class Stored(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One article as it is kept: its newest revision (or the one asked for), and everything it was known by.

    `owner` is the publisher who pushed it last, whatever became of that word, and `owned_us` when; empty if nobody did.
    """

    article_id: str
    rev: int
    article: Article
    source: Source
    timeline: tuple[Event, ...]
    receipts: tuple[str, ...]
    aliases: tuple[str, ...]
    revisions: tuple[Revision, ...]
    received_us: int
    indexed_us: int
    withdrawn: bool
    archived: str | None
    owner: str = ""
    owned_us: int = 0
    origin: Source | None = None

    @property
    def came_from(self) -> Source:
        """Its own source, also where the desk has withdrawn or corrected it."""
        return self.origin or self.source


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the index decided on one input: its outcome, and the revision that has its words.

    `timeline` and `source`, the article's own, are None where those words came with another input, which then is the
    one it repeats. `said_by` is who sent it, None where an older release did not write that down; `owner` which
    publisher's the article is.
    """

    article_id: str
    rev: int
    outcome: Outcome
    current_rev: int
    received_us: int | None = None
    source: Source | None = None
    timeline: tuple[Event, ...] | None = None
    said_by: Source | None = None
    owner: str = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An input that was archived: its receipt, its revision (µs), and what it is known by, strongest first."""

    receipt: str
    rev: int
    article_id: str
    aliases: tuple[str, ...]


_ANSWERED = (
    "SELECT articles.id, articles.rev, receipts.rev, receipts.outcome, revisions.entry, articles.owner, "
    "(SELECT source FROM changes JOIN sources USING (s) WHERE changes.n = receipts.n AND changes.receipt = ?1) "
    "FROM receipts JOIN articles USING (n) LEFT JOIN revisions ON revisions.n = receipts.n "
    "AND revisions.rev = receipts.rev WHERE receipts.receipt = ?1"
)
_ENTRY = msgspec.json.Decoder(Entry)


class Index:
    """Reads beside the writer, from any thread. Where nothing was indexed yet, everything is empty.

    Searches are asked of an `engine`, where one is given, and of the words beside the record while it cannot answer.
    """

    def __init__(self, path: Path, engine: SearchEngine | None = None) -> None:
        self._path = path.absolute()
        self._idle = IdleReaders()
        self._words = WordsEngine(path)
        self._engines = (*filter(None, (engine,)), self._words)

    def search(
        self, q: str, limit: int = 20, offset: int = 0, of: str = "", *, cursor: str = "", facets: Sequence[str] = ()
    ) -> Results:
        """Find articles: as typed first, then regardless of marks, then with some of the words.

        With `of`, only those that this publisher has pushed. A `cursor` of the page before goes on after it.
        """
        wanted = Wanted(q=q, limit=limit, offset=offset, of=of, cursor=cursor, facets=tuple(facets))
        with self.reading() as database:
            return NOTHING if database is None else self._find(database, wanted)

    def _find(self, database: sqlite3.Connection, wanted: Wanted) -> Results:
        away: list[str] = []
        for engine in self._engines:
            try:
                return msgspec.structs.replace(find(database, engine, wanted), stands_in=bool(away))
            except SearchAway as error:
                away.append(str(error))
        raise SearchAway("; and ".join(away), retry_after=5)

    def members(self, database: sqlite3.Connection, query: Query, of: str = "") -> Members:
        """The articles that a query means, whatever their rank, by the words beside the record: they follow it at once.

        Raises `SearchAway` while there are none. `database` is one that `reading` gave.
        """
        return self._words.members(database, query, of)

    def check_engine(self) -> None:
        """Raise `SearchAway` while the engine that is set would not answer."""
        self._engines[0].check()

    def get(self, name: str) -> Stored | None:
        """An article by its id, `<id>@<rev>`, a receipt, or any address it ever had (with its kind or without)."""
        with self.reading() as database:
            if database is None:
                return None
            name, rev = _split_ref(name.encode(errors="replace").decode())
            row_id = _find_row_id(database, name)
            return None if row_id is None else _read_stored(database, row_id, rev)

    def receipt(self, receipt: str) -> Answered | None:
        """What became of one input; None of what never reached the index."""
        with self.reading() as database:
            row = database.execute(_ANSWERED, (receipt,)).fetchone() if database is not None else None
        if row is None:
            return None
        article_id, current_rev, rev, outcome, blob, owner, said_by = row
        answered = Answered(
            article_id=article_id,
            rev=rev,
            outcome=outcome,
            current_rev=current_rev,
            said_by=source_named(said_by or ""),
            owner=owner,
        )
        entry = _ENTRY.decode(unpack(blob)) if blob is not None else None
        if entry is None or entry.receipt != receipt:
            return answered
        own = {"received_us": entry.received_us, "source": entry.came_from, "timeline": entry.timeline}
        return msgspec.structs.replace(answered, **own)

    def settled(self, offers: Sequence["Offer"]) -> dict[str, Literal["counted", "superseded"]]:
        """By receipt, which inputs need no work any more: those decided here, and those a later word has replaced."""
        with self.reading() as database:
            if database is None:
                return {}
            return {offer.receipt: outcome for offer in offers if (outcome := _settled(database, offer)) is not None}

    def recent(self, limit: int = 20) -> tuple[Hit, ...]:
        """The articles that came last, the newest first; the snippet is how they begin."""
        with self.reading() as database:
            if database is None:
                return ()
            rows = database.execute(
                "SELECT n FROM articles WHERE NOT withdrawn ORDER BY n DESC LIMIT ?", (max(0, limit),)
            )
            return tuple(show(database, [(n, 0.0) for (n,) in rows], ()))

    def parts_of(self, path: str, limit: int = 200) -> tuple[str, ...]:
        """What a dropped container holds, by the names of its articles: `path:tin.zip#bai.txt` of `path:tin.zip`."""
        with self.reading() as database:
            if database is None:
                return ()
            sql = "SELECT alias FROM aliases WHERE alias > ?1 || '#' AND alias < ?1 || '$' ORDER BY alias LIMIT ?2"
            return tuple(alias for (alias,) in database.execute(sql, (path, limit)))

    def owned_by(self, publisher: str) -> list[str]:
        """The ids of all articles that stand and that this publisher pushed last."""
        with self.reading() as database:
            if database is None:
                return []
            sql = "SELECT id FROM articles WHERE owner = ? AND NOT withdrawn ORDER BY n"
            return [article_id for (article_id,) in database.execute(sql, (publisher,))]

    def sources_of(self, article_id: str) -> tuple[str, ...]:
        """Whose an article is: its own source, also where the desk spoke last, and who pushed it last; () of none."""
        with self.reading() as database:
            sql = "SELECT origin, owner FROM articles WHERE id = ?"
            row = database.execute(sql, (article_id,)).fetchone() if database is not None else None
        origin, owner = row or ("", "")
        sources = dict.fromkeys((origin, owner and f"push:{owner}"))
        return tuple(source for source in sources if source not in ("", source_of(DESK)))

    def publishers(self) -> tuple[str, ...]:
        """The names of all who ever pushed, also of those who have no key any more, and of the desk."""
        with self.reading() as database:
            if database is None:
                return ()
            rows = database.execute(
                "SELECT source FROM sources WHERE source >= 'push:' AND source < 'push;'"
            ).fetchall()
            return tuple(source.partition(":")[2] for (source,) in rows)

    def count(self) -> int:
        """How many articles can be found."""
        with self.reading() as database:
            if database is None:
                return 0
            # Rows are numbered without gaps and never removed: no need to walk through a million of them.
            sql = "SELECT ifnull(max(n), 0) - (SELECT count(*) FROM articles WHERE withdrawn) FROM articles"
            (count,) = database.execute(sql).fetchone()
            return int(count)

    def close(self) -> None:
        """Close what is idle; a later call opens anew."""
        for engine in self._engines:
            engine.close()
        self._idle.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """One unchanging view of the index, however many statements it is asked in."""
        try:
            inode, database = self._borrow()
        except FileNotFoundError:
            yield None
            return
        try:
            database.execute("BEGIN")
            yield database if is_readable(version(database)) else None
        except sqlite3.Error as error:
            raise self._trouble(error) from error
        finally:
            self._give_back(inode, database)

    def _borrow(self) -> tuple[int, sqlite3.Connection]:
        inode = self._path.stat().st_ino
        database = self._idle.take(inode)
        if database is not None:
            return inode, database
        try:
            return inode, _connect(f"{self._path.as_uri()}?mode=ro")
        except sqlite3.Error as error:
            log = self._path.with_name(f"{self._path.name}-wal")
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or log.exists():
                raise self._trouble(error) from error
        # A volume mounted read-only, and no writer: SQLite cannot make the log's files. What lies there stands still.
        return NEVER_IDLE, _connect(f"{self._path.as_uri()}?mode=ro&immutable=1")

    def _give_back(self, inode: int, database: sqlite3.Connection) -> None:
        if database.in_transaction:
            database.execute("ROLLBACK")
        if inode == NEVER_IDLE:
            database.close()
        else:
            self._idle.keep(inode, database)

    def _trouble(self, error: sqlite3.Error) -> TransientError:
        return TransientError(f"the index {self._path} cannot be read: {error}")


def _connect(uri: str) -> sqlite3.Connection:
    database = sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)
    version(database)  # the file is opened by the first question
    return database


def _settled(database: sqlite3.Connection, offer: Offer) -> Literal["counted", "superseded"] | None:
    if database.execute("SELECT 1 FROM receipts WHERE receipt = ?", (offer.receipt,)).fetchone():
        return "counted"
    row = database.execute("SELECT rev, heard FROM articles WHERE id = ?", (offer.article_id,)).fetchone()
    names = iter((f"id:{offer.article_id}", *offer.aliases))
    while row is None and (name := next(names, None)) is not None:
        sql = "SELECT rev, heard FROM aliases JOIN articles USING (n) WHERE alias = ?"
        row = database.execute(sql, (name,)).fetchone()
    return "superseded" if row is not None and offer.rev <= max(row) else None


def _split_ref(name: str) -> tuple[str, int | None]:
    article_id, _, rev = name.rpartition("@")
    if article_id.isalnum() and rev.isascii() and rev.isdigit() and len(rev) < 19:
        return article_id, int(rev)
    return name, None


def _find_row_id(database: sqlite3.Connection, name: str) -> int | None:
    row = database.execute(
        "SELECT n FROM articles WHERE id = ?1 UNION ALL SELECT n FROM receipts WHERE receipt = ?1 "
        "UNION ALL SELECT n FROM aliases WHERE alias IN (SELECT value FROM json_each(?2)) LIMIT 1",
        (name, json.dumps(names_of(name))),
    ).fetchone()
    return None if row is None else int(row[0])


def _read_stored(database: sqlite3.Connection, row_id: int, rev: int | None) -> Stored | None:
    def column(sql: str) -> tuple[Any, ...]:
        return tuple(value for (value,) in database.execute(sql, (row_id,)))

    article_id, newest, withdrawn, owner, owned = database.execute(
        "SELECT id, rev, withdrawn, owner, owned FROM articles WHERE n = ?", (row_id,)
    ).fetchone()
    wanted = newest if rev is None else rev
    row = database.execute(
        "SELECT indexed_us, entry FROM revisions WHERE n = ? AND rev = ?", (row_id, wanted)
    ).fetchone()
    if row is None:
        return None
    entry = _ENTRY.decode(unpack(row[1]))
    history = database.execute("SELECT rev, indexed_us, version FROM revisions WHERE n = ? ORDER BY rev", (row_id,))
    return Stored(
        article_id=article_id,
        rev=wanted,
        article=entry.article,
        source=entry.source,
        timeline=entry.timeline,
        receipts=column("SELECT receipt FROM receipts WHERE n = ? ORDER BY receipt"),
        aliases=column("SELECT alias FROM aliases WHERE n = ? ORDER BY alias"),
        revisions=tuple(Revision(rev=rev, indexed_us=at, version=label) for rev, at, label in history),
        received_us=entry.received_us,
        indexed_us=row[0],
        withdrawn=bool(withdrawn),
        archived=entry.archived,
        owner=owner or pushed_by(entry.source),
        owned_us=owned or entry.rev,
        origin=entry.origin,
    )
