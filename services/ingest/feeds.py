"""Which format a document is in, which entries it holds, and what inputs these make."""

import collections
import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import msgspec

from services.ingest.formats import json_feed, rss_atom
from services.ingest.formats.charset import read_text
from services.ingest.formats.feed import Feed
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Input, Source
from shared.errors import NotAFeed, NotAnArticle

# Parameters that say where a reader came from, not what is read.
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "hsa_", "at_", "ns_")
TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid", "igsh", "zarsrc",
    "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "spm", "cmpid", "ocid", "wt_mc", "xtor", "s_cid",
    "ref_src", "vero_id", "oly_enc_id", "oly_anon_id", "wickedid", "guccounter",
})  # fmt: skip
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
LONG_GUID = 400


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
    """An entry as an input, with the mark it is known by at the next visit."""

    input: Input
    mark: bytes


def make_inputs(feed: Feed, url: str, source: Source) -> tuple[FeedItem, ...]:
    """The inputs of a feed's entries, in order, each once.

    An address that different entries share tells none of them apart: some feeds give one GUID to all, or one link.
    """
    entries = [_settle(entry, url) for entry in feed.entries]
    links = _ambiguous((canonical_url(entry.link), entry.guid or entry.title) for entry in entries)
    guids = _ambiguous((entry.guid, canonical_url(entry.link) or entry.title) for entry in entries)
    links |= {canonical_url(feed.home)}
    dateless = len(entries) > 1 and len({(entry.published, entry.updated) for entry in entries}) == 1
    found: dict[bytes, FeedItem] = {}
    for entry in entries:
        link = canonical_url(entry.link)
        link = None if link in links else link
        guid = None if entry.guid in guids else entry.guid
        # A GUID beside a good link would only make the same entry look edited where a feed invents it at each visit.
        kept = msgspec.structs.replace(entry, guid=None if link else entry.guid)
        body = msgspec.json.encode(kept)
        aliases = _aliases(link, guid, url)
        made = Input(source=source, media_type=FEED_ENTRY_TYPE, body=body, aliases=aliases, name=link or url)
        found.setdefault(body, FeedItem(input=made, mark=_mark(kept, aliases, dateless=dateless)))
    return tuple(found.values())


def _settle(entry: FeedEntry, url: str) -> FeedEntry:
    """An entry without what a redirect or a reader's tracks put into it, so that the same stays the same."""
    return msgspec.structs.replace(
        entry, feed=url, link=clean_link(entry.link), base=clean_link(entry.base) or clean_link(entry.link) or url
    )


def clean_link(link: str | None) -> str | None:
    """The address without what tracks its reader."""
    if link is None:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    query = "&".join(piece for piece in parts.query.split("&") if piece and not _is_tracking(piece))
    return urlunsplit(parts._replace(query=query))


def canonical_url(link: str | None) -> str | None:
    """The address as an identity: no tracking, no fragment, host in small letters, no default port."""
    cleaned = clean_link(link)
    if cleaned is None:
        return None
    parts = urlsplit(cleaned)
    scheme = parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(scheme, "\0"))
    return urlunsplit((scheme, host, parts.path or "/", parts.query, ""))


def _is_tracking(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _ambiguous(pairs: Iterable[tuple[str | None, str | None]]) -> set[str | None]:
    """Addresses that stand beside different things: `[("g1", "/a"), ("g1", "/b"), ("g2", "/c")]` gives `{"g1"}`."""
    beside = collections.defaultdict(set)
    for address, other in pairs:
        beside[address].add(other)
    return {address for address, others in beside.items() if len(others) > 1}


def _aliases(link: str | None, guid: str | None, url: str) -> tuple[str, ...]:
    if guid is not None and len(guid) > LONG_GUID:
        guid = "sha256:" + hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()
    found = (f"url:{link}" if link else None, f"guid:{url} {guid}" if guid else None)
    return tuple(alias for alias in found if alias is not None)


def _mark(entry: FeedEntry, aliases: tuple[str, ...], *, dateless: bool) -> bytes:
    """What an entry is known by: all it says but its feed's title, and a date all entries share (that of the visit)."""
    bare = msgspec.structs.replace(entry, feed_title=None)
    if dateless:
        bare = msgspec.structs.replace(bare, published=None, updated=None)
    first = aliases[0] if aliases else ""
    return hashlib.blake2b(first.encode("utf-8", "replace") + b"\n" + msgspec.json.encode(bare), digest_size=8).digest()
