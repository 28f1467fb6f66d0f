"""IPTC's record in a picture (IIM 4.2): datasets of a number, a length and a text."""

from collections.abc import Iterator, Mapping

from services.normalize.html.tree import squeeze
from services.normalize.pictures.words import Word
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode

_MARK, _UTF_8 = 0x1C, b"\x1b%G"
_MOST_WORDS, _LONGEST = 300, 20_000
_LONG = 0x8000
_ON_ONE_LINE = bytes(max(byte, 32) for byte in range(256))
_NAMES: Mapping[int, str] = {
    5: "title", 15: "category", 20: "further category", 25: "keyword", 26: "place's code", 27: "place",
    40: "instructions", 55: "date created", 60: "time created", 80: "byline", 85: "byline's title", 90: "city",
    92: "place in the city", 95: "state", 100: "country's code", 101: "country", 103: "transmission", 105: "headline",
    110: "credit", 115: "source", 116: "copyright", 118: "contact", 120: "caption", 122: "caption's writer",
}  # fmt: skip
# Of versions, forms and programs; all others are words.
_NO_WORDS = frozenset({0, 3, 4, 7, 8, 10, 12, 22, 30, 35, 37, 38, 42, 47, 50, 62, 63, 65, 70, 75, *range(130, 256)})


def read_iptc(block: bytes, language: str | None) -> Iterator[Word]:
    """The words of a record, in its own charset, else in the one that its bytes show all together."""
    datasets = list(_datasets(block))
    is_utf_8 = any((record, number, value) == (1, 90, _UTF_8) for record, number, value in datasets)
    told = [(number, value) for record, number, value in datasets if record == 2 and number not in _NO_WORDS]
    texts = _texts_of([value for _, value in told], language, is_utf_8=is_utf_8)
    for (number, _), text in zip(told, texts, strict=False):
        if squeeze(text):
            yield Word(name=f"2:{number} {_NAMES.get(number, '')}".strip(), text=squeeze(text)[:_LONGEST])


def _datasets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    for _ in range(_MOST_WORDS):
        head = block[at : at + 5]
        size = int.from_bytes(head[3:5], "big")
        if len(head) < 5 or head[0] != _MARK:
            return
        at += 5
        if size & _LONG:  # then it tells how many bytes its length has
            count = min(size ^ _LONG, 4)
            at, size = at + count, int.from_bytes(block[at : at + count], "big")
        yield head[1], head[2], block[at : at + size]
        at += size


def _texts_of(values: list[bytes], language: str | None, *, is_utf_8: bool) -> list[str]:
    """Decoded together: what is too short to show its charset has it from the others."""
    if is_utf_8:
        return [value.decode("utf-8", "replace") for value in values]
    joined = b"\n".join(value.translate(_ON_ONE_LINE) for value in values)
    try:
        text = decode(joined, "text/plain", language).text
    except NotAnArticle:
        text = joined.decode("latin-1")
    return text.split("\n")
