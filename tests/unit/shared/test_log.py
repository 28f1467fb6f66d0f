"""Log lines: JSON with a level whatever wrote them, and nothing in them that steers a terminal."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.harmless import HARMFUL, STEERING, harmless_json, harmless_text
from shared.log import FollowedFile

# What a long-running process may come to write, each line by another way.
PROGRAM = """
import logging, sys, threading, warnings
from shared import log
log.configure_process("info")
log.log.info("own_event", text="a\\x1b[2Jb\\x9b31mc\\u202ed\\udce9")
log.log.debug("too_quiet")
logging.getLogger("some.library").warning("it said %s", "this")
logging.getLogger("some.library").info("too quiet")
logging.getLogger("some.library").warning("bad arguments %d", "x")
warnings.warn("old", DeprecationWarning, stacklevel=1)
print("printed", "twice\\nover")
print("to stderr", file=sys.__stderr__)
worker = threading.Thread(target=lambda: 1 / 0, name="worker")
worker.start()
worker.join()
raise ValueError("at the end")
"""


def test_whatever_a_process_writes_is_one_json_line_with_a_level() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=30
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    told = [(line["level"], line["event"]) for line in lines]
    assert told == [
        ("info", "own_event"),
        ("warning", "library_logged"),
        ("warning", "library_logged"),
        ("warning", "library_logged"),
        ("info", "line_printed"),
        ("info", "line_printed"),
        ("warning", "line_printed"),
        ("error", "thread_failed"),
        ("error", "process_failed"),
    ]
    assert [line.get("message") for line in lines[1:3]] == ["it said this", "bad arguments %d ('x',)"]
    assert "DeprecationWarning: old" in lines[3]["message"]
    assert [line["text"] for line in lines[4:7]] == ["printed twice", "over", "to stderr"]
    assert "ZeroDivisionError" in lines[7]["exception"]
    assert "ValueError: at the end" in lines[8]["exception"]
    assert lines[0]["text"] == "a\x1b[2Jb\x9b31mc\u202ed\udce9"
    assert not STEERING.search(done.stderr)
    assert (done.stdout, done.returncode) == ("", 1)


@given(st.text(st.characters()))
def test_a_harmless_line_says_the_same(words: str) -> None:
    line = harmless_json(json.dumps({"text": words}, ensure_ascii=False))
    assert json.loads(line) == {"text": words}
    assert not HARMFUL.search(line)


@given(st.text(st.characters()))
def test_harmless_text_stays_so(words: str) -> None:
    shown = harmless_text(words)
    assert not STEERING.search(shown)
    assert harmless_text(shown) == shown
    shown.encode()


@pytest.mark.parametrize("words", ["Tin tức\tmới\n", "कर्नाटक का क्\u200dष", "می\u200cخواهم", "日本語"])
def test_text_of_any_language_is_left_alone(words: str) -> None:
    assert harmless_text(words) == words


def test_a_line_that_is_written_while_its_file_is_renamed_stands_in_the_older_part(tmp_path: Path) -> None:
    log, older = tmp_path / "one.log", tmp_path / "one.log.1"
    with opened(log) as number:
        file = FollowedFile(log, [number])
        os.write(file.descriptor(), b"first\n")
        chosen = file.descriptor()  # the writer has looked …
        log.rename(older)  # … now it is renamed …
        os.write(chosen, b"second\n")  # … and only now it writes
        os.write(file.descriptor(), b"third\n")
        log.rename(tmp_path / "one.log.2")
        log.touch()
        os.write(file.descriptor(), b"fourth\n")
    assert older.read_text() == "first\nsecond\n"
    assert (tmp_path / "one.log.2").read_text() == "third\n"
    assert log.read_text() == "fourth\n"


def test_a_file_that_cannot_be_opened_anew_is_written_on_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    log, older = folder / "one.log", tmp_path / "older"
    with opened(log) as number:
        file = FollowedFile(log, [number])
        log.rename(older)
        folder.rmdir()
        os.write(file.descriptor(), b"first\n")
        folder.mkdir()
        os.write(file.descriptor(), b"second\n")
    assert (older.read_text(), log.read_text()) == ("first\n", "second\n")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        yield number
    finally:
        os.close(number)
