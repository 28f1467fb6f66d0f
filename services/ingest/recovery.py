"""Brings back from the archive what the ledger does not know: after Redis was lost, or a crash between the two."""

import contextlib
import itertools
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
import structlog

from services.ingest.intake import acceptance, in_batches
from services.ingest.moving import Mover
from shared.archive import Archive
from shared.archive_entries import Decision, Newer, body_size
from shared.clock import now_us
from shared.errors import IntakeFull, PermanentError, TransientError
from shared.excerpts import excerpt
from shared.ledger import keys
from shared.ledger.calls import Accepted, Ledger
from shared.ledger.connection import redis_errors, server_info, server_now_us
from shared.ledger.troubles import Failing
from shared.settings import Settings

log = structlog.get_logger(__name__)

LOCK_S = 60
LOOK_S = 5.0
PAGE = 500
# An emptied Redis has lost the claim too: a refill that was cut short by that is no refill.
_CLOSE = "if redis.call('exists', KEYS[1]) == 0 then return 0 end redis.call('set', KEYS[2], ARGV[1]) return 1"
Settled = Literal["counted", "superseded"]
Ask = Callable[[Sequence[Accepted]], Mapping[str, Settled]]
"""Which inputs need no work any more, by receipt: the index has decided on them or has a later word."""
TAIL_US = 15 * 60 * 1_000_000


SECOND_LOOK_S = 60.0  # a master that was cut off takes writes for `min-replicas-max-lag` more, and they are lost


def watch_over(
    ledger: Ledger, archive: Archive, settings: Settings, stop: threading.Event, look_s: float = LOOK_S
) -> None:
    """Look after the ledger until told to stop: refill an empty Redis, enter recent orphans; move old segments."""
    tail, mover = Tail(), Mover(settings, ledger, archive)
    while not stop.is_set():
        try:
            server = str(server_info(ledger.client)["run_id"])
            if _is_empty(ledger):
                _refill(ledger, archive, settings)
            elif tail.is_due(server, time.monotonic()):
                read, entered = recover(ledger, archive, settings, since_us=now_us() - TAIL_US)
                if entered:
                    log.info("orphans_entered", read=read, entered=entered, server=server)
            tail.note(server, time.monotonic())
            _say_at_it(ledger)
            _say_failing(ledger, None)
            mover.step()
        except TransientError as error:
            log.warning("recovery_postponed", error=str(error))
        except Exception as error:  # whatever it is: this loop must live, or an emptied Redis is never refilled
            log.error("recovery_failed", exc_info=error)
            _say_failing(ledger, error)
        stop.wait(look_s)


class Tail:
    """When the archive's last minutes are offered again: at the start, and whenever another server answers.

    A Redis that was started anew, or a replica that took a dead master's place, may lack the last writes that were
    answered; the archive has what they took in.
    """

    def __init__(self) -> None:
        self._server = ""
        self._second_look = math.inf

    def is_due(self, server: str, now: float) -> bool:
        """`server` is the run id of the one that answers, `now` in seconds of a clock that only goes forward."""
        return server != self._server or now >= self._second_look

    def note(self, server: str, now: float) -> None:
        """It was offered to this server, or needed not be."""
        if server != self._server:
            self._server, self._second_look = server, now + SECOND_LOOK_S
        elif now >= self._second_look:
            self._second_look = math.inf


def recover(
    ledger: Ledger, archive: Archive, settings: Settings, *, since_us: int = 0, settled: Ask = lambda _: {}
) -> tuple[int, int]:
    """Offer every archived input to the ledger again: (how many were read, how many it did not know).

    What it knows stays as it is, and so does what was decided; an older revision never becomes the newest; while the
    desk is full it waits. What a newer release wrote stays in the archive, and is told of as a trouble. A batch that
    cannot be entered holds up no other: `PermanentError` names the first of them at the end.
    """
    newer = _NewerEntries()
    decided = list(archive.decisions())
    for decision in decided:
        if decision.decision == "free":
            ledger.free(decision.ref, decision.at_us)
    discarded = _discarded(decided)
    refused = {decision.receipt for decision in decided if decision.decision == "refuse"}
    run = _Run(ledger, discarded, settled)
    entries = archive.entries(since_us=since_us, on_newer=newer.note)
    offers = (acceptance(entry, place) for place, entry in entries if entry.envelope.receipt not in refused)
    for batch in in_batches(offers, lambda offer: body_size(offer.body), settings):
        run.offer(batch)
    for reason, group in itertools.groupby(discarded.values(), lambda decision: decision.reason):
        refs = [decision.ref for decision in group]
        for at in range(0, len(refs), PAGE):
            ledger.discard(refs[at : at + PAGE], reason)  # where it was decided, but the ledger was lost before it knew
    if not since_us or newer.first:
        newer.tell(ledger)
    if run.failed is not None:
        raise run.failed
    return run.read, run.entered


class _Run:
    """What one look through the archive has brought so far."""

    def __init__(self, ledger: Ledger, discarded: Mapping[str, Decision], settled: Ask) -> None:
        self._ledger = ledger
        self._discarded = discarded
        self._settled = settled
        self.read = self.entered = 0
        self.failed: PermanentError | None = None

    def offer(self, batch: Sequence[Accepted]) -> None:
        """Offer a batch, without what the index has counted."""
        outcomes = self._settled(batch)
        still_open = [offer for offer in batch if outcomes.get(offer.meta.receipt) != "counted"]
        self.read += len(batch)
        try:
            self.entered += _offer(self._ledger, [_decided(offer, self._discarded, outcomes) for offer in still_open])
        except TransientError:
            raise
        except Exception as error:  # whatever it is: what lies behind it in the archive comes back all the same
            place = batch[0].meta.archived
            log.error("batch_not_entered", first=place, articles=len(batch), exc_info=error)
            if self.failed is None:
                self.failed = PermanentError(f"what lies at {place} in the archive cannot be entered: {error}")
                self.failed.__cause__ = error


def _discarded(decided: Sequence[Decision]) -> Mapping[str, Decision]:
    """By receipt, what is given up: the last that was decided counts."""
    last = {decision.receipt: decision for decision in decided if decision.decision in ("discard", "replay")}
    return {receipt: decision for receipt, decision in last.items() if decision.decision == "discard"}


class _NewerEntries:
    """The entries of a newer release that were met, and the first of them."""

    def __init__(self) -> None:
        self.first = ""
        self.count = 0

    def note(self, place: str, entry: Newer) -> None:
        self.first = self.first or f"{place} has version {entry.version}"
        self.count += 1

    def tell(self, ledger: Ledger) -> None:
        """Keep it where every machine sees it, until all could be read."""
        with redis_errors(ledger.client):
            if not self.first:
                ledger.client.delete(keys.ARCHIVE_NEWER)
                return
            ledger.client.set(keys.ARCHIVE_NEWER, f"{self.count}, the first is {self.first}")
        log.error("archive_newer", entries=self.count, first=self.first)


def _decided(offer: Accepted, discarded: Mapping[str, Decision], outcomes: Mapping[str, Settled]) -> Accepted:
    """The input with the outcome that is settled already, whoever settled it."""
    receipt = offer.meta.receipt
    if receipt in discarded:
        return msgspec.structs.replace(offer, outcome="discarded", note=discarded[receipt].reason)
    return msgspec.structs.replace(offer, outcome="superseded") if receipt in outcomes else offer


def _offer(ledger: Ledger, batch: list[Accepted]) -> int:
    if not batch:
        return 0
    while True:
        try:
            ledger.check_room()
            _say_at_it(ledger)
            break
        except IntakeFull as full:
            log.info("recovery_waited", reason=str(full))
            _say_at_it(ledger)
            time.sleep(min(full.retry_after or LOOK_S, LOOK_S))
    return sum(not answer.known and answer.state != "refused" for answer in ledger.accept(batch, recovering=True))


def _say_at_it(ledger: Ledger) -> None:
    """Who looks after the ledger says so, also in the middle of a long refill and while a full desk lets it wait.

    The claim on a refill, where there is one, is renewed with it: else a wait of a minute would lose it to another.
    """
    try:
        with redis_errors(ledger.client):
            ledger.client.expire(keys.RECOVERING, LOCK_S)
            ledger.client.set(keys.RECOVERY_BEAT, server_now_us(ledger.client))
    except IntakeFull:  # a full Redis keeps the last one; that it is full is told as a trouble of its own
        return


def _say_failing(ledger: Ledger, error: Exception | None) -> None:
    """Keep why not everything came back where `status` finds it; nothing once it did."""
    with contextlib.suppress(TransientError), redis_errors(ledger.client):
        if error is None:
            ledger.client.delete(keys.RECOVERY_FAILING)
        else:
            failing = Failing(name="recovery", since=now_us(), reason=excerpt(f"{error}", 300))
            ledger.client.set(keys.RECOVERY_FAILING, msgspec.json.encode(failing), nx=True)


def _is_empty(ledger: Ledger) -> bool:
    with redis_errors(ledger.client):
        return not ledger.client.exists(keys.EPOCH)


def _refill(ledger: Ledger, archive: Archive, settings: Settings) -> None:
    with _alone(ledger) as mine:
        if not mine or not _is_empty(ledger):
            return
        read, entered = recover(ledger, archive, settings)
        with redis_errors(ledger.client):
            is_complete = ledger.client.eval(_CLOSE, 2, keys.RECOVERING, keys.EPOCH, now_us())
        log.info("ledger_refilled" if is_complete else "refill_interrupted", read=read, entered=entered)


@contextlib.contextmanager
def _alone(ledger: Ledger) -> Iterator[bool]:
    """Whether no other worker refills; the claim ends with the refill, or by itself a minute after its holder died."""
    with redis_errors(ledger.client):
        mine = bool(ledger.client.set(keys.RECOVERING, 1, nx=True, ex=LOCK_S))
    try:
        yield mine
    finally:
        if mine:
            with redis_errors(ledger.client):
                ledger.client.delete(keys.RECOVERING)
