"""What marks a change of a dropped file, and when one is read whole."""

import os
from pathlib import Path

import pytest

from services.ingest.drop_files import StillWritten, is_known, read_drop, read_mark, same_words, still_for

TAKEN = b"5:1000:7:2000:644"  # bytes, time of the last change, inode, time of the last change of rights or name, mode


@pytest.mark.parametrize(
    ("mark", "same", "known"),
    [
        pytest.param(TAKEN, True, True, id="as it was"),
        pytest.param(b"5:1000:7:3000:600", True, False, id="other rights"),
        pytest.param(b"5:1000:7:3000:644", True, False, id="touched: its words may have been set back in time"),
        pytest.param(b"5:1000:8:2000:644", False, False, id="another file, as old and as long, renamed to its name"),
        pytest.param(b"5:1001:7:2000:644", False, False, id="written to"),
        pytest.param(b"6:1000:7:2000:644", False, False, id="longer"),
    ],
)
def test_a_mark_tells_a_change(mark: bytes, same: bool, known: bool) -> None:
    assert same_words(mark, TAKEN) is same
    assert is_known(mark, TAKEN) is known


def test_the_marks_of_earlier_releases_are_believed() -> None:
    assert is_known(TAKEN, b"5:1000:7")
    assert not is_known(TAKEN, b"5:1000:8")
    assert is_known(None, None)
    assert not is_known(TAKEN, None)


def test_a_file_that_was_moved_in_with_an_old_date_has_not_held_still_since_then(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("as old as the hills")
    os.utime(file, (1, 1))
    assert still_for(file) < 1_000
    assert still_for(tmp_path / "gone.txt") == 0


def test_what_was_read_in_part_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the first half, and the second")
    with pytest.raises(StillWritten):
        read_drop(tmp_path, "a.txt", 1_000, read=lambda descriptor, _: os.read(descriptor, 14))
    whole = read_drop(tmp_path, "a.txt", 1_000)
    assert (whole.body, whole.mark) == (b"the first half, and the second", read_mark(tmp_path / "a.txt"))
