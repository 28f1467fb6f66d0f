"""The passage of an article in which a query is found."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

from services.index.folding import is_unspaced

LENGTH = 220
LEAD_IN = 60
# The top of a very long text must do.
MOST_PASSAGES = 400
LONGEST_PASSAGE = 20_000


class _Letters(dict[int, int]):
    """A table for `str.translate` that changes letters and never their places."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, code: int) -> int:
        letter = unicodedata.normalize("NFD", chr(code))[0] if self._plain else chr(code)
        lower = letter.lower()
        if self._plain:
            lower = {"đ": "d", "ø": "o", "ł": "l"}.get(lower, lower)
        self[code] = ord(lower) if len(lower) == 1 else code
        return self[code]


_AS_TYPED = _Letters(plain=False)
_PLAIN = _Letters(plain=True)


def make_snippet(passages: Iterable[str], terms: Sequence[str]) -> str:
    """The first passage with the most of the terms, cut around the first of them; as stored, with its marks."""
    looked_at = [passage[:LONGEST_PASSAGE] for passage in islice(passages, MOST_PASSAGES) if passage]
    for letters in (_AS_TYPED, _PLAIN):
        finder = re.compile("|".join(_pattern(term.translate(letters)) for term in terms))
        best, most, at = "", 0, 0
        for passage in looked_at:
            found = [(match[0], match.start()) for match in finder.finditer(passage.translate(letters))]
            kinds = len({words for words, _ in found})
            if kinds > most:
                best, most, at = passage, kinds, found[0][1]
        if most:
            return _cut(best, at)
    return _cut(looked_at[0], 0) if looked_at else ""


def _pattern(term: str) -> str:
    words = r"\W+".join(map(re.escape, term.split()))
    start = "" if is_unspaced(term[0]) else r"(?<!\w)"
    end = "" if is_unspaced(term[-1]) else r"(?!\w)"
    return start + words + end


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
