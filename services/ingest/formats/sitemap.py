"""Sitemaps (sitemaps.org 0.9) with Google's news and image extensions, and indexes of them: addresses, few words."""

import datetime as dt
import functools
import heapq
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from services.ingest.formats.ampersands import mend_ampersands
from services.ingest.formats.feed import Feed
from services.ingest.formats.links import web_link
from services.ingest.formats.unread import COMMENT
from services.ingest.formats.w3c_date import read_w3c_date
from shared.envelope import FeedEntry, FeedPicture
from shared.errors import NotAFeed
from shared.identity import host_of

MOST_ADDRESSES = 2_000  # of one sitemap, the newest by their dates
MOST_MAPS = 2_000  # of one index, the newest
MOST_READ = 60_000  # elements; the protocol allows 50,000
MOST_PICTURES = 20
LONGEST = 2_000
LONGEST_OF_COUNTRY = 3  # letters of `co`, `com`, `gov`, below which sites have nothing in common
_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)(?=[\s>/])", re.IGNORECASE)
_ANY_ROOT = re.compile(r"<[A-Za-z_]")
_HEAD = 16 * 1024
_COMMENT = re.compile(COMMENT)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LOOKED_FOR_NAME = 20  # entries
_INSIDE = frozenset({"news", "publication"})
_OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)


class ListedMap(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A sitemap that an index names, and when it says that this one changed last, as printed."""

    url: str
    changed: str | None = None


def looks_like_sitemap(text: str) -> bool:
    """Whether a document's root is that of a sitemap or of an index of them."""
    return bool(_root_of(text))


def _root_of(text: str) -> str:
    head = _COMMENT.sub("", text[:_HEAD])
    first = _ANY_ROOT.search(head)
    root = _ROOT.match(head, first.start()) if first is not None else None
    return root[1].lower() if root is not None else ""


def read(text: str, url: str) -> Feed:
    """Read a sitemap's addresses as entries that are pages alone, or an index's sitemaps. Raises `NotAFeed`.

    Only addresses of the site itself are taken, as the protocol has it: of others anybody could make a list.
    """
    entries, maps, count = list[tuple[dt.datetime, int, FeedEntry]](), list[tuple[dt.datetime, int, ListedMap]](), 0
    name: str | None = None
    for count, element in enumerate(_elements(text, url), 1):
        if count > MOST_READ:
            raise NotAFeed(f"{url} names more than {MOST_READ} addresses")
        if etree.QName(element).localname == "sitemap":
            _push(maps, MOST_MAPS, _map_of(element, url), count)
        else:
            name = name or (_words(element).get("name") if count <= LOOKED_FOR_NAME else None)
            _push(entries, MOST_ADDRESSES, _entry_of(element, url), count)
    if len(entries) == MOST_ADDRESSES and count > MOST_ADDRESSES and entries[0][0] == _OLDEST:
        told = f"{url} names more than {MOST_ADDRESSES} addresses, and not of all of them when they changed"
        raise NotAFeed(f"{told}: nobody can tell what is new")
    return Feed(
        title=name,
        of_pages=True,
        entries=tuple(entry for _, _, entry in sorted(entries, key=lambda one: -one[1])),
        maps=tuple((one.url, one.changed) for _, _, one in sorted(maps, key=lambda one: one[:2], reverse=True)),
        is_index=_root_of(text) == "sitemapindex",
    )


def is_near(url: str, site: str) -> bool:
    """Do two addresses belong to one site: the same host, one below the other, or two below one name.

    `static.news.example` is near `m.news.example`; two sites below `co.uk` are not.
    """
    one, other = host_of(url), host_of(site)
    if one is None or other is None:
        return False
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    parent = one.partition(".")[2]
    name, dot, _ = parent.partition(".")
    return parent == other.partition(".")[2] and bool(dot) and len(name) > LONGEST_OF_COUNTRY


@functools.lru_cache(maxsize=512)
def _is_near_host(origin: str, site: str) -> bool:
    return is_near(origin, site)


def _elements(text: str, url: str) -> Iterator[Any]:
    """Each `<url>` and `<sitemap>`, forgotten once it was read: a sitemap may be large."""
    bare = _CONTROLS.sub("", _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n")))
    document = mend_ampersands(bare.encode("utf-8", "replace"))
    tags = ("{*}url", "{*}sitemap", "url", "sitemap")
    events = etree.iterparse(
        io.BytesIO(document), events=("end",), tag=tags,
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False, remove_comments=True,
    )  # fmt: skip
    try:
        for _, element in events:
            yield element
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed(f"{url} is a sitemap that cannot be read: {error}") from error


def _push(heap: list[tuple[dt.datetime, int, Any]], most: int, found: tuple[dt.datetime, Any] | None, at: int) -> None:
    """Keep the newest; of two of one date the one that stands first."""
    if found is not None:
        row = (found[0], -at, found[1])
        if len(heap) < most:
            heapq.heappush(heap, row)
        else:
            heapq.heappushpop(heap, row)


def _map_of(element: Any, site: str) -> tuple[dt.datetime, ListedMap] | None:
    said = _words(element)
    link, changed = _link(said.get("loc"), site), said.get("lastmod")
    if link is None or link == site:
        return None
    return read_w3c_date(changed) or _OLDEST, ListedMap(url=link, changed=changed)


def _entry_of(element: Any, site: str) -> tuple[dt.datetime, FeedEntry] | None:
    said = _words(element)
    link = _link(said.get("loc"), site)
    if link is None or urlsplit(link).path in ("", "/"):  # the front page is no article
        return None
    published, changed = said.get("publication_date"), said.get("lastmod")
    tags = (tag.strip() for tag in said.get("keywords", "").split(","))
    entry = FeedEntry(
        link=link, title=said.get("title"), published=published, updated=changed, language=said.get("language"),
        tags=tuple(tag for tag in tags if tag), pictures=tuple(_pictures(element, site)) if len(element) > 2 else (),
    )  # fmt: skip
    dates = [date for printed in (published, changed) if (date := read_w3c_date(printed)) is not None]
    return max(dates, default=_OLDEST), entry


def _link(said: str | None, site: str) -> str | None:
    link = web_link(said, site) if said else None
    return link if link is not None and len(link) <= LONGEST and _is_near_host(_origin(link), _origin(site)) else None


def _origin(link: str) -> str:
    return "/".join(link.split("/", 3)[:3])


def _pictures(element: Any, site: str) -> Iterator[FeedPicture]:
    for image in list(element.iterchildren("{*}image"))[:MOST_PICTURES]:
        said = _words(image)
        link = web_link(said.get("loc", ""), site)
        if link is not None:
            yield link, said.get("caption") or said.get("title"), None


def _words(element: Any) -> dict[str, str]:
    """The words of the first element of each name within one, without those of its pictures."""
    said: dict[str, str] = {}
    waiting = list(element)[::-1]
    while waiting:
        child = waiting.pop()
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name in _INSIDE:
            waiting += list(child)[::-1]
        elif name and name not in said and (words := " ".join("".join(child.itertext()).split())):
            said[name] = words[: LONGEST + 1]
    return said
