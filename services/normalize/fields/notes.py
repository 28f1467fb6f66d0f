"""Notes of the desk in the text: what was corrected and when, and the line that asks to pay for the rest of it."""

import datetime as dt
import re

from services.normalize.document import Document, Line, classified, make_evidence, replace_lines, set_field, size
from services.normalize.fields.date import date_of_value
from services.normalize.grammar.dates import read_dates
from services.normalize.language.folding import fold
from services.normalize.language.phrases import note_openers, paywall_lines
from services.normalize.readings import RuleId
from shared.article import Correction

_SHAPES = frozenset({"line", "paragraph", "lead", "footnote", "debris"})
_LONGEST_NOTE, _LONGEST_LINE = 150, 40  # words
_TOP = 2  # lines of a text in which "Correction:" belongs to the headline
_CUT_TEXT = 400  # words of a text that may be the beginning of one
_EDGES = " \t*_•·-–—[](){}【】「」（）<>\"'“”"
_BEHIND = re.compile(r"\s*[:：—–\-(（\])】|]|\s*\d|[^.:]{1,30}\d[^.:]{0,12}[:：]")
_SENTENCE = 3  # words from which an opener needs no sign behind it
_ENDS_CUT = ("…", "...", "[…]", "[...]", "…]")


def read_notes(document: Document) -> Document:
    """Take the corrections out of the text, and tell whether it is cut where it asks to pay for the rest."""
    document = _read_corrections(document)
    return document if document.article.is_cut or document.article.access == "free" else _read_cut(document)


def _read_corrections(document: Document) -> Document:
    openers = note_openers(document.rules.tag)
    marks: dict[int, Line] = {}
    for number, line in enumerate(document.lines):
        if number in marks or not _may_be_note(document, number):
            continue
        opener = _opener_of(line.text, openers)
        if opener is not None and line.piece.shape == "debris" and size(opener) < _SENTENCE:
            continue  # what the site or its readers say beside the article
        if opener is None:
            continue
        noted = number
        if fold(line.text).strip(_EDGES + ":：.") == opener:
            noted = number + 1
            if noted == len(document.lines) or document.lines[noted].piece.shape not in _SHAPES:
                continue
            marks[number] = classified(line, "boilerplate", RuleId.CORRECTION_NOTE)
        marks[noted] = classified(document.lines[noted], "correction", RuleId.CORRECTION_NOTE)
        document = _corrected(document, marks[noted])
    return replace_lines(document, marks)


def _may_be_note(document: Document, number: int) -> bool:
    line = document.lines[number]
    if not document.is_page and number < _TOP:
        return False
    is_label = line.piece.shape == "heading" and size(line.text) <= _SENTENCE
    return (line.piece.shape in _SHAPES or is_label) and size(line.text[: 8 * _LONGEST_NOTE]) <= _LONGEST_NOTE


def _opener_of(text: str, openers: tuple[str, ...]) -> str | None:
    """The words that open a note: a word or two before a colon, a dash or a day, or most of a sentence."""
    folded = fold(text[:_LONGEST_NOTE]).lstrip(_EDGES)
    for opener in openers:
        if folded.startswith(opener):
            rest = folded[len(opener) :]
            if not rest.strip(_EDGES) or _BEHIND.match(rest) or size(opener) >= _SENTENCE:
                return opener
    return None


def _corrected(document: Document, line: Line) -> Document:
    known = document.article.corrections
    note = Correction(text=line.text, at=_day_of(document, line.text))
    evidence = make_evidence(document, f"corrections[{len(known)}]", line, RuleId.CORRECTION_NOTE)
    return set_field(document, evidence, corrections=(*known, note))


def _day_of(document: Document, text: str) -> dt.datetime | None:
    """The first day that a note tells, in the publisher's zone."""
    tag = document.rules.tag
    for reading in read_dates(text, tag)[:1]:
        dated = date_of_value(text[reading.start : reading.end], document.raw, tag)
        return dated.moment.value if dated is not None else None
    return None


def _read_cut(document: Document) -> Document:
    """A line that says the rest is for subscribers, under a text that is short or breaks off."""
    phrases = paywall_lines(document.rules.tag)
    running = [line.text for line in document.lines if line.piece.shape in ("line", "paragraph", "lead")]
    running = [text for text in running if not _asks_to_pay(text, phrases)]
    if not running:
        return document
    breaks = any(text.rstrip().endswith(_ENDS_CUT) for text in running[-2:])
    if not breaks and sum(map(size, running)) > _CUT_TEXT:
        return document
    for number, line in enumerate(document.lines):
        if line.piece.shape in _SHAPES | {"heading"} and _asks_to_pay(line.text, phrases):
            told = classified(line, "boilerplate", RuleId.PAYWALL_LINE)
            document = set_field(document, make_evidence(document, "is_cut", told, RuleId.PAYWALL_LINE), is_cut=True)
            return replace_lines(document, {number: told})
    return document


def _asks_to_pay(text: str, phrases: tuple[str, ...]) -> bool:
    if len(text) > 10 * _LONGEST_LINE or size(text) > _LONGEST_LINE:
        return False
    folded = fold(text)
    return any(phrase in folded for phrase in phrases)
