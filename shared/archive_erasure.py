"""The words of inputs are taken out of the archive, where the law wants it; that something stood there stays."""

import os
import zlib
from collections.abc import Iterable
from io import FileIO
from pathlib import Path

import msgspec

from shared.archive_entries import VERSION
from shared.errors import PermanentError
from shared.segments import FRAME, OPEN, SEALED


def erase(folder: Path, places: Iterable[tuple[str, str]], ref: str, at_us: int) -> int:
    """Write an empty entry of the same length over each (`<segment>:<offset>`, receipt); gives how many there were.

    All other entries stay where they are, also those that are being appended to the same segment. A crash in the middle
    leaves one damaged entry, which readers pass over; the same call once more makes it whole.
    """
    count = 0
    for place, receipt in places:
        segment, _, offset = place.rpartition(":")
        with _open(folder / Path(segment).name) as file:
            file.seek(int(offset))
            head = file.read(FRAME.size)
            length, _ = FRAME.unpack(head)
            blank = _blank(length, receipt, ref, at_us)
            os.pwrite(file.fileno(), FRAME.pack(length, zlib.crc32(blank)) + blank, int(offset))
            os.fsync(file.fileno())
        count += 1
    return count


def _open(path: Path) -> FileIO:
    for suffix in (OPEN, SEALED):  # it is renamed when it is sealed, at any moment
        try:
            return path.with_name(path.name + suffix).open("r+b", buffering=0)
        except FileNotFoundError:
            continue
    raise PermanentError(f"the archive has no segment {path.name}")


def _blank(length: int, receipt: str, ref: str, at_us: int) -> bytes:
    """A decision `erased`, filled up to a length with bytes that nobody reads."""
    entry = {"v": VERSION, "decision": "erased", "receipt": receipt, "ref": ref, "at_us": at_us, "reason": ""}
    for spaces in range(4):  # the head of a filling grows in steps, so that one of these lengths fits
        entry["reason"] = " " * spaces
        for head in (2, 3, 5):
            filling = length - len(msgspec.msgpack.encode(entry | {"filling": b""})) + 2 - head
            blank = msgspec.msgpack.encode(entry | {"filling": bytes(max(filling, 0))})
            if filling >= 0 and len(blank) == length:
                return blank
    raise PermanentError(f"an archived entry of {length} bytes has no room for the note that it was erased")
