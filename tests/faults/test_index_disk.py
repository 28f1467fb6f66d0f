"""The index's disk: a log that stays short beside steady readers, a disk that is really full, a file locked."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.errors import Unavailable
from shared.settings import INDEX_FILE
from tests.entries import make_entry

FILL_A_DISK = """
import os, subprocess, sys
from pathlib import Path
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.settings import INDEX_FILE
from shared.errors import Unavailable
from tests.entries import make_entry

folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True)
sink = SqliteSink(folder / INDEX_FILE)
entries = [make_entry(f"{n}", body=f"bài{n} " + os.urandom(15_000).hex()) for n in range(200)]
waiting, kept, refusals = list(entries), 0, 0
while waiting and refusals < 3:
    outcomes = sink.put_many(waiting[:10])
    if outcomes == ["indexed"] * 10:
        waiting, kept = waiting[10:], kept + 10
    else:
        assert all(isinstance(outcome, Unavailable) for outcome in outcomes), outcomes
        assert "full" in str(outcomes[0]), outcomes
        refusals += 1
assert 0 < kept < 200, kept
index = Index(folder / INDEX_FILE)
assert index.count() == kept
subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
while waiting:
    assert sink.put_many(waiting[:10]) == ["indexed"] * 10
    waiting = waiting[10:]
assert index.count() == 200
assert all(index.search(f"bài{n}").total == 1 for n in range(200))
sink.close()
print("whole")
"""


def test_a_really_full_disk_loses_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if os.geteuid() != 0 or unshare is None:
        pytest.skip("a small disk of one's own needs root and unshare")
    mount = [unshare, "-m", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    done = subprocess.run(
        [unshare, "-m", sys.executable, "-c", FILL_A_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert (done.stdout, done.returncode) == ("whole\n", 0), done.stderr


def test_the_log_stays_short_beside_readers_that_overlap(tmp_path: Path) -> None:
    """Two readers hand over to each other: at no moment is there none. SQLite's own checkpoints would never end."""
    path, limit = tmp_path / INDEX_FILE, 1 << 20
    sink = SqliteSink(path, wal_bytes=limit)
    sink.put_many([make_entry()])
    readers = [sqlite3.connect(path, isolation_level=None, check_same_thread=False) for _ in range(2)]
    stop = threading.Event()

    def read() -> None:
        holding = None
        while not stop.is_set():
            for reader in readers:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM articles").fetchone()
                if holding is not None:
                    holding.execute("COMMIT")
                holding = reader
                stop.wait(0.02)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        longest = written = 0
        log = path.with_name(f"{INDEX_FILE}-wal")
        for batch in range(60):
            before = log.stat().st_size
            assert sink.put_many([make_entry(f"{batch}", body=os.urandom(150_000).hex())]) == ["indexed"]
            longest = max(longest, log.stat().st_size)
            written += max(0, log.stat().st_size - before)
    finally:
        stop.set()
        thread.join()
    assert written > 6 * limit
    assert longest <= 2 * limit
    for reader in readers:
        reader.close()
    sink.close()


def test_a_reader_that_never_ends_stops_no_batch(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path, wal_bytes=1 << 20)
    sink.put_many([make_entry()])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    body = " ".join(f"từ{number}" for number in range(20_000))
    assert sink.put_many([make_entry("b", body=body)]) == ["indexed"]
    assert sink.put_many([make_entry("c", body=body)]) == ["indexed"]
    reader.execute("COMMIT")
    reader.close()
    index = Index(path)
    assert index.count() == 3
    index.close()
    sink.close()


def test_a_file_that_another_program_holds_is_unavailable_and_nothing_of_the_batch_is_kept(tmp_path: Path) -> None:
    sink = SqliteSink(tmp_path / INDEX_FILE, busy_ms=50)
    other = sqlite3.connect(tmp_path / INDEX_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes = sink.put_many([make_entry("a"), make_entry("b")])
    assert [type(outcome) for outcome in outcomes] == [Unavailable, Unavailable]
    assert "locked" in str(outcomes[0])
    other.execute("ROLLBACK")
    other.close()
    assert sink.put_many([make_entry("a"), make_entry("b")]) == ["indexed", "indexed"]
    sink.close()
