"""Which format a document is in, which entries it holds, and what inputs these make."""

from collections.abc import Sequence
from importlib import import_module

import msgspec

from services.ingest.entry_identity import judge
from services.ingest.feed_memory import Memory, Row, unpack
from services.ingest.feed_news import News, ReadEntry, Watched, read_entry, read_news, tell_news
from services.ingest.formats import json_feed, rss_atom, sitemap
from services.ingest.formats.charset import read_text
from services.ingest.formats.feed import Feed
from services.ingest.formats.fragments import Cut, cut
from services.ingest.formats.precheck import HEAD, MAX_ENTRIES
from services.ingest.section_settings import Section
from shared.envelope import Input, Source
from shared.errors import InputRefused, NotAFeed, NotAnArticle
from shared.untrusted.gzip_stream import MAGIC, Inflater

MOST_OPENED = 16 * 1024 * 1024

PORTION = 1024 * 1024  # characters of markup that are parsed at once
BYTES = "latin-1"  # a character a byte: tags are found, and what stands between them is decoded later


def read_feed(body: bytes, content_type: str | None, url: str, section: Section | None = None) -> Feed:
    """Read a feed in whatever format and encoding it is, or a page by the selectors of a section; raises `NotAFeed`.

    The content type counts for the encoding only: feeds come as text/html, and pages as application/rss+xml.
    """
    text = _decode(body, content_type, url)
    return _read(text, url) if section is None else _read_section(text, url, section)


def read_watched(body: bytes, content_type: str | None, url: str, watched: Watched, *, portion: int = PORTION) -> News:
    """What a feed says that it did not say before; of its entries only those are parsed whose markup is not known.

    A document of more than `portion` bytes is decoded and parsed in portions of that size.
    """
    document = _cut(body, content_type, url, portion) if watched.section is None else None
    if document is None:
        return read_news(read_feed(body, content_type, url, watched.section), watched)
    del body  # a large one need not stand in memory beside what is read of it
    memory = unpack(watched.memory)
    return _read_unknown(document, watched, memory) or _read_all(document, watched, memory)


class _Document:
    """A document that is cut into its entries, and how some of them are read."""

    def __init__(self, pieces: Cut, content_type: str | None, url: str, portion: int) -> None:
        self._pieces, self._content_type, self.url, self._portion = pieces, content_type, url, portion
        self.hashes = pieces.hashes()

    def read(self, places: Sequence[int]) -> Feed:
        """The feed with these entries, as far as they are seen alike in what is read and where it was cut."""
        first, *others = (self._read_portion(portion) for portion in self._pieces.portions(places, self._portion))
        entries = [entry for feed in (first, *others) for entry in feed.entries]
        return msgspec.structs.replace(first, entries=tuple(entries))

    def context(self, feed: Feed) -> bytes:
        """What its entries are read by beside their own markup."""
        return self._pieces.context(feed, self.url)

    def _read_portion(self, portion: Sequence[int]) -> Feed:
        markup = self._pieces.only(set(portion))
        if self._pieces.encoding == BYTES:
            markup = _decode(markup.encode(BYTES), self._content_type, self.url)
        return _read(markup, self.url)


def _cut(body: bytes, content_type: str | None, url: str, portion: int) -> _Document | None:
    """A document as it is read by its entries. Only those that are read are decoded where each by itself is decoded as
    all together: in UTF-8. A large one of another encoding is decoded in portions, which take far less memory."""
    if body[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return None
    if len(body) <= portion and (body.isascii() or not _is_utf8(body)):
        pieces = cut(_decode(body, content_type, url))
    else:
        pieces = cut(body.decode(BYTES), BYTES)
    if pieces is None:
        return None
    if len(pieces.spans) > MAX_ENTRIES:
        raise NotAFeed(f"{url} holds more than {MAX_ENTRIES} entries")
    if len(body) > portion and pieces.around_length() > portion // 2:
        return None  # as dear in portions as whole
    return _Document(pieces, content_type, url, portion)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_all(document: _Document, watched: Watched, memory: Memory) -> News:
    """The news of a document that is read whole."""
    hashes = document.hashes
    feed = document.read(range(len(hashes)))
    if len(feed.entries) != len(hashes):  # so broken that the two see other entries
        return read_news(feed, watched)
    read = [read_entry(entry, feed.home, fragment) for entry, fragment in zip(feed.entries, hashes, strict=True)]
    verdicts, context = judge([entry.facts for entry in read], feed.home), document.context(feed)
    return tell_news(feed, read, verdicts, watched, memory, context)


def _read_unknown(document: _Document, watched: Watched, memory: Memory) -> News | None:
    """The news of a document with its known entries unread; None where none is known, and where these are to be read
    as well: by another context, or since what is new makes the rules see them otherwise."""
    known = {row.fragment: row for row in memory.rows}
    unknown = [place for place, fragment in enumerate(document.hashes) if fragment not in known]
    if len(unknown) == len(document.hashes):
        return None
    feed = document.read(unknown)
    context = document.context(feed)
    if len(feed.entries) != len(unknown) or context != memory.context:
        return None
    new = dict(zip(unknown, feed.entries, strict=True))
    entries = [
        read_entry(new[place], feed.home, fragment) if place in new else known[fragment]
        for place, fragment in enumerate(document.hashes)
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
        if body.startswith(MAGIC):  # a sitemap in gzip whose server packs it once more
            body = b"".join(Inflater(MOST_OPENED).feed(body))
        return read_text(body, content_type)
    except InputRefused as error:
        raise NotAFeed(f"{url} {error}") from error
    except NotAnArticle as error:
        raise NotAFeed(f"{url} is a file of another kind, no feed. {error}") from error


def _read_section(text: str, url: str, section: Section) -> Feed:
    """Its reader is loaded with the first page: most desks watch none."""
    feed: Feed = import_module("services.ingest.formats.section").read(text, url, section)
    return feed


def _read(text: str, url: str) -> Feed:
    bare = text.lstrip("\ufeff \t\r\n")
    if bare.startswith(("{", "[")):
        return json_feed.read(bare, url)
    return sitemap.read(text, url) if sitemap.looks_like_sitemap(text) else rss_atom.read(text, url)


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as an input. Scorers outside the project read it by this name, so that more can be told beside it."""

    input: Input


def make_inputs(feed: Feed, key: str, source: Source) -> tuple[FeedItem, ...]:
    """All entries of a feed that nobody watches, in order, each once; `key` is what names the feed."""
    news = read_news(feed, Watched(key=key, source=source, now_s=0.0))
    return tuple(FeedItem(input=one) for one in news.inputs)
