"""Which format a document is in, which entries it holds, and what inputs these make."""

from collections.abc import Sequence

import msgspec

from services.ingest.entry_identity import judge
from services.ingest.feed_memory import Memory, Row, unpack
from services.ingest.feed_news import News, ReadEntry, Watched, read_entry, read_news, tell_news
from services.ingest.formats import json_feed, rss_atom
from services.ingest.formats.charset import read_text
from services.ingest.formats.feed import Feed
from services.ingest.formats.fragments import Cut, cut
from shared.envelope import Input, Source
from shared.errors import NotAFeed, NotAnArticle


def read_feed(body: bytes, content_type: str | None, url: str) -> Feed:
    """Read a feed in whatever format and encoding it is; raises `NotAFeed`.

    The content type counts for the encoding only: feeds come as text/html, and pages as application/rss+xml.
    """
    return _read(_decode(body, content_type, url), url)


def read_watched(body: bytes, content_type: str | None, url: str, watched: Watched) -> News:
    """What a feed says that it did not say before; of its entries only those are parsed whose markup is not known."""
    text = _decode(body, content_type, url)
    pieces, memory = cut(text), unpack(watched.memory)
    if pieces is None:
        return read_news(_read(text, url), watched)
    hashes = pieces.hashes()
    news = _read_unknown(pieces, hashes, url, watched, memory)
    if news is not None:
        return news
    feed = _read(text, url)
    if len(feed.entries) != len(hashes):  # so broken that the two see other entries
        return read_news(feed, watched)
    read = [read_entry(entry, feed.home, fragment) for entry, fragment in zip(feed.entries, hashes, strict=True)]
    verdicts = judge([entry.facts for entry in read], feed.home)
    return tell_news(feed, read, verdicts, watched, memory, pieces.context(feed, url))


def _read_unknown(pieces: Cut, hashes: Sequence[bytes], url: str, watched: Watched, memory: Memory) -> News | None:
    """The news of a document with its known entries unread; None where none is known, and where these are to be read
    as well: by another context, or since what is new makes the rules see them otherwise."""
    known = {row.fragment: row for row in memory.rows}
    unknown = [place for place, fragment in enumerate(hashes) if fragment not in known]
    if len(unknown) == len(hashes):
        return None
    feed = _read(pieces.only(set(unknown)), url)
    context = pieces.context(feed, url)
    if len(feed.entries) != len(unknown) or context != memory.context:
        return None
    new = dict(zip(unknown, feed.entries, strict=True))
    entries = [
        read_entry(new[place], feed.home, fragment) if place in new else known[fragment]
        for place, fragment in enumerate(hashes)
    ]
    verdicts = judge([entry.facts for entry in entries], feed.home)
    groups = {entry.facts.group for entry in entries if isinstance(entry, ReadEntry)}
    for entry, verdict in zip(entries, verdicts, strict=True):
        if isinstance(entry, Row) and (entry.verdict != verdict or entry.facts.group in groups):
            return None
    return tell_news(feed, entries, verdicts, watched, memory, context)


def _decode(body: bytes, content_type: str | None, url: str) -> str:
    if not body.strip():
        raise NotAFeed(f"{url} is empty")
    try:
        return read_text(body, content_type)
    except NotAnArticle as error:
        raise NotAFeed(f"{url} is a file of another kind, no feed. {error}") from error


def _read(text: str, url: str) -> Feed:
    bare = text.lstrip("\ufeff \t\r\n")
    if bare.startswith(("{", "[")):
        return json_feed.read(bare, url)
    return rss_atom.read(text, url)


def looks_like_feed(body: bytes) -> bool:
    """Whether a dropped document announces itself as a feed: decided on its head alone."""
    head = body[:4096].replace(b"\0", b"").lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"jsonfeed.org/version"))


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as an input. Scorers outside the project read it by this name, so that more can be told beside it."""

    input: Input


def make_inputs(feed: Feed, key: str, source: Source) -> tuple[FeedItem, ...]:
    """All entries of a feed that nobody watches, in order, each once; `key` is what names the feed."""
    news = read_news(feed, Watched(key=key, source=source, now_s=0.0))
    return tuple(FeedItem(input=one) for one in news.inputs)
