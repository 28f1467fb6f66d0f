"""From one version of the tables to the next."""

import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
import structlog
import zstandard
from msgspec.structs import replace

from services.index.fulltext.folder import CURRENT, FOLDER
from services.index.fulltext.writer import STEP, WordsWriter
from services.index.origin import read_head
from services.index.packing import unpack
from services.index.search import Index
from services.index.sinks import schema
from services.index.sinks.schema import MIGRATIONS, is_readable, migrate, version
from services.index.sinks.sqlite import SqliteSink
from services.index.sinks.writer import lock_folder
from shared import log as logging
from shared.envelope import Source
from shared.errors import NewerData, TransientError
from shared.identity import COMMAND_LINE
from shared.settings import INDEX_FILE
from tests.entries import make_entry


def test_an_index_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    database = sqlite3.connect(path, isolation_level=None)
    migrate(database, MIGRATIONS[:1])
    assert version(database) == 1
    database.close()
    sink = SqliteSink(path)
    assert sink.put_many([make_entry()]) == ["indexed"]
    sink.close()
    migrated = sqlite3.connect(path, isolation_level=None)
    assert version(migrated) == len(MIGRATIONS)
    migrate(migrated, (*MIGRATIONS, "ALTER TABLE articles ADD COLUMN cluster TEXT"))
    assert version(migrated) == len(MIGRATIONS) + 1
    assert migrated.execute("SELECT id, cluster FROM articles").fetchall() == [("a", None)]


def old_index(count: int) -> sqlite3.Connection:
    """An index as the first release left it, with articles known by an address of then."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    migrate(database, MIGRATIONS[:1])
    entry = zstandard.compress(msgspec.json.encode(make_entry()))
    for n in range(1, count + 1):
        database.execute("INSERT INTO articles VALUES (?, ?, 1, 'sha', 0)", (n, f"a{n}"))
        database.execute("INSERT INTO revisions (n, rev, indexed_us, entry) VALUES (?, 1, 1, ?)", (n, entry))
        database.execute("INSERT INTO aliases VALUES (?, ?)", (f"url:http://www.a.example/{n}/", n))
    return database


def test_a_migration_that_was_cut_short_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_AT_ONCE", 2)
    database, turns = old_index(5), iter((True, True, False))
    whole = schema._bridge

    def cut_short(database: sqlite3.Connection, rows: tuple[int, int]) -> None:
        if not next(turns):
            raise KeyboardInterrupt
        whole(database, rows)

    with monkeypatch.context() as patch:
        patch.setattr(schema, "_bridge", cut_short)
        with pytest.raises(KeyboardInterrupt):
            migrate(database)
    assert (version(database), database.in_transaction) == (2, False)
    assert database.execute("SELECT count(*) FROM articles WHERE digest != ''").fetchone() == (4,)
    seen: list[tuple[int, int]] = []

    def watched(database: sqlite3.Connection, rows: tuple[int, int]) -> None:
        seen.append(rows)
        whole(database, rows)

    monkeypatch.setattr(schema, "_bridge", watched)
    migrate(database)
    assert seen == [(5, 6)]
    assert version(database) == len(MIGRATIONS)
    known = database.execute("SELECT alias FROM aliases WHERE alias LIKE 'url:https:%' ORDER BY n").fetchall()
    assert known == [(f"url:https://a.example/{n}",) for n in range(1, 6)]


def test_a_step_that_fails_leaves_no_trace() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        migrate(database, (*MIGRATIONS, "CREATE TABLE half (x); INSERT INTO missing VALUES (1)"))
    assert not database.in_transaction
    assert version(database) == len(MIGRATIONS)
    assert database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)


def test_an_index_of_a_newer_copydesk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    sentence = "the index has version 99, and this release knows up to .* start the newer Copydesk"
    for _ in range(2):  # the first refusal must not keep the lock
        with pytest.raises(NewerData, match=sentence):
            SqliteSink(path)
    with pytest.raises(NewerData, match=sentence):
        Index(path).search("x")


def test_a_reader_waits_for_the_writer() -> None:
    assert is_readable(0, 2) is False
    assert is_readable(2, 2) is True
    with pytest.raises(TransientError, match="the index service brings it up to date"):
        is_readable(1, 2)


def before_origins(database: sqlite3.Connection) -> None:
    """Take out of a record what says whose the articles are that the desk has changed."""
    database.execute("DROP INDEX articles_by_origin")
    database.execute("ALTER TABLE articles DROP COLUMN origin")
    database.execute("CREATE INDEX articles_by_source ON articles (source, rev)")
    for revision, blob in database.execute("SELECT revision, entry FROM revisions").fetchall():
        entry = msgspec.json.decode(unpack(blob))
        entry.pop("origin", None)
        fresh = zstandard.compress(msgspec.json.encode(entry))
        database.execute("UPDATE revisions SET entry = ? WHERE revision = ?", (fresh, revision))
    database.execute("PRAGMA user_version = 7")
    database.commit()


def test_an_older_index_learns_whose_the_articles_are_that_the_desk_has_changed(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    hue, desk = Source(kind="push", name="hue", language="vi"), Source(kind="push", name=COMMAND_LINE)
    told = [
        ("theirs", hue), ("theirs", desk), ("theirs", desk), ("fed", Source(kind="feed", name="https://a.example/rss")),
        ("fed", desk), ("fed", hue), ("ours", desk), ("ours", desk),
    ]  # fmt: skip
    sink = SqliteSink(path)
    for rev, (name, source) in enumerate(told, 1):
        sink.put_many([replace(make_entry(name, rev, headline=f"Tin {rev}", body=f"Tin {rev}."), source=source)])
    sink.close()
    before = origins(path)
    assert [before[rev] for rev in (2, 3, 5, 6, 8)] == [hue, hue, told[3][1], None, None]
    with sqlite3.connect(path) as database:
        before_origins(database)
    database.close()
    for _ in range(2):
        database = sqlite3.connect(path, isolation_level=None)
        migrate(database)
        assert origins(path) == before
        listed = dict(database.execute("SELECT id, origin FROM articles").fetchall())
        assert listed == {"theirs": "push:hue", "fed": "push:hue", "ours": f"push:{COMMAND_LINE}"}
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
        database.close()


def origins(path: Path) -> dict[int, Source | None]:
    with sqlite3.connect(path) as database:
        return {rev: read_head(blob).origin for rev, blob in database.execute("SELECT rev, entry FROM revisions")}


def test_the_words_of_an_older_release_are_made_anew(tmp_path: Path) -> None:
    """It kept them in two tables of the record; what it stored is found again, and the tables are gone."""
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path)
    sink.put_many([make_entry("a", headline="Hòa bình"), make_entry("b", headline="Rút", pub_status="canceled")])
    sink.close()
    shutil.rmtree(tmp_path / FOLDER)
    database = sqlite3.connect(path)
    before_origins(database)
    database.execute("CREATE TABLE exact (headline)")
    database.execute("CREATE TABLE plain (headline)")
    database.execute("PRAGMA user_version = 6")
    database.close()
    index = Index(path)
    with pytest.raises(TransientError, match="the index service brings it up to date"):
        index.search("hoà bình")
    logging.configure("warning")
    with structlog.testing.capture_logs() as logged:
        sink = SqliteSink(path)
    assert [(line["event"], line["articles"]) for line in logged] == [("words_begun", 2)]
    assert index.search("hoà bình").total == index.search("hoa binh").total == 1
    assert index.search("rút").total == 0
    assert sqlite3.connect(path).execute("SELECT count(*) FROM sqlite_schema WHERE name = 'exact'").fetchone() == (0,)
    assert sink.put_many([make_entry("c", headline="Thêm")]) == ["indexed"]
    assert index.search("thêm").total == 1
    index.close()
    sink.close()


def test_while_words_are_made_anew_a_search_says_how_many_articles_have_none_yet(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path)
    sink.put_many([make_entry(f"{n}", headline=f"Tin {n}") for n in range(STEP + 100)])
    sink.close()
    current = tmp_path / FOLDER / CURRENT
    current.write_bytes(current.read_bytes().replace(b"folding", b"of long ago"))
    writer, index = WordsWriter(path), Index(path)
    assert writer.step()
    assert (index.search("tin").total, index.search("tin").behind) == (STEP, 100)
    writer.catch_up()
    assert (index.search("tin").total, index.search("tin").behind) == (STEP + 100, 0)
    index.close()
    writer.close()


def test_words_of_another_shape_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path)
    sink.put_many([make_entry("a", headline="Hòa bình")])
    sink.close()
    current = tmp_path / FOLDER / CURRENT
    current.write_bytes(current.read_bytes().replace(b"folding", b"of long ago"))
    index = Index(path)
    with lock_folder(tmp_path), pytest.raises(TransientError, match=r"still to be made: .* is written by process"):
        index.search("hoà bình")
    assert index.search("hoà bình").total == 1
    assert [folder.name for folder in (tmp_path / FOLDER).iterdir() if folder.is_dir()] == ["2"]
    index.close()
