"""Sealed segments of the archive in an object store: by the hash of what they hold, read in pieces where they lie.

In the archive's folder a note stands in a segment's place, `<segment>.moved`: its hash, its size. The segment goes only
when its object was read back whole and the note is on the disk; where both stand, the segment counts.
"""

import contextlib
import fcntl
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from shared.clock import now_us
from shared.errors import PermanentError
from shared.late_log import LateLog
from shared.segments import MOVED, SEALED
from shared.whole_file import open_private, sync_file, sync_path

log = LateLog(__name__)

LOCK = ".moving.lock"
AHEAD = 256 * 1024  # read with one request: an entry of the usual size, or a hundred


class Objects(Protocol):
    """What is needed of an object store; `Unavailable` while it is away."""

    def put(self, name: str, content: bytes) -> None: ...

    def get(self, name: str) -> bytes | None: ...

    def read(self, name: str, start: int, length: int) -> bytes | None: ...

    def delete(self, name: str) -> None: ...


class Moved(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The note in a segment's place. `changed_ns` is when the segment was last written to."""

    v: int = 1
    sha256: str
    size: int
    changed_ns: int
    at_us: int

    @property
    def name(self) -> str:
        """What its object is called."""
        return f"{self.sha256[:2]}/{self.sha256}{SEALED}"


class SegmentStore:
    """Segments of one archive in one bucket. `sync` lets a file and its name outlast a loss of power."""

    def __init__(self, objects: Objects, sync: Callable[[Path], None] = sync_file) -> None:
        self._objects = objects
        self._sync = sync

    def open(self, note: Moved) -> BinaryIO:
        """Read a segment where it lies, a piece at a time."""
        return io.BufferedReader(_Pieces(self._objects, note), AHEAD)

    def fetch(self, note: Moved) -> bytes:
        """A whole segment; raises `PermanentError` for one that is not there, or not what was put there."""
        content = self._objects.get(note.name)
        if content is None:
            raise PermanentError(f"{note.name} is not in the object store")
        if hashlib.sha256(content).hexdigest() != note.sha256:
            raise PermanentError(f"{note.name} in the object store is damaged: its bytes are not those put there")
        return content

    def move(self, path: Path) -> int:
        """Move a sealed segment; gives its size. Whatever fails, it is still there, and can be moved again."""
        with moving(path.parent):
            content, seen = path.read_bytes(), path.stat()
            note = Moved(
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                changed_ns=seen.st_mtime_ns,
                at_us=now_us(),
            )
            before = read_note(path)
            self._objects.put(note.name, content)
            self.fetch(note)
            _write_note(path.with_suffix(MOVED), note)
            path.unlink()
            if before is not None and before.name != note.name:  # it was erased from, after a move that was cut short
                self._objects.delete(before.name)
        log.info("segment_moved", segment=path.stem, bytes=note.size, object=note.name)
        return note.size

    def bring_back(self, path: Path) -> None:
        """Put a segment back in its folder, to be written to; its object goes, as its words may have to."""
        note = read_note(path)
        if note is None:
            return
        segment = path.with_suffix(SEALED)
        if not segment.exists():
            partial = path.with_suffix(".back")
            with open(partial, "wb", opener=open_private) as file:
                file.write(self.fetch(note))
            os.utime(partial, ns=(note.changed_ns, note.changed_ns))
            self._sync(partial)  # whole before it has its name: where both stand, the segment counts
            partial.replace(segment)
        self._sync(segment)  # also one that stands there: who brought it back may have been killed before this
        self._objects.delete(note.name)  # before the note: else nobody would know of it after a kill
        segment.with_suffix(MOVED).unlink()


class _Pieces(io.RawIOBase):
    """A segment in the object store as a file that can be read from anywhere."""

    def __init__(self, objects: Objects, note: Moved) -> None:
        self._objects = objects
        self._note = note
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._note.size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # as BufferedReader calls it
        length = min(len(buffer), self._note.size - self._at)
        if length <= 0:
            return 0
        piece = self._objects.read(self._note.name, self._at, length)
        if piece is None:
            raise PermanentError(f"{self._note.name} is not in the object store")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


@contextlib.contextmanager
def moving(folder: Path) -> Iterator[None]:
    """Be the only one who moves or erases in an archive's folder: what is erased must not have been read before."""
    with open(folder / LOCK, "a", opener=open_private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_note(path: Path) -> Moved | None:
    """The note in a segment's place; None where there is none."""
    try:
        content = path.with_name(f"{path.stem}{MOVED}").read_bytes()
        return msgspec.json.decode(content, type=Moved)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise PermanentError(f"the note {path.stem}{MOVED} is damaged: put it back from a backup") from error


def _write_note(path: Path, note: Moved) -> None:
    partial = path.with_suffix(".note")
    with open(partial, "wb", opener=open_private) as file:
        file.write(msgspec.json.encode(note))
        file.flush()
        os.fsync(file.fileno())
    os.utime(partial, ns=(note.changed_ns, note.changed_ns))
    partial.replace(path)
    sync_path(path.parent)
