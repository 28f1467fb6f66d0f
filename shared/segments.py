"""A segment of the archive as a file: a mark, then frames of length, checksum and entry, one behind the other."""

import contextlib
import re
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
# The first bytes of an entry: a map whose first member is its version, or, in the first release, its receipt.
BEGINNING = re.compile(rb"[\x80-\x8f](?=\xa1v[\x00-\x7f]|\xa7receipt)")
CHUNK, OVERLAP = 1024 * 1024, 64
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
    """Every frame from here on. What is damaged is passed over up to the next whole frame; else it ends there."""
    while True:
        offset = file.tell()
        entry = read_frame(file)
        if entry is None and not _goes_on(file, offset):
            found = _next_whole(file, offset + 1)
            if found is None:
                return
            file.seek(found)
        yield Frame(offset, file.tell(), entry)


def read_frame(file: BinaryIO) -> Found | None:
    """The entry that stands here; None of one that is damaged, torn, or not there."""
    head = file.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    length, checksum = FRAME.unpack(head)
    payload = file.read(length)
    if not payload or len(payload) < length or zlib.crc32(payload) != checksum:
        return None
    try:
        return decode_entry(payload)
    except msgspec.MsgspecError:  # whole, but nothing that any release wrote
        return None


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


def _next_whole(file: BinaryIO, start: int) -> int | None:
    """Where the next whole frame stands, whatever its neighbours' lengths say: entries begin alike, checksums decide.

    A block of a disk that went bad may hold several frames; all that lies behind it must not be lost with it.
    """
    at, kept = start, b""
    while True:
        file.seek(at)
        piece = file.read(CHUNK)
        if not piece:
            return None
        window, base = kept + piece, at - len(kept)
        for found in BEGINNING.finditer(window):
            candidate = base + found.start() - FRAME.size
            file.seek(candidate)
            if candidate >= start and read_frame(file) is not None:
                return candidate
        at += len(piece)
        kept = window[-OVERLAP:]
