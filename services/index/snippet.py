"""The passage of an article in which a query is found, and where in it."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

import msgspec

from services.index.folding import is_unspaced, strip_strokes

LENGTH = 220
LEAD_IN = 60
# The top of a very long text must do.
MOST_PASSAGES = 400
LONGEST_PASSAGE = 20_000
MOST_MARKS = 50
_NO_LETTER = "\x01"  # stands for a mark or joiner, so that letters keep their places

_WORD = re.compile(r"\w+")

Span = tuple[int, int]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of text, and from where to where the words stand that were asked for (in letters, the end without)."""

    text: str
    marks: tuple[Span, ...] = ()


class _Letters(dict[int, int]):
    """A table for `str.translate` that changes letters and never their places."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, code: int) -> int:
        char = chr(code)
        if unicodedata.category(char) in ("Mn", "Cf"):
            self[code] = 1 if self._plain or unicodedata.category(char) == "Cf" else code
            return self[code]
        if unicodedata.category(char) == "Nd":
            char = str(unicodedata.decimal(char))
        elif self._plain:
            char = strip_strokes(unicodedata.normalize("NFKD", char)[:1] or char)[:1] or char
        lower = char.lower()
        lower = {"ς": "σ", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ٱ": "ا"}.get(lower, lower) if self._plain else lower
        self[code] = ord(lower) if len(lower) == 1 else code
        return self[code]


_AS_TYPED = _Letters(plain=False)
PLAIN = _Letters(plain=True)
_USUAL = (
    "".join(map(chr, range(128)))
    + "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđäåæçëîïñöøûüßœšžčłńśż"
    + "“”„‘’–—…•«»°²³½·×€§©®™\xa0"
)
_CODES, _BARE = codecs.charmap_build(_USUAL), _USUAL.translate(PLAIN)


def plain_letters(text: str) -> str:
    """A text as `PLAIN` changes it: by way of bytes, which takes a fifth of the time, where all its letters are usual
    in Vietnamese or another language of Latin script."""
    try:
        return codecs.charmap_decode(codecs.charmap_encode(text.lower(), "strict", _CODES)[0], "strict", _BARE)[0]
    except UnicodeEncodeError:
        return text.translate(PLAIN)


def find_passage(passages: Iterable[str], terms: Sequence[str]) -> Passage:
    """The first passage with the most of the terms, cut around the first of them, as stored; and where they stand."""
    looked_at = [passage[:LONGEST_PASSAGE] for passage in islice(passages, MOST_PASSAGES) if passage]
    for plain in (False, True):
        wanted = _wanted(tuple(terms), plain)
        best, most = "", 0.0
        for passage in looked_at:
            kinds = wanted.kinds(passage)
            if kinds > most:
                best, most = passage, kinds
                if most >= wanted.most:
                    break
        if most:
            return mark(_cut(best, wanted.place(best)), terms)
    return Passage(text=_cut(looked_at[0], 0) if looked_at else "")


class _Wanted:
    """What is looked for in a passage: words by a look at all its words, what is longer by a pattern each."""

    def __init__(self, terms: Sequence[str], letters: "_Letters") -> None:
        self._letters = letters
        told = [term.translate(letters).replace(_NO_LETTER, "").strip() for term in terms]
        words = [term for term in told if _WORD.fullmatch(term) and not is_unspaced(term[0])]
        self._words = frozenset(words)
        self._row = " ".join(words) if len(words) > 1 else ""
        longer = [term for term in told if term not in self._words]
        self._longer = [(term.split(), re.compile(pattern)) for term in longer if (pattern := _pattern(term))]
        self._any = _finder(terms, letters)
        self.most = len(self._words) + len(self._longer) + bool(self._row)

    def kinds(self, passage: str) -> float:
        """How many of the terms are in it; all of the words side by side count for one more."""
        folded = self._fold(passage)
        count = sum(word in folded and _stands_in(folded, word) for word in self._words)
        count += sum(
            all(word in folded for word in words) and pattern.search(folded) is not None
            for words, pattern in self._longer
        )
        return count + bool(count and self._row and self._row in folded)

    def place(self, passage: str) -> int:
        """Where the words stand side by side, else where the first of the terms does."""
        folded = passage.translate(self._letters)
        at = folded.find(self._row) if self._row else -1
        match = self._any.search(folded) if self._any is not None and at < 0 else None
        return at if at >= 0 else match.start() if match else 0

    def spans(self, text: str) -> list[Span]:
        """Where each of the terms stands, up to MOST_MARKS."""
        found = self._any.finditer(text.translate(self._letters)) if self._any is not None else ()
        return [match.span() for match in islice(found, MOST_MARKS)]

    def _fold(self, passage: str) -> str:
        if self._letters is _AS_TYPED:  # what is more than lower case, the look regardless of marks finds
            return passage.lower()
        folded = plain_letters(passage)
        return folded.replace(_NO_LETTER, "") if _NO_LETTER in folded else folded


@lru_cache(maxsize=64)
def _wanted(terms: tuple[str, ...], plain: bool) -> _Wanted:
    """A page of hits is asked for the same terms."""
    return _Wanted(terms, PLAIN if plain else _AS_TYPED)


def mark(text: str, terms: Sequence[str]) -> Passage:
    """A text with the places of the terms in it: as typed, else regardless of marks."""
    for plain in (False, True):
        wanted = _wanted(tuple(terms), plain)
        spans = wanted.spans(text)
        if spans:
            return Passage(text=text, marks=tuple(spans))
    return Passage(text=text)


def pieces(passage: Passage) -> tuple[tuple[str, bool], ...]:
    """The text piece by piece, and whether each is what was asked for."""
    parts, at = [], 0
    for first, last in passage.marks:
        parts += [(passage.text[at:first], False), (passage.text[first:last], True)]
        at = last
    return tuple(part for part in (*parts, (passage.text[at:], False)) if part[0])


def marked(passage: Passage, begin: str, end: str) -> str:
    """The text with signs around what was found, for a terminal."""
    return "".join(f"{begin}{text}{end}" if is_found else text for text, is_found in pieces(passage))


def _stands_in(text: str, word: str) -> bool:
    """Whether a text has a word by itself: what `\\w+` finds, without looking at all the others."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_is_of_a_word(text[at - 1 : at]) or _is_of_a_word(text[end : end + 1])):
            return True
        at = text.find(word, at + 1)
    return False


def _is_of_a_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _finder(terms: Sequence[str], letters: _Letters) -> re.Pattern[str] | None:
    patterns = [pattern for term in terms if (pattern := _pattern(term.translate(letters)))]
    # A long term before one that it begins with: the longest is marked.
    return re.compile("|".join(sorted(patterns, key=len, reverse=True))) if patterns else None


def _pattern(term: str) -> str:
    words = [_word(word) for word in term.replace(_NO_LETTER, "").split()]
    words = [word for word in words if word]
    if not words:
        return ""
    letters = term.replace(_NO_LETTER, "").strip()
    start = "" if is_unspaced(letters[0]) else r"(?<!\w)"
    end = "" if is_unspaced(letters[-1]) else rf"(?![\w{_NO_LETTER}])"
    return start + r"\W+".join(words) + end


def _word(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word
    return f"{_NO_LETTER}?".join(map(re.escape, word)) + f"{_NO_LETTER}*"


def _cut(passage: str, at: int) -> str:
    """A window of a passage, ending between words where it can."""
    start = 0 if at <= LEAD_IN else at - LEAD_IN
    if start:
        space = passage.find(" ", start, at)
        start = start if space < 0 else space + 1
    end = min(len(passage), start + LENGTH)
    if end < len(passage):
        space = passage.rfind(" ", at + LENGTH // 2, end)
        end = end if space < 0 else space
    cut = " ".join(passage[start:end].split())
    return f"{'… ' if start else ''}{cut}{' …' if end < len(passage) else ''}"
