"""Captions, subheads and short paragraphs told apart where the markup is silent, and credits taken off captions."""

from functools import cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from services.normalize.document import Document, Line, classified, replace_lines, size, weighed
from services.normalize.fields.caption_features import Surroundings, signs
from services.normalize.grammar.credit import Credit, speaks_of_picture, take_credit
from services.normalize.language.phrases import roles
from services.normalize.language.signs import is_stopped
from services.normalize.readings import RuleId
from services.normalize.tables import read_table

LONGEST = 60
LONGEST_SUBHEAD = 14
LONGEST_UNDER_PICTURE = 32
LONGEST_WITH_LABEL = 45
MOST_LINES = 2000
LONGEST_WITH_AGENCY = 30
LEAST_OPENING = 4
_BESIDE_LABEL = frozenset(
    ":：=＝([（［【〔"
)  # a credit's word stands before one of the first, or behind one of the last

Judgement = Literal["caption", "subhead", "paragraph"]
Totals = dict[Judgement, float]
_RULES: dict[Judgement, RuleId] = {
    "caption": RuleId.LINE_CAPTION,
    "subhead": RuleId.LINE_SUBHEAD,
    "paragraph": RuleId.LINE_TEXT,
}


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What each sign adds for a caption and for a subhead, against a paragraph, and what each kind says of the next."""

    caption: dict[str, float]
    subhead: dict[str, float]
    follows: dict[str, dict[str, float]]


@cache
def weights() -> Weights:
    """The weights beside the rules of the languages."""
    return read_table("models/caption_features.toml", Weights)


def judge_captions(document: Document) -> Document:
    """Judge the short lines of the body that no markup names, and split the credit off every caption."""
    if not document.is_page:
        return _take_credits(document)
    body = [number for number, line in enumerate(document.lines) if line.kind is None]
    around = Surroundings(document, body)
    settled = [settle_by_credit(document.lines[number], around.tag) for number in body]
    below = [place > 0 and is_bare_picture(settled[place - 1]) for place in range(len(settled))]
    settled = [_settle_on_page(line, around.tag, under) for line, under in zip(settled, below, strict=True)]
    if settled and not document.rules.lead_follows_headline:
        settled[0] = _opened(settled[0])
    totals = [
        _totals(around, place, line, under) for place, (line, under) in enumerate(zip(settled, below, strict=True))
    ]
    kinds = likeliest(totals)
    marks = {
        number: weighed(line, kind, _RULES[kind], total, kind) if len(total) > 1 else line
        for number, line, total, kind in zip(body, settled, totals, kinds, strict=True)
    }
    return replace_lines(document, marks)


def _take_credits(document: Document) -> Document:
    """Split the credit off each line of a text that was told to be a caption."""
    tag = document.rules.tag
    marks = {
        number: _credited(line, take_credit(line.text, tag))
        for number, line in enumerate(document.lines)
        if line.kind in ("caption", "picture")
    }
    return replace_lines(document, marks)


def _opened(line: Line) -> Line:
    """A whole sentence right under the headline opens the text where papers set no lead apart from it."""
    opens = line.kind is None and line.piece.shape in ("line", "paragraph") and size(line.text) >= LEAST_OPENING
    return classified(line, "paragraph", RuleId.LINE_OPENING) if opens and is_stopped(line.text) else line


def settle_by_credit(line: Line, tag: str) -> Line:
    """The line with its credit taken off, and told to be a caption where the credit or the markup says so."""
    if line.piece.shape in ("caption", "picture"):
        if line.piece.hint:
            kind: Literal["caption", "picture"] = "caption" if line.piece.shape == "caption" else "picture"
            line = classified(line, kind, RuleId.SOURCE_HINT, note=line.piece.hint)
        return _credited(line, take_credit(line.text, tag))
    if line.piece.shape == "line" and size(line.text) <= LONGEST:
        credit = take_credit(line.text, tag)
        if credit is not None and _is_caption_credit(credit, line):
            return _credited(classified(line, "caption", RuleId.CAPTION_CREDITED, note=credit.rule.words), credit)
        if line.kind is None and speaks_of_picture(line.text, tag):
            return classified(line, "caption", RuleId.CAPTION_SPEAKING)
    return line


def is_bare_picture(line: Line) -> bool:
    """A picture of a page without any words: what stands under it may be its caption."""
    return line.piece.shape == "picture" and not line.text and line.byline is None


def _settle_on_page(line: Line, tag: str, under_picture: bool) -> Line:
    """A page's paragraph is a caption when it ends in a credit under a picture, or is short and credits a picture."""
    if line.kind is not None or line.piece.shape != "paragraph":
        return line
    if size(line.text) > (LONGEST if under_picture else LONGEST_WITH_LABEL):
        return line
    if not under_picture and _BESIDE_LABEL.isdisjoint(line.text):
        return line
    credit = take_credit(line.text, tag)
    if credit is None or not credit.caption:
        return line
    pictured = roles(tag, "labels").get(credit.label or "") in ("photographer", "videographer")
    if not under_picture and not pictured:
        return line
    return _credited(classified(line, "caption", RuleId.CAPTION_CREDITED_ON_PAGE, note=credit.rule.words), credit)


def _totals(around: Surroundings, place: int, line: Line, under_picture: bool) -> Totals:
    """What the signs of a line add up to for each kind it may be of; a line told already has one kind.

    A page's paragraph may be a subhead set in bold, but a caption only right under a picture without one.
    """
    shape = line.piece.shape
    if line.kind == "caption" or shape in ("caption", "picture"):
        return {"caption": 0.0}
    if shape == "heading":
        return {"subhead": 0.0}
    if line.kind == "paragraph":
        return {"paragraph": 0.0}
    on_page = LONGEST_UNDER_PICTURE if under_picture else 0 if line.piece.is_running else LONGEST_SUBHEAD
    longest = {"line": LONGEST, "paragraph": on_page}.get(shape, 0)
    if size(line.text) > longest or place >= MOST_LINES:
        return {"paragraph": 0.0}
    found, known = signs(around, place), weights()
    ends = any(f"ends in a {mark}" in found for mark in ("stop", "colon", "question"))  # as a paragraph does
    totals: Totals = {"paragraph": 0.0}
    if not line.piece.is_running:
        totals["subhead"] = _sum(known.subhead, found)
    if shape == "line" or under_picture:
        totals["caption"] = _sum(known.caption, found) + (around.under_picture if under_picture and not ends else 0.0)
    return totals


def _sum(known: dict[str, float], found: dict[str, float]) -> float:
    return sum(value * known.get(name, 0.0) for name, value in found.items())


def likeliest(totals: list[Totals], follows: dict[str, dict[str, float]] | None = None) -> list[Judgement]:
    """The kinds of all lines together (Viterbi): two subheads in a row or one at the end are unlikely."""
    after = weights().follows if follows is None else follows
    best: dict[Judgement, float] = {"paragraph": 0.0}
    steps: list[dict[Judgement, Judgement]] = []
    for total in totals:
        comes_from = {kind: _likeliest_before(kind, best, after) for kind in total}
        best = {
            kind: own + best[last] + after.get(last, {}).get(kind, 0.0)
            for (kind, own), last in zip(total.items(), comes_from.values(), strict=True)
        }
        steps.append(comes_from)
    kind = max(best, key=lambda last: best[last] + after.get(last, {}).get("end", 0.0))
    kinds = []
    for comes_from in reversed(steps):
        kinds.append(kind)
        kind = comes_from[kind]
    return kinds[::-1]


def _likeliest_before(kind: Judgement, best: dict[Judgement, float], after: dict[str, dict[str, float]]) -> Judgement:
    return max(best, key=lambda last: best[last] + after.get(last, {}).get(kind, 0.0))


def _is_caption_credit(credit: Credit, line: Line) -> bool:
    """An agency in brackets also ends paragraphs; a label or a stock picture's note does not."""
    return credit.rule is not RuleId.CREDIT_AGENCY_IN_BRACKETS or size(line.text) <= LONGEST_WITH_AGENCY


def _credited(line: Line, credit: Credit | None) -> Line:
    if credit is None:
        return line
    return replace(line, text=credit.caption, byline=line.byline or credit.credit)
