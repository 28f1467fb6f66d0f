"""A feed as it was read: its own facts and its entries, before they are inputs."""

from collections.abc import Iterable

import msgspec

from services.ingest.schedule import RestTimes
from shared.envelope import FeedEntry
from shared.errors import NotAFeed

MOST_EMBARGOES = 20
Embargoes = tuple[tuple[str, object], ...]


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document. `home` is the site's page, `topic` the address it gives itself, `hub` its WebSub hub.

    `ttl_s` is how long it says to be fresh, `period_s` how often it says to change, in seconds, and `rest` when it asks
    to be left alone. `authors` are those of entries that name none. Entries stand
    in the document's order. `deleted` are the ids of entries that it takes back (RFC 6721), each with the reason or "".
    `of_pages` says that it tells of pages and not what they say, `is_index` that it only names sitemaps: `maps`, each
    with when it changed last, as printed.
    `older` is where the feed's entries go on that are older than these (RFC 5005).
    `embargoes` are what the document says of all its entries, each a name and what it says.
    """

    title: str | None = None
    language: str | None = None
    home: str | None = None
    topic: str | None = None
    hub: str | None = None
    ttl_s: int | None = None
    period_s: int | None = None
    rest: RestTimes = RestTimes()
    authors: tuple[str, ...] = ()
    deleted: tuple[tuple[str, str], ...] = ()
    embargoes: Embargoes = ()
    entries: tuple[FeedEntry, ...] = ()
    of_pages: bool = False
    is_index: bool = False
    maps: tuple[tuple[str, str | None], ...] = ()
    older: str | None = None


def check_around(embargoes: Iterable[tuple[str, object]], url: str) -> Embargoes:
    """What holds every entry, each named once; raises `NotAFeed` for so many that each entry would grow by them."""
    found = {(name, str(said)): (name, said) for name, said in embargoes}
    if len(found) > MOST_EMBARGOES:
        raise NotAFeed(f"{url} names {len(found)} embargoes for all its entries, more than {MOST_EMBARGOES}")
    return tuple(found.values())
