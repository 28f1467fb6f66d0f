"""Composition root of deliveries: a thread for each sink, one that wakes them, one that tells how they stand."""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import redis
import structlog

from services.index.outbox.deliverer import Deliverer, Standing
from services.index.outbox.holder import OutboxHolder
from services.index.outbox.outbox import outbox_file
from services.index.search import Index
from services.index.sinks.registry import open_sink
from shared.errors import CopydeskError, PermanentError
from shared.heartbeat import read_heartbeat
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.connection import server_now_us
from shared.ledger.events import EventStream
from shared.ledger.sinks import SinkStanding
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from shared.work.liveness import Tally, WorkerRecord

log = structlog.get_logger(__name__)

NAME = "deliver"
WAKING = frozenset({"indexed", "withdrawn"})
LOOK_S, TELL_S, DEAF_S = 5.0, 2.0, 1.0
END_S = 10.0


def run(settings: Settings, stop: threading.Event) -> None:
    """Deliver to every sink until told to stop. Raises `PermanentError` where there is none to deliver to."""
    if not settings.sinks:
        raise PermanentError("nothing is to be handed on: the setting sinks names no place (docs/operate.md)")
    record = WorkerRecord(settings, NAME, folders=(settings.index_folder,))
    ledger = open_ledger(settings, record.boot)
    index = Index(settings.index_file)
    holders, broken = _open(settings, index)
    threads = [_thread(f"sink-{one.name}", one.run, stop) for one in holders]
    threads.append(_thread("sink-waker", _wake, stop, EventStream(ledger.client), holders))
    record.tally = lambda: tally_of(_at_work(holders))
    record.start()
    teller = Teller(ledger, holders, broken)
    heartbeat = read_heartbeat()
    while not stop.wait(TELL_S):
        teller.tell()
        if all(thread.is_alive() for thread in threads):
            heartbeat.beat()
    for one in holders:
        one.wake()
    for thread in threads[:-1]:  # the waker ends with the process: it may wait in Redis
        thread.join(END_S)
    teller.forget()
    record.stop()
    index.close()


def tally_of(deliverers: Sequence[Deliverer]) -> Tally:
    """What all sinks together took up: what is in, and what they will never take."""
    dead = sum(one.dead for one in deliverers)
    return Tally(taken=sum(one.delivered for one in deliverers) + dead, failed=dead)


def _open(settings: Settings, index: Index) -> tuple[list[OutboxHolder], dict[str, str]]:
    """A holder for each sink whose address means one, and what is wrong with the others."""
    holders, broken = [], {}
    for name, sink_settings in settings.sinks.items():
        try:
            sink = open_sink(name, sink_settings, settings)
        except CopydeskError as error:
            log.error("sink_unusable", sink=name, error=str(error))
            broken[name] = f"{error}; correct it and start `copydesk work deliver` anew"
            continue
        file = outbox_file(settings, name)
        holders.append(OutboxHolder(name, sink, file, index, sources=sink_settings.sources))
    return holders, broken


def _at_work(holders: Sequence[OutboxHolder]) -> list[Deliverer]:
    """Those that deliver here; another process does for the rest."""
    return [one.deliverer for one in holders if one.deliverer is not None]


def _thread(name: str, target: Any, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)
    thread.start()
    return thread


def _wake(stop: threading.Event, stream: EventStream, holders: Sequence[OutboxHolder]) -> None:
    """Wake every deliverer that listens for what was indexed; while Redis is away they look by themselves.

    Each step of each article is read for that: where no sink can be asked anyway, nothing is.
    """
    last = ""
    while not stop.is_set():
        if not any(one.listens for one in holders):
            last = ""
            stop.wait(DEAF_S)
            continue
        try:
            last = last or stream.last_id()
            changes = stream.wait(last, LOOK_S)
        except CopydeskError as error:
            log.debug("sinks_not_woken", error=str(error))
            last = ""
            stop.wait(1.0)
            continue
        if changes:
            last = changes[-1].id
        if any(change.state in WAKING for change in changes):
            for one in holders:
                if one.listens:
                    one.wake()


class Teller:
    """Tells in Redis how the sinks stand, so that `status` and the page on any machine say the same. Of a sink that
    another process delivers to, it is that one who tells.
    """

    def __init__(self, ledger: Ledger, holders: Sequence[OutboxHolder], broken: dict[str, str]) -> None:
        self._ledger = ledger
        self._holders = holders
        self._broken = broken
        self._told_rest: dict[str, str] = {}

    def tell(self) -> None:
        """Say how each stands; what a person opened by hand is asked at once."""
        try:
            deliverers = _at_work(self._holders)
            standings = {one.name: one.standing() for one in deliverers}
            rests = {name: standing.rest.reason for name, standing in standings.items() if standing.rest}
            rests |= self._broken | {one.name: one.trouble for one in self._holders if one.trouble}
            for one in deliverers:
                if one.name in rests and one.name in self._told_rest and not self._rests(one.name):
                    one.try_now()
            self._tell_rests(rests, standings)
            client: Any = self._ledger.client
            now = server_now_us(client)
            told = {name: msgspec.json.encode(_told(name, standing, now)) for name, standing in standings.items()}
            if told:
                client.hset(keys.SINKS, mapping=told)
        except (CopydeskError, redis.RedisError) as error:
            log.debug("sinks_untold", error=str(error))

    def forget(self) -> None:
        """The process ends in order: its sinks rest no more, as nobody delivers."""
        try:
            for name in self._told_rest:
                self._ledger.resume("sink", name)
            client: Any = self._ledger.client
            if deliverers := _at_work(self._holders):
                client.hdel(keys.SINKS, *(one.name for one in deliverers))
        except (CopydeskError, redis.RedisError):  # told by the next who starts
            return

    def _tell_rests(self, rests: dict[str, str], at_work: Iterable[str]) -> None:
        for name, reason in rests.items():
            if self._told_rest.get(name) != reason or not self._rests(name):
                self._ledger.rest("sink", name, reason)
        for name in at_work:  # also what a deliverer said that died before it could take it back
            if name not in rests and self._rests(name):
                self._ledger.resume("sink", name)
        self._told_rest = rests

    def _rests(self, name: str) -> bool:
        client: Any = self._ledger.client
        return bool(client.exists(keys.health("sink", name)))


def _told(name: str, standing: Standing, now: int) -> SinkStanding:
    counts = standing.counts
    return SinkStanding(
        name=name,
        at_us=now,
        delivered=standing.delivered,
        behind=standing.behind,
        waiting=counts.waiting,
        dead=counts.dead,
        oldest_us=counts.oldest_us,
        state="resting" if standing.rest else "open",
    )
