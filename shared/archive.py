"""Every input as it came, in append-only segment files: one writer each, one fsync a batch, re-readable for ever."""

import errno
import fcntl
import os
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from shared.archive_entries import VERSION, Archived, Decision, Found, Newer, encode_entry, unpack_body
from shared.clock import now_us
from shared.data_version import refuse_newer
from shared.errors import IntakeFull, PermanentError
from shared.late_log import LateLog
from shared.segment_store import SegmentStore, read_note
from shared.segments import FRAME, MAGIC, MOVED, OPEN, SEALED, is_segment, open_segment, read_frame, read_frames
from shared.whole_file import sync_path

log = LateLog(__name__)

SEGMENT_BYTES = 64 * 1024 * 1024
ORPHAN_US = 60_000_000
DECISIONS = "decisions"


class Archive:
    """A folder of segments. Writers of other processes and machines may share it; each appends to a file of its own.

    A `label` ends the names of the segments that are written: decisions have their own, so that they are found at once.
    Segments that were moved into an object store are read there; without `store` they cannot be.
    """

    def __init__(
        self, folder: Path, *, reserve_bytes: int = 0, label: str = "", store: SegmentStore | None = None
    ) -> None:
        self.folder = folder
        self.store = store
        self._label = f"-{label}" if label else ""
        self._reserve = reserve_bytes
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._size = 0
        self._name = ""

    def put_batch(self, entries: Sequence[Archived | Decision]) -> list[str]:
        """Append and fsync; returns where each rests, as `<segment>:<offset>`; all or nothing."""
        payloads = [encode_entry(entry) for entry in entries]
        with self._lock:
            try:
                return self._append(payloads)
            except OSError as error:
                self._undo()
                if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                    raise IntakeFull(
                        f"the archive at {self.folder} is full: free some space",
                        retry_after=30,
                        told="the disk of its archive is full",
                    ) from error
                raise self._closed(error) from error

    def check_writable(self) -> None:
        """Raise `IntakeFull` when nothing could be written here; writes nothing, so it may be asked often."""
        there = next((place for place in (self.folder, *self.folder.parents) if os.path.lexists(place)), self.folder)
        try:
            if not there.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
            if os.statvfs(there).f_flag & os.ST_RDONLY:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(there))
            if not os.access(there, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
        except OSError as error:
            raise self._closed(error) from error

    def get(self, location: str, *, limit: int) -> bytes:
        """The bytes of the input that rests at `location`; `PermanentError` when it is not there."""
        return unpack_body(self.entry(location).body, limit)

    def entry(self, location: str) -> Archived:
        """The input that rests at `location`; `PermanentError` when it is not there, damaged or erased."""
        segment, _, offset = location.rpartition(":")
        opened = self.open(self.folder / f"{Path(segment).name}{OPEN}") if offset.isdigit() else None
        if opened is None:
            raise PermanentError(f"the archive at {self.folder} has no entry {location}")
        with opened as file:
            file.seek(int(offset))
            entry = read_frame(file)
        if isinstance(entry, Newer):
            _refuse(location, entry)
        if not isinstance(entry, Archived):
            what = "damaged" if entry is None else "erased"
            raise PermanentError(f"the archive entry {location} is {what}")
        return entry

    def entries(
        self, *, since_us: int = 0, on_newer: Callable[[str, Newer], None] | None = None
    ) -> Iterator[tuple[str, Archived]]:
        """Every whole input received since then, segment by segment, each with its location.

        What a newer release wrote is passed over and given to `on_newer`; without it, it raises `NewerData`.
        """
        for path in self.segments():
            for place, entry in self._read_segment(path, since_us):
                if isinstance(entry, Newer):
                    (on_newer or _refuse)(place, entry)
                elif isinstance(entry, Archived) and entry.envelope.received_us >= since_us:
                    yield place, entry

    def decisions(self) -> Iterator[Decision]:
        """What persons decided, the earliest first."""
        paths = [path for path in self.segments() if path.stem.endswith(f"-{DECISIONS}")]
        found = [entry for path in paths for _, entry in self._read_segment(path, 0) if isinstance(entry, Decision)]
        yield from sorted(found, key=lambda one: one.at_us)

    def segments(self) -> list[Path]:
        """The segment files, oldest first; of one that was moved, the note in its place."""
        if not self.folder.is_dir():
            return []
        paths = [path for path in self.folder.iterdir() if path.suffix in (MOVED, OPEN, SEALED)]
        return list({path.stem: path for path in sorted(paths)}.values())

    def open(self, path: Path) -> BinaryIO | None:
        """Open a segment by any of its names, wherever it lies; None when it is gone."""
        opened = open_segment(path)
        if opened is not None:
            return opened
        note = read_note(path)
        if note is None:
            return open_segment(path)  # it was brought back in between, or is gone
        if self.store is None:
            raise PermanentError(f"the segment {path.stem} lies in an object store: set archive_store to read it")
        return self.store.open(note)

    def _read_segment(self, path: Path, since_us: int) -> Iterator[tuple[str, Found]]:
        try:
            if since_us and path.stat().st_mtime_ns // 1000 < since_us:
                return
        except FileNotFoundError:  # it has another name since
            pass
        file = self.open(path)
        if file is None:
            return
        with file:
            if not is_segment(file):
                log.warning("segment_skipped", segment=str(path), reason="no archive segment")
                return
            for frame in read_frames(file):
                if frame.entry is None:
                    log.warning("archive_entry_damaged", place=f"{path.stem}:{frame.offset}")
                else:
                    yield f"{path.stem}:{frame.offset}", frame.entry

    def close(self) -> None:
        """Seal the segment that is being written."""
        with self._lock:
            self._seal()

    def _closed(self, error: OSError) -> IntakeFull:
        told = f"its archive cannot be written ({error.strerror})"
        return IntakeFull(f"the archive at {self.folder} cannot be written: {error}", retry_after=30, told=told)

    def _append(self, payloads: list[bytes]) -> list[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        free = os.statvfs(self.folder)
        needed = sum(len(p) + FRAME.size for p in payloads)
        if free.f_bavail * free.f_frsize < needed + self._reserve:  # asked first: a full disk leaves no empty segments
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self._size >= SEGMENT_BYTES:
            self._seal()
        file = self._file or self._start()
        places, at = [], self._size
        for payload in payloads:
            places.append(f"{self._name}:{at}")
            file.write(FRAME.pack(len(payload), zlib.crc32(payload)) + payload)
            at += FRAME.size + len(payload)
        file.flush()
        os.fsync(file.fileno())
        self._size = at
        return places

    def _undo(self) -> None:
        """Seal what stood in the segment before the batch that failed; a segment of nothing else is removed."""
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as error:  # what sat in the buffer could not be written either
            log.warning("segment_close_failed", segment=self._name, error=str(error))
        path = self.folder / f"{self._name}{OPEN}"
        try:
            if self._size <= len(MAGIC):
                path.unlink()
            else:
                with path.open("r+b") as file:
                    file.truncate(self._size)
                path.rename(path.with_suffix(SEALED))
        except OSError as error:  # readers stop at the torn frame by its checksum
            log.warning("segment_truncate_failed", segment=self._name, error=str(error))
        self._file, self._size = None, 0

    def _start(self) -> BinaryIO:
        self.seal_orphans()
        self._name = f"{now_us()}-{socket.gethostname()}-{os.getpid()}{self._label}"
        path = self.folder / f"{self._name}{OPEN}"
        file = path.open("xb")
        self._file, self._size = file, len(MAGIC)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(MAGIC)
        sync_path(self.folder)
        return file

    def _seal(self) -> None:
        if self._file is None:
            return
        path = self.folder / f"{self._name}{OPEN}"
        path.rename(path.with_suffix(SEALED))
        self._file.close()
        self._file, self._size = None, 0

    def seal_orphans(self) -> None:
        """Seal the segments of writers that have ended."""
        for path in self.folder.glob(f"*{OPEN}"):
            try:
                _seal_orphan(path)
            except FileNotFoundError:  # another process was quicker
                continue


def _seal_orphan(path: Path) -> None:
    if now_us() - path.stat().st_mtime_ns // 1000 < ORPHAN_US:  # its writer may be about to lock it
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # its writer lives
            return
        path.rename(path.with_suffix(SEALED))


def _refuse(place: str, entry: Newer) -> None:
    refuse_newer(f"the archive's entry {place}", entry.version, VERSION)
