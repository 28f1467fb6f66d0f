"""Who wrote, photographed, filmed or translated it, and who supplied it: from the lines that are bylines."""

import re
from collections.abc import Iterable

from services.normalize.steps.byline_line import ROLES, BylineReading, read_byline
from services.normalize.steps.proof import BESIDE_DATE, Line, Proof, judged, mark, settle, size, witness
from shared.article import Person

BODY_WORDS = 12
MOST_LINES = 4
HEAD = 8


def read_end_byline(proof: Proof) -> Proof:
    """The byline under the body; short lines that still follow it belong to the site."""
    found: dict[int, BylineReading] = {}
    body_end = _body_end(proof)
    for number in range(body_end + 1, len(proof.lines)):
        line = proof.lines[number]
        if line.piece.shape == "byline" or _is_open(line):
            reading = read_byline(line.text, proof.rules.tag)
            if reading is not None:
                found[number] = reading
            elif found:
                break
        elif found and line.kind == "boilerplate":
            break
        if len(found) == MOST_LINES:
            break
    if not found:
        return proof
    proof = _take(proof, found)
    last = max(found)
    rest = {
        number: judged(line, "boilerplate", "a short line after the byline", 0.8)
        for number, line in enumerate(proof.lines)
        if number > last and _is_open(line)
    }
    return mark(proof, rest)


def read_head_byline(proof: Proof) -> Proof:
    """The byline over the body: what the markup calls one, what stands beside the date, what stands before the lead."""
    found: dict[int, BylineReading] = {}
    before_lead = True
    for number, line in enumerate(proof.lines):
        before_lead = (
            before_lead
            and number < HEAD
            and line.kind not in ("lead", "paragraph")
            and size(line.text) < BODY_WORDS * 2
        )
        called = line.piece.shape == "byline" and line.kind is None
        if called or (before_lead and (_is_open(line) or line.rule == BESIDE_DATE)):
            reading = (
                _beside_date(line, proof.rules.tag) if line.kind == "date" else read_byline(line.text, proof.rules.tag)
            )
            if reading is not None:
                found[number] = reading
            elif called:
                proof = mark(proof, {number: judged(line, "byline", "the page calls it a byline", 0.6)})
    return _take(proof, found) if found else proof


def _beside_date(line: Line, tag: str) -> BylineReading | None:
    """ "Por María García | 9 de noviembre de 2015": the byline shares the date's line."""
    parts = _PARTS.split(line.text)
    return next((reading for part in parts if (reading := read_byline(part, tag)) is not None), None)


_PARTS = re.compile(r"\s*[|•·–—]\s*|\s-\s|(?<=\d)\s+(?=\D+$)")


def _take(proof: Proof, found: dict[int, BylineReading]) -> Proof:
    """Mark the lines as bylines and give the article their people, where it has none yet."""
    marks = {
        n: judged(proof.lines[n], "byline", reading.rule, reading.sure)
        for n, reading in found.items()
        if proof.lines[n].kind != "date"
    }
    proof = mark(proof, marks)
    people, sources, organisations = _together(found.values())
    article = proof.article
    lines = [proof.lines[number] for number in found]
    first, rule, sure = lines[0], found[min(found)].rule, min(reading.sure for reading in found.values())
    if article.byline is None:
        printed = " | ".join(line.text for line in lines)
        proof = settle(proof, witness(proof, "byline", first, rule, sure), byline=printed)
    if people and not article.people:
        proof = settle(proof, witness(proof, "people", first, rule, sure), people=people)
    if sources and not article.sources:
        proof = settle(proof, witness(proof, "sources", first, rule, sure), sources=sources)
    if organisations and not article.organisations:
        proof = settle(proof, witness(proof, "organisations", first, rule, sure), organisations=organisations)
    return proof


def _together(readings: Iterable[BylineReading]) -> tuple[tuple[Person, ...], tuple[str, ...], tuple[str, ...]]:
    people: dict[str, set[str]] = {}
    sources: dict[str, None] = {}
    organisations: dict[str, None] = {}
    for reading in readings:
        for person in reading.people:
            people.setdefault(person.name, set()).update(person.rel)
        sources.update(dict.fromkeys(reading.sources))
        organisations.update(dict.fromkeys(reading.organisations))
    whole = tuple(Person(name=name, rel=tuple(role for role in ROLES if role in held)) for name, held in people.items())
    return whole, tuple(sources), tuple(organisations)


def _body_end(proof: Proof) -> int:
    """The last line that reads like body text: long, or a sentence with its full stop."""
    for number in range(len(proof.lines) - 1, -1, -1):
        line = proof.lines[number]
        if line.kind is not None:
            continue
        if line.piece.shape in ("picture", "caption", "quote", "list", "table") or _reads_as_body(line):
            return number
    return -1


def _reads_as_body(line: Line) -> bool:
    count = size(line.text)
    stopped = line.text.rstrip("\"'”’» )").endswith((".", "!", "?", "…", "。"))
    return count >= BODY_WORDS * 2 or (count >= BODY_WORDS // 2 and stopped and ":" not in line.text[:20])


def _is_open(line: Line) -> bool:
    return line.kind is None and line.piece.shape in ("line", "paragraph", "heading", "byline")
