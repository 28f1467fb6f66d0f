"""RSS 0.9x to 2.0, RSS 1.0 and Atom by feedparser, its sanitising and URI resolving off: only words are kept of it."""

import io
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

import feedparser

from services.ingest.formats.feed import Feed
from services.ingest.formats.precheck import open_document
from shared.envelope import FeedEntry
from shared.errors import NotAFeed

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def read(text: str, url: str) -> Feed:
    """Read a decoded document; what is not well-formed is read as far as it goes."""
    document = open_document(text, url)
    # From a stream: bytes would be tried as a file name first, a text as an address to fetch.
    try:
        parsed = feedparser.parse(
            io.BytesIO(document.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError) as error:
        # Its parsers raise on some broken markup that nobody thought of.
        raise NotAFeed(f"{url} is broken in a way that feedparser cannot read: {error}") from error
    if not parsed.entries and not parsed.get("version"):
        raise NotAFeed(f"{url} has a feed's root, but nothing of a feed in it")
    channel = parsed.feed
    feed = Feed(
        title=_text(channel.get("title")),
        language=_text(channel.get("language")),
        home=_link(channel.get("link"), url),
        topic=_related(channel, "self", url),
        hub=_related(channel, "hub", url),
        ttl_s=_ttl(channel.get("ttl")),
    )
    return Feed(
        title=feed.title, language=feed.language, home=feed.home, topic=feed.topic, hub=feed.hub, ttl_s=feed.ttl_s,
        entries=tuple(_read_entry(dict(entry), feed, url) for entry in parsed.entries),
    )  # fmt: skip


def _read_entry(entry: Mapping[str, Any], feed: Feed, url: str) -> FeedEntry:
    """One entry, as a plain dictionary: feedparser's own would answer `published` where `updated` is asked for."""
    title = entry.get("title_detail") or {}
    summary = entry.get("summary_detail") or {}
    content = _best_content(entry.get("content") or ())
    # What counts a reader's clicks stands where the link should; the page's own address beside it.
    link = _link(entry.get("feedburner_origlink"), url) or _link(entry.get("link"), url)
    return FeedEntry(
        feed=url,
        guid=_text(entry.get("id")),
        link=link,
        title=_text(entry.get("title")),
        title_is_html=title.get("type") in HTML_TYPES,
        summary=_text(entry.get("summary")),
        summary_is_html=summary.get("type", "text/html") in HTML_TYPES,
        content=_text(content.get("value")),
        content_is_html=content.get("type", "text/html") in HTML_TYPES,
        published=_text(entry.get("published")),
        updated=_text(entry.get("updated")),
        authors=_authors(entry),
        tags=tuple(dict.fromkeys(term for tag in entry.get("tags") or () if (term := _text(tag.get("term"))))),
        language=_text(content.get("language")) or _text(title.get("language")) or feed.language,
        feed_title=feed.title,
        base=_own_base(content, url) or _own_base(summary, url) or link,
        pictures=_pictures(entry, url),
    )


def _own_base(detail: Mapping[str, Any], url: str) -> str | None:
    """The `xml:base` of a piece; the document's own address is no news, and may differ at each visit."""
    base = _text(detail.get("base"))
    return None if base == url else base


def _best_content(contents: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The longest piece in HTML, else the longest."""
    return max(contents, key=lambda one: (one.get("type") in HTML_TYPES, len(one.get("value") or "")), default={})


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    rows = entry.get("authors") or ()
    names = [_text(row.get("name")) or _text(row.get("email")) for row in rows]
    return tuple(
        dict.fromkeys(name for name in (*names, *(() if any(names) else (_text(entry.get("author")),))) if name)
    )


def _pictures(entry: Mapping[str, Any], url: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """Addresses of pictures, with the caption and credit where there is but one they can belong to."""
    media = [row for row in entry.get("media_content") or () if _is_picture(row, "medium")]
    found = [row.get("url") for row in media]
    found += [
        row.get("href") for row in entry.get("links") or () if row.get("rel") == "enclosure" and _is_picture(row, "")
    ]
    found += [row.get("url") for row in entry.get("media_thumbnail") or ()] if not found else []
    links = list(dict.fromkeys(link for href in found if (link := _link(href, url))))
    credit = next((_text(row.get("content")) for row in entry.get("media_credit") or ()), None)
    return tuple((link, None, credit if len(links) == 1 else None) for link in links)


def _is_picture(row: Mapping[str, Any], medium: str) -> bool:
    return row.get(medium) == "image" or str(row.get("type", "")).startswith("image/")


def _related(channel: Mapping[str, Any], rel: str, url: str) -> str | None:
    return next((_link(row.get("href"), url) for row in channel.get("links") or () if row.get("rel") == rel), None)


def _ttl(value: object) -> int | None:
    """`<ttl>60</ttl>`, in minutes, at most a day."""
    text = str(value or "").strip()
    return min(int(text[:6]), 24 * 60) * 60 if text.isascii() and text.isdigit() else None


def _text(value: object) -> str | None:
    """A text that can be written: `&#xD800;` makes a character that no encoding has."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode("utf-8").strip() or None


def _link(value: object, url: str) -> str | None:
    """An http address, made whole; `javascript:` and `data:` are none."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        link = urljoin(url, _text(value) or "")
    except ValueError:
        return None
    return link if link.startswith(("http://", "https://")) else None
