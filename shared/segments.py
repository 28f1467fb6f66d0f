"""A segment of the archive as a file: a mark, then frames of length, checksum and entry, one behind the other."""

import contextlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from shared.archive_entries import Found, decode_entry

MAGIC = b"CDARCH1\n"
FRAME = struct.Struct("<II")
OPEN, SEALED = ".open", ".seg"
MOVED = ".moved"  # a note in the place of one that lies in an object store


class Frame(msgspec.Struct, frozen=True):
    """Where a frame stands and where the next one begins; `entry` is None where it is damaged."""

    offset: int
    end: int
    entry: Found | None


def open_segment(path: Path) -> BinaryIO | None:
    """Open a segment by either of its names; None when it is gone. It is renamed when it is sealed, at any moment."""
    for suffix in (OPEN, SEALED):  # in this order: who comes too late for the first finds the second
        with contextlib.suppress(FileNotFoundError):
            return path.with_name(f"{path.stem}{suffix}").open("rb")
    return None


def is_segment(file: BinaryIO) -> bool:
    """Whether a file begins as a segment does; then its first frame comes next."""
    return file.read(len(MAGIC)) == MAGIC


def read_frames(file: BinaryIO) -> Iterator[Frame]:
    """Every frame from here on. A damaged one is passed over where a whole one lies behind it; else it ends there."""
    while True:
        offset = file.tell()
        entry = read_frame(file)
        if entry is None and not _goes_on(file, offset):
            return
        yield Frame(offset, file.tell(), entry)


def read_frame(file: BinaryIO) -> Found | None:
    """The entry that stands here; None of one that is damaged, torn, or not there."""
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    length, checksum = FRAME.unpack(head)
    payload = file.read(length)
    if len(payload) < length or zlib.crc32(payload) != checksum:
        return None
    return decode_entry(payload)


def _goes_on(file: BinaryIO, offset: int) -> bool:
    """Whether a whole entry lies behind one that is damaged, as its length has it; then the file stands there."""
    file.seek(offset)
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        return False
    after = offset + FRAME.size + FRAME.unpack(head)[0]
    file.seek(after)
    if read_frame(file) is None:
        return False
    file.seek(after)
    return True
