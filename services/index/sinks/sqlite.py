"""The record of the embedded index: one SQLite file, one writer, any number of readers; its words lie beside it."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from services.index.completing import completed, needs_stored
from services.index.entry import Entry, Known, Outcome, as_of, digest_of, edit_of, richness_of
from services.index.fulltext.follower import Follower
from services.index.fulltext.writer import ERASING, WIPING, WordsWriter
from services.index.matching import candidates, is_another, moved, names
from services.index.origin import read_head
from services.index.packing import Packer, unpack
from services.index.revisions import rule
from services.index.sinks.schema import migrate
from services.index.sinks.writer import lock_folder
from shared.article import Article
from shared.clock import now_us
from shared.envelope import is_desk, pushed_by, source_of
from shared.errors import CopydeskError, PermanentError, Unavailable
from shared.identity import article_id
from shared.late_log import LateLog
from shared.settings import INDEX_FILE

FILE_NAME = INDEX_FILE
WAL_BYTES = 42 << 20
"""The log's length from which the writer asks the readers for a moment, to write it back and begin it anew."""

FULL = 25
"""A batch of so many is one of a backlog: the next one is near, and words of both can be put in together."""

log = LateLog(__name__)
_CHECKPOINT_MS = 250  # how long the writer waits for readers while the log is not yet half as long again

# A commit must stand on the disk before the ledger forgets the article: with NORMAL, a loss of power could take the
# last commits of the WAL back. FULL costs one fsync a batch. What is deleted need not be overwritten, as Debian's
# SQLite does by default, but for what is erased and for the tables in which older releases kept words. An article is
# about 2 kB compressed: pages of 4 kB would hold one and waste the rest. A log of up to 40 MB is written back at once:
# pages of keys change in every batch, and are written back once for many.
_PRAGMAS = (
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -16000",
    "PRAGMA wal_autocheckpoint = 5000",
    f"PRAGMA journal_size_limit = {WAL_BYTES}",
)

_KNOWN = "SELECT n, id, rev, sha, withdrawn, heard, digest, edited, as_of, richness, source, own, owner, owned"
_TOLD = (
    "rev", "sha", "withdrawn", "digest", "edited", "as_of", "richness", "source", "origin", "own", "owner", "owned",
)  # fmt: skip
_INSERT = f"INSERT INTO articles ({', '.join(_TOLD)}, id, since) VALUES ({'?, ' * len(_TOLD)}?, ?)"  # noqa: S608
_UPDATE = f"UPDATE articles SET {' = ?, '.join(_TOLD)} = ? WHERE n = ?"  # noqa: S608
_HEARD = "UPDATE articles SET heard = ?, edited = ?, as_of = ? WHERE n = ?"
_OWNED = "UPDATE articles SET owner = ?, owned = ? WHERE n = ?"
_CHANGED = "INSERT INTO changes (n, rev, outcome, at_us, s, receipt) VALUES (?, ?, ?, ?, ?, ?)"
_KEEP = "INSERT OR IGNORE INTO aliases VALUES (?, ?)"
_MOVE = "INSERT OR REPLACE INTO aliases VALUES (?, ?)"
_FORGET = "DELETE FROM revisions WHERE n = ? AND rev < ? AND rev <> (SELECT rev FROM articles WHERE n = ?)"
# Sinks tell an article's older word from its newer one by this moment: it grows even where the clock was set back.
_REVISED = (
    "INSERT INTO revisions (n, rev, version, indexed_us, entry) VALUES (?, ?, ?, "
    "max(?, (SELECT ifnull(max(indexed_us), 0) + 1 FROM revisions WHERE n = ?)), ?)"
)
_CURRENT = "SELECT entry FROM articles JOIN revisions USING (n, rev) WHERE n = ?"

# What may go wrong with an entry: its values, what is stored of its article, or the file.
_FAILURES = (ValueError, OverflowError, TypeError, msgspec.MsgspecError, zstandard.ZstdError, sqlite3.Error)
# Trouble with the file that every entry would meet: no use in trying them one by one, and each try may wait.
_OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    }
)


class _Worded(msgspec.Struct, frozen=True):
    """What is read of a stored entry to take its words out again."""

    article: Article


class SqliteSink:
    """The index's only writer. Thread-safe; holds a lock on the folder until it is closed or its process ends.

    What it keeps can be found when `put_many` returns. With a lag, its words are put in by a thread of their own that
    rests so long at most, and a batch of a backlog is found within that. Words that cannot be written are no reason to
    refuse an article: they follow later.
    """

    def __init__(
        self, path: Path, wal_bytes: int = WAL_BYTES, busy_ms: int = 10_000, lag_s: float | None = None
    ) -> None:
        self.path = path
        self._wal = path.with_name(f"{path.name}-wal")
        self._wal_bytes = wal_bytes
        self._busy_ms = busy_ms  # how long a statement waits for another process's lock
        self._turn = threading.Lock()
        self._packer = Packer()
        self._lock = lock_folder(path.parent)
        try:
            self._database = self._open()
            self._words = Follower(WordsWriter(path), lag_s)
        except BaseException:
            self._lock.close()
            raise

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        """Keep a batch in one transaction; when something in it cannot be stored, one by one.

        Trouble of the file or its disk is `Unavailable` for every entry, and nothing of the batch is kept.
        """
        with self._turn:
            is_erasing = any(entry.erases for entry in entries)
            if is_erasing:
                self._database.execute("PRAGMA secure_delete = ON")  # what is given up is written over
            outcomes = self._put_batch(entries)
            if is_erasing:
                self._database.execute("PRAGMA secure_delete = OFF")
            self._bound_log()
            self._words.tell(more=len(entries) >= FULL)
            return outcomes

    def close(self) -> None:
        """Write the log back into the file and let another writer in."""
        with self._turn:
            self._words.close()
            self._database.close()
            self._lock.close()

    def _open(self) -> sqlite3.Connection:
        database: sqlite3.Connection | None = None
        try:
            database = sqlite3.connect(
                self.path, timeout=self._busy_ms / 1000, isolation_level=None, check_same_thread=False
            )
            for pragma in _PRAGMAS:
                database.execute(pragma)
            migrate(database)
            database.execute("PRAGMA secure_delete = OFF")
            database.execute("INSERT OR IGNORE INTO about VALUES ('index', ?)", (uuid.uuid4().hex,))
        except BaseException as error:
            if database is not None:
                database.close()
            if isinstance(error, sqlite3.Error):
                raise self._trouble(error) from error
            raise
        return database

    def _put_batch(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        try:
            return list(self._put_whole(entries))
        except _FAILURES as error:
            if _code(error) in _OF_THE_FILE:
                return [self._trouble(error) for _ in entries]
        outcomes: list[Outcome | CopydeskError] = []
        for entry in entries:
            outcome = self._put_alone(entry)
            if isinstance(outcome, Unavailable):  # each would wait for the same disk
                return outcomes + [outcome] * (len(entries) - len(outcomes))
            outcomes.append(outcome)
        return outcomes

    def _put_alone(self, entry: Entry) -> Outcome | CopydeskError:
        try:
            return self._put_whole([entry])[0]
        except _FAILURES as error:
            if _code(error) in _OF_THE_FILE | {sqlite3.SQLITE_CORRUPT}:
                return self._trouble(error)
            return PermanentError(f"{entry.article_id}@{entry.rev} cannot be stored in the index: {error}")

    def _put_whole(self, entries: Sequence[Entry]) -> list[Outcome]:
        with self._transaction():
            outcomes = [self._put(entry) for entry in entries]
            if any(entry.erases for entry in entries):  # the words follow it, and the log that has what was there
                for name in (ERASING, WIPING):
                    self._database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, f"{now_us():020d}"))
        return outcomes

    def _put(self, entry: Entry) -> Outcome:
        row = self._database.execute("SELECT outcome FROM receipts WHERE receipt = ?", (entry.receipt,)).fetchone()
        if row is not None:  # stored, but the answer never reached the ledger
            outcome: Outcome = row[0]
            return outcome
        known, apart = self._find(entry)
        counted_to = entry.article_id
        entry = self._completed(entry, known, apart)
        ruling = rule(entry, known, lambda: self._stored_article(known.row_id) if known else Article())
        if known is None or ruling.stored:
            row_id = self._store(entry, known)
        else:
            row_id = known.row_id
            if entry.source.kind == "push":
                self._database.execute(_OWNED, (*_owner_of(entry, known), row_id))
        if ruling.heard:
            self._database.execute(_HEARD, (ruling.heard, ruling.edited, ruling.as_of, row_id))
        if entry.erases:
            self._database.execute(_FORGET, (row_id, entry.rev, row_id))
        known_by = entry.aliases if ruling.article_id == entry.article_id else names(entry)
        if apart:
            known_by = (*known_by, *(moved(counted_to, alias) for alias in known_by))
        self._database.executemany(_MOVE if apart else _KEEP, [(alias, row_id) for alias in known_by])
        self._database.execute(
            "INSERT INTO receipts VALUES (?, ?, ?, ?)", (entry.receipt, row_id, entry.rev, ruling.outcome)
        )
        self._tell(entry, row_id, ruling.outcome)
        return ruling.outcome

    def _tell(self, entry: Entry, row_id: int, outcome: Outcome) -> None:
        """Write down what became of an input, for all who ask later."""
        source = source_of(entry.source)
        row = self._database.execute("SELECT s FROM sources WHERE source = ?", (source,)).fetchone()
        s = row[0] if row else self._database.execute("INSERT INTO sources (source) VALUES (?)", (source,)).lastrowid
        self._database.execute(_CHANGED, (row_id, entry.rev, outcome, now_us(), s, entry.receipt))

    def _completed(self, entry: Entry, known: Known | None, apart: str) -> Entry:
        """The entry as it is ruled on: under an id of its own, or with what only the stored article knows."""
        if known is not None and needs_stored(entry):
            return completed(entry, self._stored_article(known.row_id))
        return msgspec.structs.replace(entry, article_id=apart) if apart else entry

    def _find(self, entry: Entry) -> tuple[Known | None, str]:
        """The article an entry belongs to. For one that is another than all who hold its addresses, none, and the id it
        gets of its own: the ledger, which knows addresses alone, counts it to one of those."""
        direct = self._database.execute(f"{_KNOWN} FROM articles WHERE id = ?", (entry.article_id,)).fetchone()
        asked = names(entry)
        if direct is not None:
            asked += tuple(moved(entry.article_id, alias) for alias in entry.aliases)
        rows = self._database.execute(
            f"{_KNOWN}, alias FROM aliases JOIN articles USING (n) WHERE alias IN ({', '.join('?' * len(asked))})",
            asked,
        )
        by_name = {row[-1]: _known(row) for row in rows}
        holders = candidates(entry, by_name, None if direct is None else _known(direct))
        for holder in holders:
            if not self._is_another(entry, holder, by_name):
                return holder, ""
        return None, article_id((f"receipt:{entry.receipt}",), "") if holders else ""

    def _is_another(self, entry: Entry, holder: Known, by_name: Mapping[str, Known]) -> bool:
        called = [alias for alias in entry.aliases if alias.startswith(("url:", "guid:"))]
        if entry.source.kind != "feed" or (len(called) > 1 and all(by_name.get(alias) == holder for alias in called)):
            return False
        held = [alias for (alias,) in self._database.execute("SELECT alias FROM aliases WHERE n = ?", (holder.row_id,))]
        return is_another(entry, holder, held, lambda: self._stored_article(holder.row_id))

    def _store(self, entry: Entry, known: Known | None) -> int:
        """Make an entry the newest revision of its article; gives the article's row."""
        gone = entry.article.pub_status != "usable"
        entry = self._with_origin(entry, known)
        blob = self._packer.pack(msgspec.json.encode(entry))
        dates = (edit_of(entry), as_of(entry))
        facts = (digest_of(entry.article), *dates, richness_of(entry.article))
        sources = (source_of(entry.source), source_of(entry.came_from))
        values = (entry.rev, entry.sha, gone, *facts, *sources, entry.own, *_owner_of(entry, known))
        if known is None:
            row_id = int(self._database.execute(_INSERT, (*values, entry.article_id, entry.rev)).lastrowid or 0)
        else:
            row_id = known.row_id
            self._database.execute(_UPDATE, (*values, row_id))
        self._database.execute(_REVISED, (row_id, entry.rev, entry.article.version, now_us(), row_id, blob))
        return row_id

    def _with_origin(self, entry: Entry, known: Known | None) -> Entry:
        """The desk's word on another's article with whose that is."""
        if known is None or not is_desk(entry.source):
            return entry
        (blob,) = self._database.execute(_CURRENT, (known.row_id,)).fetchone()
        origin = read_head(blob).came_from
        return msgspec.structs.replace(entry, origin=entry.origin if is_desk(origin) else origin)

    def _stored_article(self, row_id: int) -> Article:
        (blob,) = self._database.execute(_CURRENT, (row_id,)).fetchone()
        return msgspec.json.decode(unpack(blob), type=_Worded).article

    def _bound_log(self) -> None:
        """Begin the log anew once it is long: SQLite's own checkpoints never do while any reader has a view open."""
        try:
            length = self._wal.stat().st_size
            if length < self._wal_bytes:
                return
            wait_ms = _CHECKPOINT_MS if length < self._wal_bytes * 3 // 2 else self._busy_ms
            self._database.execute(f"PRAGMA busy_timeout = {wait_ms}")
            try:
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
        except (OSError, sqlite3.Error) as error:  # what was put stands already; the next batch meets the trouble
            log.warning("index_checkpoint_failed", error=str(error))

    def _trouble(self, error: Exception) -> Unavailable:
        return Unavailable(f"the index {self.path} cannot be written: {error}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise


def _owner_of(entry: Entry, known: Known | None) -> tuple[str, int]:
    """Which publisher pushed an article last, and at which revision; the desk's own operator owns nothing."""
    publisher = pushed_by(entry.source if known is not None else entry.came_from)
    if publisher and entry.renews is None:
        return publisher, entry.rev
    return (known.owner, known.owned) if known is not None else ("", 0)


def _known(row: Sequence[Any]) -> Known:
    row_id, article_id, rev, sha, withdrawn, heard, digest, edited, until, richness, source, own, owner, owned, *_ = row
    return Known(
        row_id=row_id,
        article_id=article_id,
        rev=rev,
        sha=sha,
        withdrawn=bool(withdrawn),
        heard=heard,
        digest=digest,
        edited=edited,
        as_of=until,
        richness=richness,
        source=source,
        own=bool(own),
        owner=owner,
        owned=owned,
    )


def _code(error: Exception) -> int:
    """SQLite's primary error code; 0 when the error is not of its making."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
