"""The titles of a page: what declares one, the headings that show one, and lines set over a text without headings."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from services.normalize.grammar.dates import read_dates
from services.normalize.grammar.titles import letters
from services.normalize.html.blocks import Block, Outline
from services.normalize.html.declared import Declared, plain
from services.normalize.html.tree import Element, names_of, path_of, text_of
from services.normalize.readings import Reading, RuleId

_OVER_NAMES = re.compile(
    r"kicker|over-?line|top-?line|roof-?line|dach-?zeile|spitzmarke|super-?title|pre-?title|sur-?titre|ante-?titul|"
    r"oc+hiello|topic-?label|eyebrow"
)
_KICKER_NAMES = re.compile(
    rf"{_OVER_NAMES.pattern}|(?<![a-z])(?:date|datum|label|badge|flag|rubric|rubrik|category|section)(?![a-z])"
)
_METAS = (
    ("og:title", RuleId.OG_TITLE),
    ("twitter:title", RuleId.TWITTER_TITLE),
    *(
        (name, RuleId.META_TITLE)
        for name in (
            "headline", "article:title", "citation_title", "dc.title", "dcterms.title", "sailthru.title",
            "parsely-title", "title",
        )
    ),
)  # fmt: skip
_EDGES = " :|/–—-·•"
_STOPS = (".", "。", "।", "؟", ",", ":", "：")
_LONGEST, SHORTEST = 500, 2
_MOST_HEADINGS, _MOST_LINES = 40, 8
_OVER = 2  # blocks over the headline that may be its kicker
RUNNING = 100  # characters from which a block may be a paragraph


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of the headline, with the heading it was read in where it is one that people see.

    One that `has_kicker` holds what stands in the heading beside the headline; a line that `is_set_apart` is set
    otherwise than the text under it.
    """

    reading: Reading
    heading: Element | None = None
    order: int = 0
    has_kicker: bool = False
    is_set_apart: bool = False


def titles_of(declared: Declared, outline: Outline, root: Element) -> list[Title]:
    """Every title that is declared or shown, at most 500 characters long."""
    said = list(_declared(declared))
    headings = list(_visible(root, {letters(title.reading.value) for title in said}))
    lines = () if headings else _lines_over_text(outline)
    return [title for title in (*said, *headings, *lines) if len(title.reading.value) <= _LONGEST]


def _declared(declared: Declared) -> Iterator[Title]:
    for key, rule in (("headline", RuleId.JSON_LD_HEADLINE), ("name", RuleId.JSON_LD_NAME)):
        text = plain(declared.article.get(key))
        if text:
            yield _title(text, rule, declared.json_place(declared.article, f".{key}"))
    for name, rule in _METAS:
        for value in declared.metas.get(name, ())[:1]:
            yield _title(value, rule, declared.meta_place(name))
    for value, element in declared.micro.get("headline", ())[:1]:
        text = value or text_of(element)
        if text and element.tag not in {"h1", "h2"}:
            yield _title(text, RuleId.MICRODATA_HEADLINE, path_of(element))
    if declared.title and declared.title_element is not None:
        yield _title(declared.title, RuleId.PAGE_TITLE, path_of(declared.title_element))


def _title(text: str, rule: RuleId, place: str | None) -> Title:
    return Title(reading=Reading(field="headline", value=text, rule=rule, place=place, quote=text))


def _visible(root: Element, declared: set[str]) -> Iterator[Title]:
    """The headings without kickers and what is not shown, and whole; one that is declared whole is that alone."""
    seen = 0
    for element in root.iter("h1", "h2", "h3"):
        if element.tag == "h3" and seen and not element.get("itemprop"):
            continue
        whole = text_of(element)
        if not SHORTEST < len(whole) < _LONGEST:
            continue
        inner = whole
        if len(element) and letters(whole) not in declared:
            inner = text_of(element, _kickers(element)).lstrip(_EDGES)
        for text in dict.fromkeys((inner or whole, whole)):
            reading = Reading(field="headline", value=text, rule=RuleId.HEADING, place=path_of(element), quote=whole)
            yield Title(reading=reading, heading=element, order=seen, has_kicker=text != (inner or whole))
        seen += 1
        if seen == _MOST_HEADINGS:
            return


def _lines_over_text(outline: Outline) -> Iterator[Title]:
    """The short lines over the running text of a page without headings, as people write it by hand."""
    first = next((at for at, block in enumerate(outline.blocks) if block.size > RUNNING and block.prose), 0)
    for order, block in enumerate(outline.blocks[max(0, first - _MOST_LINES) : first]):
        if block.linkage > 0.5 or not SHORTEST < block.size < RUNNING or block.text.endswith(_STOPS):
            continue
        if any(reading.stamp.time for reading in read_dates(block.text)):
            continue  # a date line, with the section before it or not
        element = block.box.element
        reading = Reading(
            field="headline", value=block.text, rule=RuleId.TITLE_LINE, place=path_of(element), quote=block.text
        )
        yield Title(reading=reading, heading=None, order=order, is_set_apart=_is_set_apart(block))


def _is_set_apart(block: Block) -> bool:
    """Whether a line is set in bold, in the middle or in other letters than the text."""
    if block.bold > 0.9 * block.size or block.box.tag == "center":
        return True
    fonts = islice(block.box.element.iter("font", "big"), _MOST_HEADINGS)
    return any(font.get("size") != "-1" and text_of(font) == block.text for font in fonts)


def _kickers(heading: Element) -> frozenset[Element]:
    """The elements in a heading that are no part of the headline: its kicker, a date, what is not shown."""
    return frozenset(
        part
        for part in heading.iterdescendants()
        if (_KICKER_NAMES.search(names_of(part)) or part.get("aria-hidden") == "true" or part.get("hidden") is not None)
    )


def read_kicker(near: list[Block], head: Block | None) -> Reading | None:
    """What calls itself a kicker in the headline's heading or right over it."""
    if head is None:
        return None
    lines = (block for block in near if -_OVER <= block.index - head.index < 0)
    over = (element for block in lines for element in (block.box.element, *block.inline))
    for element in (*islice(head.box.element.iterdescendants(), _MOST_HEADINGS), *over):
        text = text_of(element).strip(_EDGES) if _OVER_NAMES.search(names_of(element)) else ""
        if SHORTEST < len(text) < RUNNING and letters(text) != letters(head.text):
            place = path_of(element)
            return Reading(
                field="alternate_headlines", value=text, rule=RuleId.LINE_KICKER, place=place, quote=text_of(element)
            )
    return None
