"""Where a page says its feeds are, and where feeds usually are: functions of a page's words and address."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from services.ingest.page_words import without_unread

MOST_CHARACTERS = 512 * 1024  # links to feeds stand in the head of a page, or in its foot
MOST_LINKS = 50
USUAL_PATHS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_PERHAPS_TYPES = frozenset({"application/xml", "text/xml", ""})
_TAG = re.compile(r"<(link|a|base)(?=[\s/])([^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:\.(?:rss|atom|rdf)|(?:^|/)(?:rss|feeds?|atom)(?:\.xml|\.json)?)/?$", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"^feed:(//)?", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?\b|replies|bình[ -]?luận|binh-?luan", re.IGNORECASE)


def feed_links(page: str, url: str) -> tuple[str, ...]:
    """The feeds that a page of HTML names, the likeliest first.

    What it declares by `<link rel="alternate" type="application/rss+xml">` comes before plain links that end as those
    to feeds do; feeds of comments come last.
    """
    base, ranked = url, list[tuple[int, str]]()
    for tag, attributes in _tags(page[:MOST_CHARACTERS]):
        href = attributes.get("href", "").strip()
        if tag == "base":
            base = _absolute(href, url) or base
        elif (rank := _rank(tag, attributes)) is not None and (link := _absolute(href, base)) is not None:
            ranked.append((rank, link))
    ordered = [link for _, link in sorted(ranked, key=lambda one: one[0])]
    return tuple(link for link in dict.fromkeys(ordered) if link != url)[:MOST_LINKS]


def usual_feeds(url: str) -> tuple[str, ...]:
    """Where a site's feeds usually are: below the page itself, as WordPress has them, then at the top of its host."""
    parts = urlsplit(url)
    top = f"{parts.scheme}://{parts.netloc}"
    section = parts.path.strip("/")
    below = (f"{top}/{section}/feed/",) if section and "." not in section.rpartition("/")[2] else ()
    return (*below, *(top + path for path in USUAL_PATHS))


def web_address(link: str) -> str:
    """The address in `feed://news.example/rss` and `feed:https://news.example/rss`, as browsers handed feeds on."""
    begin = _FEED_SCHEME.match(link)
    return link if begin is None else f"{'http://' if begin[1] else ''}{link[begin.end() :]}"


def _rank(tag: str, attributes: dict[str, str]) -> int | None:
    """How likely a tag leads to a feed, 0 the most; None where it does not look so."""
    last = 3 if _COMMENTS.search(attributes.get("href", "") + " " + attributes.get("title", "")) else 0
    if tag == "a":
        path = attributes.get("href", "").partition("#")[0].partition("?")[0]
        return 2 + last if _FEED_PATH.search(path) else None
    relations = attributes.get("rel", "").lower().split()
    media_type = attributes.get("type", "").partition(";")[0].strip().lower()
    if "stylesheet" in relations or not {"alternate", "feed"}.intersection(relations):
        return None
    if media_type in _FEED_TYPES:
        return last
    return 1 + last if media_type in _PERHAPS_TYPES and (media_type or "feed" in relations) else None


def _tags(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(without_unread(page)):
        found = _ATTRIBUTE.findall(match[2])
        yield match[1].lower(), {name.lower(): html.unescape(a or b or c) for name, a, b, c in reversed(found)}


def _absolute(href: str, base: str) -> str | None:
    try:
        link = urljoin(base, web_address(href)).partition("#")[0]
        return link if href and link.startswith(("http://", "https://")) and urlsplit(link).hostname else None
    except ValueError:  # such as a port that is none
        return None
