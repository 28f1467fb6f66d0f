"""A folder: every change as a line of JSON, by day. A reader never sees half a line, and never a line twice.

The lines of a day come as `2026-11-30/<first change>.ndjson`, each written whole under another name and then renamed:
a bulk that is delivered once more takes the place of itself. A day that is over becomes one file, `2026-11-29.ndjson`
(or `.parquet`), in the order of changes; its folder goes after that.
"""

import datetime as dt
import heapq
import importlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from services.index.sinks.documents import document_of
from services.index.sinks.sink import Delivery
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings
from shared.whole_file import sync_path

ENDING, PARQUET, UNFINISHED = ".ndjson", ".parquet", ".part"
US = 1_000_000
NAME_WIDTH = 12

Line = Mapping[str, Any]


class FilesSink:
    """Appends a file a bulk, and closes days that are over."""

    every = True
    most = 500
    generation = "1"

    def __init__(self, name: str, settings: SinkSettings, _: Settings) -> None:
        parts = urlsplit(settings.url)
        asked = parse_qs(parts.query)
        self.name = name
        self._folder = Path(unquote(parts.path))
        self._format = asked.get("format", ["ndjson"])[0]
        if parts.netloc or not self._folder.is_absolute() or self._format not in ("ndjson", "parquet"):
            raise PermanentError(
                f"sink {name}: an address of a folder reads files:///absolute/path, with ?format=ndjson or parquet"
            )
        if self._format == "parquet":
            parquet(name)
        self._closed_until = ""

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """One file for each day of the bulk; then the days before the newest are closed."""
        days: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            days.setdefault(day_of(delivery.version), []).append(delivery)
        try:
            for day, found in days.items():
                if any(one.entry.erases for one in found):
                    self._erase({one.article_id for one in found if one.entry.erases})
                self._write(day, found)
            self._close_days()
        except OSError as error:
            raise Unavailable(f"the folder {self._folder} of sink {self.name} cannot be written: {error}") from error
        return [None] * len(deliveries)

    def settle(self) -> None:
        """Nothing is shown elsewhere: files are read as they are."""

    def close(self) -> None:
        """Nothing is open between two bulks."""

    def _write(self, day: str, deliveries: Sequence[Delivery]) -> None:
        lines = {one.change: line_of(one) for one in deliveries}
        if (closed := self._closed(day)) is not None:  # a late word, or a bulk that came again after midnight
            for line in read_lines(closed):
                lines.pop(line["change"], None)
            day = day_of(now_us())
        if not lines:
            return
        folder = self._folder / day
        folder.mkdir(parents=True, exist_ok=True)
        changes = sorted(lines)
        write_whole(folder / name_of(changes[0]), [packed(lines[change]) for change in changes])

    def _closed(self, day: str) -> Path | None:
        """The file of a day that is over, in whichever format."""
        found = (self._folder / f"{day}{ending}" for ending in (ENDING, PARQUET))
        return next((path for path in found if path.exists()), None)

    def _close_days(self) -> None:
        """Make one file of each day that is over, once a day."""
        today = day_of(now_us())
        if self._closed_until == today:
            return
        for folder in sorted(self._folder.glob("????-??-??")):
            if folder.is_dir() and folder.name < today:
                self._close_day(folder)
        self._closed_until = today

    def _close_day(self, folder: Path) -> None:
        lines = in_order([read_lines(path) for path in sorted(folder.glob(f"*{ENDING}"))])
        write_day(self._folder / f"{folder.name}.{self._format}", lines)
        shutil.rmtree(folder)

    def _erase(self, articles: set[str]) -> None:
        """Take the words of articles out of every file, as the law may demand; their tombstones follow."""
        for path in sorted((*self._folder.rglob(f"*{ENDING}"), *self._folder.glob(f"*{PARQUET}"))):
            if any(line["id"] in articles for line in read_lines(path)):
                write_day(path, (line for line in read_lines(path) if line["id"] not in articles))


def line_of(delivery: Delivery) -> Line:
    """A change as a line says it: its place, `put` or `withdraw`, and the article."""
    return {"change": delivery.change, "act": delivery.kind} | document_of(delivery)


def packed(line: Line) -> bytes:
    """A line as it stands in a file."""
    return msgspec.json.encode(line) + b"\n"


def name_of(change: int) -> str:
    """The name of the file whose first line is a change."""
    return f"{change:0{NAME_WIDTH}}{ENDING}"


def day_of(us: int) -> str:
    """The day of a moment in µs, in UTC."""
    return f"{dt.datetime.fromtimestamp(us / US, dt.UTC):%Y-%m-%d}"


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file so that it is there whole or not at all, also after a loss of power."""
    part = path.with_name(f"{path.name}{UNFINISHED}")
    with part.open("wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_path(path.parent)


def write_day(path: Path, lines: Iterable[Line]) -> None:
    """Write the lines of a day in the format that the file's name tells."""
    if path.suffix == PARQUET:
        parquet("files").write(path, lines)
    else:
        write_whole(path, map(packed, lines))


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file, one after the other: a day may be larger than memory."""
    if path.suffix == PARQUET:
        yield from parquet("files").read(path)
        return
    with path.open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line)


def in_order(files: Sequence[Iterable[Line]]) -> Iterator[Line]:
    """The lines of files that are in order each, in the order of changes, each once."""
    last = None
    for line in heapq.merge(*files, key=itemgetter("change")):
        if line["change"] != last:
            yield line
        last = line["change"]


def parquet(sink: str) -> ModuleType:
    """What reads and writes Parquet, for those alone who want it: a large library stands behind it."""
    try:
        return importlib.import_module("services.index.sinks.parquet")
    except ModuleNotFoundError as error:
        raise PermanentError(f"sink {sink}: Parquet needs PyArrow: pip install 'copydesk[parquet]'") from error
