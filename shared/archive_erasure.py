"""The words of inputs are taken out of the archive, where the law wants it; that something stood there stays."""

import os
import zlib
from collections.abc import Iterable
from io import FileIO
from pathlib import Path

import msgspec

from shared.archive_entries import VERSION, Decision, encode_entry
from shared.errors import PermanentError
from shared.segment_store import SegmentStore, moving
from shared.segments import FRAME, MAGIC, OPEN, SEALED, is_segment, read_frames
from shared.whole_file import sync_path


def erase(
    folder: Path, places: Iterable[tuple[str, str]], ref: str, at_us: int, store: SegmentStore | None = None
) -> int:
    """Write an empty entry of the same length over each (`<segment>:<offset>`, receipt); gives how many there were.

    A segment that lies in an object store is brought back first, and its object goes.

    All other entries stay where they are, also those that are being appended to the same segment. A crash in the middle
    leaves one damaged entry, which readers pass over; the same call once more makes it whole.
    """
    count = 0
    for place, receipt in places:
        segment, _, offset = place.rpartition(":")
        path = folder / Path(segment).name
        with moving(folder), _open(path, store) as file:
            file.seek(int(offset))
            head = file.read(FRAME.size)
            length, _ = FRAME.unpack(head)
            blank = _blank(length, receipt, ref, at_us)
            os.pwrite(file.fileno(), FRAME.pack(length, zlib.crc32(blank)) + blank, int(offset))
            os.fsync(file.fileno())
        count += 1
    return count


def shrink(folder: Path) -> int:
    """Write sealed segments anew of which nothing is left but notes of what was erased; gives how much that frees.

    Nobody asks for what was erased by its place, so that the notes may move; what else stands in a segment may not.
    """
    freed = 0
    for path in sorted(folder.glob(f"*{SEALED}")):
        notes = _notes(path)
        if notes is None:
            continue
        content = MAGIC + b"".join(FRAME.pack(len(note), zlib.crc32(note)) + note for note in notes)
        before = path.stat().st_size
        if len(content) < before:
            fresh = path.with_name(f".{path.name}.new")
            fresh.write_bytes(content)
            sync_path(fresh)
            fresh.replace(path)
            freed += before - len(content)
    return freed


def _notes(path: Path) -> list[bytes] | None:
    """The notes of a segment in which all was erased, as short as they can be; None of any other."""
    notes = []
    with path.open("rb") as file:
        if not is_segment(file):
            return None
        end = file.tell()
        for frame in read_frames(file):
            if not isinstance(frame.entry, Decision) or frame.entry.decision != "erased":
                return None
            notes.append(encode_entry(msgspec.structs.replace(frame.entry, reason="")))
            end = frame.end
        return notes if notes and end == os.fstat(file.fileno()).st_size else None


def _open(path: Path, store: SegmentStore | None) -> FileIO:
    if store is not None:
        store.bring_back(path.with_name(path.name + SEALED))
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
