"""The headline: the first line of a text that is no date, no section and no byline."""

import re

from services.normalize.document import Document, Line, classified, make_evidence, replace_lines, set_field, size
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.dateline import read_dateline
from services.normalize.grammar.wire_codes import without_code
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.readings import RuleId
from shared.article import Candidate

KICKER_WORDS = 4
TOP = 4
SHORTEST = 4


def read_headline(document: Document) -> Document:
    """Find the headline's line; a section's name over it leaves the body."""
    if document.article.headline is not None:
        return _mark_known(document)
    if not document.is_page:
        return _take_told(document)
    document, first = _first_title(document)
    if first is None or document.lines[first].piece.shape == "lead" or _runs(document.lines[first]):
        return document
    chosen = first
    rule = RuleId.FIRST_LINE
    second = _next_open(document, first + 1)
    if second is not None and _is_kicker(document, first, second):
        kicker = classified(document.lines[first], "boilerplate", RuleId.LINE_KICKER)
        document = replace_lines(document, {first: kicker})
        chosen, rule = second, RuleId.FIRST_LINE_UNDER_KICKER
    line = document.lines[chosen]
    document = replace_lines(document, {chosen: classified(line, "headline", rule)})
    kickers = (document.lines[first].text,) if chosen != first else ()
    lost = tuple(Candidate(value=text, rule=RuleId.LINE_KICKER.words) for text in kickers)
    return set_field(document, make_evidence(document, "headline", line, rule, lost=lost), headline=line.text)


def _take_told(document: Document) -> Document:
    """The line of a text that was told to be its headline, without a wire's code before it."""
    line = next((line for line in document.lines if line.kind == "headline"), None)
    if line is None:
        return document
    rule = line.rule or RuleId.LINE_HEADLINE
    evidence = make_evidence(document, "headline", line, rule, line.sure, lost=line.lost)
    return set_field(document, evidence, headline=without_code(line.text, document.rules.tag))


def _first_title(document: Document) -> tuple[Document, int | None]:
    """The first line that may be a title: one without a letter is a date nobody could read, "By Anna Berg" a byline."""
    number = _next_open(document, 0)
    figures: dict[int, Line] = {}
    while number is not None:
        line = document.lines[number]
        reading = read_byline(line.text, document.rules.tag) if line.piece.shape == "line" else None
        following = _next_open(document, number + 1)
        if not any(letter.isalpha() for letter in line.text):
            figures[number] = classified(line, "boilerplate", RuleId.SITE_FIGURES)
        elif reading is None or reading.rule is RuleId.BYLINE_NAMES:
            break
        if following is None:
            break
        number = following
    return replace_lines(document, figures), number


def _mark_known(document: Document) -> Document:
    """Take the headline that the reader settled out of the body, wherever it is repeated as a heading or on top.

    A line on top that is a page's title without the site's name behind it ("… - Báo Tỉnh") is the headline itself;
    the title of a feed's entry or of a wire document is whole.
    """
    headline = document.article.headline or ""
    known = phrases.edge_free(headline)
    marks: dict[int, Line] = {}
    for number, line in enumerate(document.lines):
        on_top = number < TOP
        if line.kind is not None or not (on_top or line.piece.shape == "heading"):
            continue
        if phrases.edge_free(line.text) == known:
            marks[number] = classified(line, "headline", RuleId.HEADLINE_REPEATED)
        elif on_top and not document.printed and _is_without_site(line.text, headline):
            marks[number] = classified(line, "headline", RuleId.HEADLINE_WITHOUT_SITE)
            lost = (Candidate(value=headline, rule=RuleId.PAGE_TITLE.words),)
            evidence = make_evidence(document, "headline", line, RuleId.HEADLINE_WITHOUT_SITE, lost=lost)
            document = set_field(document, evidence, headline=line.text)
    return replace_lines(document, marks)


def _is_without_site(text: str, headline: str) -> bool:
    rest = fold(headline).removeprefix(fold(text))
    return size(text) >= SHORTEST and len(rest) < len(headline) and _SITE.fullmatch(rest) is not None


_SITE = re.compile(rf"\s*[{phrases.DASHES}|·»:]\s*\S.{{0,40}}")


def _next_open(document: Document, start: int) -> int | None:
    shapes = ("line", "paragraph", "heading", "lead")
    return next(
        (
            n
            for n in range(start, len(document.lines))
            if document.lines[n].kind is None and document.lines[n].piece.shape in shapes
        ),
        None,
    )


def _is_kicker(document: Document, first: int, second: int) -> bool:
    """A known section, or a word or two over a longer line that the lead follows without a date between."""
    over, under = document.lines[first], document.lines[second]
    plain = phrases.edge_free(over.text)
    if _runs(under):
        return False
    if plain in phrases.sections(document.rules.tag) or "»" in over.text:
        return True
    if read_dateline(under.text, document.rules.tag) is not None:
        return False
    third = _next_open(document, second + 1)
    if third is None or second != first + 1 or not _runs(document.lines[third]):
        return False
    short, dated = size(over.text) <= KICKER_WORDS, document.lines[second + 1].kind == "date"
    return short and dated and size(under.text) >= 2 * size(over.text)


def _runs(line: Line) -> bool:
    return size(line.text) >= 25 or (line.text.endswith(".") and size(line.text) >= 8)
