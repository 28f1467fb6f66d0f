"""The dateline before the first words: "TTH - ", "(Baonghean) - ", "HANOI (Reuters) - "; closed shapes only."""

import re
from functools import cache

import msgspec

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
from services.normalize.fields.text import mend
from services.normalize.grammar.person_names import is_outlet, title_case
from services.normalize.language import phrases
from services.normalize.language.folding import LOWER, UPPER, fold
from services.normalize.language.load import GENERIC, for_tag
from shared.article import Evidence

_DASH = r"\s*\.?(?:-{1,2}|–|—|―|−|‒|‑)\s*"
_OPENS = rf"(?=[^\s{LOWER}])"
_CAPS_WORD = rf"[{UPPER}][{UPPER}\d]*(?:[.&'’][{UPPER}]+)*\.?"
_DAY = (
    rf"(?:,\s?(?:ngày\s)?\d{{1,2}}[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?|,\s?{_CAPS_WORD}(?:\s{_CAPS_WORD}){{0,2}}"
    r"|,\s?\w+\.?\s\d{1,2}|,\s?\d{1,2}\.?\s\w+\.?(?:\s\d{4})?)?"
)
_TOWN = r"[^\W\d_][\w.'’-]*(?:[\s/][^\W\d_][\w.'’-]*){0,4}"
_REGION = rf"(?:,\s[{UPPER}][\w.]*(?:\s[{UPPER}][\w.]*)?)?"
_BRACKET = re.compile(rf"[(\[]\s*(?P<name>[^()\[\]\n]{{2,40}}?)\s*[)\]]\s*\.?{_DASH}(?=\S)")
_BRACKET_ALONE = re.compile(rf"\(\s*(?P<name>[{UPPER}][{UPPER}\d&.]{{1,9}})\s*\)\s*(?=[{UPPER}\d“\"])")
_DOMAIN = re.compile(rf"(?P<name>(?:[A-Za-z0-9-]+\.)+(?:[A-Za-z]{{2,6}})){_DASH}(?=\S)")
_ONLINE = re.compile(rf"(?P<name>(?:[^\W\d_]+\s){{1,4}}(?:Online|online|ONLINE|Điện tử|điện tử)){_DASH}(?=\S)")
_CAMEL = re.compile(rf"(?P<name>[A-Z][a-z]+(?:[A-Z][a-z]*)+|[A-Z]{{2,}}[a-z]+|[A-Z][a-z]+[A-Z]{{2,}}){_DASH}{_OPENS}")
_CAPITALS = re.compile(rf"(?P<name>(?P<place>{_CAPS_WORD}(?:\s{_CAPS_WORD}){{0,4}}){_DAY}){_DASH}{_OPENS}")
_WIRE = re.compile(
    rf"(?P<name>(?P<place>{_TOWN}){_REGION}{_DAY}\s?\((?P<agency>[^()]{{2,30}})\))\s*\.?\s?(?:{_DASH}|:\s)(?=\S)"
)
_BROKEN_DASH = re.compile(rf"(?P<name>{_CAPS_WORD})\s\?\s{_OPENS}")
_SLASHES = re.compile(
    rf"(?P<name>(?P<place>[{UPPER}][\w\- ]{{1,30}}){_DAY}\.?\s?/(?P<agency>[^/]{{2,20}})/)\.?\s*(?:{_DASH})?(?=\S)"
)
_DASHED_AGENCY = re.compile(
    rf"(?P<name>(?P<place>{_CAPS_WORD}(?:[ -]{_CAPS_WORD}){{0,3}}){_DAY}{_DASH}(?P<agency>РИА Новости|ИНТЕРФАКС))"
    r"\.\s(?=\S)"
)
_HOOKED = re.compile(rf"[【［](?P<name>[^】］]{{2,24}})[】］]\s*[{phrases.DASHES}]?\s*(?=\S)")
_KOREAN = re.compile(r"\((?P<name>(?P<place>[^()=]{1,12})=(?P<agency>[^()=]{2,12}))\)\s*(?:[^=\n]{2,30}=\s*)?(?=\S)")
_CHINESE = re.compile(
    r"(?P<name>新[华華]社(?P<place>[^\d\s，。]{2,8})\d{1,2}月\d{1,2}日[电電])\s?(?:[（(][^（）()]{2,30}[）)])?\s*(?=\S)"
)
LONGEST_BRACKET = 5
LEAD_WORDS = 12


class Dateline(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the text, without brackets or dash, where it ends, and by which shape it was told."""

    printed: str
    end: int
    rule: str
    sure: float
    place: str | None = None


def read_dateline(text: str, tag: str) -> Dateline | None:
    """The dateline at the start of a text, or None: "Nga - Mỹ: …" and "Sáng 22 - 2 …" have none."""
    start = len(text) - len(text.lstrip("\"“'‘ "))
    if start:
        return None
    for shape, rule, sure in _SHAPES:
        match = shape.match(text)
        if match is not None and _is_plausible(match, rule, tag):
            place = match["place"] if "place" in shape.groupindex else None
            return Dateline(
                printed=match["name"].strip(), end=match.end(), rule=rule, sure=sure, place=_place(place, match, tag)
            )
    match = _known(tag).match(text)
    if match is not None:
        return Dateline(
            printed=match["name"], end=match.end(), rule="a known outlet", sure=0.95, place=_place(None, match, tag)
        )
    return None


_SHAPES = (
    (_BRACKET, "in brackets", 0.95),
    (_BRACKET_ALONE, "in brackets", 0.85),
    (_WIRE, "place and agency", 0.97),
    (_DOMAIN, "a domain", 0.97),
    (_ONLINE, "a paper's online edition", 0.95),
    (_CAPITALS, "capitals before a dash", 0.93),
    (_CAMEL, "a name in mixed case before a dash", 0.85),
    (_BROKEN_DASH, "capitals before a dash that the encoding broke", 0.7),
    (_SLASHES, "place and agency", 0.95),
    (_DASHED_AGENCY, "place and agency", 0.95),
    (_HOOKED, "in hooked brackets", 0.9),
    (_KOREAN, "place and agency", 0.97),
    (_CHINESE, "an agency's opening", 0.95),
)


def _is_plausible(match: re.Match[str], rule: str, tag: str) -> bool:
    name = match["name"].strip()
    if rule == "in brackets":
        return len(name.split()) <= LONGEST_BRACKET and name[0].isupper() and not name[-1].isdigit()
    if fold(name) in phrases.calls(tag):
        return False
    if rule in ("capitals before a dash", "capitals before a dash that the encoding broke"):
        letters = [letter for letter in name if letter.isalpha()]
        return (
            len(letters) >= 2
            and not any(letter.isdigit() for letter in match["name"].split(",")[0])
            and name[0].isalpha()
        )
    if rule == "place and agency":
        return not match["place"][0].islower() and match["agency"][0].isalpha() and not match["agency"].isdigit()
    return True


def _place(place: str | None, match: re.Match[str], tag: str) -> str | None:
    name = match["name"].strip()
    known = for_tag(tag).places.get(name)
    if known is not None:
        return known
    if place is None or fold(place) in phrases.outlets(tag) or ("agency" not in match.re.groupindex and len(place) < 4):
        return None
    if "&" in place or "." in place:
        return None
    return title_case(place, tag) if place.isupper() else place


@cache
def _known(tag: str) -> re.Pattern[str]:
    names = sorted({*for_tag(tag).outlets, *for_tag(GENERIC).outlets}, key=len, reverse=True)
    known = "|".join(re.escape(name) for name in names) or "(?!)"
    return re.compile(rf"(?P<name>{known})(?:\s*[{phrases.DASHES}]\s+|\s+[{phrases.DASHES}]\s*|\s\?\s)(?=\S)")


def read_lead(document: Document) -> Document:
    """Find the opening paragraph, take the dateline off it, and make it the lead where the paper has one."""
    document = _clear_description(document)
    number = _opening(document)
    if number is None:
        return document
    line = document.lines[number]
    dateline = _dateline_of(line, document.rules.tag)
    if dateline is not None and _is_spoken_of(document, number, dateline):
        dateline = None
    end = 0
    if dateline is not None:
        end = dateline.end
        if document.article.dateline is None:
            evidence = make_evidence(
                document,
                "dateline",
                line,
                dateline.rule,
                dateline.sure,
                (0, len(line.text[:end].rstrip(f" {phrases.DASHES}"))),
            )
            document = set_field(document, evidence, dateline=dateline.printed)
        if dateline.place is not None and document.article.located is None:
            document = set_field(
                document,
                make_evidence(document, "located", line, "place of the dateline", 0.8, (0, end)),
                located=dateline.place,
            )
    line = msgspec.structs.replace(line, skip=end)
    if not _is_lead(document, number):
        return replace_lines(document, {number: line})
    document = replace_lines(document, {number: classified(line, "lead", "the opening paragraph", 0.9)})
    if document.article.description is not None and line.piece.shape not in ("lead", "heading"):
        return document
    evidence = make_evidence(
        document, "description", line, "the opening paragraph under the headline", 0.9, (end, len(line.text))
    )
    return set_field(document, evidence, description=line.text[end:].strip())


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
    return Dateline(printed=bare, end=end, rule="the markup says dateline", sure=0.95, place=place) if bare else None


def _clear_description(document: Document) -> Document:
    """Take the dateline off a description that the reader settled: a summary of a feed often begins with it."""
    description = document.article.description or ""
    dateline = read_dateline(description, document.rules.tag)
    if dateline is None:
        return document
    article = msgspec.structs.replace(document.article, description=description[dateline.end :].strip())
    document = msgspec.structs.replace(document, article=article)
    if article.dateline is not None:
        return document
    evidence = Evidence(
        field="dateline",
        rule=f"before the description, {dateline.rule}",
        sure=dateline.sure,
        quote=description[:QUOTE_LENGTH],
    )
    return set_field(document, evidence, dateline=dateline.printed)


def _runs_on(line: Line) -> bool:
    """Whether a heading over the text is a lead set as one: a whole sentence, no title."""
    return size(line.text) >= LEAD_WORDS and line.text.rstrip("\"'”’» )").endswith((".", "…"))


def _is_spoken_of(document: Document, number: int, dateline: Dateline) -> bool:
    """ "ASEAN - Trung Quốc …" opens a text about ASEAN; a paper does not write about its own abbreviation."""
    name = dateline.printed
    if not dateline.rule.startswith("capitals") or fold(name) in phrases.outlets(document.rules.tag):
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
    open_lines = [
        n
        for n, line in enumerate(document.lines)
        if line.kind is None and line.piece.shape in ("line", "paragraph", "lead")
    ]
    for number in open_lines:
        if document.lines[number].piece.shape == "lead":
            return number
    top = next((n for n, line in enumerate(document.lines) if line.kind is None), None)
    if top is not None and document.lines[top].piece.shape == "heading" and _runs_on(document.lines[top]):
        return top
    near = open_lines[:3]
    for number in near:
        if _dateline_of(document.lines[number], document.rules.tag) is not None:
            return number
    for number in near:
        text = document.lines[number].text
        if size(text) >= 12 or (text.endswith(".") and size(text) >= 6):
            return number
    return near[0] if near and not document.is_page else None


def _is_lead(document: Document, number: int) -> bool:
    line = document.lines[number]
    if line.piece.shape in ("lead", "heading"):
        return True
    if document.is_page:
        if document.rules.lead_follows_headline and _follows_headline(document, number):
            return True
        if document.rules.lead_follows_headline and document.article.description is None:
            return True
        known = phrases.edge_free(document.article.description or "")
        return bool(known) and phrases.edge_free(line.text[line.skip :]) == known
    if document.article.description is not None:
        return False
    rest = [other for other in document.lines[number + 1 :] if other.kind is None]
    return bool(rest) and (
        document.rules.lead_follows_headline or (line.piece.gap > 0 and rest[0].piece.gap > 0 and _set_apart(rest))
    )


def _follows_headline(document: Document, number: int) -> bool:
    """Whether nothing but dates and bylines stands between the headline among the lines and this one."""
    above = [line.kind for line in document.lines[:number] if line.kind not in ("date", "byline", "boilerplate")]
    return above[-1:] == ["headline"]


def _set_apart(rest: list[Line]) -> bool:
    """Whether the lines after the lead stand closer together than the lead does to them."""
    gaps = [line.piece.gap for line in rest[1:]]
    return len(gaps) >= 2 and sum(gap == 0 for gap in gaps) * 2 > len(gaps)
