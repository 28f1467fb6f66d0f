"""The lines of a plain text with what the grammars read in them, each once, and what is counted for all of them."""

import datetime as dt
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Literal

import msgspec

from services.normalize.document import Document, Line, size, words
from services.normalize.fields.boilerplate import site_rule
from services.normalize.fields.date import shares_line
from services.normalize.fields.text import mend
from services.normalize.grammar.byline import BylineReading, read_byline
from services.normalize.grammar.credit import Credit, take_credit
from services.normalize.grammar.dateline import read_dateline
from services.normalize.grammar.dates import read_dates
from services.normalize.language import phrases
from services.normalize.language.folding import fold, fold_word
from services.normalize.language.load import DayOrder, for_tag, languages
from services.normalize.language.phrases import folded
from services.normalize.language.signs import is_stopped
from services.normalize.readings import RuleId

LONGEST = 60  # words of a line that may be anything but running text
LONGEST_DATE = 140  # characters
LONGEST_BYLINE = 24
LONGEST_NAMES = 14  # words of one that ends as a sentence does
RUNNING = 15
SHORT = 14
DATELINE_WITHIN = 16
_TOPIC = 600
SIGN_BULLET = re.compile(rf"[{phrases.DASHES}•*+·▪■●○◦►▸・]\s+(?=\S)")
BULLET = re.compile(rf"(?P<bullet>[{phrases.DASHES}•*+·▪■●○◦►▸・]|\d{{1,2}}[.)]|[a-zđ]\))\s+(?=\S)")
NUMBER = re.compile(r"(\d{1,2})[.)]\s")
CELLS = re.compile(r"\S(?:\t+|\s*\|\s*|\s{3,})(?=\S)")
RULE_LINE = re.compile(r"[\W_]{2,}|[-–—*#(\[（【<＜_=~]+\s*\w{1,12}\s*[-–—*#)\]）】>＞_=~]+")


class Wording(msgspec.Struct, frozen=True):
    """A language's words as lines are asked for them: the spaced ones stand within a line that is spaced itself."""

    little: frozenset[str]
    verbs: frozenset[str]
    connectives: frozenset[str]
    openers: frozenset[str]
    bylines: frozenset[str]
    spaced_speech: tuple[str, ...]
    spaced_posture: tuple[str, ...]


@cache
def wording(tag: str) -> Wording:
    """The words of a language."""
    rules = for_tag(tag)
    style = rules.style
    return Wording(
        little=folded((*style.function_words, *style.verbs, *style.common)),
        verbs=folded(style.verbs),
        connectives=folded(style.connectives),
        openers=folded(rules.captions.openers),
        bylines=frozenset((*phrases.roles(tag, "labels"), *phrases.roles(tag, "openers"))),
        spaced_speech=tuple(f" {word} " for word in folded(style.speech)),
        spaced_posture=tuple(f" {word} " for word in folded(rules.captions.words)),
    )


class LineView:
    """One line with what the grammars read in it, each once."""

    __slots__ = ("bullet", "byline", "capitals", "cells", "content", "credit", "date", "dated", "dateline", "kind",
                 "line", "member", "plain", "running", "short", "site", "size", "stopped", "text")  # fmt: skip

    def __init__(self, line: Line, context: "TextView", place: int) -> None:
        text, tag = line.text, context.tag
        self.line, self.text = line, text
        self.size = size(text)
        self.stopped = is_stopped(text)
        self.bullet = BULLET.match(text) is not None
        self.cells = _count_cells(line.piece.text) if len(text) <= 400 else 0
        printed = words(text[:_TOPIC])
        self.plain = [fold_word(word) for word in printed]
        self.capitals = [word[0].isupper() for word in printed]
        little = context.words.little
        self.content = {word for word in self.plain if len(word) > 3 and word not in little} or _pairs(text[:_TOPIC])
        self.short = self.size <= LONGEST
        self.date = self.dated = self.running = False
        self.member: Literal["row", "item"] | None = None
        self.byline: BylineReading | None = None
        self.credit: Credit | None = None
        self.site: RuleId | None = None
        self.dateline = place < DATELINE_WITHIN and self.size >= 5 and read_dateline(text, tag) is not None
        self.kind = ""
        if self.short:
            self._read(context)

    def _read(self, context: "TextView") -> None:
        """What the grammars read in a line that may be anything but running text; cells of a table name nobody."""
        text, tag = self.text, context.tag
        found = read_dates(text, tag, context.order, context.today) if len(text) <= LONGEST_DATE else ()
        self.dated = bool(found) and (not found[0].residue or shares_line(text, found, context.rules))
        self.date = bool(found) and not found[0].residue
        self.site = site_rule(text, tag)
        if self.date:
            return
        in_cells = self.cells > 0 and "\t" in self.line.piece.text
        if self.size <= LONGEST_BYLINE and not in_cells and not (self.stopped and self.size > LONGEST_NAMES):
            self.byline = read_byline(text, tag)
        self.credit = take_credit(text, tag)


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
        self.rules = document.rules
        self.words = wording(self.tag)
        self.lines = [LineView(document.lines[number], self, place) for place, number in enumerate(numbers)]
        self.counts = Counter(word for view in self.lines for word in view.content)
        long = [view for view in self.lines if view.size >= RUNNING]
        self.uses_stops = not long or sum(view.stopped for view in long) * 2 >= len(long)
        sizes = sorted(view.size for view in long)
        self.median = sizes[len(sizes) // 2] if sizes else RUNNING
        self._tell_rows()
        for view in self.lines:
            view.running = view.size >= RUNNING and not view.cells and (
                view.stopped or not self.uses_stops or view.size >= LONGEST
            )  # fmt: skip
            view.kind = _kind(view)
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
        words = self.words.little
        little = [sum(word in words for word in v.plain) / len(v.plain) for v in long if v.plain]
        self.little_share = sum(little) / len(little) if little else 0.0
        self.seen = Counter(fold(view.text) for view in self.lines if view.short)

    def _tell_rows(self) -> None:
        """Lines of as many cells are rows of a table, which names nobody; lines counted one after the other a list."""
        for one, two in pairwise(self.lines):
            plain = not (one.dated or two.dated or one.site or two.site) and None in (one.byline, two.byline)
            if plain and one.cells and one.cells == two.cells:
                one.byline = two.byline = None
                one.member = two.member = "row"
            first, second = (NUMBER.match(view.text) if view.short else None for view in (one, two))
            if first is not None and second is not None and int(first[1]) + 1 == int(second[1]):
                one.member = two.member = "item"

    def _closes(self, place: int) -> bool:
        """ "###" and "- ENDS -" close a text."""
        line = self.lines[place].text
        if RULE_LINE.fullmatch(line) is None:
            return False
        return "##" in line.replace(" ", "") or phrases.edge_free(line).strip("#_=~<＜>＞（）［］【】") in _end_marks()


def _kind(view: LineView) -> str:
    """What a line looks like from beside it."""
    kinds = (
        ("date", view.date),
        ("running", view.running),
        ("byline", view.byline is not None and view.byline.rule is not RuleId.BYLINE_NAMES),
        ("site line", view.site is not None),
        ("bullet", view.bullet),
        ("cells", view.cells > 0),
        ("credit", view.credit is not None),
        ("stopped", view.stopped),
        ("names", view.byline is not None),
        ("short", view.size <= SHORT),
    )
    return next((name for name, is_so in kinds if is_so), "long")


@cache
def _end_marks() -> frozenset[str]:
    return folded(tuple(mark for rules in languages().values() for mark in rules.boilerplate.end_marks))
