"""Documents that hold several articles, each cut out: XML set together or in one frame, and messages of a wire."""

import re
from collections.abc import Iterator, Sequence
from xml.parsers import expat

import msgspec

from services.ingest.packages import Item, split_package
from shared.errors import InputRefused

STEP = 64 * 1024
HEAD = 4096
# What stands behind the end of an XML document: another one, with or without its declaration.
_NEXT_DOCUMENT = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT],
        expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI],
    }
)
_MESSAGE = re.compile(rb"\x01[^\x01]*")
_MARKUP = re.compile(rb"<[A-Za-z!?]")
MOST_BYTES_SPLIT = 64 * 1024 * 1024  # a frame is repeated for each article in it


class _Framed(msgspec.Struct, frozen=True):
    """What an article in a frame is called in XML, and which element below, or attribute of it, names the article."""

    element: str
    named_by: str
    attribute: str | None = None


_FRAMED = {
    "NewsML": _Framed("NewsItem", "PublicIdentifier"),
    "nitf": _Framed("nitf", "doc-id", "id-string"),
}


def split_xml(body: bytes, name: str) -> Sequence[Item]:
    """The articles of XML that holds several; nothing where it holds one, or is cut by nobody."""
    documents = list(documents_of(body))
    if len(documents) > 1:
        return [item for document in documents for item in (_split_one(document, name) or [_whole(document)])]
    return _split_one(body, name)


def split_wire(body: bytes) -> Sequence[Item]:
    """The messages of a wire that holds several, each from its SOH to the next; nothing where it holds one.

    What stands before the first is told by nobody.
    """
    items = [Item(guid=None, body=found[0]) for found in _MESSAGE.finditer(body) if found[0].strip(b"\x01\x00 \r\n")]
    return items if len(items) > 1 else ()


def documents_of(body: bytes) -> Iterator[bytes]:
    """XML documents that stand behind each other in one file; the whole where it is one, or no XML at all."""
    at = 0
    while True:
        end = _end_of_document(body, at)
        if end is None:
            yield body[at:]
            return
        yield body[at:end]
        at = end


def _end_of_document(body: bytes, at: int) -> int | None:
    """Where the document that begins at `at` ends and another one begins; None where none does."""
    parser = expat.ParserCreate()
    try:
        for start in range(at, len(body), STEP):
            parser.Parse(body[start : start + STEP], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        end = at + parser.ErrorByteIndex
        follows = error.code in _NEXT_DOCUMENT and _MARKUP.match(body[end : end + HEAD].lstrip())
        return end if follows and end > at else None
    return None


def _split_one(body: bytes, name: str) -> Sequence[Item]:
    items = split_package(body, name)
    if items:
        return items
    if b"NewsItem" not in body and body.count(b"<nitf") < 2:
        return ()
    try:
        found = _Finder(body)
    except (expat.ExpatError, _Declares, LookupError, ValueError):  # its reader says what is wrong
        return ()
    if len(found.items) < 2:
        return ()
    head, tail = body[: found.items[0].start], body[found.items[-1].end :]
    if len(found.items) * (len(head) + len(tail)) + len(body) > MOST_BYTES_SPLIT:
        raise InputRefused(f"{name} holds {len(found.items)} articles in a frame too long to be repeated for each")
    return [
        Item(guid=item.guid or None, body=head + body[item.start : item.end] + tail, is_placed=True)
        for item in found.items
    ]


def _whole(document: bytes) -> Item:
    """A document of its own among others: known by the name that it says, else by its place."""
    try:
        items = _Finder(document, to_end=False).items
    except (_Declares, LookupError, ValueError):
        items = []
    guid = items[0].guid if len(items) == 1 else ""
    return Item(guid=guid or None, body=document.strip(), is_placed=True)


class _Declares(Exception):
    """The document declares entities: its reader refuses it."""


class _Found(msgspec.Struct):
    start: int
    end: int = 0
    guid: str = ""


class _Finder:
    """Where each article of a frame begins and ends: those elements of one name that stand in no other of that name."""

    def __init__(self, body: bytes, *, to_end: bool = True) -> None:
        """Raises `ExpatError` for what is not well-formed, unless it need not be read `to_end`."""
        self.items: list[_Found] = []
        self._body = body
        self._framed: _Framed | None = None
        self._depth = 0
        self._within = 0
        self._naming = False
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._declared
        try:
            self._parser.Parse(body, True)
        except expat.ExpatError:
            if to_end:
                raise

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._depth += 1
        if self._framed is None:
            self._framed = _FRAMED.get(name) if self._depth == 1 or name == "nitf" else None
            if self._framed is None:
                return
        if self._within:
            self._look_for_name(name, attributes)
        elif name == self._framed.element:
            self._within = self._depth
            self.items.append(_Found(self._parser.CurrentByteIndex))

    def _look_for_name(self, name: str, attributes: dict[str, str]) -> None:
        item, framed = self.items[-1], self._framed
        if framed is None or name != framed.named_by or item.guid:
            return
        if framed.attribute is None:
            self._naming = True
        else:
            item.guid = attributes.get(framed.attribute, "").strip()

    def _text(self, text: str) -> None:
        if self._naming:
            self.items[-1].guid += text.strip()

    def _end(self, _: str) -> None:
        self._naming = False
        if self._within == self._depth:
            begin = self._parser.CurrentByteIndex
            self.items[-1].end = self._body.index(b">", begin) + 1
            self._within = 0
        self._depth -= 1

    def _declared(self, *_: object) -> None:
        raise _Declares
