"""Which format a document is in, which entries it holds, and what inputs these make."""

import msgspec

from services.ingest.feed_news import Watched, read_news
from services.ingest.formats import json_feed, rss_atom
from services.ingest.formats.charset import read_text
from services.ingest.formats.feed import Feed
from shared.envelope import Input, Source
from shared.errors import NotAFeed, NotAnArticle


def read_feed(body: bytes, content_type: str | None, url: str) -> Feed:
    """Read a feed in whatever format and encoding it is; raises `NotAFeed`.

    The content type counts for the encoding only: feeds come as text/html, and pages as application/rss+xml.
    """
    if not body.strip():
        raise NotAFeed(f"{url} is empty")
    try:
        text = read_text(body, content_type)
    except NotAnArticle as error:
        raise NotAFeed(f"{url} is a file of another kind, no feed. {error}") from error
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return json_feed.read(text.lstrip("\ufeff \t\r\n"), url)
    return rss_atom.read(text, url)


def looks_like_feed(body: bytes) -> bool:
    """Whether a dropped document announces itself as a feed: decided on its head alone."""
    head = body[:4096].replace(b"\0", b"").lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"jsonfeed.org/version"))


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as an input."""

    input: Input


def make_inputs(feed: Feed, key: str, source: Source) -> tuple[FeedItem, ...]:
    """All entries of a feed that nobody watches, in order, each once; `key` is what names the feed."""
    news = read_news(feed, Watched(key=key, source=source, now_s=0.0))
    return tuple(FeedItem(input=one) for one in news.inputs)
