"""What is past the time that its source is kept: articles go for their readers, inputs from the archive.

A tombstone without words stays of an article, as after a purge: whoever shows it on does not bring it back.
What was cut short is found again, by what still stands in the archive of an article that was taken back for good.
"""

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from services.index.pictures_shown import pictures_shown
from services.index.renewal import Chosen, Readable, articles_of, readable
from services.index.search import Index, Offer
from services.ingest.desk_acts import Named
from services.ingest.intake import acceptance
from services.ingest.purging import Parts, Shown, erase_pictures, take_back
from shared.archive_entries import Archived
from shared.archive_erasure import erase, shrink
from shared.clock import now_us
from shared.envelope import WITHDRAWAL_TYPE, source_of
from shared.keep_settings import KeepSettings, keep_for
from shared.ledger.reader import SETTLED
from shared.settings import Settings

DAY_US = 86_400 * 1_000_000
AT_ONCE = 200


class Expired(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was erased, or would be: articles with all their inputs, inputs whose articles stay, and bytes set free.
    An article counts again where its erasing was cut short.

    `waiting` are inputs past their time that are still on their way, or dead: they are left until that is over.
    """

    articles: int
    inputs: int
    waiting: int
    freed_bytes: int


class _Found:
    """What one look through index and archive has brought."""

    def __init__(self, purged: Mapping[str, int]) -> None:
        self.purged = purged  # articles that were to be erased, by a person or by us, with when (µs)
        self.articles: dict[str, Readable] = {}
        self.places: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.inputs: list[tuple[str, str]] = []
        self.waiting = 0

    @property
    def going(self) -> set[str]:
        """The articles of which something is to be erased."""
        return self.articles.keys() | self.places.keys()


def expire(settings: Settings, parts: Parts, index: Index, *, does: bool) -> Expired:
    """Erase what is past its time; without `does`, only count it. Cut short, it goes on with the next call."""
    found = _look(settings, parts, index)
    freed = _erase(settings, parts, index, found) if does else 0
    places = sum(map(len, found.places.values()))
    return Expired(
        articles=len(found.going), inputs=len(found.inputs) + places, waiting=found.waiting, freed_bytes=freed
    )


def _erase(settings: Settings, parts: Parts, index: Index, found: _Found) -> int:
    """Pictures first, while there is what names them; then each article's words, then inputs whose articles stay."""
    if found.going:
        gone = {place for places in found.places.values() for place, _ in places}
        erase_pictures(parts.archive, parts.pictures, gone, lambda: Shown(*pictures_shown(index, found.going)))
    for article_id in found.going:
        one = found.articles.get(article_id)
        if one is not None:
            days = _keep(settings, one.source).articles_days
            named = Named(article=article_id, aliases=_aliases(index, article_id))
            take_back(parts, named, f"kept for {days} days, as the setting keep says")
        erase(parts.archive.folder, found.places[article_id], article_id, now_us(), parts.archive.store)
    erase(parts.archive.folder, found.inputs, "", now_us(), parts.archive.store)
    return shrink(parts.archive.folder)


def _look(settings: Settings, parts: Parts, index: Index) -> _Found:
    found = _Found({one.ref: one.at_us for one in parts.decisions.decisions() if one.decision == "purge"})
    now = now_us()
    for one in readable(index, Chosen()):
        days = _keep(settings, one.source).articles_days
        if days is not None and one.received_us < now - days * DAY_US:
            found.articles[one.article_id] = one
    is_gone = functools.cache(functools.partial(_is_gone, index))
    for batch in _batches(parts):
        settled = index.settled([_offer(entry, place) for place, entry in batch])
        articles = articles_of(index, list(settled))
        for place, entry in batch:
            envelope = entry.envelope
            article = articles.get(envelope.receipt, "")
            is_left = envelope.received_us < found.purged.get(article, 0) and is_gone(article)
            if article in found.articles or is_left:
                found.places[article].append((place, envelope.receipt))
            else:
                _sort(settings, parts, found, place, entry, is_settled=envelope.receipt in settled)
    return found


def _sort(settings: Settings, parts: Parts, found: _Found, place: str, entry: Archived, *, is_settled: bool) -> None:
    """Whether an input whose article stays goes by itself."""
    envelope = entry.envelope
    days = _keep(settings, source_of(envelope.source)).inputs_days
    if days is None or envelope.received_us >= now_us() - days * DAY_US:
        return
    line = None if is_settled else parts.ledger.receipt(envelope.receipt)
    if line is not None and (line.state not in SETTLED or line.state == "dead"):
        found.waiting += 1
    else:
        found.inputs.append((place, envelope.receipt))


def _is_gone(index: Index, article_id: str) -> bool:
    """Whether readers have an article no more. One that stands was brought back since, or is still to be taken back."""
    stored = index.get(article_id)
    return stored is not None and stored.withdrawn


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
