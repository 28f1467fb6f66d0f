"""Text broken into lines of one width, as old terminals and mail do: the pieces of a paragraph are joined again."""

import re
from functools import cache
from itertools import pairwise

from msgspec.structs import replace

from services.normalize.document import Document, Line
from services.normalize.fields.text import mend
from services.normalize.language.load import languages
from services.normalize.language.signs import is_stopped
from shared.patterns import pattern_of

WIDEST = 100  # columns; a letter of Chinese or Japanese takes two, a vowel sign over Thai or Hindi none
NARROWEST = 30
LEAST_WIDTH = 0.5
LEAST_FULL = 0.6
RAGGED = 0.12  # by how much of the width a line broken by hand falls short
MOST_STOPPED = 0.6
LEAST_INNER = 2
TOP = 200  # characters: where heads stand
_WIDE = pattern_of("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")
_NARROW = pattern_of(  # accents, signs and vowels set over or under another letter, and what has no width
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u093c\u0941-\u0948\u094d\u0900-\u0902"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u00ad\u200b-\u200f\ufeff]"
)
_UNSPACED = pattern_of("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]")
_WORD = 60
_SIGNS = ".,;:!?)”»"
_HYPHENS = "-\u2010\u00ad"
_TOKEN = pattern_of(r"[\u2e80-\u9fff\uff00-\uff60]|[^\s\u2e80-\u9fff\uff00-\uff60]+")
_BROKEN = pattern_of(rf"(?P<left>[^\W\d_]+)[{_HYPHENS}]\n(?P<right>[^\W\d_]+)")
_COMPOUND = pattern_of(r"[^\W\d_]+[-\u2010][^\W\d_]+")
_STARTS_ITEM = pattern_of(r"(?:[-–—•*+·▪■●○◦►▸]|\d{1,2}[.)])\s")


def join_wrapped(document: Document) -> Document:
    """Join lines where most that another follows directly had no room for its first word."""
    if document.is_page:
        return document
    columns = [_columns(line.piece.text) + line.piece.indent for line in document.lines]
    width = _wrapped_at(document.lines, columns)
    if width is None:
        return document
    words = _Spelling(document)
    groups: list[list[Line]] = []
    for number, line in enumerate(document.lines):
        if number and _goes_on(document.lines[number - 1], line, columns[number - 1], width):
            groups[-1].append(line)
        else:
            groups.append([line])
    joined = tuple(_join(group, document.text, words) for group in groups)
    return replace(document, lines=joined)


def _columns(text: str) -> int:
    """How wide a line is printed where every letter has one width."""
    if text.isascii():
        return len(text)
    return len(text) + len(_WIDE.findall(text)) - len(_NARROW.findall(text))


def _wrapped_at(lines: tuple[Line, ...], columns: list[int]) -> int | None:
    """The width that the text was broken at, or None when it was not broken."""
    inner = [number for number, (_, following) in enumerate(pairwise(lines)) if following.piece.gap == 0]
    heads = len(lines) > 1 and _opens_anew(lines[0], lines[1])  # a headline may be wider than the text is broken at
    width = max(columns[heads:], default=0)
    if not inner or not NARROWEST <= width <= WIDEST:
        return None
    if any(_is_word_broken(lines[n].text, lines[n + 1].text) for n in inner):
        return width
    full = [n for n in inner if _goes_on(lines[n], lines[n + 1], columns[n], width)]
    if full and all(_is_broken(lines[n].text, lines[n + 1].text) for n in full):
        return width
    stopped = sum(is_stopped(lines[n].text) for n in full)
    alone = sum(following.piece.gap > 0 for following in lines[1:]) + len(inner) - len(full)
    enough = len(inner) >= LEAST_INNER and (len(full) >= LEAST_FULL * len(inner) or len(full) >= alone)
    return width if full and enough and stopped <= MOST_STOPPED * len(full) else None


def _opens_anew(line: Line, following: Line) -> bool:
    """Whether the second line may be no more of the first: a byline under a headline on top begins with a capital."""
    on_top = line.piece.start is not None and line.piece.start < TOP
    return on_top and following.text[:1].isupper() and line.text[-1] not in _HYPHENS


def _is_broken(above: str, below: str) -> bool:
    """Whether a sentence goes on in the next line: it has no stop there, and what follows begins small."""
    return below[:1].islower() and not is_stopped(above)


def _is_word_broken(above: str, below: str) -> bool:
    """ "… the recon-" over "struction of …"."""
    return above[-1:] in _HYPHENS and above[-2:-1].isalpha() and below[:1].islower()


def _goes_on(line: Line, following: Line, columns: int, width: int) -> bool:
    """Whether the second line goes on with the first, which had no room for its first word."""
    if following.piece.gap or following.piece.indent > line.piece.indent + 1:
        return False
    if _is_word_broken(line.text, following.text):
        return True
    if not LEAST_WIDTH * width <= columns <= width:
        return False
    if _STARTS_ITEM.match(following.text):
        return False
    token = _TOKEN.search(following.piece.text)
    first = token[0] if token is not None else ""
    space = 0 if _UNSPACED.match(first) else 1
    slack = 2 if _UNSPACED.match(first) else 0  # a stop is never set at the start of a line
    slack += 0 if is_stopped(line.text) or _opens_anew(line, following) else round(RAGGED * width)
    return columns + space + _columns(first) + slack > width


class _Spelling:
    """How words are spelt within the lines of a text, by which a hyphen at the end of a line is told."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._words: frozenset[str] | None = None

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """Whether "four-" and "day" are two words joined by a hyphen, not one that was broken."""
        if not right.islower() or len(left) == 1:
            return True
        if self._words is None:
            text = self._document.text.casefold()
            self._words = frozenset(re.findall(r"[^\W\d_]+", text)) | frozenset(_COMPOUND.findall(text))
        left, right = left.casefold(), right.casefold()
        if left + right in self._words:
            return False
        return f"{left}-{right}" in self._words


def _join(group: list[Line], text: str, words: _Spelling) -> Line:
    """The printed lines of one paragraph as one line."""
    first, last = group[0], group[-1]
    start, end = first.piece.start, last.piece.end
    if first is last or start is None or end is None:
        return first
    parts = [first.text]
    for line in group[1:]:
        parts[-1], between = _seam(parts[-1], line.text, words)
        parts += [between, line.text]
    piece = replace(first.piece, text=text[start:end], end=end)
    return replace(first, piece=piece, text=mend("".join(parts)))


def _seam(above: str, below: str, words: _Spelling) -> tuple[str, str]:
    """The upper line and what comes between: no space in Chinese and Japanese, no hyphen in a broken word."""
    if _UNSPACED.match(above[-1:]) and _UNSPACED.match(below[:1]):
        return above, ""
    broken = _BROKEN.fullmatch(f"{above[-_WORD:].rpartition(' ')[2]}\n{below[:_WORD].partition(' ')[0].rstrip(_SIGNS)}")
    if broken is None:
        return above, " "
    if broken["right"] in _joiners():
        return above, " "  # "Kultur- und Sportverein"
    return above.rstrip(_HYPHENS), "-" if words.keeps_hyphen(broken["left"], broken["right"]) else ""


@cache
def _joiners() -> frozenset[str]:
    """The "and" of all languages: which one a text is in is told once its lines are whole."""
    return frozenset(word for rules in languages().values() for word in rules.bylines.joiners)
