"""The embedded index: one SQLite file, one writer, any number of readers."""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog
import zstandard

from services.index.folding import COLUMNS, FOLDING, columns, strip_strokes
from services.index.revisions import (
    Entry,
    Known,
    Outcome,
    digest_of,
    edited_at,
    find_article,
    names,
    richness_of,
    rule,
    source_of,
)  # fmt: skip
from services.index.sinks.schema import migrate
from services.index.sinks.writer import lock_folder
from shared.article import Article
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError, Unavailable

log = structlog.get_logger(__name__)

SETS = ("exact", "plain")
FILE_NAME = "copydesk.sqlite3"
LOG_BYTES = 32 * 1024 * 1024
LOG_WAIT_MS, BUSY_MS = 250, 10_000

# A commit must stand on the disk before the ledger forgets the article: with NORMAL, a loss of power could take the
# last commits of the WAL back. FULL costs one fsync a batch. What is deleted need not be overwritten, as Debian's
# SQLite does by default: pages of postings are rewritten all the time. An article is about 2 kB compressed: pages of
# 4 kB would hold one and waste the rest.
_PRAGMAS = (
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = OFF",
    "PRAGMA cache_size = -16000",
    "PRAGMA journal_size_limit = 67108864",
)

_NAMES = ", ".join(COLUMNS)
_MARKS = ", ".join("?" for _ in COLUMNS)
_ADD = tuple(f"INSERT INTO {words} (rowid, {_NAMES}) VALUES (?, {_MARKS})" for words in SETS)  # noqa: S608
_DROP = tuple(
    f"INSERT INTO {words} ({words}, rowid, {_NAMES}) VALUES ('delete', ?, {_MARKS})"  # noqa: S608
    for words in SETS
)
_KNOWN = "SELECT n, id, rev, sha, withdrawn, heard, digest, edited, richness, source"
_INSERT = (
    "INSERT INTO articles (rev, sha, withdrawn, digest, edited, richness, source, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE articles SET rev = ?, sha = ?, withdrawn = ?, digest = ?, edited = ?, richness = ?, source = ? WHERE n = ?"
)
_NEXT = "SELECT n FROM articles WHERE NOT withdrawn AND n > ? ORDER BY n LIMIT 500"
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
    }
)


class _Worded(msgspec.Struct, frozen=True):
    """What is read of a stored entry to take its words out again."""

    article: Article


class SqliteSink:
    """The index's only writer. Thread-safe; holds a lock on the folder until it is closed or its process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._compressor = zstandard.ZstdCompressor(level=3)
        self._words: list[tuple[str, tuple[Any, ...]]] = []
        self._lock = lock_folder(path.parent)
        try:
            self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._prepare()
        except sqlite3.Error as error:
            self._lock.close()
            raise self._trouble(error) from error
        except CopydeskError:
            self._lock.close()
            raise

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        """Keep a batch in one transaction; when something in it cannot be stored, one by one."""
        with self._turn:
            try:
                with self._transaction():
                    outcomes: list[Outcome | CopydeskError] = [self._put(entry) for entry in entries]
            except _FAILURES as error:
                if _code(error) in _OF_THE_FILE:
                    return [self._trouble(error) for _ in entries]
                outcomes = [self._put_alone(entry) for entry in entries]
            self._bound_log()
            return outcomes

    def close(self) -> None:
        """Write the log back into the file and let another writer in."""
        with self._turn:
            self._database.close()
            self._lock.close()

    def _prepare(self) -> None:
        for pragma in _PRAGMAS:
            self._database.execute(pragma)
        migrate(self._database)
        found = self._database.execute("SELECT value FROM about WHERE name = 'folding'").fetchone()
        if found != (FOLDING,):
            self._rebuild_fts()

    def _rebuild_fts(self) -> None:
        """Work the words of all articles out again: a word can only be taken out as it was put in.

        In batches, each a transaction: a stop in between begins anew, since the note of the folding comes last.
        """
        (count,) = self._database.execute("SELECT count(*) FROM articles WHERE NOT withdrawn").fetchone()
        if count:
            log.info("words_rebuilt_begun", index=str(self._path), articles=count, folding=FOLDING)
        with self._transaction():
            self._database.execute("INSERT INTO exact (exact) VALUES ('delete-all')")
            self._database.execute("INSERT INTO plain (plain) VALUES ('delete-all')")
            self._database.execute("DELETE FROM about WHERE name = 'folding'")
        last = 0
        while rows := self._database.execute(_NEXT, (last,)).fetchall():
            with self._transaction():
                for (last,) in rows:
                    self._change_words(_ADD, last, self._stored_article(last))
            self._bound_log()
        self._database.execute("INSERT OR REPLACE INTO about VALUES ('folding', ?)", (FOLDING,))

    def _put_alone(self, entry: Entry) -> Outcome | CopydeskError:
        try:
            with self._transaction():
                return self._put(entry)
        except _FAILURES as error:
            if _code(error) in _OF_THE_FILE | {sqlite3.SQLITE_CORRUPT}:
                return self._trouble(error)
            return PermanentError(f"{entry.article_id}@{entry.rev} cannot be stored in the index: {error}")

    def _put(self, entry: Entry) -> Outcome:
        before = self._database.execute("SELECT outcome FROM receipts WHERE receipt = ?", (entry.receipt,)).fetchone()
        if before is not None:  # stored, but the answer never reached the ledger
            outcome: Outcome = before[0]
            return outcome
        known = self._find(entry)
        ruling = rule(entry, known)
        if known is not None and ruling.heard:
            self._database.execute("UPDATE articles SET heard = ? WHERE n = ?", (ruling.heard, known.row_id))
        row_id = self._store(entry, known) if known is None or ruling.stored else known.row_id
        known_by = entry.aliases if ruling.article_id == entry.article_id else names(entry)
        self._database.executemany(
            "INSERT OR IGNORE INTO aliases VALUES (?, ?)", [(alias, row_id) for alias in known_by]
        )
        self._database.execute(
            "INSERT INTO receipts VALUES (?, ?, ?, ?)", (entry.receipt, row_id, entry.rev, ruling.outcome)
        )
        return ruling.outcome

    def _find(self, entry: Entry) -> Known | None:
        row = self._database.execute(f"{_KNOWN} FROM articles WHERE id = ?", (entry.article_id,)).fetchone()
        if row is not None:
            return _known(row)
        asked = names(entry)
        rows = self._database.execute(
            f"{_KNOWN}, alias FROM aliases JOIN articles USING (n) WHERE alias IN ({', '.join('?' * len(asked))})",
            asked,
        )
        return find_article(entry, {row[-1]: _known(row) for row in rows})

    def _store(self, entry: Entry, known: Known | None) -> int:
        """Make an entry the newest revision of its article: its words replace those of the one before."""
        gone = entry.article.pub_status != "usable"
        blob = self._compressor.compress(msgspec.json.encode(entry))
        what = (digest_of(entry.article), edited_at(entry.article), richness_of(entry.article), source_of(entry.source))
        told = (entry.rev, entry.sha, gone, *what)
        if known is None:
            # No RETURNING: a statement that gives rows makes FTS5 write its words once an article, not once a batch.
            row_id = int(self._database.execute(_INSERT, (*told, entry.article_id)).lastrowid or 0)
        else:
            row_id = known.row_id
            if not known.withdrawn:
                self._change_words(_DROP, row_id, self._stored_article(row_id))
            self._database.execute(_UPDATE, (*told, row_id))
        self._database.execute(
            "INSERT INTO revisions (n, rev, version, indexed_us, entry) VALUES (?, ?, ?, ?, ?)",
            (row_id, entry.rev, entry.article.version, now_us(), blob),
        )
        if not gone:
            self._change_words(_ADD, row_id, entry.article)
        return row_id

    def _change_words(self, statements: tuple[str, ...], row_id: int, article: Article) -> None:
        """Note a change of words; all of a transaction's are written at its end, in one go."""
        exact, plain = statements
        words = columns(article)
        self._words.append((exact, (row_id, *words)))
        self._words.append((plain, (row_id, *map(strip_strokes, words))))

    def _bound_log(self) -> None:
        """Begin the write-ahead log anew when it has grown: SQLite's own checkpoint never does while somebody reads."""
        try:
            if os.stat(f"{self._path}-wal").st_size < LOG_BYTES:
                return
            self._database.execute(f"PRAGMA busy_timeout = {LOG_WAIT_MS}")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except (OSError, sqlite3.Error) as error:  # the next batch tries again
            log.warning("log_not_bounded", index=str(self._path), error=str(error))
        finally:
            self._database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _stored_article(self, row_id: int) -> Article:
        (blob,) = self._database.execute(_CURRENT, (row_id,)).fetchone()
        return msgspec.json.decode(zstandard.decompress(blob), type=_Worded).article

    def _trouble(self, error: Exception) -> Unavailable:
        return Unavailable(f"the index {self._path} cannot be written: {error}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        self._words = []
        try:
            yield
            for statement, values in self._words:
                self._database.execute(statement, values)
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise


def _known(row: Sequence[Any]) -> Known:
    row_id, article_id, rev, sha, withdrawn, heard, digest, edited, richness, source, *_ = row
    return Known(
        row_id=row_id,
        article_id=article_id,
        rev=rev,
        sha=sha,
        withdrawn=bool(withdrawn),
        heard=heard,
        digest=digest,
        edited=edited,
        richness=richness,
        source=source,
    )


def _code(error: Exception) -> int:
    """SQLite's primary error code; 0 when the error is not of its making."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
