"""NewsML-G2: a newsItem whose text stands inside it, as XHTML, NITF or plain text."""

from services.normalize.document import Draft, Piece
from services.normalize.fields.date import date_of_value
from services.normalize.html.tree import Element, local_name, place_of
from services.normalize.readers.declared_fields import FieldReadings, role_of
from services.normalize.readers.markup import pieces_of_element, pieces_of_markup, pieces_of_text
from services.normalize.readers.nitf import take_nitf
from services.normalize.readers.untold import leaves_of_xml
from services.normalize.readers.xml_document import every, first, parse_xml, words_of
from shared.envelope import Raw
from shared.errors import NotAnArticle

_OTHERS = {
    "packageitem": "a package that lists other items",
    "conceptitem": "a concept, such as a person or an event",
    "knowledgeitem": "a list of concepts",
    "planningitem": "a plan of coverage",
    "catalogitem": "a catalogue of vocabularies",
}


def read(text: str, raw: Raw) -> Draft:
    """Read the newsItem; raises `NotAnArticle` for several, for other kinds of items, and for what is no text."""
    item = _news_item(parse_xml(text))
    readings = FieldReadings()
    tag, place = _language(item) or (None, "")
    said = readings.take_language(tag, "NewsML-G2 language", place)
    _take_meta(readings, item)
    _take_dates(readings, item, raw, said)
    pieces = _body(readings, item, raw)
    _take_people(readings, item, said)
    for element in every(item, "contentmeta", "genre"):
        named = [words for name in every(element, "name") if (words := words_of(name))]
        readings.take_kind([("", name) for name in named], "NewsML-G2 genre", place_of(element))
    readings.tell_rest(leaves_of_xml(item, "contentset"))
    if not pieces and not readings.has("headline"):
        raise NotAnArticle(
            "The newsItem is no article: it has no <headline>, and no text in <inlineXML> or <inlineData>."
        )
    return readings.draft(pieces)


def _news_item(root: Element) -> Element:
    name = local_name(root)
    if name == "newsitem":
        return root
    if name in _OTHERS:
        raise NotAnArticle(f"This NewsML-G2 document is no article but {_OTHERS[name]}.")
    items = every(root, "newsitem")
    if len(items) > 1:
        raise NotAnArticle(f"This NewsML-G2 message holds {len(items)} items: send each by itself.")
    if items:
        return items[0]
    held = next((local_name(item) for item in root.iter() if local_name(item) in _OTHERS), None)
    if held is not None:
        raise NotAnArticle(f"This NewsML-G2 document is no article but {_OTHERS[held]}.")
    raise NotAnArticle(f"The XML is no NewsML-G2: its root is <{name}>, and it holds no <newsItem>.")


def _language(item: Element) -> tuple[str, str] | None:
    for element in every(item, "contentmeta", "language")[:1]:
        tag = (element.get("tag") or "").strip()
        if tag:
            return tag, f"{place_of(element)}/@tag"
    tag = (item.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return (tag, f"{place_of(item)}/@xml:lang") if tag else None


def _take_meta(readings: FieldReadings, item: Element) -> None:
    readings.take("uri", item.get("guid"), "NewsML-G2 guid", f"{place_of(item)}/@guid")
    readings.take("version", item.get("version"), "NewsML-G2 version", f"{place_of(item)}/@version")
    statuses = every(item, "itemmeta", "pubstatus")
    readings.take_status((place_of(element), element.get("qcode") or element.get("uri")) for element in statuses)
    headlines = [(element, 0.95) for element in every(item, "contentmeta", "headline")]
    for element, sure in [*headlines, *((element, 0.7) for element in every(item, "itemmeta", "title"))]:
        readings.take("headline", words_of(element), f"NewsML-G2 {local_name(element)}", place_of(element), sure=sure)
    for element in sorted(every(item, "contentmeta", "description"), key=_is_no_summary):
        readings.take("description", words_of(element), "NewsML-G2 description", place_of(element))
    for element in every(item, "contentmeta", "dateline")[:1]:
        readings.take("dateline", words_of(element), "NewsML-G2 dateline", place_of(element))
    for element in every(item, "contentmeta", "located")[:1]:
        readings.take("located", words_of(first(element, "name")), "NewsML-G2 located", place_of(element))
    _take_lists(readings, item)


def _take_lists(readings: FieldReadings, item: Element) -> None:
    for field, name, is_named in (
        ("keywords", "keyword", False),
        ("keywords", "subject", True),
        ("alt_ids", "altid", False),
        ("sources", "infosource", True),
    ):
        for element in every(item, "contentmeta", name):
            words = words_of(first(element, "name") if is_named else element)
            readings.add(field, (words or "",), f"NewsML-G2 {name}", place_of(element))
    for element in every(item, "itemmeta", "provider"):
        if not readings.has("sources"):
            readings.add("sources", (words_of(first(element, "name")) or "",), "NewsML-G2 provider", place_of(element))


def _is_no_summary(description: Element) -> bool:
    return "summary" not in (description.get("role") or "")


def _take_dates(readings: FieldReadings, item: Element, raw: Raw, language: str | None) -> None:
    for field, names in (
        ("first_created", ("itemmeta", "firstcreated")),
        ("first_created", ("contentmeta", "contentcreated")),
        ("version_created", ("itemmeta", "versioncreated")),
    ):
        for element in every(item, *names)[:1]:
            said, place = words_of(element), place_of(element)
            reading = date_of_value(said, raw, language)
            readings.take_date(field, reading, f"NewsML-G2 {names[-1]}", place, said=said)
    for element in every(item, "embargoed"):  # an empty one holds until another version says otherwise
        if any(local_name(above) == "contentset" for above in element.iterancestors()):
            continue
        readings.take_embargo(words_of(element) or "", raw.source.zone, "NewsML-G2 embargoed", place_of(element))


def _take_people(readings: FieldReadings, item: Element, language: str | None) -> None:
    for name, role in (("creator", "author"), ("contributor", None)):
        for element in every(item, "contentmeta", name):
            printed = words_of(first(element, "name"))
            kind = (element.get("type") or "").lower()
            known = role_of(element.get("role")) or role_of(element.get("jobtitle")) or role_of(role)
            if printed is None or known is None:
                continue
            if "organisation" in kind or "organization" in kind:
                readings.add("organisations", (printed,), f"NewsML-G2 {name}", place_of(element))
            else:
                readings.add_name(printed, (known,), f"NewsML-G2 {name}", place_of(element))
    for element in every(item, "contentmeta", "by")[:1]:
        printed = words_of(element)
        if readings.has("people"):
            readings.take("byline", printed, "NewsML-G2 by", place_of(element))
        else:
            readings.take_byline(printed, language, "NewsML-G2 by", place_of(element))


def _body(readings: FieldReadings, item: Element, raw: Raw) -> tuple[Piece, ...]:
    for element in every(item, "contentset", "inlinexml"):
        nitf = first(element, "nitf")
        if nitf is not None:
            return take_nitf(readings, nitf, raw)
        body = first(element, "body")
        pieces = pieces_of_element(element if body is None else body, raw.url)
        if pieces:
            return pieces
    for element in every(item, "contentset", "inlinedata"):
        text = "".join(map(str, element.itertext())).strip()
        if not text or element.get("encoding"):
            continue
        if "html" in (element.get("contenttype") or "") or "</" in text:
            return pieces_of_markup(text, raw.url, place_of(element))
        return pieces_of_text(text, place_of(element))
    return ()
