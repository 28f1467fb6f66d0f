"""Who wrote, photographed, filmed or translated it, and who supplied it: from the lines that are bylines."""

import re
from collections.abc import Collection, Iterable

from msgspec.structs import replace

from services.normalize.document import Document, Line, classified, make_evidence, replace_lines, set_field, size
from services.normalize.fields.text import mend
from services.normalize.grammar.byline import ROLES, BylineReading, read_byline
from services.normalize.grammar.person_names import is_name
from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.signs import CLOSERS, STOPS, is_stopped
from services.normalize.readings import RuleId
from shared.article import Candidate, Evidence, Person, Role

BODY_WORDS = 12
MOST_LINES = 4
HEAD = 8
TAIL = 60


def read_end_byline(document: Document) -> Document:
    """The byline under the body; short lines that still follow it belong to the site."""
    document = _without_site_words(_read_settled(document))
    return _read_below(document) if document.is_page else document


def _read_below(document: Document) -> Document:
    found: dict[int, BylineReading] = {}
    body_end = _body_end(document)
    for number in range(body_end + 1, min(len(document.lines), body_end + TAIL)):
        line = document.lines[number]
        if line.piece.shape == "byline" or _is_open(line):
            reading = _read_end(document, line)
            if reading is not None:
                found[number] = reading
            elif found:
                break
        elif found and line.kind == "boilerplate":
            break
        if len(found) == MOST_LINES:
            break
    if not found:
        return document
    document = _take(document, found)
    last = max(found)
    rest = {
        number: classified(line, "boilerplate", RuleId.BYLINE_FOLLOWER)
        for number, line in enumerate(document.lines)
        if number > last and _is_open(line)
    }
    return replace_lines(document, rest)


def _read_end(document: Document, line: Line) -> BylineReading | None:
    """A byline under the body; on a page a bare name is one only where that is the custom, else it may be anything."""
    reading = read_byline(line.text, document.rules.tag)
    if reading is None or reading.rule is not RuleId.BYLINE_NAMES or line.piece.shape == "byline":
        return reading
    if document.is_page and not document.rules.bylines.bare_name_ends_page:
        return None
    known = {fold(person.name) for person in document.article.people}
    strange = bool(known) and not any(fold(person.name) in known for person in reading.people)
    return None if strange and reading.people else reading  # "More." under an article that is signed already


def read_head_byline(document: Document) -> Document:
    """The byline over the body: what the markup calls one, what stands beside the date, what stands before the lead."""
    if not document.is_page:
        return _read_told(document)
    found: dict[int, BylineReading] = {}
    before_lead = True
    for number, line in enumerate(document.lines):
        runs = line.kind in ("lead", "paragraph") or size(line.text) >= BODY_WORDS * 2
        before_lead = before_lead and number < HEAD and not runs
        called = line.piece.shape == "byline" and line.kind is None
        if called or line.rule is RuleId.DATE_BESIDE_WORDS or (before_lead and _is_open(line)):
            reading = _byline_in(line, document.rules.tag)
            if reading is not None and not _is_heading_only(line, reading):
                found[number] = reading
            elif called:
                document = replace_lines(document, {number: classified(line, "byline", RuleId.BYLINE_CALLED)})
    return _take(document, found) if found else document


def _is_heading_only(line: Line, reading: BylineReading) -> bool:
    """Headings that are spelt like names are headings."""
    return line.piece.shape == "heading" and reading.rule is not RuleId.BYLINE_LABEL


def _read_told(document: Document) -> Document:
    """The lines of a text that were told to be bylines, and the words beside its dates."""
    tag = document.rules.tag
    found: dict[int, BylineReading] = {}
    unread: dict[int, Line] = {}
    for number, line in enumerate(document.lines):
        if (line.rule is not RuleId.DATE_BESIDE_WORDS and line.kind != "byline") or line.rule is RuleId.SOURCE_HINT:
            continue
        reading = _byline_in(line, tag)
        if reading is not None:
            found[number] = reading
        elif line.kind == "byline":
            unread[number] = line
    if unread and not found and document.article.byline is None:
        first = next(iter(unread.values()))
        evidence = make_evidence(document, "byline", first, RuleId.LINE_BYLINE, first.sure)
        return set_field(document, evidence, byline=" | ".join(line.text for line in unread.values()))
    rest = {n: classified(line, "boilerplate", RuleId.BYLINE_UNREAD) for n, line in unread.items()}
    document = replace_lines(document, rest)
    if found:
        return _take(document, found)
    return document if document.article.people or document.article.byline else _read_bracketed(document)


def _read_bracketed(document: Document) -> Document:
    """The name in brackets behind the last sentence of a text that has no other byline: "… と話した。（鈴木花子）"."""
    running = [number for number, line in enumerate(document.lines) if line.kind == "paragraph"]
    line = document.lines[running[-1]] if running else None
    match = _SIGNED.search(line.text) if line is not None else None
    reading = read_byline(match["signed"], document.rules.tag) if match is not None else None
    if line is None or match is None or reading is None:
        return document
    evidence = make_evidence(document, "byline", line, reading.rule, reading.sure, match.span("signed"))
    document = set_field(document, evidence, byline=match["signed"].strip("()（）【】［］"))
    document = _settle_people(document, reading.people, [line], reading.rule, reading.sure)
    if reading.sources and not document.article.sources:
        evidence = replace(evidence, field="sources")
        document = set_field(document, evidence, sources=reading.sources)
    return replace_lines(document, {running[-1]: replace(line, text=line.text[: match.start("signed")].rstrip())})


def _read_settled(document: Document) -> Document:
    """Read the byline that the reader settled by the byline's grammar, where that finds roles or more people in it."""
    article = document.article
    reading = read_byline(mend(article.byline or ""), document.rules.tag)
    if reading is None or not reading.people:
        return document
    printed = fold(article.byline or "")
    unread = not all(is_name(person.name, document.rules.tag) for person in article.people)
    better = reading.rule is RuleId.BYLINE_LABEL or unread
    if not better or not all(fold(person.name) in printed for person in article.people):
        return document
    rule = RuleId.BYLINE_AS_PRINTED.told(reading.rule.words)
    evidence = Evidence(field="people", rule=rule, sure=reading.sure, quote=article.byline)
    document = set_field(document, evidence, people=reading.people)
    sources = article.sources or reading.sources
    if sources == article.sources:
        return document
    return set_field(document, replace(evidence, field="sources"), sources=sources)


def _without_site_words(document: Document) -> Document:
    """Leave out of the people what the reader took for a name beside the date: a section, a weekday, a way home."""
    words = phrases.not_names(document.rules.tag)
    people = tuple(person for person in document.article.people if not _is_site_word(mend(person.name), words))
    if people == document.article.people:
        return document
    article = replace(document.article, people=people, byline=document.article.byline if people else None)
    evidence = tuple(seen for seen in document.evidence if people or not seen.field.startswith(("people", "byline")))
    return replace(document, article=article, evidence=evidence)


def _is_site_word(name: str, words: frozenset[str]) -> bool:
    plain = phrases.edge_free(name)
    halves = [(plain[: match.start()], plain[match.end() :]) for match in _BETWEEN.finditer(plain)]
    return plain in words or any(first.strip() in words and second.strip() in words for first, second in halves)


def _byline_in(line: Line, tag: str) -> BylineReading | None:
    """ "Por María García | 9 de noviembre de 2015": the byline may share the date's line."""
    parts = _PARTS.split(line.text) if line.kind == "date" else [line.text]
    return next((reading for part in parts if (reading := read_byline(part, tag)) is not None), None)


_SIGNED = re.compile(
    rf"[{re.escape(STOPS)}][{re.escape(CLOSERS)}]*(?P<signed>[(（【［][^()（）【】［］]{{2,40}}[)）】］])\Z"
)
_BETWEEN = re.compile(r"\s*[»>/|]\s*|\s+")
_PARTS = re.compile(rf"\s*[|•·{phrases.PRINTED_DASHES}]\s*|\s-\s|(?<=\d)\s+(?=\D+$)")


def _take(document: Document, found: dict[int, BylineReading]) -> Document:
    """Mark the lines as bylines and give the article their people, where it has none yet."""
    marks = {
        n: classified(document.lines[n], "byline", reading.rule, reading.sure)
        for n, reading in found.items()
        if document.lines[n].kind != "date"
    }
    document = replace_lines(document, marks)
    lines = [document.lines[number] for number in found]
    sure = min(reading.sure for reading in found.values())
    rule = found[min(found)].rule
    if document.article.byline is None:
        printed = " | ".join(line.text for line in lines)
        document = set_field(document, make_evidence(document, "byline", lines[0], rule, sure), byline=printed)
    people, sources, organisations = _together(found.values())
    document = _settle_people(document, people, lines, rule, sure)
    for field, names in (("sources", sources), ("organisations", organisations)):
        if names and not getattr(document.article, field):
            document = set_field(document, make_evidence(document, field, lines[0], rule, sure), **{field: names})
    return document


def _settle_people(
    document: Document, people: tuple[Person, ...], lines: list[Line], rule: RuleId, sure: float
) -> Document:
    """Take the people; where the reader settled some already, a byline naming one of them adds roles and colleagues.

    Names that the reader found in this very line are read anew by the byline's grammar: "và ảnh: Việt Dũng" is no name.
    """
    settled = document.article.people
    known = {fold(person.name) for person in settled}
    printed = fold(" ".join(line.text for line in lines))
    lost: tuple[Candidate, ...] = ()
    if people and settled and all(name in printed for name in known):
        lost = tuple(
            Candidate(value=person.name, rule=RuleId.BYLINE_FIRST_LOOK.words)
            for person in settled
            if person not in people
        )
        settled = ()
    elif settled and not any(fold(person.name) in known for person in people):
        people = tuple(person for person in people if "author" not in person.rel)
    together = _merged((*settled, *people))
    for number, person in enumerate(together):
        if person not in settled:
            evidence = make_evidence(document, f"people[{number}]", lines[0], rule, sure, lost=lost)
            document = set_field(document, evidence, people=together)
    return document


def _together(readings: Collection[BylineReading]) -> tuple[tuple[Person, ...], tuple[str, ...], tuple[str, ...]]:
    people = _merged(person for reading in readings for person in reading.people)
    sources = dict.fromkeys(source for reading in readings for source in reading.sources)
    organisations = dict.fromkeys(name for reading in readings for name in reading.organisations)
    return people, tuple(sources), tuple(organisations)


def _merged(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each name once, with all roles it was given."""
    names: dict[str, str] = {}
    posts: dict[str, str | None] = {}
    roles: dict[str, set[Role]] = {}
    for person in people:
        names.setdefault(fold(person.name), person.name)
        posts[fold(person.name)] = posts.get(fold(person.name)) or person.job_title
        roles.setdefault(fold(person.name), set()).update(person.rel)
    return tuple(
        Person(name=name, rel=tuple(role for role in ROLES if role in roles[key]), job_title=posts[key])
        for key, name in names.items()
    )


def _body_end(document: Document) -> int:
    """The last line that reads like body text: long, or a sentence with its full stop."""
    for number in range(len(document.lines) - 1, -1, -1):
        line = document.lines[number]
        if line.kind is not None:
            continue
        if line.piece.shape in ("picture", "caption", "quote", "list", "table") or _reads_as_body(line):
            return number
    return -1


def _reads_as_body(line: Line) -> bool:
    count = size(line.text)
    return count >= BODY_WORDS * 2 or (count >= BODY_WORDS // 2 and is_stopped(line.text) and ":" not in line.text[:20])


def _is_open(line: Line) -> bool:
    return line.kind is None and line.piece.shape in ("line", "paragraph", "heading", "byline")
