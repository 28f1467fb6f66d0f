"""What a person may have meant, where no article has all of the words: taken from words that articles have."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from services.index.engine import Search
from services.index.folding import fold
from services.index.query import Part, Query
from services.index.words import part, without_marks

SHORTEST, LONG, LONGEST_WAY = 3, 6, 2

WordsIn = Callable[[int], Iterable[str]]


def suggest(search: Search, query: Query, q: str, words_in: WordsIn) -> str | None:
    """The query with the words that nobody wrote put right; None where there is nothing to put right.

    Only articles that the query may find are looked at, so that nobody learns a word of another publisher's.
    """
    mended = q
    for typed in query.words:
        if len(typed.plain) != 1 or typed.goes_on or search.together(*typed.plain):
            continue
        better = _alike(search, typed, words_in) or _apart(search, typed, words_in)
        if better is not None:
            mended = mended.replace(typed.text, better, 1)
    return mended if mended != q else None


def _alike(search: Search, typed: Part, words_in: WordsIn) -> str | None:
    """The word that differs least: by one letter, in long words by two; the one that most of the articles have."""
    (word,) = typed.plain
    for most in (1, 2) if len(word) >= LONG else (1,) if len(word) >= SHORTEST else ():
        found: dict[str, int] = {}
        for n in search.alike(word, most):
            for written in {written for written in words_in(n) if distance(word, _plain(written), most) <= most}:
                found[written] = found.get(written, 0) + 1
        if found:
            return max(found, key=lambda written: _rank(word, written, found[written]))
    return None


def _rank(word: str, written: str, count: int) -> tuple[int, bool, int, str]:
    """The least different first; most people get the first letter right."""
    plain = _plain(written)
    return -distance(word, plain, LONGEST_WAY), plain[:1] == word[:1], count, written


def _apart(search: Search, typed: Part, words_in: WordsIn) -> str | None:
    """Two words that were typed as one: "namdong" as Nam Đông."""
    (word,) = typed.plain
    for at in range(1, min(len(word), 40)):
        pair = (word[:at], word[at:])
        for n in search.together(*pair)[:1]:
            written = [*words_in(n)]
            for first, second in pairwise(written):
                if (_plain(first), _plain(second)) == pair:
                    return f"{first} {second}"
    return None


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with the next; more than `most` is one more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, row = row, [i]
        for j, its in enumerate(other, start=1):
            steps = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        before = last
    return min(row[-1], most + 1)


def _plain(written: str) -> str:
    return without_marks(part(fold(written)))
