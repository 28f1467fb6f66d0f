"""What is past the time that its source is kept: articles go for their readers, inputs from the archive.

A tombstone without words stays of an article, as after a purge: whoever shows it on does not bring it back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from services.index.renewal import Chosen, Readable, readable
from services.index.search import Index, Offer
from services.ingest.desk_acts import Named
from services.ingest.intake import acceptance
from services.ingest.purging import Parts, take_back
from shared.archive_entries import Archived, unpack_body
from shared.archive_erasure import erase, shrink
from shared.clock import now_us
from shared.envelope import MOST_BYTES, WITHDRAWAL_TYPE, source_of
from shared.keep_settings import KeepSettings, keep_for
from shared.ledger.reader import SETTLED
from shared.package import PACKAGE_TYPE, unpack
from shared.settings import Settings

DAY_US = 86_400 * 1_000_000
AT_ONCE = 200


class Expired(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was erased, or would be: articles with all their inputs, inputs whose articles stay, and bytes set free.

    `waiting` are inputs past their time that are still on their way, or dead: they are left until that is over.
    """

    articles: int
    inputs: int
    waiting: int
    freed_bytes: int


class _Found:
    """What one look through index and archive has brought."""

    def __init__(self) -> None:
        self.articles: dict[str, Readable] = {}
        self.places: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.inputs: list[tuple[str, str]] = []
        self.waiting = 0
        self.theirs: set[str] = set()  # pictures of articles that go
        self.others: set[str] = set()


def expire(settings: Settings, parts: Parts, index: Index, *, does: bool) -> Expired:
    """Erase what is past its time; without `does`, only count it. Cut short, it goes on with the next call."""
    found = _look(settings, parts, index)
    freed = 0
    if does:
        for article_id, one in found.articles.items():
            days = _keep(settings, one.source).articles_days
            named = Named(article=article_id, aliases=_aliases(index, article_id))
            take_back(parts, named, f"kept for {days} days, as the setting keep says")
            erase(parts.archive.folder, found.places[article_id], article_id, now_us(), parts.archive.store)
        parts.pictures.erase(found.theirs - found.others)
        erase(parts.archive.folder, found.inputs, "", now_us(), parts.archive.store)
        freed = shrink(parts.archive.folder)
    places = sum(map(len, found.places.values()))
    return Expired(
        articles=len(found.articles), inputs=len(found.inputs) + places, waiting=found.waiting, freed_bytes=freed
    )


def _look(settings: Settings, parts: Parts, index: Index) -> _Found:
    found = _Found()
    now = now_us()
    for one in readable(index, Chosen()):
        days = _keep(settings, one.source).articles_days
        if days is not None and one.received_us < now - days * DAY_US:
            found.articles[one.article_id] = one
    for batch in _batches(parts):
        settled = index.settled([_offer(entry, place) for place, entry in batch])
        for place, entry in batch:
            _sort(settings, parts, index, found, place, entry, is_settled=entry.envelope.receipt in settled)
    return found


def _sort(
    settings: Settings, parts: Parts, index: Index, found: _Found, place: str, entry: Archived, *, is_settled: bool
) -> None:
    """Whether an input goes with its article, by itself, or stays."""
    envelope = entry.envelope
    answer = index.receipt(envelope.receipt) if found.articles and is_settled else None
    if answer is not None and answer.article_id in found.articles:
        found.places[answer.article_id].append((place, envelope.receipt))
        found.theirs |= _pictures(entry)
        return
    found.others |= _pictures(entry)
    days = _keep(settings, source_of(envelope.source)).inputs_days
    if days is None or envelope.received_us >= now_us() - days * DAY_US:
        return
    line = None if is_settled else parts.ledger.receipt(envelope.receipt)
    if line is not None and (line.state not in SETTLED or line.state == "dead"):
        found.waiting += 1
    else:
        found.inputs.append((place, envelope.receipt))


def _batches(parts: Parts) -> Iterator[Sequence[tuple[str, Archived]]]:
    batch: list[tuple[str, Archived]] = []
    for place, entry in parts.archive.entries():
        if entry.envelope.media_type != WITHDRAWAL_TYPE:  # it holds no words
            batch.append((place, entry))
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch


def _keep(settings: Settings, source: str) -> KeepSettings:
    return keep_for(settings.keep, (source,))


def _aliases(index: Index, article_id: str) -> tuple[str, ...]:
    stored = index.get(article_id)
    return stored.aliases if stored is not None else ()


def _offer(entry: Archived, place: str) -> Offer:
    offer = acceptance(entry, place)
    return Offer(receipt=offer.meta.receipt, rev=offer.rev, article_id=offer.article, aliases=offer.meta.aliases)


def _pictures(entry: Archived) -> set[str]:
    if entry.envelope.media_type != PACKAGE_TYPE:
        return set()
    return {picture.sha256 for picture in unpack(unpack_body(entry.body, MOST_BYTES)).pictures}
