"""PDF with a text layer: its lines in the order in which they were set, joined to paragraphs, as copy.

A PDF knows letters and places, no words or paragraphs. What stands at the edge of several pages is printed on each, and
is told as removed; a word that was divided at the end of a line is whole again; a line that ends early ends its
paragraph.
"""

import datetime as dt
import logging
import math
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

import msgspec
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from services.normalize.document import Property
from services.normalize.readers.opened import MOST_WORDS, Copy, CopyLine, as_copy
from shared.envelope import Raw
from shared.errors import NotAnArticle

# Whatever is broken in a document of strangers, the parser tells by the error that it meets.
_BROKEN = (
    PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, OSError,
    RuntimeError, struct.error, zlib.error,
)  # fmt: skip
_LOOK_THROUGH = b"\nstartxref\n0\n%%EOF\n"  # a list at 0 is none: the parser finds the objects by their marks
_MOST_PAGES = 300
_LEAST_LETTERS = 20
_ODD = frozenset({"Cc", "Cn", "Co", "Cs"})
_TOO_ODD = 0.1
_EDGE = 0.12  # of a page's height: running heads and feet stand there
_REPEATED, _LONGEST_RUNNING = 2, 90
_SMALLER = 0.85  # of the usual size, what stands at an edge is set smaller
_NEXT_LINE = 1.75  # times its size, a line's baseline is below the one before in the same paragraph
_FULL = 0.72  # of the usual length of a line of its size, one that goes on has so many letters
_FULL_IF_APART = 0.5  # and so many where paragraphs stand apart
_APART, _FEW = 1.25, 8  # so many times its leading a paragraph is apart; one in so many lines is no accident
_INDENT = 0.7  # of its size, a first line is set in by
_ALIKE = 0.6  # points by which two sizes are the same
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:trang|page|seite|p\.|s\.)\s*)?\d{1,3}(?:\s*(?:/|of|trên)\s*\d{1,4})?[-–—\s]*", re.IGNORECASE
)
_BULLET = re.compile(r"[•●▪■–—*·-]\s|\d{1,2}[.)]\s")
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\Z")
_SOFT = "\u00ad"
_RUNS_ON = re.compile("[\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]")  # written without spaces between words

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is odd in a stranger's document is no news


class _Line(msgspec.Struct, frozen=True):
    """One line as it was set: where its first letter stands, in points from the page's lower left, and how large."""

    text: str
    page: int
    x: float
    y: float
    size: float
    edge: bool = False


def open_text(raw: Raw) -> Copy:
    """The document as copy; raises `NotAnArticle` for one that is damaged, encrypted, or a picture of a text."""
    reader = _reader(raw.body)
    lines = list(_lines(reader))
    _check(lines)
    running = _running_lines(lines)
    body = [line for line in lines if line not in running]
    printed = dict.fromkeys(line.text for line in lines if line in running)
    beside = [CopyLine(text=text, shape="debris", path="printed on each page") for text in printed]
    return as_copy(raw, [*_paragraphs(body), *beside], tuple(_properties(reader)))


def _reader(body: bytes) -> PdfReader:
    try:
        reader = _opened(body)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotAnArticle("The PDF is encrypted: send it without a password.")
        count = len(reader.pages)
    except _BROKEN as error:
        raise NotAnArticle(f"The PDF cannot be read: {_said(error)}.") from error
    if count > _MOST_PAGES:
        raise NotAnArticle(f"The PDF has {count} pages; more than {_MOST_PAGES} are no article.")
    return reader


def _opened(body: bytes) -> PdfReader:
    """The document; one that does not say where its list of objects stands is looked through for them."""
    try:
        return PdfReader(BytesIO(body), strict=False)
    except _BROKEN:
        return PdfReader(BytesIO(body + _LOOK_THROUGH), strict=False)


def _lines(reader: PdfReader) -> Iterator[_Line]:
    letters = 0
    for number, page in enumerate(reader.pages):
        try:
            found = list(_lines_of(page, number))
        except _BROKEN as error:
            raise NotAnArticle(f"Page {number + 1} of the PDF cannot be read: {_said(error)}.") from error
        letters += sum(len(line.text) for line in found)
        if letters > MOST_WORDS:
            raise NotAnArticle(f"The PDF has more than {MOST_WORDS} characters, and is not read as one article.")
        yield from found


def _lines_of(page: PageObject, number: int) -> Iterator[_Line]:
    box = page.mediabox
    bottom, height = float(box.bottom), max(float(box.height), 1.0)
    found: list[_Line] = []
    parts: list[str] = []
    place: list[tuple[float, float, float]] = []

    def close() -> None:
        text = " ".join("".join(parts).replace("\0", "").split())
        if text and place:
            x, y, size = place[0]
            above = (y - bottom) / height
            found.append(_Line(text, number, x, y, size, above < _EDGE or above > 1 - _EDGE))
        parts.clear()
        place.clear()

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: Any, size: float) -> None:
        for at, piece in enumerate(text.split("\n")):
            if at:
                close()
            if piece.strip() and not place:
                place.append(_placed(cm, tm, size))
            parts.append(piece)

    page.extract_text(visitor_text=visit)
    close()
    yield from found


def _placed(cm: Sequence[float], tm: Sequence[float], size: float) -> tuple[float, float, float]:
    """Where a text begins, and how high its letters are, in points of the page."""
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return x, y, abs(size) * math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])


def _check(lines: Sequence[_Line]) -> None:
    """Raise `NotAnArticle` where there is no text, or none that anybody could read."""
    text = "".join(line.text for line in lines)
    letters = [letter for letter in text if not letter.isspace()]
    if len(letters) < _LEAST_LETTERS:
        raise NotAnArticle(
            "The PDF has no text layer: its pages are pictures. Send the text, or have it recognised (OCR) first."
        )
    odd = sum(letter == "\ufffd" or unicodedata.category(letter) in _ODD for letter in letters)
    if odd > _TOO_ODD * len(letters):
        raise NotAnArticle("The PDF does not tell which letters its signs are: send the text itself.")


def _running_lines(lines: Sequence[_Line]) -> set[_Line]:
    """What stands at the edge of several pages, but for its numbers, the numbers of pages, and smaller print there.

    A line of the text that comes to stand there has its neighbours close by.
    """
    at_edge = [line for line in lines if line.edge]
    pages = Counter(plain for plain, _ in {(_plain(line), line.page) for line in at_edge})
    sizes = sorted(line.size for line in lines for _ in line.text.split())
    small = _SMALLER * sizes[len(sizes) // 2]
    may_be = {
        line
        for line in at_edge
        if len(line.text) <= _LONGEST_RUNNING
        and (line.size <= small or pages[_plain(line)] >= _REPEATED or _PAGE_NUMBER.fullmatch(line.text))
    }
    text: dict[int, list[_Line]] = {}
    for line in lines:
        if line not in may_be:
            text.setdefault(line.page, []).append(line)
    return {line for line in may_be if _is_apart(line, text.get(line.page, ()))}


def _is_apart(line: _Line, text: Sequence[_Line]) -> bool:
    """Whether no line of the text stands as close to it as lines do."""
    return not any(abs(line.y - other.y) <= _NEXT_LINE * max(line.size, other.size) for other in text)


def _plain(line: _Line) -> tuple[str, int]:
    """What is alike on each page: a headline that is also the head of the pages is set larger than that."""
    return _NUMBER.sub("#", line.text), round(line.size)


def _paragraphs(lines: Sequence[_Line]) -> Iterator[CopyLine]:
    setting = _Setting(lines)
    known = Counter(word for line in lines for word in line.text.split())
    last: _Line | None = None
    text = ""
    for line in lines:
        if last is not None and setting.goes_on(last, line):
            text = _joined(text, line.text, known)
        else:
            if last is not None:
                yield _paragraph(text, last)
            text = line.text
        last = line
    if last is not None:
        yield _paragraph(text, last)


def _paragraph(text: str, last: _Line) -> CopyLine:
    return CopyLine(text=text.replace(_SOFT, ""), gap=1, path=f"page {last.page + 1}")


class _Setting:
    """How a document is set: how long lines of a size are, how far apart, and whether paragraphs are farther."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        lengths: dict[int, list[int]] = {}
        for line in lines:
            lengths.setdefault(round(line.size), []).append(len(line.text))
        self._usual = {size: sorted(found)[int(len(found) * 0.9)] for size, found in lengths.items()}
        gaps: dict[int, Counter[float]] = {}
        for one, other in pairwise(lines):
            if _is_below(one, other):
                gaps.setdefault(round(one.size), Counter())[round(one.y - other.y, 1)] += 1
        self._leading = {size: _leading(found) for size, found in gaps.items()}
        wide = sum(n for size, found in gaps.items() for gap, n in found.items() if gap > _APART * self._leading[size])
        self._least = _FULL_IF_APART if wide * _FEW > sum(map(Counter.total, gaps.values())) else _FULL

    def goes_on(self, last: _Line, line: _Line) -> bool:
        """Whether a line belongs to the paragraph of the one before it."""
        if abs(last.size - line.size) > _ALIKE or _BULLET.match(line.text):
            return False
        size = round(last.size)
        is_full = len(last.text) >= self._least * self._usual[size]
        if last.page != line.page or last.y - line.y < -_ALIKE:  # the next page or column
            return is_full and not last.text.endswith((".", "!", "?", ":", "”", '"')) and line.text[:1].islower()
        if last.y - line.y > min(_NEXT_LINE * line.size, _APART * self._leading.get(size, math.inf)):
            return False
        return is_full and line.x - last.x <= _INDENT * line.size


def _is_below(one: _Line, other: _Line) -> bool:
    """Whether a line stands a few lines below one of its size."""
    return one.page == other.page and abs(one.size - other.size) <= _ALIKE and 0 < one.y - other.y < 4 * one.size


def _leading(gaps: Counter[float]) -> float:
    """How far lines are apart: the least that is common."""
    most = max(gaps.values())
    return min(gap for gap, count in gaps.items() if count * _FEW >= most)


def _joined(text: str, more: str, known: Counter[str]) -> str:
    """A paragraph with its next line; a divided word is whole, unless it is written with the sign elsewhere."""
    if _RUNS_ON.match(text[-1:]) and _RUNS_ON.match(more):
        return text + more
    if not _DIVIDED.search(text) or not more[:1].islower():
        return f"{text} {more}"
    before, after = text.rpartition(" ")[2], more.partition(" ")[0]
    is_written_so = text[-1] != _SOFT and before + after in known and before[:-1] + after not in known
    return text + more if is_written_so else text[:-1] + more


def _properties(reader: PdfReader) -> Iterator[Property]:
    """What the document says of itself: programs fill it in as well as people do."""
    try:
        told = reader.metadata
        if told is None:
            return
        texts = {"headline": told.title, "byline": told.author, "keywords": told.get("/Keywords")}
        moments = {"first_created": told.creation_date, "version_created": told.modification_date}
    except _BROKEN:  # the text is worth more than what is said of it
        return
    for field, text in texts.items():
        if isinstance(text, str) and text.strip():
            yield Property(field=field, value=text.strip(), place="PDF information")  # type: ignore[arg-type]
    for field, moment in moments.items():
        if isinstance(moment, dt.datetime):
            yield Property(field=field, value=moment.isoformat(), place="PDF information")  # type: ignore[arg-type]


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
