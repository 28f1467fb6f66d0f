"""What one revision of an article says otherwise than the one before it."""

import difflib
import re
from collections.abc import Iterator, Sequence

import msgspec

from shared.article import Article

MOST_CHARS = 40_000
LEAST_ALIKE = 0.4  # of the letters of the longer of two lines
MOST_PAIRS = 500_000  # of lines, of words: comparing costs as much where all of them are alike
WORDS = re.compile(r"\s+|\w+(?:[.,:/-]\w+)*|[^\w\s]+")  # a figure is one word: 3.000, 05:34


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of words: `kind` says whether it stood in both, or is "gone" or "new"."""

    kind: str
    text: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the article that differs: what it is (`headline`, `body` …), and its words before and now."""

    part: str
    changes: tuple[Change, ...]


def differences(before: Article, now: Article) -> list[Difference] | None:
    """The parts that differ, in reading order; None where they are too long to be compared in a page."""
    old, new = _lines(before), _lines(now)
    if sum(len(text) for _, text in (*old, *new)) > MOST_CHARS or len(old) * len(new) > MOST_PAIRS:
        return None
    found: list[Difference] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found += _pairs(old[a:b], new[c:d])
    return found


def _pairs(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[Difference]:
    """Lines that stand for each other, in order; a part that only one side has stands alone."""
    parts = dict.fromkeys(part for part, _ in (*old, *new))
    for part in parts:
        gone = [text for name, text in old if name == part]
        come = [text for name, text in new if name == part]
        for number in range(max(len(gone), len(come))):
            a = gone[number] if number < len(gone) else ""
            b = come[number] if number < len(come) else ""
            yield Difference(part=part, changes=tuple(_changes(a, b)))


def changed_lines(before: Sequence[str], now: Sequence[str]) -> list[list[Change]]:
    """The lines that differ, each with its words; lines that stand for each other are compared, others stand alone."""
    found: list[list[Change]] = []
    if len(before) * len(now) > MOST_PAIRS:
        return [[Change(kind="gone", text=line)] for line in before] + [[Change(kind="new", text=line)] for line in now]
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old, new = before[a:b], now[c:d]
        for number in range(max(len(old), len(new))):
            pair = (lines[number] if number < len(lines) else "" for lines in (old, new))
            found.append(_readable(*pair))
    return found


def _readable(before: str, now: str) -> list[Change]:
    """What changed of a line, word by word; of two lines with little in common one stands whole after the other."""
    changes = list(_changes(before, now))
    same = sum(len(change.text.strip()) for change in changes if change.kind == "same")
    if not before or not now or same >= LEAST_ALIKE * max(len(before), len(now)):
        return changes
    return [Change(kind="gone", text=before), Change(kind="same", text=" "), Change(kind="new", text=now)]


def _changes(before: str, now: str) -> Iterator[Change]:
    old, new = WORDS.findall(before), WORDS.findall(now)
    if len(old) * len(new) > MOST_PAIRS:
        old, new = [before], [now]
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change(kind="same", text="".join(old[a:b]))
            continue
        if a < b:
            yield Change(kind="gone", text="".join(old[a:b]))
        if c < d:
            yield Change(kind="new", text="".join(new[c:d]))


def _lines(article: Article) -> list[tuple[str, str]]:
    """The article as lines, each with the name of its part."""
    created = article.first_created.isoformat() if article.first_created else ""
    head = (
        ("headline", article.headline), ("byline", article.byline), ("date", created), ("dateline", article.dateline),
        ("description", article.description), ("state", article.pub_status),
    )  # fmt: skip
    lines = [(part, text) for part, text in head if text]
    for block in article.blocks:
        cells = [cell for row in block.rows for cell in row]
        text = " ".join(part for part in (block.text, block.caption, block.byline, *block.items, *cells) if part)
        if text:
            lines.append(("body", text))
    return lines
