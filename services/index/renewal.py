"""Articles that may be read once more from the archive, and what would be another then."""

from collections.abc import Iterator, Sequence

import msgspec

from services.index.completing import completed, needs_stored, told_outside
from services.index.entry import Entry, digest_of
from services.index.origin import Head
from services.index.packing import unpack
from services.index.search import Index
from shared.article import Article
from shared.envelope import Envelope, Event, source_of
from shared.source_filter import fits_source

PAGE = 200
# What a reader of the article does not see: it is no change of the article.
UNSEEN = frozenset({"evidence", "boilerplate", "version_created", "zone_rule"})

_ENTRY = msgspec.json.Decoder(Entry)
_ROWS = (
    "SELECT n, id, articles.rev, entry FROM articles JOIN revisions USING (n, rev) "
    "WHERE n > ? AND NOT withdrawn ORDER BY n LIMIT ?"
)


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which articles are to be read once more: of sources that match (`feed:*`), received in a span (µs)."""

    source: str = "*"
    since_us: int = 0
    until_us: int = 1 << 62


class _Head(Head, frozen=True, kw_only=True, rename="camel"):
    """What is decoded of an article to choose it."""

    receipt: str
    received_us: int
    renews: str | None = None
    archived: str | None = None
    timeline: tuple[Event, ...] = ()


class Readable(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it stands: `receipt` is that of the input its words came with, `archived` where this one rests."""

    row_id: int
    article_id: str
    rev: int
    receipt: str
    source: str
    received_us: int
    archived: str | None
    timeline: tuple[Event, ...]
    blob: bytes

    @property
    def entry(self) -> Entry:
        """All that is stored of it."""
        return _ENTRY.decode(unpack(self.blob))


_HEAD = msgspec.json.Decoder(_Head)


def readable(index: Index, chosen: Chosen) -> Iterator[Readable]:
    """The articles that stand and were chosen, in the order they first came; a page at a time, so that none is held."""
    last = 0
    while rows := _page(index, last):
        for row_id, article_id, rev, blob in rows:
            head = _HEAD.decode(unpack(blob))
            if chosen.since_us <= head.received_us < chosen.until_us and fits_source(
                chosen.source, source_of(head.came_from)
            ):
                yield Readable(
                    row_id=row_id,
                    article_id=article_id,
                    rev=rev,
                    receipt=head.renews or head.receipt,
                    source=source_of(head.came_from),
                    received_us=head.received_us,
                    archived=head.archived,
                    timeline=head.timeline,
                    blob=blob,
                )
        last = rows[-1][0]


def _page(index: Index, last: int) -> list[tuple[int, str, int, bytes]]:
    with index.reading() as database:
        return [] if database is None else database.execute(_ROWS, (last, PAGE)).fetchall()


def outcomes(index: Index, receipts: Sequence[str]) -> dict[str, str]:
    """What the index decided on inputs, by receipt; without those that it has not met."""
    with index.reading() as database:
        if database is None:
            return {}
        sql = "SELECT receipt, outcome FROM receipts WHERE receipt IN (SELECT value FROM json_each(?))"
        return dict(database.execute(sql, (msgspec.json.encode([*receipts]).decode(),)))


def articles_of(index: Index, receipts: Sequence[str]) -> dict[str, str]:
    """Which articles inputs were counted to, by receipt; without those that the index has not met."""
    with index.reading() as database:
        if database is None:
            return {}
        sql = (
            "SELECT receipt, id FROM receipts JOIN articles USING (n) WHERE receipt IN (SELECT value FROM json_each(?))"
        )
        return dict(database.execute(sql, (msgspec.json.encode([*receipts]).decode(),)))


def changes(entry: Entry, article: Article, envelope: Envelope) -> dict[str, tuple[object, object]]:
    """Which fields of a stored article would be others, were it `article`: each with what it is and what it would be.

    Nothing, where the two say the same: then nothing is stored.
    """
    stored = entry.article
    fresh = msgspec.structs.replace(entry, article=told_outside(article, envelope))
    if needs_stored(fresh):
        fresh = completed(fresh, stored)
    if digest_of(fresh.article) == digest_of(stored):
        return {}
    return {
        name: (before, after)
        for name in Article.__struct_fields__
        if name not in UNSEEN and (before := getattr(stored, name)) != (after := getattr(fresh.article, name))
    }
