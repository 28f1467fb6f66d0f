"""Which format a document is in, which entries it holds, and what inputs these make."""

import collections
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from services.ingest.formats import json_feed, rss_atom
from services.ingest.formats.charset import read_text
from services.ingest.formats.feed import Feed
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Input, Source
from shared.errors import NotAFeed, NotAnArticle
from shared.identity import canonical_guid, canonical_url, clean_link, guid_alias, said_alias

MARK = 8  # bytes
# How WordPress and its kin call lists of other posts within a post.
_NEIGHBOURS = re.compile(
    r"<(?:ul|ol)\s[^<>]{0,500}?(?:(?:latest|recent|related|popular)[-_]posts|latest-comments|wp-block-rss|post-template)"
    r"[^<>]{0,500}>",
    re.IGNORECASE,
)
_LIST_TAG = re.compile(r"<(/?)(?:ul|ol)\b[^<>]{0,1000}>", re.IGNORECASE)
T = TypeVar("T")


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
    """An entry as an input. `mark` is made of all it says, `name` of its page and GUID alone (empty without either).

    The next visit compares both: an unknown mark is news, and with a known name the feed has changed an entry's words.
    """

    input: Input
    mark: bytes
    name: bytes


def make_inputs(feed: Feed, key: str, source: Source, formerly: Sequence[str] = ()) -> tuple[FeedItem, ...]:
    """The inputs of a feed's entries, in order, each once. `key` is the feed's id, `formerly` are ids it had before.

    Entries that say the same at the same time are one. An address that different entries share tells none of them
    apart: some feeds give one GUID to all, or one link.
    """
    groups = _group([_without_traces(entry, key, feed.home) for entry in feed.entries])
    firsts = [group[0] for group in groups]
    addresses = _Addresses((key, *formerly), feed.home, firsts)
    dates = {(entry.published, entry.updated) for entry in firsts}
    dateless = len(firsts) > 1 and len(dates) == 1
    items: dict[bytes, FeedItem] = {}
    for group in groups:
        entry, link = group[0], addresses.link(group[0])
        # A GUID beside a good link would only make the same entry look edited where a feed invents it at each visit.
        bare = replace(entry, guid=None if link else entry.guid)
        body = msgspec.json.encode(bare)
        aliases = tuple(dict.fromkeys(alias for twin in group for alias in addresses.aliases(twin, dateless=dateless)))
        made = Input(
            source=source, media_type=FEED_ENTRY_TYPE, body=body, aliases=aliases, url=entry.link, name=entry.link
        )
        mark, name = _mark(bare, aliases, dateless=dateless), _name(aliases)
        items.setdefault(body, FeedItem(input=made, mark=mark, name=name))
    return tuple(items.values())


class _Addresses:
    """What may identify the entries of one document: addresses that no two different entries share."""

    def __init__(self, keys: Sequence[str], home: str | None, entries: Sequence[FeedEntry]) -> None:
        self._keys = keys
        self._links = _shared((canonical_url(entry.link), (entry.guid, entry.title)) for entry in entries)
        self._links |= {canonical_url(home)}
        self._guids = _shared((_guid_key(entry.guid), (entry.title, canonical_url(entry.link))) for entry in entries)
        self._heads = _shared((_head(entry), _words(entry)) for entry in entries)

    def link(self, entry: FeedEntry) -> str | None:
        """The entry's address, if it is its own."""
        link = canonical_url(entry.link)
        return None if link in self._links else link

    def aliases(self, entry: FeedEntry, *, dateless: bool) -> tuple[str, ...]:
        """All it is known by, strongest first.

        All that it says counts last, so that an entry with other addresses and the same words is the one it was; title
        and date alone count only where it has no page of its own.
        """
        link, guid = self.link(entry), entry.guid
        aliases = [f"url:{link}"] if link else []
        known_by_guid = bool(guid) and _guid_key(guid) not in self._guids
        if guid and known_by_guid:
            aliases += [guid_alias(key, guid) for key in self._keys]
        head = (entry.title,) if dateless else _head(entry)
        if not link and (any(_words(entry)) or (entry.title and any(head[1:]))):
            by_words = known_by_guid or dateless or _head(entry) in self._heads
            aliases.append(said_alias(self._keys[0], (*head, *_words(entry)) if by_words else head))
        elif link and not dateless and entry.title and any(_words(entry)) and any(head[1:]):
            aliases.append(said_alias(self._keys[0], (*head, *_words(entry))))
        return tuple(aliases)


def _without_traces(entry: FeedEntry, key: str, home: str | None) -> FeedEntry:
    """An entry without what a redirect, a move or a reader's tracks put into it, so that the same stays the same."""
    link = clean_link(entry.link)
    content = without_neighbours(entry.content) if entry.content_is_html else entry.content
    return replace(entry, feed=key, link=link, base=clean_link(entry.base) or link or home, content=content)


def without_neighbours(html: str | None) -> str | None:
    """A text without lists of newest posts: its site works them out anew at each publication, not its words."""
    if html is None:
        return None
    parts, at = [], 0
    while (begin := _NEIGHBOURS.search(html, at)) is not None and (end := _end_of_list(html, begin.end())):
        parts.append(html[at : begin.start()])
        at = end
    return "".join((*parts, html[at:]))


def _end_of_list(html: str, at: int) -> int | None:
    """Where the list ends whose words begin here, other lists within it; None where it never does."""
    depth = 1
    while (tag := _LIST_TAG.search(html, at)) is not None:
        depth += -1 if tag[1] else 1
        at = tag.end()
        if not depth:
            return at
    return None


def _group(entries: Iterable[FeedEntry]) -> list[list[FeedEntry]]:
    """Entries of the same title, date and text are one, whatever their addresses; without date or text, none is."""
    groups: dict[tuple[str | None, ...], list[FeedEntry]] = {}
    for entry in entries:
        words = (*_head(entry), *_words(entry))
        plain = any(_words(entry)) and (entry.published or entry.updated)
        groups.setdefault(words if plain else (*words, entry.guid, canonical_url(entry.link)), []).append(entry)
    return list(groups.values())


def _head(entry: FeedEntry) -> tuple[str | None, ...]:
    return (entry.title, entry.published or entry.updated)


def _words(entry: FeedEntry) -> tuple[str | None, ...]:
    return (entry.summary, entry.content)


def _shared(pairs: Iterable[tuple[T, object]]) -> set[T]:
    """Addresses that stand beside different things: `[("g1", "a"), ("g1", "b"), ("g2", "c")]` gives `{"g1"}`."""
    beside: dict[T, set[object]] = collections.defaultdict(set)
    for address, other in pairs:
        beside[address].add(other)
    return {address for address, others in beside.items() if len(others) > 1}


def _mark(entry: FeedEntry, aliases: tuple[str, ...], *, dateless: bool) -> bytes:
    """What an entry is known by: all it says but its feed's title, how its addresses are spelled, and a date all
    entries share (that of the visit)."""
    bare = replace(
        entry,
        feed_title=None,
        guid=_guid_key(entry.guid),
        link=canonical_url(entry.link),
        base=canonical_url(entry.base),
    )
    if dateless:
        bare = replace(bare, published=None, updated=None)
    first = aliases[0] if aliases else ""
    return _hashed(first.encode("utf-8", "replace") + b"\n" + msgspec.json.encode(bare))


def _name(aliases: tuple[str, ...]) -> bytes:
    """What the feed calls an entry: of one whose GUID was made anew it is not sure that it is the same."""
    called = [alias for alias in aliases if alias.startswith(("url:", "guid:"))]
    return _hashed("\n".join(called).encode("utf-8", "replace")) if called else b""


def _hashed(words: bytes) -> bytes:
    return hashlib.blake2b(words, digest_size=MARK).digest()


def _guid_key(guid: str | None) -> str | None:
    return None if guid is None else canonical_guid(guid)
