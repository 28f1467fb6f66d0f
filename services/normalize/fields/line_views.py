"""The lines of a plain text with what the grammars read in them, each once, and what is counted for all of them."""

import datetime as dt
import re
from collections import Counter
from functools import cache
from itertools import pairwise

from services.normalize.document import Document, Line, size, words
from services.normalize.fields.boilerplate import site_rule
from services.normalize.fields.date import shares_line
from services.normalize.fields.text import mend
from services.normalize.grammar.byline import BylineReading, read_byline
from services.normalize.grammar.credit import Credit, take_credit
from services.normalize.grammar.dateline import read_dateline
from services.normalize.grammar.dates import DateReading, read_dates
from services.normalize.language import phrases
from services.normalize.language.folding import fold, fold_word
from services.normalize.language.load import DayOrder, for_tag, languages
from services.normalize.language.phrases import folded
from services.normalize.language.signs import is_stopped

LONGEST = 60  # words of a line that may be anything but running text
LONGEST_DATE = 140  # characters
RUNNING = 15
DATELINE_WITHIN = 16
_TOPIC = 600
SIGN_BULLET = re.compile(rf"[{phrases.DASHES}•*+·▪■●○◦►▸・]\s+(?=\S)")
BULLET = re.compile(rf"(?P<bullet>[{phrases.DASHES}•*+·▪■●○◦►▸・]|\d{{1,2}}[.)]|[a-zđ]\))\s+(?=\S)")
CELLS = re.compile(r"\S(?:\t+|\s*\|\s*|\s{3,})(?=\S)")
RULE_LINE = re.compile(r"[\W_]{2,}|[-–—*#(\[（【<＜_=~]+\s*\w{1,12}\s*[-–—*#)\]）】>＞_=~]+")


class LineView:
    """One line with what the grammars read in it, each once."""

    __slots__ = ("bullet", "byline", "capitals", "cells", "content", "credit", "date", "dated", "dateline", "line",
                 "plain", "running", "short", "site", "size", "stopped", "text")  # fmt: skip

    def __init__(self, line: Line, context: "TextView", place: int) -> None:
        text, tag = line.text, context.tag
        self.line, self.text = line, text
        self.size = size(text)
        self.stopped = is_stopped(text)
        self.bullet = BULLET.match(text) is not None
        self.cells = _count_cells(line.piece.text) if len(text) <= 400 else 0
        short = self.short = self.size <= LONGEST
        self.plain = [fold_word(word) for word in words(text[:_TOPIC])]
        self.content = {word for word in self.plain if len(word) > 3 and word not in context.little}
        if not self.content:
            self.content = _pairs(text[:_TOPIC])
        found: tuple[DateReading, ...] = ()
        if short and len(text) <= LONGEST_DATE:
            found = read_dates(text, tag, context.order, context.today)
        self.dated = bool(found) and (not found[0].residue or shares_line(text, found, context.rules))
        self.date = bool(found) and not found[0].residue
        self.byline: BylineReading | None = read_byline(text, tag) if self.size <= 24 and not self.date else None
        self.credit: Credit | None = take_credit(text, tag) if short and not self.date else None
        self.site = site_rule(text, tag) if short else None
        self.dateline = place < DATELINE_WITHIN and self.size >= 5 and read_dateline(text, tag) is not None
        self.capitals = [word[:1].isupper() for word in words(text[:_TOPIC])]
        self.running = False


def _count_cells(printed: str) -> int:
    printed = BULLET.sub("", printed, count=1)
    return len(CELLS.findall(printed)) if "\t" in printed or "|" in printed or "   " in printed else 0


def cells_of(printed: str) -> tuple[str, ...]:
    """The cells of a printed row: "Huế | 12 | 3", or set apart by tabs."""
    cells = re.split(r"\s*\|\s*" if "|" in printed else r"\t+|\s{3,}", printed.strip())
    return tuple(mend(cell) for cell in cells if cell.strip())


def _pairs(text: str) -> set[str]:
    """Neighbouring letters, where words are not set apart."""
    letters = [letter for letter in text if letter.isalpha()]
    return {one + two for one, two in pairwise(letters)}


class TextView:
    """All lines of a text and what is counted once for them."""

    def __init__(self, document: Document, numbers: list[int], order: DayOrder | None) -> None:
        self.tag, self.order = document.rules.tag, order
        self.today = dt.datetime.fromtimestamp(document.raw.received_us / 1_000_000, dt.UTC).date()
        rules = self.rules = document.rules
        self.style, self.captions = rules.style, rules.captions
        self.little, self.verbs, self.speech = _style_words(self.tag)
        self.lines = [LineView(document.lines[number], self, place) for place, number in enumerate(numbers)]
        self.counts = Counter(word for view in self.lines for word in view.content)
        long = [view for view in self.lines if view.size >= RUNNING]
        self.uses_stops = not long or sum(view.stopped for view in long) * 2 >= len(long)
        sizes = sorted(view.size for view in long)
        self.median = sizes[len(sizes) // 2] if sizes else RUNNING
        for view in self.lines:
            view.running = view.size >= RUNNING and not view.cells and (
                view.stopped or not self.uses_stops or view.size >= LONGEST
            )  # fmt: skip
        running = [place for place, view in enumerate(self.lines) if view.running]
        self.is_flash = not running
        count = len(self.lines)
        self.first_running = running[0] if running else min(1, count)
        self.last_running = running[-1] if running else count - 1
        self.end_mark = next((n for n in range(self.first_running + 1, count) if self._closes(n)), count)
        gaps = [view.line.piece.gap > 0 for view in self.lines[1:]]
        self.is_tight = sum(gaps) * 10 <= len(gaps) * 7 if gaps else False
        self.narrow = min((view.line.piece.gap for view in self.lines[1:]), default=0)
        self.indented = sum(view.line.piece.indent > 0 for view in self.lines) * 3 >= count > 0
        little = [sum(word in self.little for word in v.plain) / len(v.plain) for v in long if v.plain]
        self.little_share = sum(little) / len(little) if little else 0.0
        self.seen = Counter(fold(view.text) for view in self.lines if view.short)

    def _closes(self, place: int) -> bool:
        """ "###" and "- ENDS -" close a text."""
        line = self.lines[place].text
        if RULE_LINE.fullmatch(line) is None:
            return False
        return "##" in line.replace(" ", "") or phrases.edge_free(line).strip("#_=~<＜>＞（）［］【】") in _end_marks()


@cache
def _end_marks() -> frozenset[str]:
    return folded(tuple(mark for rules in languages().values() for mark in rules.boilerplate.end_marks))


@cache
def _style_words(tag: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    style = for_tag(tag).style
    return folded((*style.function_words, *style.verbs, *style.common)), folded(style.verbs), folded(style.speech)
