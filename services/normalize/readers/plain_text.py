"""Plain text, as newsrooms drop it: taken apart into lines, without judging them."""

import re

from services.normalize.document import Draft, Piece
from shared.envelope import Raw

# Not str.splitlines: a file separator or NEL inside a sentence ends no line of a newspaper's text.
_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c]+|\r\n|[\r\n\u2028\u2029\x0b\x0c]")
_TAB = 4
_SPACES = " \u00a0\u2002\u2003\u2009\u202f"
_BLANK = " \t\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad\u3000\u2002\u2003\u2009\u202f"


def read(text: str, raw: Raw) -> Draft:
    """Every line with words becomes a piece; `gap` keeps how many blank lines stood before it."""
    pieces: list[Piece] = []
    gap, ends = 0, 0
    for match in _LINE.finditer(text):
        line = match[0]
        if line[0] in "\r\n\u2028\u2029\x0b\x0c":
            ends += 1
            continue
        words = line.strip(_BLANK)
        if not words:
            continue
        gap = max(ends - 1, 0) if pieces else ends
        start = match.start() + line.index(words)
        pieces.append(Piece(text=words, start=start, end=start + len(words), gap=gap, indent=_indent(line, words)))
        ends = 0
    return Draft(pieces=tuple(pieces))


def _indent(line: str, words: str) -> int:
    """How many columns a line is set in by."""
    before = line[: line.index(words)]
    return sum(_TAB if sign == "\t" else 2 if sign == "\u3000" else sign in _SPACES for sign in before)
