"""One file may hold several articles: a NewsML-G2 message is cut into messages of one item, JSON into its articles."""

import codecs
import json
import re
from collections import Counter
from collections.abc import Sequence
from xml.parsers import expat

import msgspec

from services.ingest.formats.json_articles import BrokenJson, NoArticle, split_json
from shared.errors import InputRefused

HEAD = 4096
END_TAG = re.compile(rb"</(?:[^\s<>/:]++:)?+newsItem\s*+>")
NAMESPACE_MARK = "}"
ITEM, CONTENT, EMBARGO, STATUS = "newsItem", "contentSet", "embargoed", "pubStatus"
META = "itemMeta"
# A long header is repeated for each item: what would grow beyond this is no message of an agency.
MOST_BYTES_SPLIT = 64 * 1024 * 1024


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a package: its guid, as declared, and the message with this item alone.

    `path` is where it stands in the document; `embargoes` are where it tells of one, and what it says there, "" where
    it says no more than that, `statuses` where it says whether it may be published. `is_placed` tells whether its place
    in the file stands for a guid it does not have: lists grow at their head.
    """

    guid: str | None
    body: bytes
    is_placed: bool = False
    version: str | None = None
    path: str = ""
    embargoes: tuple[tuple[str, str], ...] = ()
    statuses: tuple[tuple[str, str], ...] = ()


class _NotSplit(Exception):
    """The document declares entities, or is not well-formed: its reader says so."""


def announces_package(body: bytes) -> bool:
    """Whether a document may be a NewsML-G2 message, by its head, or JSON of several articles."""
    return b"newsMessage" in body[:HEAD] or (
        _is_json(body) and (_begins(body) == b"[" or b'"@graph"' in body or b'"itemListElement"' in body)
    )


def split_package(body: bytes, name: str, most_bytes: int = MOST_BYTES_SPLIT) -> Sequence[Item]:
    """The items of a NewsML-G2 message or the articles of a JSON document that has several; nothing where it has one.

    Raises `InputRefused` for what cannot be cut, or would be more than `most_bytes` then. What is not well-formed, and
    what is something else, is left whole, to be refused by its reader, which never takes the first item for the whole.
    """
    if not announces_package(body):
        return ()
    if _is_json(body):
        return _split_json(body, name)
    try:
        items = _Finder(body).items
    except (expat.ExpatError, _NotSplit, LookupError, ValueError):  # the last two: an encoding that nobody knows
        return ()
    if len(items) < 2:
        return ()
    ends = [tag.end() for _, _, ending in items if (tag := END_TAG.match(body, ending))]
    if len(ends) < len(items):
        raise InputRefused(f"{name} holds an empty newsItem beside others, and is not split")
    head, tail = body[: items[0][1]], body[ends[-1] :]
    if len(items) * (len(head) + len(tail)) + len(body) > most_bytes:
        raise InputRefused(f"{name} holds {len(items)} items below a header too long to be repeated for each")
    return [
        Item(
            guid=named.guid,
            body=head + body[start:end] + tail,
            is_placed=True,
            version=named.version,
            path=named.path,
            embargoes=named.told(),
            statuses=tuple(named.statuses),
        )
        for (named, start, _), end in zip(items, ends, strict=True)
    ]


def declared_item(body: bytes) -> Item:
    """The guid and the version of the one newsItem in a NewsML-G2 document; None where it has none, or is no such."""
    if ITEM.encode() not in body[:HEAD]:
        return Item(guid=None, body=body)
    try:
        finder = _Finder(body)
    except (expat.ExpatError, _NotSplit, LookupError, ValueError):  # its reader says so
        return Item(guid=None, body=body)
    named = [named for named, _, _ in finder.items] or [finder.root]
    only = named[0] if len(named) == 1 else _Named()
    return Item(
        guid=only.guid,
        body=body,
        version=only.version,
        path=only.path,
        embargoes=only.told(),
        statuses=tuple(only.statuses),
    )


def _split_json(body: bytes, name: str) -> Sequence[Item]:
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        body = body.decode(encoding, "replace").encode("utf-8", "replace")
    try:
        articles = split_json(body)
    except (BrokenJson, NoArticle):
        return ()
    except InputRefused as error:
        raise InputRefused(f"{name} is not taken in. {error}") from error
    if len(articles) < 2:
        return ()
    return [
        Item(guid=next((address for _, address in article.addresses), None), body=article.body) for article in articles
    ]


def _begins(body: bytes) -> bytes:
    return body[:HEAD].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").strip(b"\xff\xfe \t\r\n")[:1]


def _is_json(body: bytes) -> bool:
    return _begins(body) in (b"{", b"[")


class _Named(msgspec.Struct):
    """What an item says of itself, and where it stands."""

    guid: str | None = None
    version: str | None = None
    path: str = ""
    embargoes: list[tuple[str, list[str]]] = []
    statuses: list[tuple[str, str]] = []

    def told(self) -> tuple[tuple[str, str], ...]:
        """Where it tells of an embargo, and what."""
        return tuple((path, "".join(texts)) for path, texts in self.embargoes)


class _Finder:
    """Where each `<newsItem>` of an `<itemSet>` begins, and where its end tag does; text is not looked into."""

    def __init__(self, body: bytes) -> None:
        self.items: list[tuple[_Named, int, int]] = []
        self.root = _Named()
        self._path: list[str] = []
        self._steps: list[str] = []  # the same, each with its number beside others of its name
        self._counts: list[Counter[str]] = [Counter()]
        self._open: tuple[_Named, int] | None = None
        self._within = 0  # how deep below the content of an item, where nothing is looked for
        self._parser = expat.ParserCreate(namespace_separator=NAMESPACE_MARK)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._declared
        self._parser.Parse(body, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._within:
            self._within += 1
            return
        name = tag.rpartition(NAMESPACE_MARK)[2]
        self._counts[-1][name] += 1
        number = self._counts[-1][name]
        self._counts.append(Counter())
        self._steps.append(f"{name}[{number}]" if number > 1 else name)
        if name == ITEM and not self._path:
            self.root = self._named(attributes)
        if name == ITEM and self._path[1:] == ["itemSet"]:
            self._open = self._named(attributes), self._parser.CurrentByteIndex
        self._path.append(name)
        self._within = int(name == CONTENT)
        if self._tells_embargo():
            self._at_hand.embargoes.append((self._place(), []))
        if name == STATUS and self._path[-2:-1] == [META]:
            said = attributes.get("qcode") or attributes.get("uri") or ""
            self._at_hand.statuses.append((self._place(), said))

    @property
    def _at_hand(self) -> _Named:
        """The item that is being read."""
        return self._open[0] if self._open is not None else self.root

    def _named(self, attributes: dict[str, str]) -> _Named:
        return _Named(attributes.get("guid"), attributes.get("version"), self._place())

    def _place(self) -> str:
        return "/" + "/".join(self._steps)

    def _tells_embargo(self) -> bool:
        return self._path[-1] == EMBARGO and ITEM in self._path

    def _text(self, text: str) -> None:
        if self._tells_embargo():
            self._at_hand.embargoes[-1][1].append(text)

    def _end(self, _: str) -> None:
        self._within = max(0, self._within - 1)
        if self._within:
            return
        self._path.pop()
        self._steps.pop()
        self._counts.pop()
        if self._open is not None and self._path[1:] == ["itemSet"]:
            self.items.append((*self._open, self._parser.CurrentByteIndex))
            self._open = None

    def _declared(self, *_: object) -> None:
        raise _NotSplit
