"""Writers of the old Vietnamese encodings, turned round from the readers: for test inputs only."""

import unicodedata
from functools import cache

from shared.untrusted.charsets.vietnamese import DECODERS

_BASES = "aeiouyAEIOUY" + "âăêôơưÂĂÊÔƠƯ"


@cache
def _written(name: str) -> dict[str, bytes]:
    """Every letter with the bytes that are read as it: one byte where there is one, else a letter and its mark."""
    read = DECODERS[name]
    singles = [bytes((byte,)) for byte in (*range(0x20, 0x100), *range(1, 9), *range(14, 0x20), 10, 13)]
    letters: dict[str, bytes] = {}
    for single in singles:
        letters.setdefault(read(single), single)
    bases = [letters[base] for base in _BASES if base in letters]
    for base in bases:
        for mark in singles[0x60:]:
            letters.setdefault(read(base + mark), base + mark)
    return letters


def write(text: str, name: str) -> bytes:
    """The text in an old encoding; small letters where it has no capitals with tones."""
    letters = _written(name)
    composed = unicodedata.normalize("NFC", text)
    return b"".join(letters.get(letter) or letters.get(letter.lower(), b"?") for letter in composed)


def misread(body: bytes, encoding: str) -> str:
    """Bytes taken for another encoding, with its holes as control characters, as careless programs do."""
    return "".join(bytes((byte,)).decode(encoding, "ignore") or chr(byte) for byte in body)
