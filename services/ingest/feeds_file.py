"""The list of feeds on the data volume: `feeds.json` holds it as it once was, `feeds.changes.jsonl` each change since.

A change is one line, so that one more feed costs a line and not the whole list; when the lines outgrow the list, it is
written anew. The end of a line says that its change was made: half a line was never one.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from shared.data_version import refuse_newer
from shared.errors import FileUnreadable, Unavailable
from shared.volume_file import VolumeFile, write
from shared.whole_file import open_private

VERSION = 3
LEAST_BYTES = 256 * 1024  # of changes: a shorter list is not written anew for each
CHANGES = ".changes.jsonl"
TAIL = 64
Stamp = tuple[int, ...] | None


class Named(Protocol):
    """A row of the list."""

    @property
    def id(self) -> str:
        """What no other row is called."""


T = TypeVar("T", bound=Named)


class _Snapshot(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """The whole list. `generation` counts how often it was written; changes say upon which they were made."""

    version: int = 1
    generation: int = 0
    feeds: tuple[T, ...] = ()


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of the changes: upon which generation of the list they were made."""

    version: int
    of: int


class _Change(msgspec.Struct, Generic[T], frozen=True, kw_only=True, omit_defaults=True):
    """One change: rows that are new or other than before, and ids of those that are gone."""

    set: tuple[T, ...] = ()
    gone: tuple[str, ...] = ()


class FeedsFile(Generic[T]):
    """The list as one process knows it: read again where it has changed, and only what was added to it.

    One writer at a time, of any process; from any number of threads. `upgrade` makes a row of version 1 one of today.
    """

    def __init__(self, path: Path, kind: type[T], upgrade: Callable[[T], T]) -> None:
        self._path, self._changes, self._upgrade = path, path.with_name(path.stem + CHANGES), upgrade
        lock_name = f"{path.name}.lock"  # where earlier releases too look for it
        whole: Any = _Snapshot[kind]  # type: ignore[valid-type]  # msgspec reads it at run time
        self._file = VolumeFile[_Snapshot[T]](
            path, whole, version=VERSION, what="the file of feeds", lock_name=lock_name
        )
        self._decode = msgspec.json.Decoder[Any](_Change[kind]).decode  # type: ignore[valid-type]
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._stamps: tuple[Stamp, Stamp] | None = None
        self._snapshot: _Snapshot[T] = _Snapshot(version=VERSION)
        self._rows: dict[str, T] = {}
        self._read, self._tail = 0, b""

    @property
    def name(self) -> str:
        """What it is called."""
        return self._path.name

    def stamp(self) -> tuple[Stamp, Stamp] | None:
        """What changes whenever the list does; None where there is none."""
        stamps = (_stamp_of(self._path), _stamp_of(self._changes))
        return None if stamps[0] is None else stamps

    def read(self) -> Mapping[str, T]:
        """The rows by id, in the order they were added. Raises `NewerData`, `FileUnreadable`."""
        with self._lock:
            while (stamps := (_stamp_of(self._path), _stamp_of(self._changes))) != self._stamps:
                try:
                    self._follow(stamps)
                except Exception:  # whatever it is, what was followed half is not to be believed
                    self._forget()
                    raise
            return self._rows

    @contextlib.contextmanager
    def changing(self) -> Iterator[dict[str, T]]:
        """The rows by id; what they are afterwards is kept, whole or not at all. Raises `Unavailable` besides."""
        with self._file.alone(), self._lock:
            before = self.read()
            after = dict(before)
            yield after
            changed = tuple(row for own_id, row in after.items() if before.get(own_id) is not row)
            gone = tuple(own_id for own_id in before if own_id not in after)
            if changed or gone:
                self._keep(_Change(set=changed, gone=gone), after)

    def bring_up_to_date(self) -> None:
        """Write the list anew in its present version, where it is of an older one."""
        with self._file.alone(), self._lock:
            rows = self.read()
            if self._snapshot.version < VERSION:
                self._write_whole(rows)

    def _follow(self, stamps: tuple[Stamp, Stamp]) -> None:
        """Read what is new. Where the list is written anew meanwhile, its stamps are others at the next look."""
        if self._stamps is None or self._stamps[0] != stamps[0]:
            self._snapshot = self._file.read() or _Snapshot(version=VERSION)
            self._start_over()
        try:
            with self._changes.open("rb") as file:
                file.seek(max(0, self._read - TAIL))
                if file.read(min(TAIL, self._read)) != self._tail:  # no longer what was read
                    self._start_over()
                    file.seek(0)
                self._lay(file.read())
        except FileNotFoundError:
            self._start_over()
        except (OSError, msgspec.MsgspecError) as error:
            why = f"the file of feeds {self._changes} cannot be read: {error}"
            raise FileUnreadable(f"{why}; correct the file, restore it, or take it away") from error
        self._stamps = stamps

    def _start_over(self) -> None:
        is_first = self._snapshot.version == 1
        rows = map(self._upgrade, self._snapshot.feeds) if is_first else self._snapshot.feeds
        self._rows, self._read, self._tail = {row.id: row for row in rows}, 0, b""

    def _lay(self, content: bytes) -> None:
        """Lay whole lines upon what is known; those that were made upon another list count no more."""
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        if lines and not self._read:
            head = msgspec.json.decode(lines.pop(0), type=_Head)
            refuse_newer(f"the file of feeds {self._changes}", head.version, VERSION)
            if head.of != self._snapshot.generation:
                return
        rows = dict(self._rows) if lines else self._rows  # whoever holds the list as it was goes on with it
        for change in map(self._decode, lines):
            rows.update((row.id, row) for row in change.set)
            for own_id in change.gone:
                rows.pop(own_id, None)
        self._rows, self._read, self._tail = rows, self._read + len(whole), (self._tail + whole)[-TAIL:]

    def _keep(self, change: _Change[T], after: Mapping[str, T]) -> None:
        line = msgspec.json.encode(change) + b"\n"
        size = self._path.stat().st_size if self._path.exists() else 0
        if not size or self._snapshot.version < VERSION or self._read + len(line) > max(LEAST_BYTES, size):
            self._write_whole(after)
        elif self._read:
            self._append(line)
        else:
            head = msgspec.json.encode(_Head(version=VERSION, of=self._snapshot.generation)) + b"\n"
            write(self._changes, head + line)

    def _write_whole(self, rows: Mapping[str, T]) -> None:
        """Write the list anew: the changes were made upon the one before, and count no more."""
        generation = self._snapshot.generation + 1
        self._file.write(_Snapshot(version=VERSION, generation=generation, feeds=tuple(rows.values())))

    def _append(self, line: bytes) -> None:
        """Add a line behind the last whole one."""
        try:
            with open(self._changes, "r+b", opener=open_private) as file:
                file.truncate(self._read)
                file.seek(self._read)
                try:
                    file.write(line)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(self._read)
                    raise
        except OSError as error:
            raise Unavailable(f"{self._changes} cannot be written: {error.strerror}", retry_after=30) from error


def _stamp_of(path: Path) -> Stamp:
    """What changes whenever the file does, also where it only grows within a tick of the file system's clock."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_size
