"""A feed as it was read: its own facts and its entries, before they are inputs."""

import msgspec

from shared.envelope import FeedEntry


class Feed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document. `home` is the site's page, `topic` the address it gives itself, `hub` its WebSub hub.

    `ttl_s` is how long it says to be fresh, `authors` are those of entries that name none. Entries stand
    in the document's order. `deleted` are the ids of entries that it takes back (RFC 6721), each with the reason or "".
    """

    title: str | None = None
    language: str | None = None
    home: str | None = None
    topic: str | None = None
    hub: str | None = None
    ttl_s: int | None = None
    authors: tuple[str, ...] = ()
    deleted: tuple[tuple[str, str], ...] = ()
    entries: tuple[FeedEntry, ...] = ()
