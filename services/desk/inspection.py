"""What an archive holds, looked at frame by frame: what is damaged in it, and which inputs it has."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from shared.archive_entries import Archived, Decision, Found, unpack_body
from shared.envelope import MOST_BYTES
from shared.errors import CopydeskError
from shared.identity import content_hash
from shared.package import PACKAGE_TYPE, is_package, unpack
from shared.segments import is_segment, read_frames


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it should be: where, what, and what to do about it."""

    code: str
    where: str
    what: str
    do: str


class Inspection:
    """The archive as far as it was read: its inputs, what was decided on them, and what is wrong with it."""

    def __init__(self) -> None:
        self._receipts: set[int] = set()
        self.differences: list[Difference] = []
        self.notes: list[str] = []
        self.segments = self.bytes = self.inputs = self.erased = 0
        self.ended: set[str] = set()  # receipts of what was refused at the door or given up
        self.given_up: dict[str, str] = {}
        self._pictures: dict[str, str] = {}

    def look_at(
        self, name: str, file: BinaryIO, size: int, each: Callable[[str, Archived], None] = lambda place, entry: None
    ) -> int:
        """Read a whole segment; gives how many whole entries it has. `each` gets every input with its place."""
        self.segments += 1
        self.bytes += size
        if not is_segment(file):
            self._damaged(name, "is no segment of an archive: its first bytes are others")
            return 0
        count, end = 0, file.tell()
        for frame in read_frames(file):
            place, end = f"{name}:{frame.offset}", frame.end
            if frame.entry is None:
                self._damaged(place, "is damaged: its checksum is another")
                continue
            count += 1
            self._note(place, frame.entry, each)
        if end < size:
            self.notes.append(
                f"{name} has {size - end} bytes behind its last whole entry: a writer that was killed leaves such an "
                "end, of which nobody was told that it was taken"
            )
        return count

    def holds(self, receipt: str) -> bool:
        """Does the archive have this input, or what was erased in its place?"""
        return _short(receipt) in self._receipts

    def check_pictures(self, wrong: Callable[[str], str]) -> None:
        """Look for the pictures that inputs name: `wrong` says of a digest what is wrong with its file, or nothing."""
        for sha256, place in self._pictures.items():
            what = wrong(sha256)
            if what:
                do = "put it back from a backup, into archive/pictures"
                told = f"which {place} names, {what}"
                self.differences.append(Difference(code="picture", where=f"picture {sha256}", what=told, do=do))

    def _note(self, place: str, entry: Found, each: Callable[[str, Archived], None]) -> None:
        if isinstance(entry, Archived):
            self.inputs += 1
            self._receipts.add(_short(entry.envelope.receipt))
            self._check_body(place, entry)
            each(place, entry)
        elif isinstance(entry, Decision):
            self._note_decision(entry)
        else:
            self.notes.append(f"{place} has version {entry.version}, which only a newer release can read")

    def _note_decision(self, entry: Decision) -> None:
        if entry.decision == "erased":
            self.erased += 1
            self._receipts.add(_short(entry.receipt))
        elif entry.decision == "refuse":
            self.ended.add(entry.receipt)
        elif entry.decision in ("discard", "replay"):
            self.given_up[entry.receipt] = entry.decision

    def _check_body(self, place: str, entry: Archived) -> None:
        envelope = entry.envelope
        try:
            body = unpack_body(entry.body, MOST_BYTES * 16)
        except (CopydeskError, msgspec.DecodeError) as error:
            self._damaged(place, f"(receipt {envelope.receipt}) cannot be unpacked: {error}")
            return
        if envelope.sha.startswith("sha256:") and content_hash(envelope.media_type, body) != envelope.sha:
            self._damaged(place, f"(receipt {envelope.receipt}) has other content than was taken in")
        if envelope.media_type == PACKAGE_TYPE and is_package(body):
            self._pictures |= {picture.sha256: place for picture in unpack(body).pictures}

    def _damaged(self, where: str, what: str) -> None:
        do = "put the segment back from a backup (`copydesk verify DIR` says whether it is whole there)"
        self.differences.append(Difference(code="damaged", where=where, what=what, do=do))


def _short(receipt: str) -> int:
    """A receipt as a small number: a million of them stand in memory."""
    return int.from_bytes(hashlib.blake2b(receipt.encode(), digest_size=8).digest(), "big")
