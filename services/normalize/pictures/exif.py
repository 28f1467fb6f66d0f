"""Exif within a picture: of all a camera writes, the three texts that a person may have written, and the day."""

from collections.abc import Iterator, Mapping
from typing import Literal

from services.normalize.html.tree import squeeze
from services.normalize.pictures.words import Word

_NAMES: Mapping[int, str] = {0x010E: "ImageDescription", 0x013B: "Artist", 0x8298: "Copyright"}
_EXIF_IFD, _TAKEN, _TAKEN_ZONE = 0x8769, 0x9003, 0x9011
_ASCII, _UTF_8, _LONG = 2, 129, 4
_MOST_ENTRIES, _LONGEST = 200, 4_000


def read_exif(block: bytes) -> Iterator[Word]:
    """The texts of the first directory, and when the picture was taken."""
    order: Literal["little", "big"] = "little" if block[:2] == b"II" else "big"
    if block[:2] not in (b"II", b"MM"):
        return
    first = int.from_bytes(block[4:8], order)
    entries = dict(_entries(block, first, order))
    for tag, name in _NAMES.items():
        if text := _text_of(entries.get(tag, b"")):
            yield Word(name=name, text=text)
    below = entries.get(_EXIF_IFD, b"")
    inner = dict(_entries(block, int.from_bytes(below[:4], order), order)) if below else {}
    taken = _text_of(inner.get(_TAKEN, b""))
    if taken:
        yield Word(name="DateTimeOriginal", text=f"{taken}{_text_of(inner.get(_TAKEN_ZONE, b''))}")


def _entries(block: bytes, at: int, order: Literal["little", "big"]) -> Iterator[tuple[int, bytes]]:
    """The tags of a directory with their bytes: those of texts, and numbers as they stand."""
    count = int.from_bytes(block[at : at + 2], order)
    for number in range(min(count, _MOST_ENTRIES)):
        entry = block[at + 2 + 12 * number : at + 14 + 12 * number]
        if len(entry) < 12:
            return
        tag, kind, size = (int.from_bytes(entry[a:b], order) for a, b in ((0, 2), (2, 4), (4, 8)))
        if kind == _LONG and size == 1:
            yield tag, entry[8:12]
        elif kind in (_ASCII, _UTF_8):
            place = int.from_bytes(entry[8:12], order)
            yield tag, entry[8 : 8 + size] if size <= 4 else block[place : place + min(size, _LONGEST)]


def _text_of(value: bytes) -> str:
    return squeeze(value.split(b"\0", 1)[0].decode("utf-8", "replace"))
