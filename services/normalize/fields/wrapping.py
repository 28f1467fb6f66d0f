"""Text broken into lines of one width, as old terminals and mail do: the pieces of a paragraph are joined again."""

from itertools import pairwise

import msgspec

from services.normalize.document import Document, Line
from services.normalize.fields.text import mend

WIDEST = 100
NARROWEST = 40
LEAST_INNER = 4
FULL = 0.78
MOST_STOPPED = 0.5
LEAST_FULL = 0.6
_ENDS = (".", "!", "?", ":", "”", '"', "…", "。")


def join_wrapped(document: Document) -> Document:
    """Join lines where most that another follows directly are equally long and end in the middle of a sentence."""
    width = _wrapped_at(document.lines)
    if document.is_page or width is None:
        return document
    paragraphs: list[list[Line]] = []
    for line in document.lines:
        if paragraphs and line.piece.gap == 0 and _is_full(paragraphs[-1][-1], line, width):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return msgspec.structs.replace(document, lines=tuple(_join(lines, document.text) for lines in paragraphs))


def _wrapped_at(lines: tuple[Line, ...]) -> int | None:
    """The width that the text was broken at, or None when it was not broken."""
    inner = [line.text for line, following in pairwise(lines) if following.piece.gap == 0]
    width = max((len(line.text) for line in lines), default=0)
    if len(inner) < LEAST_INNER or not NARROWEST <= width <= WIDEST:
        return None
    full = sum(len(text) >= FULL * width for text in inner)
    stopped = sum(text.endswith(_ENDS) for text in inner)
    return width if full >= LEAST_FULL * len(inner) and stopped <= MOST_STOPPED * len(inner) else None


def _is_full(line: Line, following: Line, width: int) -> bool:
    """Whether the last printed line of this one had no room for the next word."""
    last = line.piece.text.replace("\r", "\n").rpartition("\n")[2]
    return len(last) + 1 + len(following.text.split(" ", 1)[0]) > FULL * width


def _join(lines: list[Line], text: str) -> Line:
    """The lines of a paragraph as one, mended once: word by word it would cost the square of its length."""
    first = lines[0]
    start, end = first.piece.start, lines[-1].piece.end
    if len(lines) == 1 or start is None or end is None:
        return first
    piece = msgspec.structs.replace(first.piece, text=text[start:end], end=end)
    return msgspec.structs.replace(first, piece=piece, text=mend(piece.text))
