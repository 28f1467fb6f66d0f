"""NITF, the IPTC's older XML for one news text: head with metadata, body with hedline, byline and blocks."""

import datetime as dt
from collections.abc import Iterator

from msgspec.structs import replace

from services.normalize.document import Draft, Piece
from services.normalize.fields.date import date_of_value, received_at
from services.normalize.html.tree import Element, local_name, place_of
from services.normalize.readers.declared_fields import FieldReadings, role_of
from services.normalize.readers.markup import pieces_of_element
from services.normalize.readers.untold import leaves_of_xml
from services.normalize.readers.xml_document import every, first, parse_xml, words_of
from shared.embargo import embargo_end_of, is_over
from shared.envelope import Raw
from shared.errors import NotAnArticle

_ANY_ZONE, _A_DAY = "UTC", dt.timedelta(days=1)
_HEADS = ("body.head", "body.end")
_BODY = ("body.content", "note")  # what pieces are made of


def read(text: str, raw: Raw) -> Draft:
    """Read a NITF document; raises `NotAnArticle` for several, and when it has neither a headline nor a body."""
    nitf = _only_nitf(parse_xml(text))
    readings = FieldReadings()
    pieces = take_nitf(readings, nitf, raw)
    if not pieces and not readings.has("headline"):
        raise NotAnArticle("The NITF is no article: it has no <hedline>, <title> or <body.content>.")
    return readings.draft(pieces)


def _only_nitf(root: Element) -> Element:
    if local_name(root) == "nitf":
        return root
    held = every(root, "nitf")
    if not held:
        raise NotAnArticle(f"The XML is no NITF: its root is <{local_name(root)}>, and it holds no <nitf>.")
    if len(held) > 1:  # the first is not taken for the whole: the others would be lost without a word
        raise NotAnArticle(f"This XML holds {len(held)} NITF documents: send each by itself.")
    return held[0]


def take_nitf(readings: FieldReadings, nitf: Element, raw: Raw) -> tuple[Piece, ...]:
    """Take every field a <nitf> element declares, and give the pieces of its body."""
    language = readings.take_language(_attribute(nitf, "lang"), "NITF xml:lang", place_of(nitf))
    _take_texts(readings, nitf)
    _take_dates(readings, nitf, raw, language)
    _take_byline(readings, nitf, language)
    _take_docdata(readings, nitf)
    for element in every(nitf, "docdata", "correction"):
        readings.add_correction(_attribute(element, "info"), None, "NITF correction", f"{place_of(element)}/@info")
    readings.tell_rest(leaves_of_xml(nitf, *_BODY))
    return _body(nitf, raw.url)


def _body(nitf: Element, base: str | None) -> tuple[Piece, ...]:
    """The body's own content, not that of a note above it, and what stands under it; notes are told as removed.

    Where nothing is called the content, all in the body that is no head is.
    """
    notes = [note for note in every(nitf, "body.head", "note") if not _is_inside(note, "note")]
    pieces = [piece for note in notes for piece in pieces_of_element(note, base)]
    found = [replace(piece, shape="debris") for piece in pieces if piece.text]
    contents = [content for content in every(nitf, "body.content") if not _is_inside(content, "note", "body.content")]
    if not contents:
        contents = [part for body in every(nitf, "body")[:1] for part in body if local_name(part) not in _HEADS]
    contents += [part for end in every(nitf, "body.end") for part in end if local_name(part) != "tagline"]
    return (*(piece for content in contents for piece in pieces_of_element(content, base)), *found)


def _is_inside(element: Element, *names: str) -> bool:
    return any(local_name(above) in names for above in element.iterancestors())


def _take_texts(readings: FieldReadings, nitf: Element) -> None:
    for names, rule, sure in (
        (("hedline", "hl1"), "NITF hedline", 0.97),
        (("hedline", "hl2"), "NITF hedline", 0.6),
        (("hedline",), "NITF hedline", 0.95),
        (("head", "title"), "NITF title", 0.8),
    ):
        _take_words(readings, "headline", first(nitf, *names), rule, sure)
    _take_words(readings, "description", first(nitf, "body.head", "abstract"), "NITF abstract", 0.95)
    dateline = first(nitf, "body.head", "dateline")
    dateline = first(nitf, "dateline") if dateline is None else dateline
    if dateline is not None:
        place = first(dateline, "location")
        _take_words(readings, "located", place, "NITF dateline location", 0.95)
        _take_words(readings, "dateline", dateline if place is None else place, "NITF dateline", 0.95)
    _take_words(readings, "section", first(nitf, "tobject.property"), "NITF tobject", 0.5)
    for item in every(nitf, "key-list", "keyword"):
        readings.add("keywords", ((item.get("key") or "").strip(),), "NITF key-list", f"{place_of(item)}/@key")


def _take_words(readings: FieldReadings, field: str, element: Element | None, rule: str, sure: float) -> None:
    if element is not None:
        readings.take(field, words_of(element), rule, place_of(element), sure=sure)


def _take_dates(readings: FieldReadings, nitf: Element, raw: Raw, language: str | None) -> None:
    for field, names, attribute in (
        ("first_created", ("pubdata",), "date.publication"),
        ("first_created", ("docdata", "date.release"), "norm"),
        ("first_created", ("docdata", "date.issue"), "norm"),
        ("first_created", ("dateline", "story.date"), "norm"),
        ("version_created", ("revision-history",), "norm"),
    ):
        for element in every(nitf, *names)[:1]:
            said, place = element.get(attribute), f"{place_of(element)}/@{attribute}"
            readings.take_date(field, date_of_value(said, raw, language), f"NITF {names[-1]}", place, said=said)
    _take_release(readings, nitf, raw, language)


def _take_release(readings: FieldReadings, nitf: Element, raw: Raw, language: str | None) -> None:
    """A release is an embargo unless it is known to lie behind: then it is only a date.

    What nobody can read may lie ahead, and so may one that says nothing.
    """
    for element in every(nitf, "date.release"):
        norm = element.get("norm")
        said, place = (words_of(element) or "", "") if norm is None else (norm, "/@norm")
        if not _lies_behind(said, raw, language):
            readings.take_embargo(said, raw.source.zone, "NITF date.release", f"{place_of(element)}{place}")


def _lies_behind(said: str, raw: Raw, language: str | None) -> bool:
    """Whether a release was before the receipt: also as a day that a person wrote, where no zone could change that."""
    received = received_at(raw)
    if received is None:
        return False
    if is_over(said, raw.source.zone, received):
        return True
    dated = date_of_value(said, raw, language) if embargo_end_of(said, _ANY_ZONE) is None else None
    return dated is not None and dated.moment.day < received.date() - _A_DAY


def _take_byline(readings: FieldReadings, nitf: Element, language: str | None) -> None:
    for element in [*every(nitf, "body.head", "byline"), *every(nitf, "tagline")][:3]:
        people = [*every(element, "person")]
        printed = words_of(element)
        for person in people:
            name = words_of(person)
            role = role_of(_attribute(person, "class")) or "author"
            if name is not None:
                post = words_of(next((title for title in every(element, "byttl") if len(people) == 1), None))
                readings.add_person(name, (role,), "NITF byline", place_of(person), post=post)
        if people:
            readings.take("byline", printed, "NITF byline", place_of(element))
        elif not readings.has("people"):
            readings.take_byline(printed, language, "NITF byline", place_of(element))


def _take_docdata(readings: FieldReadings, nitf: Element) -> None:
    for element in every(nitf, "doc-id")[:1]:
        readings.take("uri", element.get("id-string"), "NITF doc-id", f"{place_of(element)}/@id-string")
        source = (element.get("regsrc") or "").strip()
        readings.add("sources", (source,), "NITF doc-id", f"{place_of(element)}/@regsrc")
    for element in every(nitf, "du-key")[:1]:
        readings.take("version", element.get("version"), "NITF du-key", f"{place_of(element)}/@version")
        readings.add("alt_ids", (element.get("key") or "",), "NITF du-key", f"{place_of(element)}/@key")
    readings.take_status(
        (f"{place_of(element)}/@management-status", element.get("management-status"))
        for element in every(nitf, "docdata")
    )


def _attribute(element: Element, name: str) -> str | None:
    return next(_attributes(element, name), None)


def _attributes(element: Element, name: str) -> Iterator[str]:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name and str(value).strip():
            yield str(value).strip()
