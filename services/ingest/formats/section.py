"""A page that lists articles, read as a feed of pages by the selectors that somebody set for it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from services.ingest.formats.feed import Feed
from services.ingest.formats.links import web_link
from services.ingest.formats.sitemap import is_near
from services.ingest.section_settings import Section
from shared.envelope import FeedEntry
from shared.errors import NotAFeed, NotAnArticle
from shared.untrusted.markup_limits import check
from shared.untrusted.matcher import Matcher
from shared.untrusted.selectors import read_selectors

MOST_TAGS = 60_000
MOST_ITEMS = 500
LONGEST = 500  # characters of a title
_HEADINGS = ("h1", "h2", "h3", "h4")
_UNREADABLE = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F], " ")


def read(text: str, url: str, section: Section) -> Feed:
    """Read a section page; raises `NotAFeed` where its selectors mean nothing on it.

    Links that lead to other sites are left out: what a section shows of others are advertisements.
    """
    root = _parsed(text, url)
    named = {name: read_selectors(selector) for name, selector in section.selectors().items()}
    found = Matcher(named).find(root)
    if found is None:
        raise NotAFeed(f"{url} holds more of what the selectors may mean than is looked through")
    items = found.get("links", [])[:MOST_ITEMS]
    titles, dates = (_within(items, found.get(name, [])) for name in ("title", "date"))
    base = _base(root, url)
    entries: dict[str, FeedEntry] = {}
    for number, item in enumerate(items):
        link = _link(item, base)
        if link is not None and is_near(link, url):
            title = _words(titles.get(number)) or _title(item)
            entry = FeedEntry(link=link, title=title, published=_date(dates.get(number)))
            known = entries.get(link)  # a picture and a headline that lead to the same article
            entries[link] = entry if known is None or not known.title else known
    if not entries:
        raise NotAFeed(f"{url} has no link that {section.links!r} means")
    return Feed(title=_words(root.find(".//title")), home=url, of_pages=True, entries=tuple(entries.values()))


def _parsed(text: str, url: str) -> Any:
    try:
        check(text, max_tags=MOST_TAGS, max_depth=None)
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
        root = etree.fromstring(text.translate(_UNREADABLE).encode("utf-8", "replace"), parser)
    except (NotAnArticle, etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed(f"{url} is no page that can be read. {error}") from error
    if root is None:
        raise NotAFeed(f"{url} holds no markup")
    return root


def _within(items: Sequence[Any], parts: Iterable[Any]) -> dict[int, Any]:
    """The first of some elements in each item, by the item's number."""
    numbers = {item: number for number, item in enumerate(items)}
    found: dict[int, Any] = {}
    for part in parts:
        holder = part if part in numbers else next((one for one in part.iterancestors() if one in numbers), None)
        if holder is not None:
            found.setdefault(numbers[holder], part)
    return found


def _base(root: Any, url: str) -> str:
    said = root.find(".//base[@href]")
    return url if said is None else web_link(said.get("href"), url) or url


def _link(item: Any, base: str) -> str | None:
    """Where an item leads: itself, the first link in it, or the one around it."""
    places = (item, *item.iterdescendants("a"), *item.iterancestors("a"))
    link = next((place for place in places if place.tag == "a" and place.get("href")), None)
    return None if link is None else (web_link(link.get("href"), base) or "").partition("#")[0] or None


def _title(item: Any) -> str | None:
    heading = next(iter(item.iterdescendants(*_HEADINGS)), None)
    if heading is None and item.tag != "a":
        heading = max(item.iterdescendants("a"), key=lambda link: len(_words(link) or ""), default=None)
    link = item if item.tag == "a" else next(iter(item.iterdescendants("a")), item)
    return _words(heading) or _words(link) or link.get("title") or link.get("aria-label") or None


def _words(element: Any) -> str | None:
    return None if element is None else " ".join("".join(element.itertext()).split())[:LONGEST] or None


def _date(element: Any) -> str | None:
    """A date as a machine writes it. "3 hours ago" is another at each visit, and its page tells it better."""
    if element is None:
        return None
    times = [element, *element.iterdescendants("time")]
    for said in (*(time.get("datetime") or time.get("content") for time in times), _words(element)):
        if said and _is_of_a_machine(said.strip()):
            return str(said).strip()
    return None


def _is_of_a_machine(said: str) -> bool:
    for read_date in (dt.datetime.fromisoformat, parsedate_to_datetime):
        try:
            read_date(said)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return True
    return False
