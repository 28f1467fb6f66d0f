"""OPML 2.0: a list of feeds as other readers write and read it (Miniflux, FreshRSS, NetNewsWire …)."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from email.utils import format_datetime
from typing import Any, Literal, get_args

import msgspec
from lxml import etree

from services.ingest.feed_links import web_address
from services.ingest.formats.ampersands import mend_ampersands
from services.ingest.schedule import Scope
from services.ingest.section_settings import Section
from shared.errors import InputRefused

NAMESPACE = "urn:copydesk:opml"
MOST_FEEDS = 20_000
READ_AS_FEEDS = frozenset({"", "rss", "rss1", "rss2", "atom", "rdf", "feed", "include", "json", "jsonfeed"})
LONGEST = 500
Pages = Literal["never", "when-short", "always"]  # as in the settings
PAGES: tuple[Pages, ...] = get_args(Pages)
SCOPES: tuple[Scope, ...] = get_args(Scope)
_XML = {9, 10, 13}


class ListedFeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One feed of a list. `folder` are the names of the outlines around it, the outermost first; what is None is not
    said. Names that end in `_s` are in seconds. Of what is secret nothing stands in a list."""

    url: str
    title: str | None = None
    home: str | None = None
    folder: tuple[str, ...] = ()
    zone: str | None = None
    language: str | None = None
    interval_s: int | None = None
    pages: Pages | None = None
    shortest_s: int | None = None
    longest_s: int | None = None
    pause_s: int | None = None
    scope: Scope | None = None
    section: Section | None = None


class FeedList(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it was read. `left` are outlines that are no feeds to us, each with why: pages that another reader
    scrapes."""

    feeds: tuple[ListedFeed, ...]
    left: tuple[tuple[str, str], ...] = ()


def read_list(body: bytes) -> FeedList:
    """Read OPML, or addresses line by line (`#` begins a remark); raises `InputRefused` for what is neither."""
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<") or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _read_opml(head if head.startswith(b"<") else body)
    lines = [line.partition(" #")[0].strip() for line in head.decode("utf-8", "replace").splitlines()]
    return _bounded([ListedFeed(url=line) for line in lines if line and not line.startswith("#")], [])


def write_opml(feeds: Iterable[ListedFeed], made: dt.datetime) -> bytes:
    """OPML of these feeds, in folders; what only we know stands in a namespace of our own."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"copydesk": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Feeds of Copydesk"
    etree.SubElement(head, "dateCreated").text = format_datetime(made)
    folders: dict[tuple[str, ...], Any] = {(): etree.SubElement(root, "body")}
    for feed in feeds:
        etree.SubElement(_folder(folders, feed.folder), "outline", _attributes(feed))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _read_opml(body: bytes) -> FeedList:
    # Many lists carry a bare &, at which addresses would be cut, or a prefix that nobody declared.
    body = mend_ampersands(body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(f"the list cannot be read as OPML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise InputRefused("the list is XML, but no OPML: its root is another")
    feeds, left = list[ListedFeed](), list[tuple[str, str]]()
    for outline in root.iter("outline", "{*}outline"):
        said = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = said.get("xmlurl", "")
        if url and (kind := said.get("type", "").lower()) not in READ_AS_FEEDS:
            left.append((url, f"{kind} is no feed: another reader makes it out of a page"))
        elif url:
            feeds.append(_read_outline(url, said, _folder_of(outline)))
    return _bounded(feeds, left)


def _bounded(feeds: Sequence[ListedFeed], left: Sequence[tuple[str, str]]) -> FeedList:
    if len(feeds) > MOST_FEEDS:
        raise InputRefused(f"the list holds {len(feeds)} feeds, more than {MOST_FEEDS}")
    if not feeds and not left:
        raise InputRefused("the list names no feed")
    return FeedList(feeds=tuple({feed.url: feed for feed in reversed(feeds)}.values())[::-1], left=tuple(left))


def _read_outline(url: str, said: Mapping[str, str], folder: tuple[str, ...]) -> ListedFeed:
    pages, scope, links = _own(said, "pages"), _own(said, "scope"), _own(said, "select")
    title = said.get("title") or said.get("text") or None
    return ListedFeed(
        url=web_address(url),
        title=None if title == url or title is None else title[:LONGEST],
        home=said.get("htmlurl") or None,
        folder=folder,
        zone=_own(said, "zone"),
        language=_own(said, "language"),
        interval_s=_seconds(said, "intervalS"),
        shortest_s=_seconds(said, "shortestS"),
        longest_s=_seconds(said, "longestS"),
        pause_s=_seconds(said, "pauseS"),
        pages=next((which for which in PAGES if which == pages), None),
        scope=next((whose for whose in SCOPES if whose == scope), None),
        section=None if links is None else _section_of(links, said),
    )


def _section_of(links: str, said: Mapping[str, str]) -> Section:
    return Section(links=links, title=_own(said, "selectTitle"), date=_own(said, "selectDate"))


def _seconds(said: Mapping[str, str], name: str) -> int | None:
    text = _own(said, name)
    return int(text[:9]) if text and text.isascii() and text[:10].isdigit() else None


def _own(said: Mapping[str, str], name: str) -> str | None:
    """A setting of ours; by its prefix where the list's writer lost the namespace."""
    return said.get(f"{{{NAMESPACE}}}{name}".lower()) or said.get(f"copydesk:{name}".lower()) or None


def _folder_of(outline: Any) -> tuple[str, ...]:
    names = (parent.get("title") or parent.get("text") or "" for parent in outline.iterancestors("outline"))
    return tuple(name.strip()[:LONGEST] for name in names if name.strip())[::-1]


def _folder(folders: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> Any:
    if path not in folders:
        name = _printable(path[-1])
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", {"text": name, "title": name})
    return folders[path]


def _attributes(feed: ListedFeed) -> dict[str, str]:
    title = feed.title or feed.url
    said = {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url}
    if feed.home:
        said["htmlUrl"] = feed.home
    own = {
        "zone": feed.zone, "language": feed.language, "intervalS": feed.interval_s, "pages": feed.pages,
        "shortestS": feed.shortest_s, "longestS": feed.longest_s, "pauseS": feed.pause_s, "scope": feed.scope,
    }  # fmt: skip
    if feed.section is not None:
        own |= {"select": feed.section.links, "selectTitle": feed.section.title, "selectDate": feed.section.date}
    said |= {f"{{{NAMESPACE}}}{name}": str(value) for name, value in own.items() if value is not None}
    return {name: _printable(value) for name, value in said.items()}


def _printable(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(
        char for char in text
        if (code := ord(char)) in _XML or 32 <= code < 0xD800 or 0xDFFF < code < 0xFFFE or code > 0xFFFF
    )  # fmt: skip
