"""What a file says of itself (the properties of DOCX, RTF and PDF), where its text says nothing of the field.

A word processor writes down who it was installed for and when a template was made: so this is believed last, and where
the text says something else it is kept as the reading that lost.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from services.normalize.document import Document, Property
from services.normalize.fields.date import CLOCK, date_of_value
from services.normalize.grammar.printed_byline import named_in
from services.normalize.language.folding import fold
from services.normalize.readings import RuleId, shortened
from shared.article import Article, Candidate, Evidence, Person
from shared.language_tags import language_tag

_RULE = RuleId.FILE_PROPERTY
# Whom programs are installed for, and what they call a document that nobody named.
_NOBODY = frozenset(
    "admin administrator windows microsoft office pc home dell asus acer lenovo hp user guest owner author unknown "
    "computer may tinh default test".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_NO_TITLE = re.compile(
    r"(?:microsoft word\s*-.*|.*\.(?:docx?|rtf|pdf|odt|indd|qxd)|untitled.*|document\s*\d*"
    r"|powerpoint .*|tài liệu\s*\d*)",
    re.IGNORECASE,
)


def set_properties(document: Document) -> Document:
    """Fill what nothing else said; a property that says otherwise is told with the field's evidence."""
    for one in document.properties:
        values = dict(_values(document, one))
        if not values:
            continue
        has = getattr(document.article, next(iter(values))) or (one.field == "byline" and document.article.byline)
        document = _beside(document, one) if has else _taken(document, one, values)
    return document


def _values(document: Document, one: Property) -> Iterator[tuple[str, object]]:
    """The fields that a property would fill."""
    if one.field == "headline" and not _NO_TITLE.fullmatch(one.value):
        yield "headline", one.value
    elif one.field == "byline" and not _NOBODY.issuperset(_WORD.findall(fold(one.value))):
        named = named_in(one.value, document.rules.tag)
        people = tuple(Person(name=name.name) for name in named if _is_name(name.name))
        if people:
            yield "people", people
    elif one.field == "keywords":
        yield "keywords", tuple(word.strip() for word in re.split(r"[,;]", one.value) if word.strip())
    elif one.field == "language" and (tag := language_tag(one.value)):
        yield "language", tag
    elif one.field in ("first_created", "version_created"):
        yield from _date(document, one)


def _date(document: Document, one: Property) -> Iterator[tuple[str, object]]:
    dated = date_of_value(one.value, document.raw, document.rules.tag)
    if dated is None:
        return
    yield one.field, dated.moment.value
    if one.field == "first_created":
        yield from dated.moment.beside().items()


def _is_name(name: str) -> bool:
    return len(name.split()) > 1 and not any(letter.isdigit() for letter in name)


def _taken(document: Document, one: Property, values: dict[str, object]) -> Document:
    if one.field == "version_created" and not _is_later(document.article, values["version_created"]):
        return document
    field = next(iter(values))
    evidence = [_evidence(field, one)]
    if field == "first_created":
        evidence.append(_evidence(CLOCK, one))
    if field == "people":
        evidence = [_evidence(f"people[{number}]", one) for number, _ in enumerate(values["people"])]  # type: ignore[arg-type]
    article = replace(document.article, **values)
    return replace(document, article=article, evidence=(*document.evidence, *evidence))


def _is_later(article: Article, changed: object) -> bool:
    """Whether the file was changed after the article was first written, as far as both can be compared."""
    first = article.first_created
    if first is None:
        return True
    try:
        return bool(first < changed)  # type: ignore[operator]
    except TypeError:  # a clock without a zone beside one that has it
        return False


def _evidence(field: str, one: Property) -> Evidence:
    return Evidence(field=field, rule=_RULE.words, sure=_RULE.sure, quote=shortened(one.value), path=one.place)


def _beside(document: Document, one: Property) -> Document:
    """The property among the readings that lost, where the field has evidence."""
    lost = Candidate(value=shortened(one.value), rule=_RULE.words, path=one.place)
    told = [
        replace(seen, lost=(*seen.lost, lost)) if seen.field == one.field and lost not in seen.lost else seen
        for seen in document.evidence
    ]
    return replace(document, evidence=tuple(told))
