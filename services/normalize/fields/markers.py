"""Copy that says itself what its lines are: Markdown, the head of a mail, labels as "Sapo:" before a line."""

import re
from functools import cache
from typing import Literal

from msgspec.structs import replace

from services.normalize.document import (
    Document,
    Line,
    Shape,
    classified,
    make_evidence,
    replace_lines,
    set_field,
    size,
    span,
)
from services.normalize.grammar.person_names import is_full, is_name
from services.normalize.grammar.wire_codes import without_code
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag
from services.normalize.readings import RuleId
from shared.article import Person

HEAD = 6
LEAST_LEAD = 8
MAIL_HEAD = 12
LEAST_MAIL_HEAD = 3
_MAIL_FIELD = re.compile(r"(?P<name>[^\W\d_][^:：]{0,19})[:：]\s*(?=\S)")
_MAIL_DATE = re.compile(r"\d{1,2}[:.h時点]\d{2}|\d{4}")
_HEADING = re.compile(r"#{1,6}\s+(?P<text>\S.*?)\s*#*")
_QUOTED = re.compile(r">\s+(?P<text>\S.*)")
_PICTURE = re.compile(r"!\[(?P<text>[^\[\]]*)\]\((?P<href>[^()\s]+)(?:\s[^()]*)?\)")
_EMPHASIS = re.compile(r"(?P<mark>\*\*|__|\*|_)(?P<text>[^\s*_](?:[^*_]*[^\s*_])?)(?P=mark)")
_STRONG = re.compile(r"\*\*([^\s*](?:[^*]*[^\s*])?)\*\*")
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]+(?:\s[^()]*)?\)")
_MARKS: tuple[tuple[re.Pattern[str], Shape], ...] = (
    (_HEADING, "heading"),
    (_QUOTED, "quote"),
    (_PICTURE, "picture"),
    (_EMPHASIS, "line"),
)
Label = Literal["headline", "lead", "caption", "body"]
_SHAPES: dict[Label, Shape] = {"headline": "line", "lead": "lead", "caption": "caption", "body": "line"}


def read_markers(document: Document) -> Document:
    """Take the marks off the lines of a plain text and keep what they say."""
    if document.is_page:
        return document
    if any(_HEADING.fullmatch(line.text) for line in document.lines):
        document = replace_lines(
            document, {number: _unmarked(line, number < HEAD) for number, line in enumerate(document.lines)}
        )
    return _unlabelled(_without_mail_head(document))


def _without_mail_head(document: Document) -> Document:
    """A mail's head, "From: …" to "Subject: …": its date may be the article's, its subject is the headline."""
    head = []
    for number, line in enumerate(document.lines[:MAIL_HEAD]):
        if _MAIL_FIELD.match(line.text) is None or (number and line.piece.gap):
            break
        head.append(number)
    subjects = [n for n in head if _mail_field(document.lines[n]) in _subject_words(document.rules.tag)]
    if len(head) < LEAST_MAIL_HEAD or not subjects or not any("@" in document.lines[n].text for n in head):
        return document
    subject = document.lines[subjects[0]]
    at = len(subject.text) - len(_MAIL_FIELD.sub("", subject.text, count=1))
    known = fold(without_code(subject.text[at:], document.rules.tag))
    below = document.lines[head[-1] + 1 : head[-1] + 1 + HEAD]
    marks = {n: classified(document.lines[n], "boilerplate", RuleId.MAIL_HEAD) for n in head}
    marks = {n: line for n, line in marks.items() if not _MAIL_DATE.search(line.text) or n == subjects[0]}
    if known and all(fold(without_code(line.text, document.rules.tag)) != known for line in below):
        cut = _cut(subject, (at, len(subject.text)), "line")
        marks[subjects[0]] = classified(cut, "headline", RuleId.MAIL_SUBJECT)
    return replace_lines(document, marks)


def _mail_field(line: Line) -> str:
    match = _MAIL_FIELD.match(line.text)
    return fold(match["name"]) if match is not None else ""


@cache
def _subject_words(tag: str) -> frozenset[str]:
    return frozenset(fold(word) for rules in (for_tag("en"), for_tag(tag)) for word in rules.labels.subject)


def _unmarked(line: Line, on_top: bool) -> Line:
    """One line of Markdown as its words and its shape; a bold sentence on top is the lead."""
    for pattern, shape in _MARKS:
        match = pattern.fullmatch(line.text)
        if match is not None:
            bold = match.groupdict().get("mark") in ("**", "__")
            leads = bold and on_top and size(match["text"]) >= LEAST_LEAD
            line = _cut(line, match.span("text"), "lead" if leads else shape, match.groupdict().get("href"))
            break
    return replace(line, text=_LINK.sub(r"\1", _STRONG.sub(r"\1", line.text)))


def _cut(line: Line, part: tuple[int, int], shape: Shape, href: str | None = None) -> Line:
    """The line reduced to a part of it, which keeps its place in the input."""
    start, end = span(line, part)
    text = line.text[part[0] : part[1]]
    piece = replace(line.piece, text=text, start=start, end=end, shape=shape, href=href)
    return replace(line, piece=piece, text=text)


def _unlabelled(document: Document) -> Document:
    """Labels count where one of the first lines is labelled as headline or lead; else they may be anybody's words."""
    found = {
        number: told for number, line in enumerate(document.lines) if (told := _label_of(line, document.rules.tag))
    }
    if not any(
        label == "headline" or (label == "lead" and size(document.lines[number].text[at:]) >= LEAST_LEAD)
        for number, (label, at) in found.items()
        if number < HEAD
    ):
        return document
    for number, (label, at) in found.items():
        line = document.lines[number]
        if at == len(line.text):
            alone = classified(line, "boilerplate", RuleId.LABEL_ALONE, note=label)
            document = replace_lines(document, {number: alone})
            continue
        line = _cut(line, (at, len(line.text)), _SHAPES[label])
        if label == "headline" and document.article.headline is None:
            line = classified(line, "headline", RuleId.LABELLED)
            evidence = make_evidence(document, "headline", line, RuleId.LABELLED)
            document = set_field(document, evidence, headline=line.text)
        document = replace_lines(document, {number: line})
    return document


def _label_of(line: Line, tag: str) -> tuple[Label, int] | None:
    """Which label stands before a line, and where what it labels begins."""
    head, colon, rest = line.text.partition(":")
    label = _labels(tag).get(fold(head.strip())) if colon and len(head) < 30 else None
    return (label, len(line.text) - len(rest.lstrip())) if label is not None else None


@cache
def _labels(tag: str) -> dict[str, Label]:
    """The words of a label in the article's language and in English, which content systems label in anywhere."""
    return {
        fold(word): label
        for rules in (for_tag("en"), for_tag(tag))
        for label in _SHAPES
        for word in getattr(rules.labels, label)
    }


_FROM = re.compile(r"(?i)from\s*:\s*\"?(?P<name>[^\"<>@]+?)\"?\s*<[^<>\s]+@")


def read_sender(document: Document) -> Document:
    """Take the name in a mail's "From: Ann Lee <ann@p.example>"; a desk's or an agency's is no person's."""
    article = document.article
    if article.byline or article.people or article.organisations:
        return document
    for line in document.lines[:MAIL_HEAD]:
        found = _FROM.match(line.text) if line.rule is RuleId.MAIL_HEAD else None
        if found is not None and is_full(found["name"]) and is_name(found["name"], document.rules.tag):
            evidence = make_evidence(document, "people[0]", line, RuleId.MAIL_SENDER, part=found.span("name"))
            return set_field(document, evidence, people=(Person(name=found["name"]),))
    return document
