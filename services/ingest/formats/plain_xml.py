"""A short way through plain RSS 2.0 and Atom 1.0: what feedparser would read of them, for a tenth of its time.

Every element is known here, by what feedparser makes of it. A document with anything else in it (another format, an
element twice, inline markup, a base, attributes nobody expects) is `None`: it goes the long way. What both give is held
to be equal by a test over whole feeds.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from feedparser.mixin import _FeedParserMixin
from lxml import etree

LARGEST = 10_000_000  # characters: libxml2 reads no text of more
ATOM, MEDIA = "{http://www.w3.org/2005/Atom}", "{http://search.yahoo.com/mrss/}"
DC, ITUNES = "{http://purl.org/dc/elements/1.1/}", "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
CONTENT, FEEDBURNER = "{http://purl.org/rss/1.0/modules/content/}", "{http://rssnamespace.org/feedburner/ext/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HTML, XHTML, TEXT = "text/html", "application/xhtml+xml", "text/plain"
TYPES = {"text": TEXT, "plain": TEXT, TEXT: TEXT, "html": HTML, HTML: HTML}  # of texts
# What feedparser reads, whatever it is called; any other element it keeps under a name that nothing here asks for.
ITS_NAMESPACES = frozenset(name.lower() for name in _FeedParserMixin.namespaces)
ITS_PREFIXES = frozenset(prefix.lower() for prefix in _FeedParserMixin.namespaces.values())
# These it reads, and they change nothing that is asked for.
_LEAVES = frozenset((
    *(f"{MEDIA}{name}" for name in ("credit", "rating", "restriction", "license", "thumbnail", "player", "copyright",
                                    "x-title", "x-description", "x-text")),
    *(f"{ITUNES}{name}" for name in ("explicit", "block", "duration", "episode", "season", "episodeType", "x-summary")),
    f"{DC}x-language", f"{DC}publisher", f"{DC}rights", f"{DC}identifier", f"{DC}format", f"{DC}type",
    "{http://purl.org/rss/1.0/modules/slash/}comments", "{http://purl.org/rss/1.0/modules/slash/}section",
    "{http://purl.org/rss/1.0/modules/syndication/}updatePeriod", "{http://wellformedweb.org/CommentAPI/}comment",
    "{http://purl.org/rss/1.0/modules/syndication/}updateFrequency", "{http://wellformedweb.org/CommentAPI/}commentRss",
    "{http://purl.org/rss/1.0/modules/syndication/}updateBase",
    "{com-wordpress:feed-additions:1}post-id", "{com-wordpress:feed-additions:1}site",
    "comments", f"{ATOM}rights",
))  # fmt: skip
_OF_CHANNELS = frozenset((
    "description", "pubDate", "lastBuildDate", "generator", "copyright", "category", "docs", "managingEditor",
    "webMaster", "cloud", "rating", f"{DC}creator", f"{DC}date", f"{FEEDBURNER}info", f"{FEEDBURNER}feedFlare",
))  # fmt: skip
_OF_FEEDS = frozenset(f"{ATOM}{name}" for name in ("subtitle", "updated", "generator", "icon", "logo", "category"))
_EXTRA_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_C1 = re.compile("[\x80-\x9f]")
_WINDOWS = {code: letter for code in range(0x80, 0xA0) if (letter := bytes([code]).decode("cp1252", "ignore"))}

Entry = dict[str, Any]


class _OddError(Exception):
    """Something that only feedparser knows what to do with."""


class PlainFeed:
    """What feedparser's result has of the same names: `feed`, `entries` and `version`."""

    def __init__(self, feed: Entry, entries: list[Entry], version: str) -> None:
        self.feed = feed
        self.entries = entries
        self.version = version


def read(document: str) -> PlainFeed | None:
    """Read a document that begins with its root; None for one that is not plain."""
    if len(document) > LARGEST or "xml:base" in document:
        return None
    try:
        root = etree.fromstring(document.encode("utf-8", "replace"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    language = root.get(LANG)
    if document.count("xml:lang") != (language is not None) or language == "":
        return None
    try:
        if root.tag == "rss":
            return _Rss(language).read(root)
        return _Atom(language).read(root) if root.tag == f"{ATOM}feed" else None
    except _OddError:
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


class _Reader:
    """What both formats share. `readers` say by its tag how an element of an entry is read into the entry."""

    def __init__(self, language: str | None) -> None:
        self.language = language.replace("_", "-") if language else None
        self.readers: Mapping[str, Callable[[Entry, etree._Element], None]] = {}

    def entry(self, element: etree._Element) -> Entry:
        """The dictionary that feedparser makes of an entry, as far as it is asked for."""
        entry: Entry = {}
        for child in _elements(element):
            read = self.readers.get(str(child.tag))
            if read is not None:
                read(entry, child)
            else:
                _ignore(child)
        return entry

    def link(self, entry: Entry, element: etree._Element) -> None:
        said = {str(name): value for name, value in element.attrib.items()}
        if "href" not in said or "url" in said or "uri" in said or len(element) or (element.text or "").strip():
            raise _OddError
        rel, kind = str(said.get("rel", "alternate")).lower(), str(said.get("type", "")).lower()
        href = _whole(str(said["href"]))
        entry.setdefault("links", []).append({"rel": rel, "type": kind, "href": href})
        if rel == "alternate" and TYPES.get(kind or HTML, kind) in (HTML, XHTML, "xhtml"):
            entry["link"] = href

    def identifier(self, entry: Entry, element: etree._Element) -> None:
        if "id" in entry or _has_others(element, ("isPermaLink",)):
            raise _OddError
        is_link = element.get("isPermaLink", "true") == "true"
        value = _text(element)
        entry["id"] = _mended(_whole(value) if is_link else value)
        entry.setdefault("guidislink", is_link and "link" not in entry)
        if is_link:
            entry.setdefault("link", entry["id"])

    def category(self, entry: Entry, element: etree._Element) -> None:
        if _has_others(element, ("term", "scheme", "domain", "label")):
            raise _OddError
        tags: list[Entry] = entry.setdefault("tags", [])
        tag = {
            "term": element.get("term"),
            "scheme": element.get("scheme", element.get("domain")),
            "label": element.get("label"),
        }
        if any(tag.values()) and tag not in tags:
            tags.append(tag)
        value = _mended(_text(element))
        if value and tags and not tags[-1]["term"]:
            tags[-1]["term"] = value
        elif value and (new := {"term": value, "scheme": None, "label": None}) not in tags:
            tags.append(new)

    def origin(self, entry: Entry, element: etree._Element) -> None:
        entry["feedburner_origlink"] = _mended(_text(element, ()))

    def detail(self, kind: str) -> Entry:
        return {"type": kind, "language": self.language, "base": ""}


class _Rss(_Reader):
    def __init__(self, language: str | None) -> None:
        super().__init__(language)
        self.readers = {
            "title": self.title, "link": self.own_link, f"{ATOM}link": self.link, "guid": self.identifier,
            "description": self.description, f"{CONTENT}encoded": self.content, "category": self.category,
            f"{DC}subject": self.category, "author": _author, f"{DC}creator": _author, "source": _source,
            "pubDate": _once("published"), f"{ATOM}published": _once("published"), f"{DC}date": _once("updated"),
            f"{ATOM}updated": _once("updated"), "enclosure": _enclosure, f"{FEEDBURNER}origLink": self.origin,
        }  # fmt: skip
        self.channel_readers = {
            "title": self.title, "link": self.own_link, f"{ATOM}link": self.link, "language": _once("element"),
            "ttl": _once("ttl"),
        }  # fmt: skip

    def read(self, root: etree._Element) -> PlainFeed:
        channel, *others = _elements(root) or [root]
        if others or channel.tag != "channel" or channel.attrib:
            raise _OddError
        feed: Entry = {} if self.language is None else {"language": self.language}
        entries = []
        for child in _elements(channel):
            if child.tag == "item":
                if child.attrib:
                    raise _OddError
                entries.append(self.entry(child))
            else:
                self.of_channel(feed, child)
        if "element" in feed:  # its own element goes before the root's attribute
            feed["language"] = feed["element"]
        return PlainFeed(feed, entries, "rss20")

    def of_channel(self, feed: Entry, element: etree._Element) -> None:
        tag = str(element.tag)
        read = self.channel_readers.get(tag)
        if read is not None:
            read(feed, element)
        elif tag in _CONTAINERS:
            if any(len(child) or child.attrib or child.tag not in _CONTAINERS[tag] for child in element):
                raise _OddError
        elif not (tag in _OF_CHANNELS or tag.startswith(ITUNES)):
            _ignore(element)

    def title(self, entry: Entry, element: etree._Element) -> None:
        if "title" in entry:
            raise _OddError
        value = _text(element, ())
        is_html = ("</" in value or "&" in value) and _FeedParserMixin.looks_like_html(value)
        entry["title"], entry["title_detail"] = _mended(value), self.detail(HTML if is_html else TEXT)

    def own_link(self, entry: Entry, element: etree._Element) -> None:
        if any(link["rel"] == "own" for link in entry.get("links", ())):
            raise _OddError
        link = re.sub("&([A-Za-z0-9_]+);", r"&\g<1>", _mended(_whole(_text(element, ()))).replace("&amp;", "&"))
        entry["link"] = link
        entry.setdefault("links", []).append({"rel": "own", "type": HTML, "href": link})

    def description(self, entry: Entry, element: etree._Element) -> None:
        if "summary_detail" in entry:
            raise _OddError
        entry["summary"], entry["summary_detail"] = _mended(_text(element, ())), self.detail(HTML)

    def content(self, entry: Entry, element: etree._Element) -> None:
        if "content" in entry:
            raise _OddError
        value = _mended(_text(element, ()))
        entry["content"] = [self.detail(HTML) | {"value": value}]
        entry.setdefault("summary", value)


class _Atom(_Reader):
    def __init__(self, language: str | None) -> None:
        super().__init__(language)
        self.readers = {f"{ATOM}{name}": read for name, read in {
            "title": self.words("title"), "summary": self.words("summary"), "content": self.content, "link": self.link,
            "id": self.identifier, "published": _once("published"), "updated": _once("updated"),
            "author": self.author, "category": self.category, "source": self.source,
        }.items()} | {f"{FEEDBURNER}origLink": self.origin}  # fmt: skip

    def read(self, root: etree._Element) -> PlainFeed:
        feed: Entry = {} if self.language is None else {"language": self.language}
        readers = {f"{ATOM}title": self.words("title"), f"{ATOM}link": self.link, f"{ATOM}author": self.author}
        readers[f"{ATOM}id"] = self.identifier
        entries = []
        for child in _elements(root):
            if child.tag == f"{ATOM}entry":
                entries.append(self.entry(child))
            elif child.tag in readers:
                readers[str(child.tag)](feed, child)
            elif child.tag not in _OF_FEEDS or len(child):
                _ignore(child)
        return PlainFeed(feed, entries, "atom10")

    def words(self, name: str) -> Callable[[Entry, etree._Element], None]:
        """A reader of a title or a summary, in text or escaped HTML."""

        def read(entry: Entry, element: etree._Element) -> None:
            if f"{name}_detail" in entry or (name == "summary" and "summary" in entry and "content" not in entry):
                raise _OddError
            kind = _kind(element)
            entry[name], entry[f"{name}_detail"] = _mended(_text(element, ("type",))), self.detail(kind)

        return read

    def content(self, entry: Entry, element: etree._Element) -> None:
        if "content" in entry:
            raise _OddError
        value = _mended(_text(element, ("type",)))
        entry["content"] = [self.detail(_kind(element)) | {"value": value}]
        entry.setdefault("summary", value)

    def author(self, entry: Entry, element: etree._Element) -> None:
        if (element.text or "").strip():
            raise _OddError
        said: Entry = {}
        for child in element:
            name = str(child.tag).removeprefix(ATOM)
            if name not in ("name", "email", "uri") or name in said or (child.tail or "").strip():
                raise _OddError
            said[name] = _text(child, ())
        entry.setdefault("authors", []).append({key: said[key] for key in ("name", "email") if key in said})

    def source(self, entry: Entry, element: etree._Element) -> None:
        if "source" in entry or (element.text or "").strip():
            raise _OddError
        source: Entry = {}
        for child in element:
            if (child.tail or "").strip():
                raise _OddError
            if child.tag == f"{ATOM}title":
                self.words("title")(source, child)
            elif child.tag == f"{ATOM}author":
                self.author(source, child)
            elif child.tag not in (*_OF_FEEDS, f"{ATOM}id", f"{ATOM}link", f"{ATOM}rights") or len(child):
                raise _OddError
        entry["source"] = source


_CONTAINERS = {
    "image": frozenset(("url", "title", "link", "width", "height", "description")),
    "skipHours": frozenset(("hour",)),
    "skipDays": frozenset(("day",)),
}


def _elements(parent: etree._Element) -> list[etree._Element]:
    """What stands in an element, comments left out; in a text they are feedparser's."""
    return list(parent.iterchildren("*"))


def _kind(element: etree._Element) -> str:
    kind = TYPES.get(str(element.get("type", "text")).lower())
    if kind is None:
        raise _OddError
    return kind


def _author(entry: Entry, element: etree._Element) -> None:
    """Read beside, as printed; one without a name is feedparser's."""
    if len(element) or element.attrib or not (element.text or "").strip():
        raise _OddError


def _source(entry: Entry, element: etree._Element) -> None:
    if "source" in entry:
        raise _OddError
    title = _mended(_text(element, ("url",)))
    entry["source"] = {"title": title} if title else {}


def _enclosure(entry: Entry, element: etree._Element) -> None:
    said = element.attrib
    if "uri" in said or "href" in said or len(element):
        raise _OddError
    row = {"rel": "enclosure", "type": str(said.get("type", "")).lower(), "href": said.get("url")}
    entry.setdefault("links", []).append(row)


def _once(name: str) -> Callable[[Entry, etree._Element], None]:
    """A reader of a text that an entry says once."""

    def read(entry: Entry, element: etree._Element) -> None:
        if name in entry:
            raise _OddError
        entry[name] = _mended(_text(element, ()))

    return read


def _ignore(element: etree._Element) -> None:
    """Pass over what tells nothing that is asked for; whatever else it is, feedparser knows."""
    tag = str(element.tag)
    if tag in (f"{MEDIA}content", f"{MEDIA}group"):
        for child in element:
            _ignore(child)
    elif len(element) or (tag not in _LEAVES and _is_its_own(element)):
        raise _OddError


def _is_its_own(element: etree._Element) -> bool:
    """Does feedparser read an element, by its namespace or its prefix?"""
    namespace = etree.QName(element).namespace or ""
    return namespace.lower() in ITS_NAMESPACES or (element.prefix or "").lower() in ITS_PREFIXES


def _text(element: etree._Element, allowed: tuple[str, ...] | None = None) -> str:
    """The text of an element that holds nothing else and has only attributes that are allowed (None: any)."""
    if len(element) or (allowed is not None and _has_others(element, allowed)):
        raise _OddError
    return (element.text or "").strip()


def _has_others(element: etree._Element, allowed: tuple[str, ...]) -> bool:
    """Has it attributes that nobody expects?"""
    return any(name not in allowed for name in element.attrib)


def _whole(link: str) -> str:
    """An address without the slashes that some write too much: `http:////a.example`."""
    return _EXTRA_SLASHES.sub(r"\1\3", link)


def _mended(text: str) -> str:
    """UTF-8 that was read as Latin-1 and written again, and letters of Windows 1252, as feedparser mends both."""
    if text.isascii():
        return text
    try:
        text = text.encode("iso-8859-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        pass
    return text.translate(_WINDOWS) if _C1.search(text) else text
