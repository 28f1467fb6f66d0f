"""The word index beside the record: killed anywhere, damaged, lost, set back, asked to be made anew, erased from."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.index.fulltext.filling import reindex_words
from services.index.fulltext.folder import CURRENT, FOLDER, META
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.errors import PermanentError
from shared.settings import INDEX_FILE
from tests.conftest import wait_for
from tests.entries import make_entry
from tests.traces import traces

WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from services.index.sinks.sqlite import SqliteSink
from tests.entries import make_entry

sink = SqliteSink(Path(sys.argv[1]), lag_s=0.05)
for batch in itertools.count(int(sys.argv[2])):
    entries = [make_entry(f"{batch}-{n}", batch, headline=f"lần{batch}", body=f"bài {n}") for n in range(7)]
    assert set(sink.put_many([*entries, make_entry("same", batch, headline=f"mới{batch}")])) == {"indexed"}
    print(batch, flush=True)
"""
READ_UNTIL_FOUND = """
import sys, time
from pathlib import Path
from services.index.search import Index

index = Index(Path(sys.argv[1]))
print(index.search("đầu").total, flush=True)
sys.stdin.readline()
deadline = time.monotonic() + 20
while not index.search("sau").total and time.monotonic() < deadline:
    pass
print(index.search("sau").total, flush=True)
"""


def run(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def words_folder(path: Path) -> Path:
    words = path.parent / FOLDER
    return words / str(json.loads((words / CURRENT).read_bytes())["name"])


def test_killed_anywhere_no_word_is_missing_and_none_is_double(tmp_path: Path) -> None:
    path, batch = tmp_path / INDEX_FILE, 1
    for lines in (1, 4, 9, 2, 15):
        writer = run(WRITE_FOR_EVER, path, batch)
        assert writer.stdout is not None
        for _ in range(lines):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        batch = max([batch + lines - 1, *map(int, writer.communicate()[0].split())]) + 1
        sink, index = SqliteSink(path), Index(path)
        stored = index.count()
        batches = {hit.rev for hit in index.recent(stored)}
        assert index.search("bài", limit=1000).total == min(stored - 1, 1000)
        for number in batches:
            assert index.search(f"lần{number}").total == 7
        assert index.search(f"mới{max(batches)}").total == 1
        assert index.search(f"mới{max(batches) - 1}").total == 0, "what it said before"
        index.close()
        sink.close()
        batch = max(batch, max(batches) + 1)


@pytest.mark.parametrize("harm", ["folder", "meta", "segment", "pointer", "garbage pointer"])
def test_what_is_lost_or_damaged_is_made_anew(tmp_path: Path, harm: str) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path)
    sink.put_many([make_entry(f"{n}", body=f"w{n}") for n in range(20)])
    sink.close()
    folder = words_folder(path)
    if harm == "folder":
        shutil.rmtree(tmp_path / FOLDER)
    elif harm == "meta":
        (folder / META).write_text("{")
    elif harm == "segment":
        for file in folder.glob("*.term"):
            file.write_bytes(b"")
    else:
        (tmp_path / FOLDER / CURRENT).unlink()
        if harm == "garbage pointer":
            (tmp_path / FOLDER / CURRENT).write_bytes(b"\x00")
    sink, index = SqliteSink(path), Index(path)
    assert sink.put_many([make_entry("next", headline="Thêm")]) == ["indexed"]
    assert index.search("thêm").total == index.search("w19").total == 1
    assert index.search("nâng cao").total == 20
    index.close()
    sink.close()


def test_a_record_that_was_set_back_takes_its_words_back(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path)
    sink.put_many([make_entry("a", headline="Trước")])
    sink.close()
    shutil.copy(path, tmp_path / "backup")
    sink = SqliteSink(path)
    sink.put_many([make_entry("b", headline="Sau"), make_entry("a", 2, headline="Khác")])
    sink.close()
    shutil.copy(tmp_path / "backup", path)
    sink, index = SqliteSink(path), Index(path)
    assert (index.search("sau").total, index.search("khác").total, index.search("trước").total) == (0, 0, 1)
    index.close()
    sink.close()


def test_a_reader_of_another_process_sees_what_came(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink = SqliteSink(path, lag_s=0.2)
    sink.put_many([make_entry("a", headline="Đầu")])
    index = Index(path)
    wait_for(lambda: index.search("đầu").total == 1, "the article was not found")
    reader = run(READ_UNTIL_FOUND, path)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "1\n"
    sink.put_many([make_entry("b", headline="Sau")])
    assert reader.communicate("\n", timeout=30)[0] == "1\n"
    index.close()
    sink.close()


def test_what_is_told_to_be_indexed_is_found(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink, index = SqliteSink(path, lag_s=0.2), Index(path)
    for n in range(25):
        assert sink.put_many([make_entry(f"{n}", body=f"w{n}")]) == ["indexed"]
        assert index.search(f"w{n}").total == 1
    gone = make_entry("7", 2, headline="Rút", pub_status="canceled")
    assert sink.put_many([gone]) == ["withdrawn"]
    assert index.search("w7").total == 0
    index.close()
    sink.close()


def test_words_are_made_anew_beside_the_present_ones(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink, index = SqliteSink(path, lag_s=0.05), Index(path)
    sink.put_many([make_entry(f"{n}", body=f"w{n}") for n in range(1200)])
    wait_for(lambda: index.search("w1199").total == 1, "the last article was not found")
    before = words_folder(path).name
    with pytest.raises(PermanentError, match="is written by"):
        reindex_words(path)

    def made_anew() -> bool:
        assert index.search("w7").total == 1, "the present words do not answer meanwhile"
        return words_folder(path).name != before

    wait_for(made_anew, "the words were not made anew")
    assert index.search("w1199").total == 1
    assert index.search("nâng cao").total == 1000
    sink.close()
    assert not (tmp_path / FOLDER / before).exists()
    reindex_words(path)
    assert index.search("w7").total == 1
    index.close()


def test_what_is_erased_leaves_no_word_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink, index = SqliteSink(path), Index(path)
    sink.put_many([make_entry(f"{n}", body=f"w{n}") for n in range(30)])
    sink.put_many([make_entry("a", 1, headline="Bimatcuatoi"), make_entry("a", 2, headline="Bimathainam")])
    before = {file.name for file in words_folder(path).iterdir() if file.suffix == ".term"}
    assert before
    gone = replace(make_entry("a", 3, headline="", body="", pub_status="canceled"), erases=True)
    assert sink.put_many([gone]) == ["withdrawn"]
    left = {file.name for file in (tmp_path / FOLDER).rglob("*.term")}
    assert left
    assert not left & before, "an older word stands in a segment until it is merged: none of them stays"
    assert index.search("bimathainam").total == 0
    assert index.search("w7").total == 1
    assert [folder.name for folder in (tmp_path / FOLDER).iterdir() if folder.is_dir()] == [words_folder(path).name]
    assert sink.put_many([make_entry("b", headline="Thêm")]) == ["indexed"]
    assert {file.name for file in (tmp_path / FOLDER).rglob("*.term")} >= left - before, "made anew once"
    index.close()
    sink.close()


def test_what_is_erased_leaves_the_log_as_soon_as_nobody_reads_it(tmp_path: Path) -> None:
    path = tmp_path / INDEX_FILE
    sink, reader = SqliteSink(path), sqlite3.connect(path, isolation_level=None)
    sink.put_many([make_entry("a", 1, headline="Bimatcuatoi"), make_entry("b", headline="Congkhai")])
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM revisions").fetchone() == (2,)
    gone = replace(make_entry("a", 3, headline="", body="", pub_status="canceled"), erases=True)
    assert sink.put_many([gone]) == ["withdrawn"]
    assert traces("Bimatcuatoi", tmp_path) == [f"{INDEX_FILE}-wal"], "somebody still reads the page that was"
    reader.execute("COMMIT")
    sink.put_many([make_entry("c", headline="Thêm")])
    assert traces("Bimatcuatoi", tmp_path) == []
    assert traces("Congkhai", tmp_path)
    reader.close()
    sink.close()
