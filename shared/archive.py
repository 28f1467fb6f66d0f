"""Every input as it came, in append-only segment files: one writer each, one fsync a batch, re-readable for ever."""

import contextlib
import errno
import fcntl
import os
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec
import zstandard

from shared.clock import now_us
from shared.data_version import refuse_newer
from shared.envelope import Envelope, Source
from shared.errors import IntakeFull, PermanentError
from shared.identity import bridged
from shared.late_log import LateLog
from shared.whole_file import sync_folder

log = LateLog(__name__)

VERSION = 2
MAGIC = b"CDARCH1\n"
FRAME = struct.Struct("<II")
SEGMENT_BYTES = 64 * 1024 * 1024
OPEN, SEALED = ".open", ".seg"
ORPHAN_US = 60_000_000
DECISIONS = "decisions"


class Archived(msgspec.Struct, frozen=True, kw_only=True):
    """One input at rest: its envelope, and `body`, the bytes as they came, in one zstd frame."""

    v: int = VERSION
    envelope: Envelope
    body: bytes


Kind = Literal["discard", "replay", "free", "refuse", "withdraw", "correct", "revoke", "purge", "erased"]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided on an input at rest: of which receipt and revision (`id@rev`), when (µs), and why.

    An emptied Redis is filled by it too: what was discarded stays so. What was set free is an article, `ref` its id.
    `refuse` is the door's: the publisher was told why it is not taken in, and so the input never comes in. `withdraw`
    and `correct` say why; what was done is an input of its own. `revoke` ends the keys of a publisher, whose name is
    `ref`. A `purge` takes the words of an article out of everything; `erased` stands where an input of it stood.
    """

    v: int = VERSION
    decision: Kind
    receipt: str
    ref: str
    at_us: int
    reason: str = ""


class Newer(msgspec.Struct, frozen=True):
    """An entry of a release that is newer than this one: of its content nothing is known."""

    version: int


Found = Archived | Decision | Newer


class _First(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry of version 1, which repeated the envelope's members; they were written without their version."""

    receipt: str
    rev: int
    source: Source
    media_type: str
    sha: str
    body: bytes
    aliases: tuple[str, ...] = ()
    url: str | None = None
    name: str | None = None


class _Kind(msgspec.Struct, frozen=True):
    v: int = 1
    decision: str | None = None


_encode = msgspec.msgpack.Encoder().encode
_kind_of = msgspec.msgpack.Decoder(_Kind).decode
_decode_decision = msgspec.msgpack.Decoder(Decision).decode
_decode_first = msgspec.msgpack.Decoder(_First).decode
_decode_current = msgspec.msgpack.Decoder(Archived).decode
_local = threading.local()


def pack_body(body: bytes) -> bytes:
    """Compress once; the archive and the record in flight share the frame."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=3)
    packed: bytes = _local.compressor.compress(body)
    return packed


def body_size(packed: bytes) -> int:
    """How many bytes a frame unpacks to, by its own word; of a damaged one, its own."""
    try:
        return int(zstandard.frame_content_size(packed))
    except zstandard.ZstdError:
        return len(packed)


def unpack_body(packed: bytes, limit: int) -> bytes:
    """The bytes as they came; a frame that claims more than `limit` bytes is refused."""
    try:
        if zstandard.frame_content_size(packed) > limit:
            raise PermanentError(f"an archived body claims more than {limit} bytes")
        body: bytes = zstandard.ZstdDecompressor().decompress(packed, max_output_size=limit)
    except zstandard.ZstdError as error:
        raise msgspec.DecodeError(f"the body does not decompress: {error}") from error
    return body


class Archive:
    """A folder of segments. Writers of other processes and machines may share it; each appends to a file of its own.

    A `label` ends the names of the segments that are written: decisions have their own, so that they are found at once.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int = 0, label: str = "") -> None:
        self.folder = folder
        self._label = f"-{label}" if label else ""
        self._reserve = reserve_bytes
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._size = 0
        self._name = ""

    def put_batch(self, entries: Sequence[Archived | Decision]) -> list[str]:
        """Append and fsync; returns where each rests, as `<segment>:<offset>`; all or nothing."""
        payloads = [_encode(entry) for entry in entries]
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
        """The input that rests at `location`, packed as it lies there; `PermanentError` when it is not there."""
        segment, _, offset = location.rpartition(":")
        opened = _open_segment(self.folder / f"{Path(segment).name}{OPEN}") if offset.isdigit() else None
        if opened is None:
            raise PermanentError(f"the archive at {self.folder} has no entry {location}")
        with opened as file:
            file.seek(int(offset))
            entry = _read_frame(file)
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
            for place, entry in _read_segment(path, since_us):
                if isinstance(entry, Newer):
                    (on_newer or _refuse)(place, entry)
                elif isinstance(entry, Archived) and entry.envelope.received_us >= since_us:
                    yield place, entry

    def decisions(self) -> Iterator[Decision]:
        """What persons decided, the earliest first."""
        paths = [path for path in self.segments() if path.stem.endswith(f"-{DECISIONS}")]
        found = [entry for path in paths for _, entry in _read_segment(path, 0) if isinstance(entry, Decision)]
        yield from sorted(found, key=lambda one: one.at_us)

    def segments(self) -> list[Path]:
        """The segment files, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if p.suffix in (OPEN, SEALED))

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
        self._seal_orphans()
        self._name = f"{now_us()}-{socket.gethostname()}-{os.getpid()}{self._label}"
        path = self.folder / f"{self._name}{OPEN}"
        file = path.open("xb")
        self._file, self._size = file, len(MAGIC)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.write(MAGIC)
        sync_folder(self.folder)
        return file

    def _seal(self) -> None:
        if self._file is None:
            return
        path = self.folder / f"{self._name}{OPEN}"
        path.rename(path.with_suffix(SEALED))
        self._file.close()
        self._file, self._size = None, 0

    def _seal_orphans(self) -> None:
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


def _open_segment(path: Path) -> BinaryIO | None:
    """Open a segment by either of its names; None when it is gone. It is renamed when it is sealed, at any moment."""
    for suffix in (OPEN, SEALED):  # in this order: who comes too late for the first finds the second
        with contextlib.suppress(FileNotFoundError):
            return path.with_suffix(suffix).open("rb")
    return None


def _refuse(place: str, entry: Newer) -> None:
    refuse_newer(f"the archive's entry {place}", entry.version, VERSION)


def _read_segment(path: Path, since_us: int) -> Iterator[tuple[str, Found]]:
    name = path.stem
    file = _open_segment(path)
    if file is None:
        return
    with file:
        if since_us and os.fstat(file.fileno()).st_mtime_ns // 1000 < since_us:
            return
        if file.read(len(MAGIC)) != MAGIC:
            log.warning("segment_skipped", segment=str(path), reason="no archive segment")
            return
        while True:
            offset = file.tell()
            entry = _read_frame(file)
            if entry is not None:
                yield f"{name}:{offset}", entry
            elif _goes_on(file, offset):
                log.warning("archive_entry_damaged", place=f"{name}:{offset}")
            else:
                return


def _read_frame(file: BinaryIO) -> Found | None:
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    length, checksum = FRAME.unpack(head)
    payload = file.read(length)
    if len(payload) < length or zlib.crc32(payload) != checksum:
        return None
    return _decode(payload)


def _goes_on(file: BinaryIO, offset: int) -> bool:
    """Whether a whole entry lies behind one that is damaged, as its length has it; then the file stands there."""
    file.seek(offset)
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        return False
    after = offset + FRAME.size + FRAME.unpack(head)[0]
    file.seek(after)
    if _read_frame(file) is None:
        return False
    file.seek(after)
    return True


def _decode(payload: bytes) -> Found:
    kind = _kind_of(payload)
    if kind.v > VERSION:
        return Newer(kind.v)
    if kind.v == 1:
        return _from_first(_decode_first(payload))
    return _decode_current(payload) if kind.decision is None else _decode_decision(payload)


def _from_first(entry: _First) -> Archived:
    """An entry of version 1 as it would be written now; it is still known by what the first release called it."""
    envelope = Envelope(
        receipt=entry.receipt,
        source=entry.source,
        media_type=entry.media_type,
        received_us=entry.rev,
        sha=entry.sha,
        aliases=bridged(entry.aliases),
        url=entry.url,
        name=entry.name,
    )
    return Archived(v=1, envelope=envelope, body=entry.body)
