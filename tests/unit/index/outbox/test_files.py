"""A folder of days: whole lines, each once, in order; closed at midnight; nothing left of what was erased."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.index.sinks import files
from services.index.sinks.files import FilesSink, read_lines
from services.index.sinks.sink import Delivery, Kind
from shared.article import PubStatus
from shared.errors import PermanentError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from tests.entries import make_entry

DAY = 86_400_000_000
NOON = 1_790_251_200_000_000  # 2026-09-24 12:00 UTC


def delivery(change: int, at_us: int, name: str = "a", *, erases: bool = False) -> Delivery:
    gone: PubStatus = "canceled" if erases else "usable"
    entry = make_entry(name, at_us, headline=None if erases else f"Tin {change}", pub_status=gone)
    entry = msgspec.structs.replace(entry, erases=erases)
    kind: Kind = "withdraw" if erases else "put"
    return Delivery(change=change, version=at_us, since_us=NOON, article_id=name, rev=at_us, kind=kind, entry=entry)


@pytest.fixture(params=["ndjson", "parquet"])
def form(request: pytest.FixtureRequest) -> str:
    if request.param == "parquet":
        pytest.importorskip("pyarrow")
    return str(request.param)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    clock = [NOON]
    monkeypatch.setattr(files, "now_us", lambda: clock[0])
    return clock


def make(folder: Path, form: str = "ndjson") -> FilesSink:
    return FilesSink("out", SinkSettings(url=f"files://{folder}?format={form}"), Settings())


def changes(path: Path) -> list[Any]:
    return [line["change"] for line in read_lines(path)]


def test_a_day_that_is_over_becomes_one_file_in_order(tmp_path: Path, form: str, now: list[int]) -> None:
    sink = make(tmp_path, form)
    sink.deliver([delivery(2, NOON + 2, "b"), delivery(1, NOON + 1)])
    sink.deliver([delivery(3, NOON + 3, "c")])
    assert sorted(path.name for path in (tmp_path / "2026-09-24").iterdir()) == [
        "000000000001.ndjson",
        "000000000003.ndjson",
    ]
    now[0] += DAY
    sink.deliver([delivery(4, NOON + DAY)])
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"2026-09-24.{form}", "2026-09-25"]
    assert changes(tmp_path / f"2026-09-24.{form}") == [1, 2, 3]


def test_a_bulk_that_comes_again_stands_there_once(tmp_path: Path, form: str, now: list[int]) -> None:
    sink = make(tmp_path, form)
    bulk = [delivery(1, NOON + 1), delivery(2, NOON + 2, "b")]
    sink.deliver(bulk)
    sink.deliver([*bulk, delivery(3, NOON + 3, "c")])  # the process died before it noted the first
    assert [changes(path) for path in (tmp_path / "2026-09-24").iterdir()] == [[1, 2, 3]]
    now[0] += DAY
    sink.deliver([delivery(4, NOON + DAY)])
    sink.deliver([*bulk, delivery(5, NOON + 5, "e")])  # of a day that is closed
    assert changes(tmp_path / f"2026-09-24.{form}") == [1, 2, 3]
    assert sorted(change for path in (tmp_path / "2026-09-25").iterdir() for change in changes(path)) == [4, 5]


def test_nothing_is_left_of_what_was_erased(tmp_path: Path, form: str, now: list[int]) -> None:
    sink = make(tmp_path, form)
    sink.deliver([delivery(1, NOON + 1, "a"), delivery(2, NOON + 2, "b")])
    now[0] += DAY
    sink.deliver([delivery(3, NOON + DAY, "a")])
    sink.deliver([delivery(4, NOON + DAY + 1, "a", erases=True)])
    assert changes(tmp_path / f"2026-09-24.{form}") == [2]
    rest = [line for path in (tmp_path / "2026-09-25").iterdir() for line in read_lines(path)]
    assert [(line["change"], line["act"]) for line in rest] == [(4, "withdraw")]
    assert not any(b"Tin 3" in path.read_bytes() for path in tmp_path.rglob("*.ndjson"))


def test_half_a_file_of_a_process_that_died_is_no_line(tmp_path: Path, now: list[int]) -> None:
    sink = make(tmp_path)
    (tmp_path / "2026-09-24").mkdir(parents=True)
    (tmp_path / "2026-09-24" / "000000000001.ndjson.part").write_text('{"change":1,"id"')
    sink.deliver([delivery(1, NOON + 1)])
    now[0] += DAY
    sink.deliver([delivery(2, NOON + DAY)])
    assert changes(tmp_path / "2026-09-24.ndjson") == [1]


def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Unavailable, match="sink out cannot be written"):
        make(tmp_path / "file").deliver([delivery(1, NOON)])


@pytest.mark.parametrize("url", ["files://host/x", "files:relative", "files:///x?format=csv"])
def test_an_address_that_is_no_folder_is_refused(url: str) -> None:
    with pytest.raises(PermanentError, match="sink out"):
        FilesSink("out", SinkSettings(url=url), Settings())
