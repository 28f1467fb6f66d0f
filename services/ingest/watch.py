"""The watcher: takes what is dropped into `seeds/`, keeps the times of feeds in step with their list. Any may run."""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from kombu.exceptions import OperationalError

from services.ingest.backoff import Backoff
from services.ingest.drop_loop import DropLoop
from services.ingest.drops import Drops
from services.ingest.feed_paces import FeedPaces
from services.ingest.feed_states import FeedStates
from services.ingest.intake import Intake, open_archive
from services.ingest.operator_list import OperatorList
from services.ingest.repacing import Repacing
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.clock import now_us
from shared.envelope import VERSION
from shared.errors import CopydeskError, NewerData, PermanentError, TransientError
from shared.heartbeat import Heartbeat, read_heartbeat
from shared.ledger.connection import connect
from shared.ledger.troubles import Failing
from shared.settings import Settings
from shared.work.celery_app import INGEST, make_app, open_ledger
from shared.work.liveness import WorkerRecord

log = structlog.get_logger(__name__)

FETCH_TASK = "ingest.fetch_feeds"
TURN_S = 1.0
WAKE_S = 30.0  # a message that nobody took by then says nothing new: whoever visits feeds looks by itself
SYNC_S = 3.0
WHOLE_S = 300.0
HEARTBEAT_S = 2.0
DEAF_S = 60.0


class FeedWatch:
    """Keeps the due-queue in step with the list of feeds, and wakes who visits them when it changed."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        states: FeedStates,
        wake: Callable[[], None],
        operator: OperatorList | None = None,
        repacing: Repacing | None = None,
    ) -> None:
        self._operator, self._repacing = operator, repacing
        self._subscriptions = subscriptions
        self._states = states
        self._wake = wake
        self._stamp: object = self  # unlike any stamp: the first turn syncs
        self._count = 0
        self._unread_us = 0
        self._sync_due = 0.0
        self._whole_due = 0.0

    def turn(self) -> None:
        """Put the due-queue right where the list changed or Redis lost it, and wake who visits feeds."""
        if self._operator is not None:
            self._operator.follow()
        if self._sync(time.monotonic()):
            self._wake()
            log.info("feeds_synced", count=self._count)

    def _sync(self, now: float) -> bool:
        """Whether the due-queue had to be put right."""
        stamp = self._subscriptions.stamp()
        if stamp == self._stamp and now < self._sync_due:
            return False
        self._sync_due = now + SYNC_S
        is_whole = now >= self._whole_due  # whatever was lost, and however: no feed stays without a time for long
        if stamp == self._stamp and not is_whole and self._states.is_complete(self._count):
            return False
        feeds = self._read_list()
        was_put_right = self._states.sync(feeds, whole=is_whole)
        if self._repacing is not None:
            was_put_right |= self._repacing.follow(feeds, whole=is_whole)
        self._whole_due = now + WHOLE_S if is_whole else self._whole_due
        is_known, self._stamp, self._count = stamp == self._stamp, stamp, len(feeds)
        return was_put_right or not is_known

    def _read_list(self) -> Sequence[Subscription]:
        """The feeds; while they cannot be read none is visited, and whoever asks how the desk is learns why."""
        name = self._subscriptions.name
        try:
            feeds = self._subscriptions.list()
        except (PermanentError, NewerData) as error:
            self._unread_us = self._unread_us or now_us()
            failing = Failing(name=name, since=self._unread_us, reason=str(error), is_list=True)
            self._states.note_list(name, failing)
            raise
        self._unread_us = 0
        self._states.note_list(name, None)
        return feeds


def run(
    settings: Settings,
    stop: threading.Event,
    *,
    wake: Callable[[], None] | None = None,
    heartbeat: Heartbeat | None = None,
) -> None:
    """Put a watcher together and run it until told to stop. `wake` wakes who visits feeds; else a message does."""
    ledger, client = open_ledger(settings), connect(settings)
    archive = open_archive(settings)
    drops = DropLoop(settings, Drops(settings, Intake(ledger, archive, settings), client))
    subscriptions, states = Subscriptions(settings), FeedStates(client)
    operator = OperatorList(settings, subscriptions, states)
    repacing = Repacing(states, FeedPaces(settings, states))
    feeds = FeedWatch(subscriptions, states, wake or _waker(settings), operator, repacing)
    record = WorkerRecord(settings, "watch", folders=(archive.folder,), probes=(archive.check_writable,))
    record.start()
    drops.start()
    try:
        watch_until(stop, drops, feeds, heartbeat or read_heartbeat())
    finally:
        drops.stop()
        record.stop()


def watch_until(stop: threading.Event, drops: DropLoop, feeds: FeedWatch, heartbeat: Heartbeat) -> None:
    """Look at the list of feeds until told to stop. The heartbeat says that the drops' loop turns as well."""
    for_feeds = Backoff()
    beat_due = 0.0
    while not stop.wait(TURN_S):
        if time.monotonic() >= beat_due and drops.turned_within(DEAF_S):
            heartbeat.beat()
            beat_due = time.monotonic() + HEARTBEAT_S
        _look(feeds, for_feeds)


def _waker(settings: Settings) -> Callable[[], None]:
    app = make_app(settings, INGEST)

    def wake() -> None:
        try:
            app.send_task(FETCH_TASK, args=[VERSION, []], queue=INGEST, retry=False, expires=WAKE_S)
        except OperationalError as error:
            raise TransientError(f"the ingest queue takes nothing: {error}", retry_after=5) from error

    return wake


def _look(feeds: FeedWatch, backoff: Backoff) -> None:
    if not backoff.is_over():
        return
    try:
        feeds.turn()
    except CopydeskError as error:
        backoff.fail("feeds_waiting", error)
        return
    backoff.succeed()
