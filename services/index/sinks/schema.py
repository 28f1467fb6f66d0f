"""The tables of the embedded index, version by version, and the way from one to the next."""

import sqlite3
from collections.abc import Callable, Sequence

import msgspec

from services.index.entry import digest_of, edited_at, richness_of
from services.index.origin import origin_before, read_head
from services.index.packing import Packer, unpack
from shared.article import Article
from shared.data_version import refuse_newer as refuse_newer_data
from shared.envelope import DESK, Source, is_desk, source_of
from shared.errors import TransientError
from shared.identity import bridged

# A row of `articles` names its newest revision; a row of `revisions` holds the whole entry (zstd of its JSON), so
# that what was said, when, and on which evidence outlives the ledger. Releases before 0.2 kept the words in two tables
# of FTS5 here, `exact` and `plain`.

_AT_ONCE = 500  # articles whose old names stand in memory together


class _StoredEntry(msgspec.Struct, frozen=True):
    """What is read of a stored entry to say what it is known by."""

    article: Article
    source: Source


def _know_old_articles(database: sqlite3.Connection) -> None:
    """Let what the first release stored be met again: by the present spelling of its aliases, and by what it says.

    A million articles take a minute or two: a start that was cut short goes on where it was.
    """
    row = database.execute("SELECT value FROM about WHERE name = 'bridged'").fetchone()
    (last,) = database.execute("SELECT ifnull(max(n), 0) FROM articles").fetchone()
    for start in range(int(row[0]) + 1 if row else 1, last + 1, _AT_ONCE):
        rows = (start, start + _AT_ONCE - 1)
        database.execute("BEGIN IMMEDIATE")
        _bridge(database, rows)
        database.execute("INSERT OR REPLACE INTO about VALUES ('bridged', ?)", (str(rows[1]),))
        database.execute("COMMIT")


def _bridge(database: sqlite3.Connection, rows: tuple[int, int]) -> None:
    aliases = database.execute("SELECT alias, n FROM aliases WHERE n BETWEEN ? AND ?", rows).fetchall()
    spelled = [(name, n) for alias, n in aliases for name in bridged((alias,))[1:]]
    database.executemany("INSERT OR IGNORE INTO aliases VALUES (?, ?)", spelled)
    stored = database.execute(
        "SELECT entry, n FROM articles JOIN revisions USING (n, rev) WHERE n BETWEEN ? AND ? AND digest = ''", rows
    )
    database.executemany(
        "UPDATE articles SET digest = ?, edited = ?, richness = ?, source = ? WHERE n = ?",
        [(*_facts_of(entry), n) for entry, n in stored.fetchall()],
    )


def _facts_of(entry: bytes) -> tuple[str, int | None, int, str]:
    stored = msgspec.json.decode(unpack(entry), type=_StoredEntry)
    article = stored.article
    return digest_of(article), edited_at(article), richness_of(article), source_of(stored.source)


_SPOKEN = (
    "SELECT n FROM articles WHERE source = ?1 UNION SELECT n FROM changes JOIN sources USING (s) WHERE source = ?1"
)


def _name_origins(database: sqlite3.Connection) -> None:
    """Write down whose the articles are that the desk has corrected or withdrawn; a second run changes nothing."""
    packer = Packer()
    database.execute("BEGIN IMMEDIATE")
    for (n,) in database.execute(_SPOKEN, (source_of(DESK),)).fetchall():
        for revision, rev, blob in database.execute(
            "SELECT revision, rev, entry FROM revisions WHERE n = ? ORDER BY rev", (n,)
        ).fetchall():
            head = read_head(blob)
            origin = origin_before(database, n, rev) if is_desk(head.came_from) else None
            if origin is None:
                continue
            named = msgspec.json.decode(unpack(blob)) | {"origin": origin}
            fresh = packer.pack(msgspec.json.encode(named))
            database.execute("UPDATE revisions SET entry = ? WHERE revision = ?", (fresh, revision))
            database.execute("UPDATE articles SET origin = ? WHERE n = ? AND rev = ?", (source_of(origin), n, rev))
    database.execute("COMMIT")


Step = str | Callable[[sqlite3.Connection], None]

# A step that was released is never changed: what comes later is another step.
MIGRATIONS: tuple[Step, ...] = (
    """
    CREATE TABLE articles (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        rev INTEGER NOT NULL,
        sha TEXT NOT NULL,
        withdrawn INTEGER NOT NULL
    );
    CREATE INDEX withdrawn_articles ON articles (n) WHERE withdrawn;
    CREATE TABLE revisions (
        revision INTEGER PRIMARY KEY,
        n INTEGER NOT NULL,
        rev INTEGER NOT NULL,
        version TEXT,
        indexed_us INTEGER NOT NULL,
        entry BLOB NOT NULL
    );
    CREATE UNIQUE INDEX revisions_of ON revisions (n, rev);
    CREATE TABLE aliases (alias TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX aliases_of ON aliases (n);
    CREATE TABLE receipts (
        receipt TEXT PRIMARY KEY, n INTEGER NOT NULL, rev INTEGER NOT NULL, outcome TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX receipts_of ON receipts (n);
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE VIRTUAL TABLE exact USING fts5(
        headline, lead, body, captions, byline, keywords,
        content='', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
    );
    CREATE VIRTUAL TABLE plain USING fts5(
        headline, lead, body, captions, byline, keywords,
        content='', tokenize="unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
    );
    INSERT INTO exact (exact, rank) VALUES ('rank', 'bm25(3.0, 1.0, 1.0, 1.0, 1.0, 1.0)');
    INSERT INTO plain (plain, rank) VALUES ('rank', 'bm25(3.0, 1.0, 1.0, 1.0, 1.0, 1.0)');
    """,
    """
    ALTER TABLE articles ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE articles ADD COLUMN digest TEXT NOT NULL DEFAULT '';
    ALTER TABLE articles ADD COLUMN edited INTEGER;
    ALTER TABLE articles ADD COLUMN richness INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE articles ADD COLUMN source TEXT NOT NULL DEFAULT '';
    """,
    _know_old_articles,
    # Whether the stored word is its publisher's own by prefix; which publisher pushed the article last, and when.
    """
    ALTER TABLE articles ADD COLUMN as_of INTEGER;
    UPDATE articles SET as_of = edited;
    ALTER TABLE articles ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE articles ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE articles ADD COLUMN owned INTEGER NOT NULL DEFAULT 0;
    """,
    # What became of every input, in order, for as long as the index lives; and the articles by time and by source.
    """
    CREATE TABLE sources (s INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE);
    CREATE TABLE changes (
        change INTEGER PRIMARY KEY,
        n INTEGER NOT NULL,
        rev INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        s INTEGER NOT NULL,
        receipt TEXT NOT NULL
    );
    CREATE INDEX changes_of ON changes (n);
    CREATE INDEX changes_without_a_row ON changes (outcome, rev) WHERE outcome IN ('duplicate', 'superseded');
    CREATE INDEX articles_by_time ON articles (rev);
    CREATE INDEX articles_by_source ON articles (source, rev);
    CREATE INDEX withdrawn_by_time ON articles (rev) WHERE withdrawn;
    """,
    # When an article's first word came (µs): it never changes, so that who keeps articles by month finds them again.
    """
    ALTER TABLE articles ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    UPDATE articles SET since = (SELECT ifnull(min(rev), articles.rev) FROM revisions WHERE revisions.n = articles.n);
    """,
    # Words lie beside the record, in an index that ranks no more than is shown (services/index/fulltext).
    """
    DROP TABLE exact;
    DROP TABLE plain;
    DELETE FROM about WHERE name = 'folding';
    """,
    # Whose an article is, where `source` is who spoke last: the desk's own words leave an article its source's.
    """
    ALTER TABLE articles ADD COLUMN origin TEXT NOT NULL DEFAULT '';
    UPDATE articles SET origin = source;
    DROP INDEX articles_by_source;
    CREATE INDEX articles_by_origin ON articles (origin, rev);
    """,
    _name_origins,
)


def version(database: sqlite3.Connection) -> int:
    """The schema's version as written in the file; 0 of an empty one."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def migrate(database: sqlite3.Connection, migrations: Sequence[Step] = MIGRATIONS) -> None:
    """Bring the tables up to date, each step whole or not at all; one that is a function may be cut short and go on."""
    present = version(database)
    refuse_newer(present, len(migrations))
    for number, step in enumerate(migrations[present:], start=present + 1):
        try:
            if isinstance(step, str):
                database.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")
                continue
            step(database)
            database.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def refuse_newer(found: int, known: int = len(MIGRATIONS)) -> None:
    """Stop before an index that a newer Copydesk has written."""
    refuse_newer_data("the index", found, known)


def is_readable(found: int, known: int = len(MIGRATIONS)) -> bool:
    """Whether a reader finds tables at all; an older index than ours waits for its writer to bring it up to date."""
    refuse_newer(found, known)
    if 0 < found < known:
        raise TransientError(
            f"the index has schema version {found}, this Copydesk reads {known}: the index service brings it up to date"
        )
    return found == known
