"""Whether two articles tell one story in the same words: agency copy, cut, changed at its edges, with marks or without.

Words are compared in threes, folded as the search folds them, so that a copy without diacritics is one too. Reports
that only share a form (the gold price of each day, the weather, a table of results) share most words and differ in
numbers.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from services.index.folding import fold
from services.index.words import part, without_marks
from shared.article import Article

RUN = 3  # words in a row
FEWEST = 30  # runs of a text that can be told from others by them; a shorter one is told by its headline too
MOST_WORDS = 6000
MARKS = 12  # runs by which candidates are found: of two alike texts the same are the smallest
ALIKE = 0.4  # of the shorter text's runs that stand in the other
SHORT_ALIKE = 0.8
LEAST_SIZE = 0.2  # a brief of a long report is no copy of it
FEWEST_NUMBERS = 4
SAME_NUMBERS = 0.6
APART_US = 4 * 86_400 * 1_000_000

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of an article: the runs of its text as hashes, the numbers in it, whether it is a short one."""

    runs: frozenset[int]
    numbers: frozenset[str]
    short: bool


def print_of(article: Article) -> Print:
    """What an article says, ready to be compared."""
    texts = [*_texts(article)]
    runs = _runs(texts)
    short = len(runs) < FEWEST
    if short:
        runs |= _runs([article.headline or "", article.description or ""])
    numbers = frozenset(number for text in texts for number in _NUMBER.findall(text))
    return Print(runs=runs, numbers=numbers, short=short)


def marks_of(one: Print) -> tuple[int, ...]:
    """The smallest runs: two texts that share many share some of these, and a cut text shares those of its part."""
    return tuple(sorted(one.runs)[:MARKS])


def likeness(one: Print, other: Print) -> float:
    """How much of the shorter text stands in the other, 0 to 1; 0 where the rest speaks against one story."""
    smaller, larger = sorted((one.runs, other.runs), key=len)
    if not smaller or len(smaller) < LEAST_SIZE * len(larger):
        return 0.0
    if not _numbers_agree(one.numbers, other.numbers):
        return 0.0
    return len(smaller & larger) / len(smaller)


def are_alike(one: Print, other: Print) -> bool:
    """Do two articles tell one story in the same words?"""
    return likeness(one, other) >= (SHORT_ALIKE if one.short or other.short else ALIKE)


def _numbers_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    fewest = min(len(one), len(other))
    return fewest < FEWEST_NUMBERS or len(one & other) >= SAME_NUMBERS * fewest


def _texts(article: Article) -> Iterable[str]:
    for block in article.blocks:
        if block.type in ("picture", "caption"):
            continue
        if block.text:
            yield block.text
        yield from block.items
        for row in block.rows:
            yield " ".join(row)


def _runs(texts: Sequence[str]) -> frozenset[int]:
    """The runs of each text as numbers of 63 bits, which SQLite keeps."""
    found: set[int] = set()
    left = MOST_WORDS
    for text in texts:
        words = without_marks(part(fold(text))).split()[:left]
        left -= len(words)
        found.update(_hash(" ".join(run)) for run in zip(*(islice(words, at, None) for at in range(RUN)), strict=False))
        if left <= 0:
            break
    return frozenset(found)


def _hash(run: str) -> int:
    return int.from_bytes(hashlib.blake2b(run.encode(errors="replace"), digest_size=8).digest(), "big") >> 1
