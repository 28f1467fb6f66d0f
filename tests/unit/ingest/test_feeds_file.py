"""The list of feeds as it is kept: a line a change, written anew now and then, read again only as far as it changed."""

import json
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feeds_file import LEAST_BYTES, FeedsFile
from services.ingest.subscriptions import Subscription
from shared.errors import NewerData, PermanentError


def feed(number: int, title: str | None = None) -> Subscription:
    return Subscription(id=f"f{number}", url=f"http://news.example/{number}", title=title)


def open_file(folder: Path) -> FeedsFile[Subscription]:
    return FeedsFile(folder / "feeds.json", Subscription, lambda row: row)


def put(file: FeedsFile[Subscription], *feeds: Subscription) -> None:
    with file.changing() as rows:
        rows.update((row.id, row) for row in feeds)


def remove(file: FeedsFile[Subscription], *numbers: int) -> None:
    with file.changing() as rows:
        for number in numbers:
            rows.pop(f"f{number}", None)


def test_one_more_feed_is_one_more_line(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    put(file, *(feed(number) for number in range(1000)))
    before = (tmp_path / "feeds.json").read_bytes()
    put(file, feed(1000))
    put(file, feed(1001))
    remove(file, 5)
    assert (tmp_path / "feeds.json").read_bytes() == before
    lines = (tmp_path / "feeds.changes.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines[1:]] == [
        {"set": [{"id": "f1000", "url": "http://news.example/1000"}]},
        {"set": [{"id": "f1001", "url": "http://news.example/1001"}]},
        {"gone": ["f5"]},
    ]
    assert (tmp_path / "feeds.changes.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_change_of_nothing_writes_nothing(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    put(file, feed(1))
    stamp = file.stamp()
    put(file)
    assert file.stamp() == stamp


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 5), st.text(max_size=3)),
        st.tuples(st.just("remove"), st.integers(0, 5), st.just("")),
        st.tuples(st.just("anew"), st.just(0), st.just("")),
    ),
    max_size=12,
)


@given(steps)
def test_whoever_reads_sees_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("feeds")
    writer, reader = open_file(folder), open_file(folder)
    expected: dict[str, Subscription] = {}
    for act, number, title in done:
        if act == "put":
            put(writer, feed(number, title))
            expected[f"f{number}"] = feed(number, title)
        elif act == "remove":
            remove(writer, number)
            expected.pop(f"f{number}", None)
        else:
            writer = open_file(folder)
        assert list(reader.read().items()) == list(expected.items()), "one that read before"
    assert list(open_file(folder).read().items()) == list(expected.items()), "one that reads for the first time"


def test_the_list_is_written_anew_when_its_changes_outgrow_it(tmp_path: Path) -> None:
    file, reader = open_file(tmp_path), open_file(tmp_path)
    put(file, feed(1))
    title, whole = "x" * 20_000, tmp_path / "feeds.json"
    for number in range(2, 40):
        put(file, feed(number, title))
        reader.read()
        assert (tmp_path / "feeds.changes.jsonl").stat().st_size <= max(LEAST_BYTES, whole.stat().st_size)
    assert json.loads(whole.read_text())["generation"] >= 2
    assert len(reader.read()) == len(open_file(tmp_path).read()) == 39


def test_half_a_line_is_no_change_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    put(file, feed(1))
    put(file, feed(2))
    changes = tmp_path / "feeds.changes.jsonl"
    with changes.open("ab") as half:
        half.write(b'{"set":[{"id":"f3","url":"http://ne')
    assert list(open_file(tmp_path).read()) == ["f1", "f2"]
    put(open_file(tmp_path), feed(4))
    assert list(file.read()) == list(open_file(tmp_path).read()) == ["f1", "f2", "f4"]


def test_changes_upon_another_list_count_no_more(tmp_path: Path) -> None:
    """The power fails between the list that was written anew and the first change upon it; or a copy is put back."""
    file = open_file(tmp_path)
    put(file, feed(1))
    put(file, feed(2))
    written = json.loads((tmp_path / "feeds.json").read_text())
    written["generation"] += 1
    (tmp_path / "feeds.json").write_text(json.dumps(written))
    assert list(file.read()) == list(open_file(tmp_path).read()) == ["f1"]
    put(file, feed(3))
    assert list(file.read()) == list(open_file(tmp_path).read()) == ["f1", "f3"]


def test_a_line_that_was_edited_by_hand_is_seen(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    put(file, feed(1))
    put(file, feed(2, "old"))
    put(file, feed(3))
    changes = tmp_path / "feeds.changes.jsonl"
    changes.write_text(changes.read_text().replace('"old"', '"edited"'))
    assert file.read()["f2"].title == "edited"


def test_a_list_of_an_earlier_release_is_read_and_written_anew_with_its_first_change(tmp_path: Path) -> None:
    earlier = {"version": 2, "feeds": [{"id": "f1", "url": "http://news.example/1"}]}
    (tmp_path / "feeds.json").write_text(json.dumps(earlier))
    file = open_file(tmp_path)
    assert list(file.read()) == ["f1"]
    put(file, feed(2))
    assert json.loads((tmp_path / "feeds.json").read_text())["version"] == 3
    assert list(open_file(tmp_path).read()) == ["f1", "f2"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("no JSON", PermanentError, id="broken"),
        pytest.param('{"version": 4, "of": 1}', NewerData, id="of a newer release"),
    ],
)
def test_changes_that_cannot_be_read_are_told_and_kept(tmp_path: Path, line: str, error: type[Exception]) -> None:
    put(open_file(tmp_path), feed(1))
    changes = tmp_path / "feeds.changes.jsonl"
    changes.write_text(line + "\n")
    file = open_file(tmp_path)
    for _ in range(2):
        with pytest.raises(error, match=r"feeds\.changes\.jsonl"):
            file.read()
    with pytest.raises(error):
        put(file, feed(2))
    assert changes.read_text() == line + "\n"
    changes.unlink()
    assert list(file.read()) == ["f1"]


def test_writers_of_several_processes_and_threads_lose_nothing(tmp_path: Path) -> None:
    files = [open_file(tmp_path) for _ in range(3)]

    def write(part: int) -> None:
        for number in range(part, 60, 6):
            put(files[part % 3], feed(number, "x" * 10_000))

    threads = [threading.Thread(target=write, args=(part,)) for part in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(set(file.read()) == {f"f{number}" for number in range(60)} for file in [*files, open_file(tmp_path)])


def test_whoever_holds_the_list_keeps_it_as_it_was(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    put(file, feed(1))
    held = file.read()
    put(file, feed(2))
    assert list(held) == ["f1"]
    assert msgspec.json.encode(held["f1"])
