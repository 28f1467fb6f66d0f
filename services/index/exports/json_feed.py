"""A feed as JSON Feed 1.1. It has no word for what was taken back: that stands in an extension of our own."""

from typing import Any

from services.index.exports.atom import moment
from services.index.exports.feed import (
    Feed,
    FeedEntry,
    authors_of,
    categories_of,
    content_of,
    entry_id,
    page_of,
    pictures_of,
    published,
    title_of,
)

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"

Node = dict[str, Any]

_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


def to_json_feed(feed: Feed) -> Node:
    """The whole document. An address that is none of its own is left out: the format wants whole ones."""
    following = feed.following if feed.following and _is_whole(feed.following) else None
    node = {
        "version": VERSION,
        "title": feed.title,
        "feed_url": feed.address if _is_whole(feed.address) else None,
        "next_url": following,
        "hubs": [{"type": "WebSub", "url": hub} for hub in feed.hubs],
    }
    withdrawn = [{"id": entry_id(gone.article_id), "date": moment(gone.at)} for gone in feed.tombstones]
    own = {"_copydesk": {"withdrawn": withdrawn}} if withdrawn else {}
    return _said(node) | own | {"items": [_item(entry) for entry in feed.entries]}


def _item(entry: FeedEntry) -> Node:
    article = entry.article
    pictures = [address for address, _ in pictures_of(article)]
    since = published(article)
    return _said(
        {
            "id": entry_id(entry.article_id),
            "url": page_of(article),
            "title": title_of(article),
            "summary": article.description,
            "image": next(iter(pictures), None),
            "date_published": moment(since) if since is not None else None,
            "date_modified": moment(entry.updated),
            "authors": [{"name": name} for name in authors_of(entry)],
            "tags": categories_of(article),
            "language": article.language,
            "attachments": [_attachment(address, kind) for address in pictures if (kind := _type_of(address))],
        }
    ) | {"content_html": content_of(article)}


def _attachment(address: str, media_type: str) -> Node:
    return {"url": address, "mime_type": media_type}


def _type_of(address: str) -> str | None:
    """What the ending of an address says that it is; the format wants a type with each attachment."""
    return _TYPES.get(address.partition("?")[0].rpartition(".")[2].lower())


def _is_whole(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _said(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
