"""The sitemaps of an index between two visits: which are asked, which have ended. A function of what the index says."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from services.ingest.formats.w3c_date import read_w3c_date

MAPS = "maps"  # what they are kept as, beside the feed's state
MOST_KEPT = 200
MOST_ASKED = 10  # a visit
FAILURES = 3  # in a row, then a sitemap is asked no more until its index says that it changed
HORIZON = dt.timedelta(days=3)
_OLDEST = dt.datetime.min.replace(tzinfo=dt.UTC)


class KnownMap(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is known of a sitemap: when its index says that it changed, and what it said when it was read last.

    `retired` says why it is asked no more; `checked_us` is when it was asked last (0: never), `failures` how often in a
    row it could not be read.
    """

    url: str
    said: str | None = None
    read_as: str | None = None
    etag: str | None = None
    modified: str | None = None
    body_hash: str = ""
    checked_us: int = 0
    failures: int = 0
    retired: str = ""


def pack_maps(maps: Sequence[KnownMap]) -> bytes:
    """As they are kept."""
    return msgspec.msgpack.encode(tuple(maps))


def unpack_maps(packed: bytes) -> tuple[KnownMap, ...]:
    """As they were kept; none where another release kept them otherwise."""
    try:
        return msgspec.msgpack.decode(packed, type=tuple[KnownMap, ...]) if packed else ()
    except msgspec.DecodeError:
        return ()


def memory_of(url: str) -> str:
    """What the memory of a sitemap's entries is kept as, beside that of its index."""
    return f"memory:{hashlib.blake2b(url.encode('utf-8', 'replace'), digest_size=12).hexdigest()}"


def follow(
    known: Sequence[KnownMap], listed: Sequence[tuple[str, str | None]], now: dt.datetime
) -> tuple[KnownMap, ...]:
    """What is known of the sitemaps that an index lists now. One that it lists no more is forgotten; one that has not
    changed for days holds no news, and is not begun with; one that has ended begins anew when it changes."""
    before: Mapping[str, KnownMap] = {one.url: one for one in known}
    maps = list[KnownMap]()
    for url, said in dict(listed).items():
        one = before.get(url)
        if one is None:
            changed = read_w3c_date(said)
            if changed is None or changed >= now - HORIZON:
                maps.append(KnownMap(url=url, said=said))
        elif said != one.said:
            maps.append(replace(one, said=said, failures=0, retired=""))
        else:
            maps.append(one)
    return tuple(sorted(maps, key=lambda one: read_w3c_date(one.said) or now, reverse=True)[:MOST_KEPT])


def to_ask(maps: Sequence[KnownMap]) -> list[KnownMap]:
    """Which are asked at a visit: those that changed, the newest first; then those of which their index does not say,
    the longest unasked first."""
    alive = [one for one in maps if not one.retired]
    changed = [one for one in alive if one.said is not None and one.said != one.read_as]
    changed.sort(key=lambda one: read_w3c_date(one.said) or _OLDEST, reverse=True)
    silent = sorted((one for one in alive if one.said is None), key=lambda one: one.checked_us)
    return [*changed, *silent][:MOST_ASKED]


def read_well(one: KnownMap, now_us: int, body_hash: str, validators: tuple[str | None, str | None]) -> KnownMap:
    """A sitemap that was read as its index said it was then."""
    etag, modified = validators
    return replace(
        one, read_as=one.said, body_hash=body_hash or one.body_hash, checked_us=now_us, failures=0, etag=etag,
        modified=modified,
    )  # fmt: skip


def read_ill(one: KnownMap, now_us: int, why: str, *, for_good: bool) -> KnownMap:
    """A sitemap that could not be read; after some times in a row, or a word for good, it has ended."""
    failures = one.failures + 1
    retired = why if for_good or failures >= FAILURES else ""
    return replace(one, checked_us=now_us, failures=failures, retired=retired[:300])
