"""JSON Feed 1.0 and 1.1, read with tolerance for wrong types; feedparser's release reads none."""

import codecs
import json
import re
from typing import Any

import msgspec

from services.ingest.formats.feed import Feed, check_around
from services.ingest.formats.links import web_link
from shared.embargo import embargoes_of, every_member
from shared.envelope import FeedEntry, FeedPicture
from shared.errors import NotAFeed

MAX_ENTRIES = 10_000
_EMBARGO = re.compile("embargo", re.IGNORECASE)
WEBSUB = frozenset({"websub", "pubsubhubbub"})


class _Announced(msgspec.Struct):
    """The one member that tells a feed from an article; all others are skipped unread."""

    version: Any = None


def announces_itself(body: bytes) -> bool:
    """Whether a document calls itself a JSON Feed: by its own "version", whatever else it speaks of."""
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        body = body.decode(encoding, "replace").encode("utf-8", "replace")
    try:
        version = msgspec.json.decode(body.removeprefix(codecs.BOM_UTF8), type=_Announced).version
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(version, str) and "jsonfeed.org/version" in version


def read(text: str, url: str) -> Feed:
    """Read `{"version": "https://jsonfeed.org/version/1.1", "title": …, "items": […]}`."""
    try:
        document = msgspec.json.decode(text.encode("utf-8", "replace"))
        if _EMBARGO.search(text) is not None:  # of two members of one name no one may be passed over
            document = json.loads(text, object_pairs_hook=every_member)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"{url} begins as JSON but is none: {error}") from error
    if not isinstance(document, dict) or not _is_feed(document):
        raise NotAFeed(f"{url} is JSON, but no JSON Feed")
    items = document.get("items")
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    if len(rows) > MAX_ENTRIES:
        raise NotAFeed(f"{url} holds {len(rows)} entries, more than {MAX_ENTRIES}")
    feed = Feed(
        title=_text(document.get("title")),
        language=_text(document.get("language")),
        home=_link(document.get("home_page_url"), url),
        topic=_link(document.get("feed_url"), url),
        hub=_hub(document.get("hubs"), url),
        older=_link(document.get("next_url"), url),
        embargoes=check_around(embargoes_of(document), url),
    )
    entries = tuple(_read_item(item, feed, document, url) for item in rows)
    return msgspec.structs.replace(feed, entries=entries)


def _is_feed(document: dict[str, Any]) -> bool:
    version = document.get("version")
    return "jsonfeed.org/version" in version if isinstance(version, str) else isinstance(document.get("items"), list)


def _read_item(item: dict[str, Any], feed: Feed, document: dict[str, Any], url: str) -> FeedEntry:
    html = _text(item.get("content_html"))
    return FeedEntry(
        guid=_text(item.get("id")),
        link=_link(item.get("url"), url) or _link(item.get("external_url"), url),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        summary_is_html=False,
        content=html if html is not None else _text(item.get("content_text")),
        content_is_html=html is not None,
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
        authors=_authors(item) or _authors(document),
        tags=_texts(item.get("tags")),
        language=_text(item.get("language")) or feed.language,
        base=_link(item.get("url"), url),
        pictures=_pictures(item, url),
        embargoes=(*feed.embargoes, *embargoes_of(item)),
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    """Names out of 1.1's `authors`, 1.0's `author`, or a bare name where an object belongs."""
    found = item.get("authors", item.get("author"))
    rows = found if isinstance(found, list) else [found]
    names = [_text(row.get("name")) if isinstance(row, dict) else _text(row) for row in rows]
    return tuple(name for name in names if name is not None)


def _pictures(item: dict[str, Any], url: str) -> tuple[FeedPicture, ...]:
    shown = (_link(item.get(name), url) for name in ("image", "banner_image"))
    found: list[tuple[str | None, str | None]] = [(link, None) for link in dict.fromkeys(shown)]
    attachments = item.get("attachments")
    rows = [row for row in attachments if isinstance(row, dict)] if isinstance(attachments, list) else []
    found += [
        (_link(row.get("url"), url), _text(row.get("title")))
        for row in rows
        if str(row.get("mime_type", "")).startswith("image/")
    ]
    return tuple((link, title, None) for link, title in found if link is not None)


def _hub(hubs: object, url: str) -> str | None:
    rows = [row for row in hubs if isinstance(row, dict)] if isinstance(hubs, list) else []
    ours = [row for row in rows if str(row.get("type", "WebSub")).lower() in WEBSUB]  # rssCloud speaks otherwise
    return next((link for row in ours if (link := _link(row.get("url"), url))), None)


def _text(value: object) -> str | None:
    """A text, or a number where a text belongs (ids often are); nothing else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _texts(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else [value]
    return tuple(text for row in rows if (text := _text(row)) is not None)


def _link(value: object, url: str) -> str | None:
    return web_link(value, url) if isinstance(value, str) and value.strip() else None
