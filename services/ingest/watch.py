"""The watcher: takes what is dropped into `seeds/`, and sends on the feeds that are due. Any number may run."""

import itertools
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from kombu.exceptions import OperationalError

from services.ingest.drop_watch import DropWatch
from services.ingest.drops import Drops
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.subscriptions import FeedStates, Subscriptions
from shared.envelope import VERSION
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import INGEST, make_app, open_ledger
from shared.work.liveness import WorkerRecord

log = structlog.get_logger(__name__)

FETCH_TASK = "ingest.fetch_feeds"
TURN_S = 0.25
CLAIM_S = 1.0
SYNC_S = 3.0
HEARTBEAT_S = 2.0
TIDY_S = 5.0
RETRY_S = 1.0
MAX_RETRY_S = 30.0
NAMES_A_TURN = 200
CLAIMS_A_TURN = 8


class FeedWatch:
    """Claims due feeds and sends them on; keeps the due-queue in step with the list of feeds."""

    def __init__(
        self,
        settings: Settings,
        subscriptions: Subscriptions,
        states: FeedStates,
        send: Callable[[list[str]], None],
    ) -> None:
        self._lease_s = float(settings.lease_s)
        self._subscriptions = subscriptions
        self._states = states
        self._send = send
        self._stamp: object = self  # unlike any stamp: the first turn syncs
        self._count = 0
        self._sync_due = 0.0
        self._claim_due = 0.0

    def turn(self) -> None:
        """Claim what is due and send it on, at most once a second."""
        now = time.monotonic()
        if now < self._claim_due:
            return
        self._claim_due = now + CLAIM_S
        self._sync(now)
        for _ in range(CLAIMS_A_TURN):
            ids = self._states.claim(time.time(), self._lease_s)
            if not ids:
                return
            self._send(ids)
            log.info("feeds_sent", count=len(ids))

    def _sync(self, now: float) -> None:
        stamp = self._subscriptions.stamp()
        if stamp == self._stamp and now < self._sync_due:
            return
        self._sync_due = now + SYNC_S
        if stamp == self._stamp and self._states.is_complete(self._count):
            return
        feeds = self._subscriptions.list()
        self._states.sync(feeds, time.time())
        self._stamp, self._count = stamp, len(feeds)


class Backoff:
    """Waits longer after each failure in a row, and says each failure once."""

    def __init__(self) -> None:
        self._wait_s = RETRY_S
        self._until = 0.0
        self._told = ""

    def is_over(self) -> bool:
        """Whether it is time to try again."""
        return time.monotonic() >= self._until

    def fail(self, event: str, error: CopydeskError) -> None:
        """Wait as long as a full desk asks for, else twice as long as before."""
        asked = error.retry_after if isinstance(error, IntakeFull) else None
        self._until = time.monotonic() + min(asked or self._wait_s, MAX_RETRY_S)
        self._wait_s = min(self._wait_s * 2, MAX_RETRY_S)
        if str(error) != self._told:
            log.warning(event, reason=str(error))
        self._told = str(error)

    def succeed(self) -> None:
        """Begin anew."""
        self._wait_s, self._until, self._told = RETRY_S, 0.0, ""


def run(
    settings: Settings,
    stop: threading.Event,
    *,
    send: Callable[[list[str]], None] | None = None,
    heartbeat: Path | None = None,
) -> None:
    """Put a watcher together and run it until told to stop. `send` hands due feeds on; else they go to the queue."""
    beat = os.environ.get("COPYDESK_HEARTBEAT")
    ledger, client = open_ledger(settings), connect(settings)
    parser = FeedParser()
    archive = open_archive(settings)
    drops = Drops(settings, Intake(ledger, archive, settings), client, parser)
    feeds = FeedWatch(settings, Subscriptions(settings), FeedStates(client), send or _sender(settings))
    record = WorkerRecord(settings, "watch", folders=(archive.folder,))
    record.start()
    try:
        watch_until(stop, settings, drops, feeds, heartbeat or (Path(beat) if beat else None))
    finally:
        record.stop()
        parser.close()


def watch_until(
    stop: threading.Event, settings: Settings, drops: Drops, feeds: FeedWatch, heartbeat: Path | None = None
) -> None:
    """Watch until told to stop. What finds no room in the desk waits here, or in its folder, and is offered again."""
    watch = DropWatch(Path(settings.seeds_dir))
    waiting: dict[str, None] = {}
    for_drops, for_feeds = Backoff(), Backoff()
    beat_due, tidy_due = 0.0, time.monotonic() + TIDY_S
    log.info("watch_started", folder=settings.seeds_dir, mode=watch.mode.kind, reason=watch.mode.reason)
    try:
        while not stop.is_set():
            waiting.update(dict.fromkeys(watch.ready(0.0 if waiting and for_drops.is_over() else TURN_S)))
            if heartbeat is not None and time.monotonic() >= beat_due:
                heartbeat.touch()
                beat_due = time.monotonic() + HEARTBEAT_S
            watch.retry_later(_take_some(drops, waiting, for_drops))
            _send_due(feeds, for_feeds)
            if time.monotonic() >= tidy_due and for_drops.is_over():
                _tidy(drops)
                tidy_due = time.monotonic() + TIDY_S
    finally:
        watch.close()
        log.info("watch_stopped", waiting=len(waiting))


def _sender(settings: Settings) -> Callable[[list[str]], None]:
    app = make_app(settings, INGEST)

    def send(ids: list[str]) -> None:
        try:
            app.send_task(FETCH_TASK, args=[VERSION, ids], queue=INGEST, retry=False)
        except OperationalError as error:
            raise TransientError(f"the ingest queue takes nothing: {error}", retry_after=5) from error

    return send


def _take_some(drops: Drops, waiting: dict[str, None], backoff: Backoff) -> list[str]:
    """Take the first of what waits; gives those that are still being written."""
    if not waiting or not backoff.is_over():
        return []
    names = list(itertools.islice(waiting, NAMES_A_TURN))
    try:
        again = drops.take(names)
    except TransientError as error:
        backoff.fail("drops_waiting", error)
        return []
    for name in names:
        del waiting[name]
    backoff.succeed()
    return again


def _tidy(drops: Drops) -> None:
    try:
        drops.tidy()
    except TransientError as error:
        log.warning("drops_untidy", reason=str(error))


def _send_due(feeds: FeedWatch, backoff: Backoff) -> None:
    if not backoff.is_over():
        return
    try:
        feeds.turn()
    except CopydeskError as error:
        backoff.fail("feeds_waiting", error)
        return
    backoff.succeed()
