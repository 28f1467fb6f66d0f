"""The one way in, whatever the source: the archive, then one ledger call for line, aliases and queue."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from services.ingest.moving import open_segment_store
from shared.archive import DECISIONS, Archive
from shared.archive_entries import Archived, Decision, pack_body
from shared.clock import now_us
from shared.envelope import MOST_BYTES, Envelope, Input, is_desk, pushed_by
from shared.errors import InputRefused
from shared.identity import article_id, content_hash, receipt_id, url_of, words_alias
from shared.late_log import LateLog
from shared.ledger.calls import NOT_TAKEN, Accepted, Entered, EnteredState, Ledger, Weighed
from shared.ledger.reader import Meta
from shared.package import Picture
from shared.picture_files import PictureFiles
from shared.settings import Settings

log = LateLog(__name__)

T = TypeVar("T")


class Receipt(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What whoever sent an input gets: its receipt, the article it belongs to, and what became of it at the door."""

    receipt: str
    article: str
    rev: int
    state: EnteredState
    version: str | None = None


Answer = Receipt | InputRefused


class TakesInputs(Protocol):
    """The way in, as those who have inputs know it: when `take_each` returns, what was not refused is safe."""

    def take_each(self, inputs: Sequence[Input], /) -> Sequence[Answer]: ...


class WeighsInputs(TakesInputs, Protocol):
    """The way in, and what would become of inputs."""

    def weigh(self, inputs: Sequence[Input], /) -> Sequence[Weighed | InputRefused]: ...


class Intake:
    """Takes inputs from any number of threads."""

    def __init__(self, ledger: Ledger, archive: Archive, settings: Settings) -> None:
        self._ledger = ledger
        self._archive = archive
        self._decisions = decisions_in(archive.folder)
        self._pictures = open_pictures(settings)
        self._settings = settings

    def take_each(self, inputs: Sequence[Input]) -> list[Answer]:
        """Answer each input, in order: what no door takes is refused alone, and the others are in.

        Raises `IntakeFull` when there is no room. Batches go in one after the other; what was taken before an error is
        taken, and comes back as a duplicate.
        """
        refused = [self._refusal(item) for item in inputs]
        good = [item for item, error in zip(inputs, refused, strict=True) if error is None]
        receipts = iter(self._receipts(good))
        return [next(receipts) if error is None else error for error in refused]

    def take(self, inputs: Sequence[Input]) -> list[Receipt]:
        """Take all of them; raises the first refusal once all others are in, and otherwise as `take_each`."""
        answers = self.take_each(inputs)
        for answer in answers:
            if isinstance(answer, InputRefused):
                raise answer
        return [answer for answer in answers if isinstance(answer, Receipt)]

    def weigh(self, inputs: Sequence[Input]) -> list[Weighed | InputRefused]:
        """What would become of each input, were it taken in now; nothing is archived or entered."""
        refused = [self._refusal(item) for item in inputs]
        now = now_us()
        offers = [
            _at_the_door(acceptance(_archived(item, now + i), ""), item)
            for i, (item, error) in enumerate(zip(inputs, refused, strict=True))
            if error is None
        ]
        weighed = iter(self._ledger.weigh(offers))
        return [next(weighed) if error is None else error for error in refused]

    def _receipts(self, inputs: Sequence[Input]) -> list[Receipt]:
        if not inputs:
            return []
        self._ledger.check_room()
        batches = in_batches(inputs, lambda item: len(item.body), self._settings)
        return [receipt for batch in batches for receipt in self._enter(batch)]

    def _refusal(self, item: Input) -> InputRefused | None:
        name = item.name or item.source.name or "the input"
        if not item.body.strip():
            return InputRefused(f"{name} is empty")
        limit = min(self._settings.max_input_bytes, MOST_BYTES)
        if len(item.body) > limit:
            return InputRefused(f"{name} has {len(item.body)} bytes; an article may have {limit}")
        return None

    def _enter(self, batch: Sequence[Input]) -> list[Receipt]:
        now = now_us()
        archived = [_archived(item, now + i) for i, item in enumerate(batch)]
        places = self._put(archived, [picture for item in batch for picture in item.pictures])
        offers = [
            _at_the_door(acceptance(entry, place), item)
            for item, entry, place in zip(batch, archived, places, strict=True)
        ]
        entered = self._ledger.accept(offers)
        self._note_refused(entered, now)
        states = Counter(answer.state for answer in entered)
        log.info("inputs_taken", new=states["received"], duplicate=states["duplicate"])
        return [_receipt(answer) for answer in entered]

    def _put(self, archived: Sequence[Archived], pictures: Sequence[Picture]) -> list[str]:
        if not pictures:
            return self._archive.put_batch(archived)
        with self._pictures.being_named():
            self._pictures.keep(pictures)
            return self._archive.put_batch(archived)

    def _note_refused(self, entered: Sequence[Entered], now: int) -> None:
        """What a publisher was refused lies in the archive as it came: it must not come in at a later look."""
        refused = [answer for answer in entered if answer.state in NOT_TAKEN and not answer.known]
        if refused:
            self._decisions.put_batch(
                [
                    Decision(decision="refuse", receipt=answer.receipt, ref=f"{answer.article}@{answer.rev}", at_us=now)
                    for answer in refused
                ]
            )


def in_batches(items: Iterable[T], size: Callable[[T], int], settings: Settings) -> Iterator[list[T]]:
    """Cut into batches of at most `batch_articles` and `batch_bytes`; what is larger by itself goes alone.

    Items are asked for as they are needed, so that no more than a batch of files stands in memory.
    """
    batch: list[T] = []
    held = 0
    for item in items:
        count = size(item)
        if batch and (len(batch) >= settings.batch_articles or held + count > settings.batch_bytes):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += count
    if batch:
        yield batch


def acceptance(entry: Archived, place: str) -> Accepted:
    """An archived input as the ledger takes it; the same entry always proposes the same identity."""
    envelope = entry.envelope
    meta = Meta(**msgspec.structs.asdict(envelope), archived=place)
    article = envelope.corrects or article_id(envelope.aliases, envelope.sha)
    return Accepted(article=article, rev=envelope.received_us, meta=meta, body=entry.body)


def _at_the_door(offer: Accepted, item: Input) -> Accepted:
    return msgspec.structs.replace(offer, preconditions=item.preconditions, before=item.before)


def _archived(item: Input, received_us: int) -> Archived:
    sha = content_hash(item.media_type, item.body)
    envelope = Envelope(
        receipt=receipt_id(received_us, os.urandom(9)),
        source=item.source,
        media_type=item.media_type,
        received_us=received_us,
        sha=sha,
        aliases=item.aliases or _known_by_words(item, sha),
        url=item.url or url_of(item.aliases),
        name=item.name,
        own=item.own or is_desk(item.source),
        changed=item.changed,
        version=item.version,
        embargoed_until=item.embargoed_until,
        corrects=item.corrects,
        withdraws=item.withdraws,
        patches=item.patches,
        erases=item.erases,
        rereads=item.rereads,
        written_us=item.written_us,
        origin=item.origin,
    )
    return Archived(envelope=envelope, body=pack_body(item.body))


def _known_by_words(item: Input, sha: str) -> tuple[str, ...]:
    """Two publishers who push the same words without an address have an article each: neither may see the other's.

    One that an older release stored under the name of its words alone (`before`) keeps that.
    """
    publisher = pushed_by(item.source)
    return () if not publisher or item.corrects or item.before else (words_alias(publisher, sha),)


def _receipt(answer: Entered) -> Receipt:
    return Receipt(
        receipt=answer.receipt,
        article=answer.article,
        rev=answer.rev,
        state=answer.state,
        version=answer.version if answer.state in NOT_TAKEN else None,
    )


def open_archive(settings: Settings) -> Archive:
    """The archive the settings name."""
    return Archive(
        settings.archive_folder,
        reserve_bytes=settings.disk_reserve_mb * 1024 * 1024,
        store=open_segment_store(settings),
    )


def open_pictures(settings: Settings) -> PictureFiles:
    """The pictures beside that archive."""
    return PictureFiles(settings.archive_folder, reserve_bytes=settings.disk_reserve_mb * 1024 * 1024)


def open_decisions(settings: Settings) -> Archive:
    """The archive's segments of decisions; they may use what is kept free for others, being small and a person's."""
    return decisions_in(settings.archive_folder)


def decisions_in(folder: Path) -> Archive:
    """The segments of decisions in an archive's folder."""
    return Archive(folder, label=DECISIONS)
