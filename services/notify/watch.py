"""Looks at the desk every few seconds and tells every address what changed, once: what was told stands in Redis."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog

from services.notify.addresses import Address, read_addresses
from services.notify.notices import Changes, Fact, Told, changes_of, facts_of, message_of
from shared.clock import now_us
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.heartbeat import read_heartbeat
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.ledger.overview import Watchman
from shared.ledger.troubles import REMEDIES, Code, Failing
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from shared.work.liveness import WorkerRecord

log = structlog.get_logger(__name__)

LOOK_S = 5.0
TURN_MS = 60_000
TOLD_TTL_S = 30 * 86_400
FIRST_PAUSE_US, LONGEST_PAUSE_US = 10_000_000, 600_000_000
GIVE_TURN_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Notifier:
    """Tells each address for itself: one that is not reached is told later, and the others are not told again.

    A message that was sent and not noted, because the process died in between, is sent once more.
    """

    def __init__(
        self, settings: Settings, addresses: Sequence[Address], clock: Callable[[], int] | None = None
    ) -> None:
        ledger = open_ledger(settings)
        self._client: Any = ledger.client
        self._watchman = Watchman(ledger, settings, check_room=ledger.check_room, clock=clock)
        self._after_us = round(settings.notify_after_s * 1_000_000)
        self._addresses = addresses
        self._clock = clock or now_us
        self._pauses: dict[str, tuple[int, int]] = {}  # of an address that was not reached: until when, and how long
        self._away: Fact | None = None
        self._told_away: dict[str, Told] = {}

    def look(self) -> list[str]:
        """Tell what is to be told, and give why addresses were not reached.

        While Redis is away, or too full to note anything, that is what is told, and remembered by this process alone.
        """
        try:
            return self.look_once()
        except TransientError as error:
            return self._tell_away(error)

    def look_once(self) -> list[str]:
        """The same, for who does not go on: raises `TransientError` when Redis is away."""
        with self._turn() as is_ours:
            return self._tell_all() if is_ours else []

    def _tell_all(self) -> list[str]:
        facts = facts_of(self._watchman.look(), self._failing_feeds())
        problems = self._tell_back()
        for address in self._addresses:
            changes = changes_of(facts, self._told(address), now=self._watchman.now(), after_us=self._after_us)
            problem = None if changes.is_empty else self._send(address, changes)
            if problem is not None:  # tried again at another look
                problems.append(problem)
                changes = Changes((), {}, changes.noted)
            self._note(address, changes)
        return problems

    def _send(self, address: Address, changes: Changes) -> str | None:
        """Why it was not reached; one that was not is left alone for a while."""
        now = self._clock()
        until, pause = self._pauses.get(address.digest, (0, 0))
        if now < until:
            return f"{address.name} was not reached before: it is tried again later"
        try:
            address.send(message_of(changes, now))
        except CopydeskError as error:
            pause = min(max(2 * pause, FIRST_PAUSE_US), LONGEST_PAUSE_US)
            self._pauses[address.digest] = (now + pause, pause)
            log.warning("notice_failed", address=address.name, reason=str(error))
            return str(error)
        self._pauses.pop(address.digest, None)
        log.info("notice_sent", address=address.name, begun=len(changes.begun), over=len(changes.over))
        return None

    def _tell_away(self, error: TransientError) -> list[str]:
        now, problems = self._clock(), []
        if self._away is None:
            code: Code = "intake-refusing" if isinstance(error, IntakeFull) else "redis-away"
            self._away = Fact(key=code, name=code, since=now, what=str(error), do=REMEDIES[code])
        if now - self._away.since < self._after_us:
            return []
        for address in self._addresses:
            if address.digest not in self._told_away:
                problems.append(self._send(address, Changes((self._away,), {}, {})))
                if problems[-1] is None:
                    self._told_away[address.digest] = Told(name=self._away.name, since=self._away.since)
        return [problem for problem in problems if problem is not None]

    def _tell_back(self) -> list[str]:
        """Redis answers again: who was told that it does not is told that too."""
        problems = []
        self._away = None
        for address in self._addresses:
            told = self._told_away.get(address.digest)
            if told is not None:
                over = msgspec.structs.replace(told, gone=self._clock())
                problems.append(self._send(address, Changes((), {over.name: over}, {})))
                if problems[-1] is None:
                    del self._told_away[address.digest]
        return [problem for problem in problems if problem is not None]

    def _failing_feeds(self) -> list[tuple[str, Failing]]:
        with redis_errors(self._client):
            rows = self._client.hgetall(keys.FEEDS_FAILING)
        return [(name.decode(), msgspec.json.decode(row, type=Failing)) for name, row in sorted(rows.items())]

    def _told(self, address: Address) -> Mapping[str, Told]:
        with redis_errors(self._client):
            self._client.pexpire(keys.NOTIFYING, TURN_MS)  # an address that does not answer takes its time
            rows = self._client.hgetall(keys.notified(address.digest))
        return {name.decode(): msgspec.json.decode(row, type=Told) for name, row in rows.items()}

    def _note(self, address: Address, changes: Changes) -> None:
        key = keys.notified(address.digest)
        kept = {fact.key: Told(name=fact.name, since=fact.since) for fact in changes.begun} | dict(changes.noted)
        with redis_errors(self._client), self._client.pipeline() as pipe:
            for name, told in kept.items():
                pipe.hset(key, name, msgspec.json.encode(told))
            if changes.over:
                pipe.hdel(key, *changes.over)
            pipe.expire(key, TOLD_TTL_S)
            pipe.execute()

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """Whether it is ours to tell: of several processes one looks at a time, and the next sees what was told."""
        token = secrets.token_hex(8)
        with redis_errors(self._client):
            is_ours = bool(self._client.set(keys.NOTIFYING, token, nx=True, px=TURN_MS))
        try:
            yield is_ours
        finally:
            if is_ours:
                with redis_errors(self._client):
                    self._client.eval(GIVE_TURN_BACK, 1, keys.NOTIFYING, token)


def run(settings: Settings, stop: threading.Event) -> None:
    """Look until told to stop."""
    notifier = Notifier(settings, read_addresses(settings.notify))
    heartbeat = read_heartbeat()
    record = WorkerRecord(settings, "notify")
    record.start()
    log.info("notify_started", addresses=len(settings.notify))
    try:
        while not stop.is_set():
            try:
                notifier.look()
            except CopydeskError as error:  # a Redis that is full, or of another release: told by the log, tried again
                log.warning("notify_postponed", error=str(error))
            heartbeat.beat()
            stop.wait(LOOK_S)
    finally:
        record.stop()
