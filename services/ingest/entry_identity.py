"""What the entries of one document are known by, from hashes of what each says, so that known ones need no reading.

The rules are over the whole document: an address that different entries share tells none of them apart.
"""

import collections
import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from shared.envelope import FeedEntry
from shared.identity import canonical_guid, canonical_url, guid_alias, said_alias

MARK = 8  # bytes
T = TypeVar("T")


class Facts(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What the rules need of an entry, each a hash of `MARK` bytes, empty for what it does not say.

    `link` and `guid` are its addresses as identities, `head` its title and date, `said` its texts, `dates` both its
    dates. Entries of one `group` say the same at the same time.
    """

    link: bytes
    guid: bytes
    title: bytes
    head: bytes
    said: bytes
    dates: bytes
    group: bytes


class Verdict(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What of an entry identifies it among the others: its link, its GUID; whether its title and date do not
    (`needs_words`), and whether all entries have the same dates, those of the visit."""

    own_link: bool
    own_guid: bool
    needs_words: bool
    dateless: bool


def facts_of(entry: FeedEntry) -> Facts:
    """The hashes of an entry that is without traces of its reader."""
    head, said, link, guid = _head(entry), _texts(entry), canonical_url(entry.link), guid_key(entry.guid)
    is_plain = any(said) and (entry.published or entry.updated)
    group = (*head, *said) if is_plain else (*head, *said, entry.guid, link)
    return Facts(
        link=_hashed(link),
        guid=_hashed(guid),
        title=_hashed(entry.title),
        head=_hashed(*head),
        said=_hashed(*said) if any(said) else b"",
        dates=_hashed(entry.published, entry.updated),
        group=_hashed(*group),
    )


def judge(entries: Sequence[Facts], home: str | None) -> list[Verdict]:
    """A verdict on each entry of a document, in order; `home` is the page of its site, which is no entry's own."""
    firsts = list({entry.group: entry for entry in reversed(entries)}.values())
    links = _shared((entry.link, (entry.guid, entry.title)) for entry in firsts) | {_hashed(canonical_url(home))}
    guids = _shared((entry.guid, (entry.title, entry.link)) for entry in firsts)
    heads = _shared((entry.head, entry.said) for entry in firsts)
    dateless = len(firsts) > 1 and len({entry.dates for entry in firsts}) == 1
    return [
        Verdict(
            own_link=bool(entry.link) and entry.link not in links,
            own_guid=bool(entry.guid) and entry.guid not in guids,
            needs_words=entry.head in heads,
            dateless=dateless,
        )
        for entry in entries
    ]


def aliases_of(entry: FeedEntry, verdict: Verdict, keys: Sequence[str]) -> tuple[str, ...]:
    """All an entry is known by, strongest first; `keys` are the ids of its feed.

    All that it says counts last, so that an entry with other addresses and the same words is the one it was; title
    and date alone count only where it has no page of its own.
    """
    aliases = [f"url:{canonical_url(entry.link)}"] if verdict.own_link else []
    if entry.guid and verdict.own_guid:
        aliases += [guid_alias(key, entry.guid) for key in keys]
    texts, dated = _texts(entry), entry.published or entry.updated
    head = (entry.title,) if verdict.dateless else _head(entry)
    if not verdict.own_link and (any(texts) or (entry.title and dated and not verdict.dateless)):
        by_words = (entry.guid and verdict.own_guid) or verdict.dateless or verdict.needs_words
        aliases.append(said_alias(keys[0], (*head, *texts) if by_words else head))
    elif verdict.own_link and not verdict.dateless and entry.title and any(texts) and dated:
        aliases.append(said_alias(keys[0], (*head, *texts)))
    return tuple(aliases)


def mark_of(entry: FeedEntry, aliases: Sequence[str], *, dateless: bool) -> bytes:
    """What an entry is known by: all it says, but for how its addresses are spelled, and a date all entries share
    (that of the visit)."""
    bare = msgspec.structs.replace(
        entry, guid=guid_key(entry.guid), link=canonical_url(entry.link), base=canonical_url(entry.base)
    )
    if dateless:
        bare = msgspec.structs.replace(bare, published=None, updated=None)
    return _digest((aliases[0] if aliases else "").encode("utf-8", "replace") + b"\n" + msgspec.json.encode(bare))


def name_of(aliases: Sequence[str]) -> bytes:
    """What a feed calls an entry, its page and GUID: of one whose GUID was made anew it is not sure that it is the
    same."""
    called = [alias for alias in aliases if alias.startswith(("url:", "guid:"))]
    return _digest("\n".join(called).encode("utf-8", "replace")) if called else b""


def guid_key(guid: str | None) -> str | None:
    """A GUID as an identity."""
    return None if guid is None else canonical_guid(guid)


def guid_hash(guid: str) -> bytes:
    """A GUID as `Facts.guid` has it."""
    return _hashed(guid_key(guid))


def hash_words(*words: str | None) -> bytes:
    """`MARK` bytes for some texts in order, whatever they say."""
    return _digest("\0".join(word or "" for word in words).encode("utf-8", "replace"))


def _hashed(*words: str | None) -> bytes:
    return hash_words(*words) if any(words) else b""


def _digest(said: bytes) -> bytes:
    return hashlib.blake2b(said, digest_size=MARK).digest()


def _head(entry: FeedEntry) -> tuple[str | None, ...]:
    return (entry.title, entry.published or entry.updated)


def _texts(entry: FeedEntry) -> tuple[str | None, ...]:
    return (entry.summary, entry.content)


def _shared(pairs: Iterable[tuple[T, object]]) -> set[T]:
    """Addresses that stand beside different things: `[("g1", "a"), ("g1", "b"), ("g2", "c")]` gives `{"g1"}`."""
    beside: dict[T, set[object]] = collections.defaultdict(set)
    for address, other in pairs:
        beside[address].add(other)
    return {address for address, others in beside.items() if len(others) > 1}
