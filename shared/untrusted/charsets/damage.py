"""UTF-8 that was damaged on its way: stray bytes, letters cut in two, halves of surrogate pairs."""

import re
from collections.abc import Sequence

from shared.untrusted.charsets.letters import is_printed

_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_SURROGATES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
HIGH = re.compile(rb"[\x80-\xff]")
_STRAY = re.compile(rb"[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2}|[\x80-\xff]")  # a letter cut short is one
_STRAY_SIGNS = frozenset("“”‘’…–—•€\u00a0")
_LOST = "\ufffd".encode()
_FEW_STRAYS = 3
_BEYOND_CHANCE = 3
_VIETNAMESE_LETTER = re.compile(rb"\xe1[\xba\xbb][\x80-\xbf]")


def with_pairs_joined(body: bytes) -> bytes:
    """The body with every character that was encoded as two halves of a surrogate pair (CESU-8) whole again."""
    return _SURROGATES.sub(lambda found: _joined(found[0]), body)


def is_utf8(line: bytes) -> bool:
    """Valid UTF-8 of letters that are in use: "Phß½ng" in VISCII is valid too, as a letter of N'Ko."""
    try:
        return is_printed(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def is_plainly_utf8(line: bytes) -> bool:
    """Whether a line holds so many letters in valid UTF-8, or one so telling, that it cannot be by chance."""
    if line.isascii() or not is_utf8(line):
        return False
    return len(_UTF8_SEQUENCE.findall(line)) >= _BEYOND_CHANCE or _VIETNAMESE_LETTER.search(line) is not None


def is_damaged(piece: bytes) -> bool:
    """UTF-8 with a stray byte here and there, rather than another encoding: most of what is beyond ASCII is valid."""
    return is_mostly_utf8([piece])


def without_strays(piece: bytes, encoding: str = "cp1252", alphabet: str = "") -> str:
    """Stray quotation marks and dashes of Windows are read, and letters of the alphabet; any other byte is U+FFFD."""
    kept: list[str] = []
    end = 0
    for match in _UTF8_SEQUENCE.finditer(piece):
        kept.append(_read_strays(piece[end : match.start()], encoding, alphabet))
        kept.append(match[0].decode("utf-8"))
        end = match.end()
    return "".join(kept) + _read_strays(piece[end:], encoding, alphabet)


def _read_strays(part: bytes, encoding: str, alphabet: str) -> str:
    def read(found: re.Match[bytes]) -> bytes:
        letter = found[0].decode(encoding, "replace")
        inside = found.start() and part[found.start() - 1 : found.start()].islower()
        known = letter in _STRAY_SIGNS or (letter.lower() in alphabet and not (inside and letter.isupper()))
        return letter.encode("utf-8") if known else _LOST

    return (part if part.isascii() else _STRAY.sub(read, part)).decode("utf-8")


def is_mostly_utf8(lines: Sequence[bytes]) -> bool:
    """Whether valid sequences outnumber the other bytes beyond ASCII; a stray or three may outnumber a few letters."""
    sequences = inside = high = 0
    for line in lines:
        found = [sequence for sequence in _UTF8_SEQUENCE.findall(line) if is_printed(sequence.decode("utf-8"))]
        sequences += len(found)
        inside += sum(map(len, found))
        high += len(HIGH.findall(line))
    outside = high - inside
    return sequences >= outside or (outside <= _FEW_STRAYS and inside >= outside)


def _joined(pair: bytes) -> bytes:
    """Two halves of a surrogate pair, each encoded on its own (CESU-8), as one character."""
    return pair.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode("utf-8")
