"""`copydesk demo`: what a newcomer sees first."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desk import Folder, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = make_folder(tmp_path)
    yield made
    made.end()


def test_the_example_is_shown_as_a_person_would_read_it_also_a_second_time(folder: Folder) -> None:
    first = folder.run("demo")
    assert (first.returncode, first.stderr) == (0, "")
    for words in (
        "Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên",
        "Monday 9 November 2015, 05:34 (UTC+07:00)",
        "from characters 0–18: “09/11/2015 - 05:34”",
        "Anh Phong, author and photographer",
        "TTH",
        "Sơ chế mủ cao su",
        "Cạo mủ cao su",
        "Chia sẻ bài viết",
        "ĐỒNG HÀNH CÙNG DOANH NGHIỆP",
        "Town library lends its thousandth telescope",
        'copydesk search "can bo dang vien"',
        "data/archive/",
    ):
        assert words in first.stdout
    assert "\x1b" not in first.stdout, "no colours where nobody looks"
    assert folder.alive() == []
    second = folder.run("demo")
    assert (second.returncode, second.stderr) == (0, "")
    assert "Từng bước nâng cao chất lượng đội ngũ cán bộ, đảng viên" in second.stdout
    assert folder.alive() == []
    told = json.loads(folder.run("demo", "--json").stdout)
    assert len(told["articles"]) == 4
    assert told["balance"]["difference"] == 0
    assert [one["results"]["total"] for one in told["searches"]] == [1, 1]


def test_what_is_refused_is_told_with_its_file_and_its_reason(folder: Folder) -> None:
    (folder.path / "seeds" / "noise.txt").write_bytes(bytes(range(256)) * 40)
    done = folder.run("demo")
    assert done.returncode == 1
    assert "Refused: drop noise.txt: " in done.stdout
    assert "1 input refused" in done.stderr
    assert "Từng bước nâng cao" in done.stdout


def test_a_name_that_is_no_text_is_taken_like_any_other(tmp_path: Path) -> None:
    odd = make_folder(tmp_path, seeds=False)
    (tmp_path / "seeds" / os.fsdecode(b"b\xe0i.txt")).write_text("A headline\n\nAnd a body.\n", encoding="utf-8")
    done = odd.run("demo")
    odd.end()
    assert (done.returncode, done.stderr) == (0, "")
    assert "A headline" in done.stdout


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    empty = make_folder(tmp_path, seeds=False)
    done = empty.run("demo")
    empty.end()
    assert done.returncode == 1
    assert "nothing lies in seeds/" in done.stderr
