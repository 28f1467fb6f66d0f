"""The tables of the embedded index, version by version, and the way from one to the next."""

import sqlite3
from collections.abc import Sequence

from shared.errors import PermanentError, TransientError

# A row of `articles` names its newest revision; a row of `revisions` holds the whole entry (zstd of its JSON), so
# that what was said, when, and on which evidence outlives the ledger. The two word sets keep no text of their own
# (content=''): an article's words are worked out again from its entry when they are to be taken out. Marks (M*) belong
# to words, or Thai and Hindi fall apart; the headline weighs three times.
# A step that was released is never changed: what comes later is another step.
MIGRATIONS: tuple[str, ...] = (
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
)


def version(database: sqlite3.Connection) -> int:
    """The schema's version as written in the file; 0 of an empty one."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def migrate(database: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the tables up to date, each step whole or not at all."""
    found = version(database)
    refuse_newer(found, len(migrations))
    for number, step in enumerate(migrations[found:], start=found + 1):
        try:
            database.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number}; COMMIT;")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def refuse_newer(found: int, known: int = len(MIGRATIONS)) -> None:
    """Stop before an index that a newer Copydesk has written."""
    if found > known:
        raise PermanentError(
            f"the index has schema version {found}, this Copydesk knows {known}: start the newer Copydesk that wrote it"
        )


def refuse_other(found: int, known: int = len(MIGRATIONS)) -> bool:
    """Whether a reader finds tables at all; an older index than ours waits for its writer to bring it up to date."""
    refuse_newer(found, known)
    if 0 < found < known:
        raise TransientError(
            f"the index has schema version {found}, this Copydesk reads {known}: the index service brings it up to date"
        )
    return found == known
