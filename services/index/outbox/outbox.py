"""The memory of one sink: how far it has read, what waits for another try, what was delivered when."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from services.index.changes import Place
from services.index.sinks.sink import Delivery, Kind
from shared.data_version import refuse_newer
from shared.errors import Unavailable
from shared.settings import Settings

SUFFIX = ".sqlite3"
SCHEMA_VERSION = 3
LOG_KEPT = 200_000
_TRIMMED_AT_ONCE = 1000

Ending = Literal["delivered", "retrying", "dead"]

_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE place (
    change INTEGER NOT NULL, at_us INTEGER NOT NULL, generation TEXT NOT NULL, settled INTEGER NOT NULL, input INTEGER
);
INSERT INTO place VALUES (0, 0, '', 0, NULL);
CREATE TABLE waiting (
    change INTEGER PRIMARY KEY,
    article TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_us INTEGER NOT NULL,
    since_us INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX waiting_by_time ON waiting (due_us) WHERE NOT dead;
CREATE INDEX waiting_of ON waiting (article, change);
CREATE TABLE deliveries (
    delivery INTEGER PRIMARY KEY,
    article TEXT NOT NULL,
    rev INTEGER NOT NULL,
    change INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ending TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    waited_us INTEGER NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX deliveries_of ON deliveries (article);
CREATE TABLE choices (sources TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA user_version = 3;
COMMIT;
"""

# What each version lacks to be the next one. Of which sources an older release has delivered nobody has written down:
# it may have been all.
_UPGRADES: Mapping[int, Sequence[str]] = {
    1: (
        "CREATE TABLE choices (sources TEXT PRIMARY KEY) WITHOUT ROWID",
        "INSERT INTO choices SELECT '[]' FROM place WHERE change > 0",
    ),
    2: ("ALTER TABLE place ADD COLUMN input INTEGER",),
}

# What waits to be tried again, of each article the first alone.
_FIRST = (
    "NOT dead AND NOT EXISTS (SELECT 1 FROM waiting AS before WHERE before.article = waiting.article "
    "AND before.change < waiting.change AND NOT before.dead)"
)
_COUNTED = (
    "SELECT count(*) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead), min(since_us) FILTER (WHERE NOT dead) "
    "FROM waiting"
)


class Waiting(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A change that was not taken yet: how often it was tried, when it is due again, since when it waits (µs), why."""

    change: int
    article: str
    attempts: int = 0
    due_us: int = 0
    since_us: int = 0
    dead: bool = False
    error: str = ""


class Logged(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of a sink's log: what became of a revision at a try. `waited_us` counts from the index's decision."""

    article: str
    rev: int
    change: int
    kind: Kind
    ending: Ending
    attempt: int
    at_us: int
    waited_us: int
    note: str = ""


class Counts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much waits at a sink, and how much it will never take; the oldest that waits (µs; None without any)."""

    waiting: int = 0
    dead: int = 0
    oldest_us: int | None = None


def outbox_file(settings: Settings, sink: str) -> Path:
    """Where a sink's outbox lies: beside the index it is fed from."""
    return settings.outbox_folder / f"{sink}{SUFFIX}"


def read_log(file: Path, article: str, limit: int) -> list[Logged]:
    """The last tries of one article, the newest first, as somebody who only looks reads them."""
    with _looked_at(file) as database:
        return _logged(database, article, limit)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a sink holds: all changes up to a place but those that wait, in a generation; `settled` once all there was
    when it began is in."""

    place: Place
    generation: str
    settled: bool
    waiting: int


def read_kept(file: Path) -> Kept | None:
    """What a sink holds, as somebody who only looks reads it; None where nothing was ever delivered."""
    if not file.exists():
        return None
    with _looked_at(file) as database:
        row = database.execute("SELECT change, at_us, generation, settled FROM place").fetchone()
        waiting, _, _ = database.execute(_COUNTED).fetchone()
    change, at_us, generation, settled = row
    return Kept(place=Place(change=change, at_us=at_us), generation=generation, settled=bool(settled), waiting=waiting)


@contextmanager
def _looked_at(file: Path) -> Iterator[sqlite3.Connection]:
    """Of somebody who only looks: a file that is not there is not made."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            yield database
    except sqlite3.Error as error:
        raise Unavailable(f"the outbox {file} cannot be read: {error}") from error


class Outbox:
    """One file, written by the sink's deliverer and, where a person acts on it, by a command. Thread-safe."""

    def __init__(self, path: Path, log_kept: int = LOG_KEPT) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._log_kept = log_kept
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._database.close()

    def place(self) -> Place:
        """How far the list of changes was read: everything before it was delivered, or waits here."""
        with self._asked() as database:
            change, at_us = database.execute("SELECT change, at_us FROM place").fetchone()
        return Place(change=change, at_us=at_us)

    def begin(self, generation: str) -> bool:
        """Begin anew where articles were kept in another shape; gives whether everything of this one is in."""
        with self._asked(writing=True) as database:
            kept, settled = database.execute("SELECT generation, settled FROM place").fetchone()
            if kept == generation:
                return bool(settled)
            database.execute(
                "UPDATE place SET change = 0, at_us = 0, generation = ?, settled = 0, input = NULL", (generation,)
            )
            database.execute("DELETE FROM waiting")
        return False

    def choose(self, sources: Sequence[str]) -> None:
        """Remember which sources are delivered from now on; none means all."""
        with self._asked(writing=True) as database:
            database.execute("INSERT OR IGNORE INTO choices VALUES (?)", (msgspec.json.encode(sources).decode(),))

    def choices(self) -> list[tuple[str, ...]]:
        """Every choice of sources that was ever delivered."""
        with self._asked() as database:
            rows = database.execute("SELECT sources FROM choices").fetchall()
        return [msgspec.json.decode(text, type=tuple[str, ...]) for (text,) in rows]

    def input(self) -> int | None:
        """Up to which input repeats were looked for; None before the first look."""
        with self._asked() as database:
            (last,) = database.execute("SELECT input FROM place").fetchone()
        return None if last is None else int(last)

    def looked(self, last: int, changes: Sequence[tuple[int, str]] = (), now: int = 0) -> None:
        """Repeats were looked for up to an input: let these changes, each with its article, go once more."""
        with self._asked(writing=True) as database:
            self._replay(database, changes, now)
            database.execute("UPDATE place SET input = ?", (last,))

    def settle(self) -> None:
        """Everything of this generation is in."""
        with self._asked(writing=True) as database:
            database.execute("UPDATE place SET settled = 1")

    def due(self, now: int, limit: int) -> list[Waiting]:
        """What is to be tried again now. Of an article only the first that waits: its later words come after it."""
        sql = f"SELECT * FROM waiting WHERE {_FIRST} AND due_us <= ? ORDER BY due_us, change LIMIT ?"  # noqa: S608
        with self._asked() as database:
            return [_waiting(row) for row in database.execute(sql, (now, limit))]

    def next_due(self) -> int | None:
        """When the next try is due (µs)."""
        with self._asked() as database:
            (due,) = database.execute(f"SELECT min(due_us) FROM waiting WHERE {_FIRST}").fetchone()  # noqa: S608
        return None if due is None else int(due)

    def set_back(self, us: int) -> None:
        """The clock was set back by so much: what waits waits no longer for that."""
        with self._asked(writing=True) as database:
            database.execute("UPDATE waiting SET due_us = max(0, due_us - ?)", (us,))

    def bring_near(self, now: int, longest_us: int) -> None:
        """What is due later than anything would be made due now was so by a clock that has been set back since."""
        with self._asked(writing=True) as database:
            database.execute("UPDATE waiting SET due_us = ? WHERE due_us > ?", (now, now + longest_us))

    def blocked(self, articles: Iterable[str]) -> set[str]:
        """Those of these articles of which something waits to be tried again."""
        named = msgspec.json.encode([*articles]).decode()
        sql = "SELECT DISTINCT article FROM waiting WHERE NOT dead AND article IN (SELECT value FROM json_each(?))"
        with self._asked() as database:
            return {article for (article,) in database.execute(sql, (named,))}

    def note(
        self, place: Place | None, logged: Sequence[Logged], waiting: Sequence[Waiting], done: Iterable[int]
    ) -> None:
        """Write down what became of a bulk, whole: how far was read, each try, what waits, what waits no more."""
        with self._asked(writing=True) as database:
            if place is not None:
                database.execute("UPDATE place SET change = ?, at_us = ?", (place.change, place.at_us))
            database.executemany("DELETE FROM waiting WHERE change = ?", [(change,) for change in done])
            database.executemany(
                "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(w.change, w.article, w.attempts, w.due_us, w.since_us, w.dead, w.error) for w in waiting],
            )
            database.executemany(
                "INSERT INTO deliveries (article, rev, change, kind, ending, attempt, at_us, waited_us, note) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (one.article, one.rev, one.change, one.kind, one.ending, one.attempt, one.at_us, one.waited_us,
                     one.note)
                    for one in logged
                ],
            )  # fmt: skip
            self._trim(database)

    def forget_notes(self, articles: Iterable[str]) -> None:
        """Take out why a sink did not take these articles: it may have said so in words of theirs, which are erased."""
        named = [(article,) for article in articles]
        if not named:
            return
        with self._asked() as database:
            database.execute("PRAGMA secure_delete = ON")
        with self._asked(writing=True) as database:
            database.executemany("UPDATE deliveries SET note = '' WHERE article = ? AND note <> ''", named)
            database.executemany("UPDATE waiting SET error = '' WHERE article = ? AND error <> ''", named)
        with self._asked() as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def forget_overtaken(self, deliveries: Sequence[Delivery]) -> None:
        """Take out what waits of these articles: a newer word of each is on its way."""
        with self._asked(writing=True) as database:
            database.executemany(
                "DELETE FROM waiting WHERE article = ? AND change < ?",
                [(one.article_id, one.change) for one in deliveries],
            )

    def replay(self, changes: Sequence[tuple[int, str]], now: int) -> int:
        """Let changes, each with its article, be delivered once more; gives how many."""
        with self._asked(writing=True) as database:
            self._replay(database, changes, now)
        return len(changes)

    def _replay(self, database: sqlite3.Connection, changes: Sequence[tuple[int, str]], now: int) -> None:
        database.executemany(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, 0, ?, ?, 0, '')",
            [(change, article, now, now) for change, article in changes],
        )

    def dead(self, limit: int = 100) -> list[Waiting]:
        """What the sink will not take, the newest first."""
        with self._asked() as database:
            rows = database.execute("SELECT * FROM waiting WHERE dead ORDER BY change DESC LIMIT ?", (limit,))
            return [_waiting(row) for row in rows]

    def counts(self) -> Counts:
        """How much waits, and how much is dead."""
        with self._asked() as database:
            waiting, dead, oldest = database.execute(_COUNTED).fetchone()
        return Counts(waiting=waiting, dead=dead, oldest_us=oldest)

    def log(self, article: str = "", limit: int = 100) -> list[Logged]:
        """The last tries, of one article or of all, the newest first."""
        with self._asked() as database:
            return _logged(database, article, limit)

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        refuse_newer(f"the outbox {self._path.name}", version, SCHEMA_VERSION)
        if version == 0:
            self._database.executescript(_SCHEMA)
        elif version < SCHEMA_VERSION:
            self._upgrade()

    def _upgrade(self) -> None:
        """Whole or not at all; another process may do the same at once."""
        self._database.execute("BEGIN IMMEDIATE")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        for statement in (one for before in range(version, SCHEMA_VERSION) for one in _UPGRADES[before]):
            self._database.execute(statement)
        self._database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._database.execute("COMMIT")

    def _trim(self, database: sqlite3.Connection) -> None:
        (last,) = database.execute("SELECT ifnull(max(delivery), 0) FROM deliveries").fetchone()
        if last % _TRIMMED_AT_ONCE < 500:  # not with every bulk
            database.execute("DELETE FROM deliveries WHERE delivery <= ?", (last - self._log_kept,))

    @contextmanager
    def _asked(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                if writing:
                    self._database.execute("BEGIN IMMEDIATE")
                yield self._database
                if writing:
                    self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._trouble(error) from error
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")

    def _trouble(self, error: Exception) -> Unavailable:
        return Unavailable(f"the outbox {self._path} cannot be used: {error}")


def _waiting(row: tuple[int, str, int, int, int, int, str]) -> Waiting:
    change, article, attempts, due, since, dead, error = row
    return Waiting(
        change=change, article=article, attempts=attempts, due_us=due, since_us=since, dead=bool(dead), error=error
    )


def _logged(database: sqlite3.Connection, article: str, limit: int) -> list[Logged]:
    where, values = ("WHERE article = ? ", (article,)) if article else ("", ())
    sql = (
        "SELECT article, rev, change, kind, ending, attempt, at_us, waited_us, note FROM deliveries "  # noqa: S608
        f"{where}ORDER BY delivery DESC LIMIT ?"
    )
    names = Logged.__struct_fields__
    return [Logged(**dict(zip(names, row, strict=True))) for row in database.execute(sql, (*values, limit))]
