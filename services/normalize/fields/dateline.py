"""The dateline before the first words: "TTH - ", "(Baonghean) - ", "HANOI (Reuters) - "; closed shapes only."""

import re

from msgspec.structs import replace

from services.normalize.document import (
    QUOTE_LENGTH,
    Document,
    Line,
    classified,
    make_evidence,
    replace_lines,
    set_field,
    size,
)
from services.normalize.fields.date import date_by_dateline
from services.normalize.fields.text import mend
from services.normalize.grammar.dateline import LONGEST_BRACKET, Dateline, read_dateline
from services.normalize.grammar.person_names import is_agency, is_outlet
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag
from services.normalize.language.signs import is_stopped
from services.normalize.readings import RuleId
from shared.article import Evidence, Person

LEAD_WORDS = 12
NEAR = 2


def read_lead(document: Document) -> Document:
    """Find the opening paragraph, take the dateline off it, and make it the lead where the paper has one."""
    document = _clear_description(document)
    number = _opening(document) if document.is_page else _opening_of_text(document)
    if number is None:
        return document
    document = _take_dateline(document, number)
    if document.is_page:
        return _take_lead(document, number) if _is_lead(document, number) else document
    if any(line.kind == "lead" for line in document.lines):
        return _set_decks(document)
    return _take_lead(document, number) if _is_lead_of_text(document, number) else document


def _take_dateline(document: Document, number: int) -> Document:
    line = document.lines[number]
    dateline = _dateline_of(line, document.rules.tag)
    if dateline is None or _is_spoken_of(document, number, dateline):
        return document
    end = dateline.end
    if document.article.dateline is None:
        printed = (0, len(line.text[:end].rstrip(f" {phrases.DASHES}")))
        evidence = make_evidence(document, "dateline", line, dateline.rule, part=printed)
        document = set_field(document, evidence, dateline=dateline.printed)
    if dateline.place is not None and document.article.located is None:
        evidence = make_evidence(document, "located", line, RuleId.PLACE_OF_DATELINE, part=(0, end))
        document = set_field(document, evidence, located=dateline.place)
    document = _take_reporters(document, line, dateline)
    return replace_lines(document, {number: replace(line, skip=end)})


def _take_lead(document: Document, number: int) -> Document:
    line = document.lines[number]
    document = replace_lines(document, {number: classified(line, "lead", RuleId.OPENING_PARAGRAPH)})
    if document.article.description is not None and line.piece.shape not in ("lead", "heading"):
        return document
    part = (line.skip, len(line.text))
    evidence = make_evidence(document, "description", line, RuleId.OPENING_PARAGRAPH, part=part)
    return set_field(document, evidence, description=line.text[line.skip :].strip())


def _set_decks(document: Document) -> Document:
    """The standfirst of a text; where the description is known already, its lines stay in the body."""
    decks = {number: line for number, line in enumerate(document.lines) if line.kind == "lead"}
    if document.article.description is not None:
        return replace_lines(document, {n: replace(line, kind="paragraph") for n, line in decks.items()})
    first = next(iter(decks.values()))
    rule, part = first.rule or RuleId.LINE_DECK, (first.skip, len(first.text))
    evidence = make_evidence(document, "description", first, rule, first.sure, part)
    return set_field(
        document, evidence, description=" ".join(line.text[line.skip :].strip() for line in decks.values())
    )


def _take_reporters(document: Document, line: Line, dateline: Dateline) -> Document:
    """The agency of a dateline supplied the text, a reporter named in it wrote it, its day is a guess."""
    article, span = document.article, (0, dateline.end)
    initials = {"".join(word[:1] for word in source.split()) for source in article.sources}
    new = (
        agency for agency in dateline.agencies if agency not in initials
    )  # Associated Press is the AP of its dateline
    people, signed = _without_agency(article.people, dateline, document.rules.tag)
    if signed:
        left = [n for n, person in enumerate(article.people) if person not in people]
        gone = {f"people[{number}]" for number in left}
        document = replace(
            document,
            article=replace(article, people=people),
            evidence=tuple(seen for seen in document.evidence if seen.field not in gone),
        )
        article = document.article
    sources = tuple(dict.fromkeys((*article.sources, *signed, *(() if signed else new))))
    if sources != article.sources:
        evidence = make_evidence(document, "sources", line, dateline.rule, part=span)
        document = set_field(document, evidence, sources=sources)
    known = {fold(person.name) for person in article.people}
    people = (*article.people, *(person for person in dateline.people if fold(person.name) not in known))
    for number in range(len(article.people), len(people)):
        evidence = make_evidence(document, f"people[{number}]", line, dateline.rule, part=span)
        document = set_field(document, evidence, people=people)
    return date_by_dateline(document, line, line.text[: dateline.end], dateline.end)


def _without_agency(
    people: tuple[Person, ...], dateline: Dateline, tag: str
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """The people without the agency that is printed under them, and that agency.

    "Rosa Almeida", "Example Press" over "PORTO (EP)": an agency that no list has is told by its initials.
    """
    short = {agency for agency in dateline.agencies if agency.isupper() and not is_agency(agency, tag)}
    signed = [person for person in people[1:] if "".join(word[:1] for word in person.name.split()) in short]
    signed = signed if people[len(people) - len(signed) :] == tuple(signed) else []  # printed under all of them
    return tuple(person for person in people if person not in signed), tuple(person.name for person in signed)


def _dateline_of(line: Line, tag: str) -> Dateline | None:
    """The dateline of a line: what the markup calls one, else what is printed like one."""
    read = read_dateline(line.text, tag)
    printed = mend(line.piece.dateline or "")
    if read is not None or not printed or not line.text.startswith(printed) or size(printed) > LONGEST_BRACKET:
        return read
    rest = line.text[len(printed) :]
    end = len(line.text) - len(rest.lstrip(f" {phrases.DASHES}:"))
    bare = printed.strip(f" {phrases.DASHES}:()[]")
    place = for_tag(tag).places.get(bare) or (None if is_outlet(bare, tag) else bare)
    return Dateline(printed=bare, end=end, rule=RuleId.DATELINE_MARKUP, place=place) if bare else None


def _clear_description(document: Document) -> Document:
    """Take the dateline off a description that the reader settled: a summary of a feed often begins with it."""
    description = document.article.description or ""
    dateline = read_dateline(description, document.rules.tag)
    if dateline is None:
        return document
    article = replace(document.article, description=description[dateline.end :].strip())
    document = replace(document, article=article)
    if article.dateline is not None:
        return document
    evidence = Evidence(
        field="dateline",
        rule=RuleId.DATELINE_BEFORE_DESCRIPTION.told(dateline.rule.words),
        sure=dateline.sure,
        quote=description[:QUOTE_LENGTH],
    )
    return set_field(document, evidence, dateline=dateline.printed)


def _runs_on(line: Line) -> bool:
    """Whether a heading over the text is a lead set as one: a whole sentence, no title."""
    return size(line.text) >= LEAD_WORDS and is_stopped(line.text)


def _is_spoken_of(document: Document, number: int, dateline: Dateline) -> bool:
    """ "ASEAN - Trung Quốc …" opens a text about ASEAN; a paper does not write about its own abbreviation."""
    name = dateline.printed
    doubtful = dateline.rule in (RuleId.DATELINE_CAPITALS, RuleId.DATELINE_BROKEN_DASH)
    if not doubtful or fold(name) in phrases.outlets(document.rules.tag):
        return False
    spoken = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    rest = document.lines[number].text[dateline.end :]
    others = [
        line.text
        for at, line in enumerate(document.lines)
        if at != number and line.kind not in ("boilerplate", "byline")
    ]
    return any(spoken.search(text) for text in (rest, document.article.headline or "", *others))


def _opening(document: Document) -> int | None:
    """The lead as the page shows it, else the first line near the top with a dateline, else the first that runs."""
    unread = [(number, line) for number, line in enumerate(document.lines) if line.kind is None]
    for number, line in unread:
        if line.piece.shape == "lead":
            return number
    if unread and unread[0][1].piece.shape == "heading" and _runs_on(unread[0][1]):
        return unread[0][0]
    near = [(number, line) for number, line in unread if line.piece.shape in ("line", "paragraph")][:3]
    for number, line in near:
        if _dateline_of(line, document.rules.tag) is not None:
            return number
    for number, line in near:
        if size(line.text) >= 12 or (line.text.endswith(".") and size(line.text) >= 6):
            return number
    return None


def _is_lead(document: Document, number: int) -> bool:
    """Whether the opening of a page is its lead: the markup or the description says so, or where papers set one."""
    line = document.lines[number]
    if line.piece.shape in ("lead", "heading"):
        return True
    known = phrases.edge_free(document.article.description or "")
    if document.rules.lead_follows_headline and (
        document.article.description is None or _follows_headline(document, number)
    ):
        return True
    return bool(known) and phrases.edge_free(line.text[line.skip :]) == known


def _opening_of_text(document: Document) -> int | None:
    """The line of a text that opens with a dateline, of its standfirst and its first paragraph; else the first."""
    running = [n for n, line in enumerate(document.lines) if line.kind == "paragraph"][:NEAR]
    near = [*(n for n, line in enumerate(document.lines) if line.kind == "lead"), *running]
    dated = (n for n in near if _dateline_of(document.lines[n], document.rules.tag) is not None)
    return next(dated, near[0] if near else None)


def _is_lead_of_text(document: Document, number: int) -> bool:
    """Whether papers set the first paragraph apart as the lead."""
    if document.article.description is not None:
        return False
    rest = [line for line in document.lines[number + 1 :] if line.kind in ("paragraph", "subhead", "caption")]
    return bool(rest) and (
        document.rules.lead_follows_headline
        or (document.lines[number].piece.gap > 0 and rest[0].piece.gap > 0 and _set_apart(rest))
    )


def _follows_headline(document: Document, number: int) -> bool:
    """Whether nothing but dates and bylines stands between the headline among the lines and this one."""
    above = [line.kind for line in document.lines[:number] if line.kind not in ("date", "byline", "boilerplate")]
    return above[-1:] == ["headline"]


def _set_apart(rest: list[Line]) -> bool:
    """Whether the lines after the lead stand closer together than the lead does to them."""
    gaps = [line.piece.gap for line in rest[1:]]
    return len(gaps) >= 2 and sum(gap == 0 for gap in gaps) * 2 > len(gaps)
