"""RSS 0.9x to 2.0, RSS 1.0 and Atom by feedparser, its sanitising and URI resolving off: only words are kept of it."""

import html
import io
from collections.abc import Iterable, Mapping
from typing import Any

import feedparser
import msgspec

from services.ingest.formats import plain_xml
from services.ingest.formats.deleted import read_deleted
from services.ingest.formats.entry_parts import TAG, EntryParts, read_entry_parts
from services.ingest.formats.feed import Feed, check_around
from services.ingest.formats.links import web_link
from services.ingest.formats.plain_xml import PlainFeed
from services.ingest.formats.precheck import open_document
from services.ingest.formats.rhythm import read_period, read_rest_times
from shared.envelope import FeedEntry, FeedPicture
from shared.errors import NotAFeed

MOST_CONTENTS = 20
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


def read(text: str, url: str) -> Feed:
    """Read a decoded document; what is not well-formed is read as far as it goes."""
    document, around, parts = read_entry_parts(open_document(text, url))
    return make_feed(plain_xml.read(document) or parse(document, url), around, parts, document, url)


def make_feed(parsed: PlainFeed, around: EntryParts, parts: list[EntryParts], document: str, url: str) -> Feed:
    """What was parsed of a document, and what was read beside it (of the feed, and of each entry), as a feed."""
    channel, is_atom = parsed.feed, parsed.version.startswith("atom")
    feed = Feed(
        title=_text(channel.get("title")),
        language=_text(channel.get("language")),
        home=_link(channel.get("link"), url),
        topic=_related(channel, "self", url),
        hub=_related(channel, "hub", url),
        older=_related(channel, "next", url) or _related(channel, "prev-archive", url),
        ttl_s=_ttl(channel.get("ttl")),
        period_s=read_period(document),
        rest=read_rest_times(document),
        # RFC 4287 4.2.1: of an entry without authors the feed's are.
        authors=_authors(channel) if is_atom else (),
        deleted=read_deleted(document) if is_atom else (),
        embargoes=check_around(around.embargoes, url),
    )
    if len(parts) != len(parsed.entries):  # so broken that the two see other entries
        everywhere = check_around((embargo for part in parts for embargo in part.embargoes), url)
        feed = msgspec.structs.replace(feed, embargoes=(*feed.embargoes, *everywhere))
        parts = [EntryParts() for _ in parsed.entries]
    # Feeds are served by other hosts than their sites: RSS says nothing of what a bare path is of, but names its site.
    base = url if is_atom or "xml:base" in document else feed.home or url
    entries = (_read_entry(dict(entry), part, feed, base) for entry, part in zip(parsed.entries, parts, strict=True))
    return msgspec.structs.replace(feed, entries=tuple(entries))


def parse(document: str, url: str) -> PlainFeed:
    """What feedparser reads of a document. It makes whole only addresses that have an xml:base."""
    # From a stream: bytes would be tried as a file name first, a text as an address to fetch.
    try:
        parsed = feedparser.parse(
            io.BytesIO(document.encode("utf-8", "replace")),
            sanitize_html=False,
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},
        )
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError) as error:
        # Its parsers raise on some broken markup that nobody thought of.
        raise NotAFeed(f"{url} is broken in a way that feedparser cannot read: {error}") from error
    version = str(parsed.get("version") or "")
    if not parsed.entries and not version:
        raise NotAFeed(f"{url} has a feed's root, but nothing of a feed in it")
    return PlainFeed(parsed.feed, parsed.entries, version)


def _read_entry(entry: Mapping[str, Any], part: EntryParts, feed: Feed, base: str) -> FeedEntry:
    """One entry, as a plain dictionary: feedparser's own would answer `published` where `updated` is asked for.

    `base` is what its addresses are of.
    """
    title = entry.get("title_detail") or {}
    summary = entry.get("summary_detail") or {}
    said = [*(entry.get("content") or ()), *({"value": text, "type": "text/plain"} for text in part.summaries)]
    content = _whole_content(said)
    # What counts a reader's clicks stands where the link should; the page's own address beside it.
    link = _link(entry.get("feedburner_origlink"), base) or _link(_printed_link(entry, part), base)
    language = _text(part.language) or _text(content.get("language")) or _text(title.get("language"))
    return FeedEntry(
        guid=_text(part.guid) or _text(entry.get("id")),
        link=link,
        title=_text(entry.get("title")) or _text(part.title),
        title_is_html=title.get("type") in HTML_TYPES,
        summary=_text(entry.get("summary")),
        summary_is_html=summary.get("type", "text/html") in HTML_TYPES,
        content=_text(content.get("value")),
        content_is_html=content.get("type", "text/html") in HTML_TYPES,
        published=_text(entry.get("published")),
        updated=_text(entry.get("updated")),
        authors=_entry_authors(entry, part) or feed.authors,
        tags=tuple(dict.fromkeys(term for tag in entry.get("tags") or () if (term := _text(tag.get("term"))))),
        language=language or feed.language,
        base=_link(content.get("base"), base) or _link(summary.get("base"), base) or link,
        pictures=_pictures(entry, part, base),
        embargoes=(*feed.embargoes, *part.embargoes),
        origin=_text((entry.get("source") or {}).get("title")),
    )


def _printed_link(entry: Mapping[str, Any], part: EntryParts) -> str | None:
    """The link as printed. feedparser takes a GUID for one where there is none, also "n1", which is no address."""
    link, guid = _text(entry.get("link")), _text(part.guid) or _text(entry.get("id"))
    is_guid = link == guid and bool(entry.get("guidislink"))
    return None if link is None or (is_guid and not link.startswith(("http", "/"))) else link


def _whole_content(contents: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The longest piece in HTML, else the longest, and behind it all pieces with other words."""
    ordered = sorted(contents, key=lambda one: (one.get("type") not in HTML_TYPES, -len(one.get("value") or "")))
    if len(ordered) < 2:
        return ordered[0] if ordered else {}
    whole, parts = _letters(ordered[0]), [_as_html(ordered[0])]
    for other in ordered[1:MOST_CONTENTS]:
        letters = _letters(other)
        if letters not in whole:
            parts.append(f"<div>{_as_html(other)}</div>")
            whole += letters
    return {**ordered[0], "value": "\n".join(parts), "type": "text/html"} if len(parts) > 1 else ordered[0]


def _letters(content: Mapping[str, Any]) -> str:
    text = html.unescape(TAG.sub(" ", content.get("value") or ""))
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _as_html(content: Mapping[str, Any]) -> str:
    value = content.get("value") or ""
    return value if content.get("type") in HTML_TYPES or "</" in value else html.escape(value, quote=False)


def _entry_authors(entry: Mapping[str, Any], part: EntryParts) -> tuple[str, ...]:
    """The authors as RSS prints them, "desk@paper.online (Name)", else as feedparser takes Atom's apart."""
    printed = tuple(name for author in part.authors if (name := _text(author)))
    source = entry.get("source") or {}
    return printed or _authors(entry) or _authors(source)


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    rows = entry.get("authors") or ()
    names = [_text(row.get("name")) or _text(row.get("email")) for row in rows]
    return tuple(
        dict.fromkeys(name for name in (*names, *(() if any(names) else (_text(entry.get("author")),))) if name)
    )


def _pictures(entry: Mapping[str, Any], part: EntryParts, url: str) -> tuple[FeedPicture, ...]:
    """The pictures of media:* with their words, and those enclosed; words whose picture is missing stand by ""."""
    links = entry.get("links") or ()
    enclosed = (row.get("href") for row in links if row.get("rel") == "enclosure" and _is_picture(row))
    given = [*part.pictures(), *((address, None, None) for address in (*enclosed, part.image))]
    found: dict[str, FeedPicture] = {}
    loose: list[FeedPicture] = []
    for address, caption, credit in given:
        link, words = _link(address, url) or "", (_text(caption), _text(credit))
        if link:
            found.setdefault(link, (link, *words))
        elif any(words):
            loose.append(("", *words))
    if len(found) == 1 and len(loose) == 1:  # the entry's only picture, and what it says of it
        ((link, caption, credit),), ((_, said, by),) = found.values(), loose
        return ((link, caption or said, credit or by),)
    return (*found.values(), *loose)


def _is_picture(row: Mapping[str, Any]) -> bool:
    return str(row.get("type", "")).startswith("image/")


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
    link = _text(value)
    return None if link is None else web_link(link, url)
