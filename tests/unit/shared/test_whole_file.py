"""Files that are replaced whole: the old one or the new, for its owner alone, with nothing left beside it."""

import stat
import threading
from pathlib import Path

import pytest

from shared.whole_file import one_writer, replace_whole


def test_a_file_is_replaced_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.touch(mode=0o644)
    replace_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        replace_whole(path, b"new")
    assert [*tmp_path.iterdir()] == [path]


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    path, seen = tmp_path / "keys.json", list[str]()

    def write() -> None:
        with one_writer(path):
            seen.append("second")

    with one_writer(path):
        second = threading.Thread(target=write)
        second.start()
        second.join(0.1)
        seen.append("first")
    second.join(10)
    assert seen == ["first", "second"]


def test_what_goes_wrong_names_the_file_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "keys.json"
    with pytest.raises(OSError, match="No such file") as refused:
        replace_whole(path, b"new")
    assert refused.value.filename == str(path)
