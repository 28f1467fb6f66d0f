"""Who sent a mail: the author where the copy itself names nobody."""

import re

from services.normalize.document import Document, make_evidence, set_field
from services.normalize.fields.markers import MAIL_HEAD
from services.normalize.grammar.person_names import is_full, is_name
from services.normalize.readings import RuleId
from shared.article import Person

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
