"""The index's writer, killed, doubled, and out of disk."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.errors import PermanentError, TransientError, Unavailable
from shared.settings import INDEX_FILE
from tests.entries import make_entry

WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from services.index.sinks.sqlite import SqliteSink
from tests.entries import make_entry

sink = SqliteSink(Path(sys.argv[1]))
for batch in itertools.count():
    edits = [make_entry(f"{number}", batch + 1, headline=f"lần {batch}") for number in range(20)]
    assert set(sink.put_many(edits)) == {"indexed"}
    print(batch, flush=True)
"""

WRITE_UNTIL_FULL = """
import resource, sys
from pathlib import Path
from services.index.sinks.sqlite import SqliteSink
from tests.entries import make_entry

sink = SqliteSink(Path(sys.argv[1]))
sink.put_many([make_entry("before")])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
big = " ".join(str(number) for number in range(60_000))
entries = [make_entry("x", body=big), make_entry("y")]
print([f"{type(outcome).__name__}: {outcome}" for outcome in sink.put_many(entries)])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(sink.put_many(entries))
"""


def run(program: str, path: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )


def test_killed_in_the_middle_of_writing(tmp_path: Path) -> None:
    """Whatever was answered for is there, whole batches only, and the next writer goes on."""
    path = tmp_path / INDEX_FILE
    for lines in (1, 3, 7):
        writer = run(WRITE_FOR_EVER, path)
        assert writer.stdout is not None
        answered = [writer.stdout.readline() for _ in range(lines)][-1]
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        answered = ([answered, *writer.stdout.readlines()])[-1]
        index = Index(path)
        assert index.count() == 20
        revs = {hit.rev for hit in index.recent(20)}
        assert len(revs) == 1, "a batch is whole or not at all"
        assert max(revs) >= int(answered) + 1
        assert index.search("lần").total == 20
        sink = SqliteSink(path)
        batch = revs.pop() - 1
        assert index.search(f'headline:"lần {batch}"').total == 20, "its words follow by themselves"
        index.close()
        sink.close()
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.close()
        path.unlink()


def test_a_second_writer_is_refused_and_told_why(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / INDEX_FILE)
    with pytest.raises(PermanentError, match=f"is written by process {os.getpid()} on .*one writer"):
        SqliteSink(tmp_path / INDEX_FILE)
    assert sink.put_many([make_entry()]) == ["indexed"]
    sink.close()
    SqliteSink(tmp_path / INDEX_FILE).close()


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    writer = run(WRITE_FOR_EVER, tmp_path / INDEX_FILE)
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(PermanentError, match=f"process {writer.pid} "):
        SqliteSink(tmp_path / INDEX_FILE)
    writer.kill()
    writer.communicate()
    SqliteSink(tmp_path / INDEX_FILE).close()


def test_a_file_that_may_not_grow_is_unavailable(tmp_path: Path) -> None:
    writer = run(WRITE_UNTIL_FULL, tmp_path / INDEX_FILE)
    output, _ = writer.communicate(timeout=30)
    full, after = output.splitlines()
    assert full.count("Unavailable") == 2
    assert "cannot be written" in full
    assert after == "['indexed', 'indexed']"


def test_a_stored_article_that_was_damaged_harms_no_other(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / INDEX_FILE)
    sink.put_many([make_entry("a"), make_entry("b")])
    database = sqlite3.connect(tmp_path / INDEX_FILE)
    database.execute("UPDATE revisions SET entry = x'00' WHERE n = 1")
    database.commit()
    database.close()
    assert sink.put_many([make_entry("b", 2, headline="Mới")]) == ["indexed"]
    assert sink.put_many([make_entry("a", 2, headline="Mới")]) == ["indexed"], "its next word mends it"
    index = Index(tmp_path / INDEX_FILE)
    assert index.search("mới").total == 2
    index.close()
    sink.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        SqliteSink(tmp_path / "file" / INDEX_FILE)


def test_a_file_that_is_no_index(tmp_path: Path) -> None:
    (tmp_path / INDEX_FILE).write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Unavailable, match="cannot be written: file is not a database"):
        SqliteSink(tmp_path / INDEX_FILE)
    with pytest.raises(TransientError, match="cannot be read: file is not a database"):
        Index(tmp_path / INDEX_FILE).count()


def test_a_reader_that_may_not_write_reads_what_a_stopped_writer_left(short_folder: Path) -> None:
    """As on a volume mounted read-only: SQLite can make none of the log's files there."""
    folder = short_folder / "index"
    sink = SqliteSink(folder / INDEX_FILE)
    sink.put_many([make_entry()])
    sink.close()
    short_folder.chmod(0o755)
    folder.chmod(0o555)
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:  # whom no mode stops
            os.setuid(65534)
        try:
            os._exit(Index(folder / INDEX_FILE).search("nang cao").total)
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    folder.chmod(0o755)
    assert os.waitstatus_to_exitcode(status) == 1
