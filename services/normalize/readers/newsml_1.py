"""NewsML 1.2: a NewsItem whose text stands in a NewsComponent, as NITF, XHTML or plain text, beside its pictures."""

from collections.abc import Iterator

from services.normalize.document import Draft, Piece, Shape
from services.normalize.fields.date import date_of_value
from services.normalize.html.tree import Element, local_name, place_of
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.markup import pieces_of_element, pieces_of_text
from services.normalize.readers.nitf import take_nitf
from services.normalize.readers.untold import leaves_of_xml
from services.normalize.readers.xml_document import every, first, parse_xml, words_of
from shared.envelope import Raw
from shared.errors import NotAnArticle

_LINES = (
    ("headline", "headline", 0.95), ("headline", "subheadline", 0.6), ("dateline", "dateline", 0.95),
)  # fmt: skip
# What the standard's `Status` says in words of its own, in those that are read everywhere.
_STATUSES = {"usable": "usable", "embargoed": "usable", "withheld": "withheld", "canceled": "canceled"}
_HELD = "embargoed"
_PICTURE = "photo"


def read(text: str, raw: Raw) -> Draft:
    """Read the NewsItem; raises `NotAnArticle` for several, for one of no text, and for what only updates another."""
    item = _news_item(parse_xml(text))
    readings = FieldReadings()
    language = _language(readings, item)
    _take_management(readings, item, raw, language)
    _take_lines(readings, item, language)
    _take_lists(readings, item)
    pieces = tuple(_body(readings, item, raw))
    readings.tell_rest(leaves_of_xml(item, "datacontent", "newsmanagement", "identification"))
    if not pieces and not readings.has("headline"):
        raise NotAnArticle("The NewsItem is no article: it has no <HeadLine>, and no text in <DataContent>.")
    return readings.draft(pieces)


def _news_item(root: Element) -> Element:
    items = [root] if local_name(root) == "newsitem" else every(root, "newsitem")
    outer = [item for item in items if not any(local_name(above) == "newsitem" for above in item.iterancestors())]
    if not outer:
        raise NotAnArticle(f"The XML is no NewsML: its root is <{local_name(root)}>, and it holds no <NewsItem>.")
    if len(outer) > 1:
        raise NotAnArticle(f"This NewsML holds {len(outer)} items: send each by itself.")
    return outer[0]


def _language(readings: FieldReadings, item: Element) -> str | None:
    for element in every(item, "descriptivemetadata", "language")[:1]:
        return readings.take_language(_formal(element), "NewsML Language", f"{place_of(element)}/@FormalName")
    return None


def _take_management(readings: FieldReadings, item: Element, raw: Raw, language: str | None) -> None:
    for field, name in (("first_created", "firstcreated"), ("version_created", "thisrevisioncreated")):
        for element in every(item, "newsmanagement", name)[:1]:
            said = words_of(element)
            readings.take_date(
                field, date_of_value(said, raw, language), f"NewsML {name}", place_of(element), said=said
            )
    for element in every(item, "newsidentifier")[:1]:
        address = words_of(first(element, "publicidentifier"))
        readings.take("uri", address, "NewsML PublicIdentifier", place_of(element))
        readings.take("version", words_of(first(element, "revisionid")), "NewsML RevisionId", place_of(element))
    statuses = every(item, "newsmanagement", "status")
    told = [(element, (_formal(element) or "").lower()) for element in statuses]
    readings.take_status((place_of(element), _STATUSES.get(said, said)) for element, said in told)
    if any(said == _HELD for _, said in told):
        _take_embargo(readings, item, statuses[0], raw)


def _take_embargo(readings: FieldReadings, item: Element, status: Element, raw: Raw) -> None:
    """An item that is embargoed is so until its status changes, at the moment that it says."""
    changes = every(item, "statuswillchange", "dateandtime")
    said = words_of(changes[0]) if changes else ""
    readings.take_embargo(_with_signs(said or ""), raw.source.zone, "NewsML Status", place_of(status))


def _with_signs(said: str) -> str:
    """`20151109T060000+0700` with the signs that every reader of moments knows."""
    date, clock, rest = said[:8], said[9:15], said[15:]
    if not (date.isdecimal() and clock.isdecimal() and said[8:9] == "T"):
        return said
    zone = f"{rest[:3]}:{rest[3:]}" if len(rest) == 5 and rest[1:].isdecimal() else rest
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}{zone}"


def _take_lines(readings: FieldReadings, item: Element, language: str | None) -> None:
    for field, name, sure in _LINES:
        for element in every(item, "newslines", name)[:1]:
            readings.take(field, words_of(element), f"NewsML {name}", place_of(element), sure=sure)
    for element in every(item, "newslines", "byline")[:1]:
        readings.take_byline(words_of(element), language, "NewsML ByLine", place_of(element))


def _take_lists(readings: FieldReadings, item: Element) -> None:
    for element in every(item, "newslines", "keywordline"):
        readings.add("keywords", (words_of(element) or "",), "NewsML KeywordLine", place_of(element))
    for element in every(item, "administrativemetadata", "provider", "party")[:1]:
        readings.add("sources", (_formal(element) or "",), "NewsML Provider", f"{place_of(element)}/@FormalName")


def _formal(element: Element) -> str | None:
    return next((str(value).strip() for key, value in element.attrib.items() if str(key).lower() == "formalname"), None)


def _body(readings: FieldReadings, item: Element, raw: Raw) -> Iterator[Piece]:
    """The texts in their order, but one of those that say the same in several formats, and the pictures with theirs."""
    contents = every(item, "contentitem")
    pictures = [content for content in contents if _media_type(content) == _PICTURE]
    captions = {content: _caption_of(content, item) for content in pictures}
    told = set(captions.values())
    has_nitf = False
    for content in contents:
        if content in captions:
            yield from _picture(content, captions[content], raw)
        elif content not in told and not _is_said_already(content):
            nitf = next((one for data in every(content, "datacontent") if (one := _nitf_in(data)) is not None), None)
            if nitf is not None and not has_nitf:
                has_nitf = True
                yield from take_nitf(readings, nitf, raw)
            else:
                yield from _text(content, raw)


def _media_type(content: Element) -> str:
    return next(((_formal(kind) or "").lower() for kind in every(content, "mediatype")), "")


def _is_said_already(content: Element) -> bool:
    """Whether a content says in another format what the one before it says."""
    around = _component_of(content)
    said = {str(key).lower(): str(value) for key, value in ({} if around is None else around.attrib).items()}
    if said.get("equivalentslist") != "yes":
        return False
    return any(local_name(one) == "contentitem" for one in content.itersiblings(preceding=True))


def _component_of(element: Element) -> Element | None:
    return next((above for above in element.iterancestors() if local_name(above) == "newscomponent"), None)


def _nitf_in(data: Element) -> Element | None:
    return data if local_name(data) == "nitf" else first(data, "nitf")


def _text(content: Element, raw: Raw) -> Iterator[Piece]:
    for data in every(content, "datacontent"):
        if len(data):
            body = first(data, "body")
            yield from pieces_of_element(data if body is None else body, raw.url)
        else:
            yield from pieces_of_text("".join(map(str, data.itertext())), place_of(data))


def _caption_of(picture: Element, item: Element) -> Element | None:
    """The content that is a picture's caption: the text in the innermost component that has one beside the picture.

    The component around everything holds the article's own text.
    """
    outermost = first(item, "newscomponent")
    for above in picture.iterancestors():
        if local_name(above) != "newscomponent" or above is outermost:
            continue
        texts = [one for one in every(above, "contentitem") if one is not picture and every(one, "datacontent")]
        if texts:
            return texts[0]
    return None


def _picture(content: Element, caption: Element | None, raw: Raw) -> Iterator[Piece]:
    """A picture by its address, with its caption and who is credited in the components around it."""
    href = next((str(value) for key, value in content.attrib.items() if str(key).lower() == "href"), None)
    words = "" if caption is None else " ".join(piece.text for piece in _text(caption, raw))
    credit = next(
        (said for above in content.iterancestors() if (said := words_of(first(above, "newslines", "creditline")))), None
    )
    if href or words:
        shape: Shape = "picture" if href else "caption"
        yield Piece(text=words, shape=shape, byline=credit, path=place_of(content), href=href)
