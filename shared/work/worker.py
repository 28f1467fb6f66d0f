"""What a worker process does beside its tasks: sweeps the ledger, shows that it lives, ends itself when it is deaf."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis
import structlog
from billiard.util import get_logger
from celery import Celery, bootsteps, signals
from celery.worker import state
from celery.worker.consumer import Consumer

from shared import log as logging
from shared.clock import now_us
from shared.errors import CopydeskError, NewerData, TransientError
from shared.heartbeat import Heartbeat, read_heartbeat
from shared.ledger import keys
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.scheduling import give_way
from shared.settings import Settings
from shared.work.celery_app import end_waiting
from shared.work.held_messages import HeldMessages
from shared.work.liveness import WorkerRecord

log = structlog.get_logger(__name__)

BEAT_S = 5.0
IDLE_PACE = 2.5  # with nothing on its way sweeps may be rarer, but never as rare as what counts as a gap (3)
QUIET_S = 2.0
STRAYS_KEPT = 1000
EXIT_DEAF = 70
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


class DeskConsumer(Consumer):
    """Celery's consumer, but what it cannot read is kept with its reason instead of being dropped."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # kombu raises these out of its loop for bytes that are no message, which would end the worker. As errors of the
        # connection they make it connect anew; the ledger sends again what the bytes once were.
        # A full Redis, or one whose disk is full, refuses kombu's own writes: a connection to wait for too, not an end.
        self.connection_errors: tuple[type[Exception], ...] = (
            *self.connection_errors,
            *UNREADABLE,
            redis.ResponseError,
        )

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        # Celery closes kombu's channel twice here. When Redis died with a message in hand, the first closing stops
        # half-way at the dead connection and the second finds no transport (kombu 5.7: AttributeError). By then the
        # consumer has let go of the connection: nothing is left to close, and the loop connects anew.
        try:
            if isinstance(exc, UNREADABLE):
                self._keep("", f"is no message: {exc!r}", _culprit(exc))
            else:
                super().on_connection_error_after_connected(exc)
        except Exception as error:  # noqa: BLE001 - whatever closing a dead connection raises must not end the worker
            log.warning("connection_close_failed", error=repr(error))

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._refuse(message, f"does not decode: {exc}")

    def on_unknown_message(self, body: Any, message: Any) -> None:
        self._refuse(message, "is no task message")

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._refuse(message, f"names an unknown task: {exc}")

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        self._refuse(message, f"is no valid task: {exc}")

    def _refuse(self, message: Any, reason: str) -> None:
        self._keep((message.delivery_info or {}).get("routing_key", ""), reason, message.body)
        message.ack()

    def _keep(self, queue: str, reason: str, body: object) -> None:
        log.error("message_undecodable", queue=queue, reason=reason)
        with self.app.connection_for_write() as connection:
            client = connection.default_channel.client
            client.lpush(keys.STRAYS, f"{now_us()}|{queue}|{reason[:200]}|{body!r}")
            client.ltrim(keys.STRAYS, 0, STRAYS_KEPT - 1)


def _culprit(error: Exception) -> object:
    """The bytes that kombu's reader held when it raised."""
    step = error.__traceback__
    while step is not None:
        if "item" in step.tb_frame.f_locals and step.tb_frame.f_code.co_name == "_brpop_read":
            return step.tb_frame.f_locals["item"]
        step = step.tb_next
    return b""


class Liveness:
    """The signs of life of one worker: ticks of its event loop, articles taken, and what Redis says beside it."""

    def __init__(
        self,
        settings: Settings,
        queue: str,
        heartbeat: Heartbeat | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = connect(settings)
        self._queue = queue
        self._heartbeat = heartbeat or Heartbeat()
        self._deaf_s = settings.deaf_s
        self._clock = clock
        self._ticked = self._idle_since = clock()
        self._taken = -1
        self.resting = False

    def tick(self) -> None:
        """The consumer is connected and its loop turns: say so to whoever watches over this process."""
        self._ticked = self._clock()
        self._heartbeat.beat()

    def is_deaf(self) -> bool:
        """Redis answers and work waits, but nothing has reached this worker for `deaf_s`."""
        try:
            waiting = int(self._redis.llen(self._queue))
        except redis.RedisError:  # it is away: then nobody hears anything, and waiting is right
            self._idle_since = self._ticked = self._clock()
            return False
        taken = sum(state.total_count.values())
        if self.resting or taken != self._taken or state.reserved_requests or not waiting:
            self._taken, self._idle_since = taken, self._clock()
        now = self._clock()
        return now - self._ticked > self._deaf_s or now - self._idle_since > self._deaf_s

    def guard(self) -> None:
        """Look every few seconds, from a thread that a hung loop does not stop."""
        while True:
            time.sleep(min(BEAT_S, self._deaf_s / 2))
            if self.is_deaf():
                log.error("worker_deaf", queue=self._queue, silent_s=self._deaf_s)
                os._exit(EXIT_DEAF)


def work(app: Celery, settings: Settings, record: WorkerRecord, ledger: Ledger, arguments: Sequence[str]) -> int:
    """Run one worker until it is told to stop; gives its exit code, which is above 0 when it ended by itself.

    With REMAP_SIGTERM=SIGQUIT in the environment before Celery was imported, SIGTERM gives batches `soft_stop_s`.
    """
    logging.configure_process(settings.log_level)
    give_way()
    signals.setup_logging.connect(_leave_logging, weak=False)
    queue = record.name
    _refuse_newer_ledger(ledger)
    watch = Liveness(settings, queue, read_heartbeat())
    app.Task.meet_newer = staticmethod(record.meet_newer)
    app.steps["consumer"].add(_loop_step(app, watch, ledger, record, settings.sweep_s))

    def begin_guard(**_: object) -> None:
        threading.Thread(target=watch.guard, name="deaf-guard", daemon=True).start()
        record.start()

    signals.worker_ready.connect(begin_guard, weak=False)
    ended = _Ended()
    signals.worker_shutdown.connect(ended.note, weak=False)
    app.worker_main(
        [
            "--quiet",
            "worker",
            f"--queues={queue}",
            f"--hostname={queue}@%h",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
            *arguments,
        ]
    )
    record.stop()
    return ended.code


def _leave_logging(**_: object) -> None:
    """Celery sets up no logging of its own where somebody listens to this signal; its pool's logger joins the rest."""
    get_logger().propagate = True


class _Ended:
    """Celery's command line drops the worker's exit code: it is taken from the worker itself."""

    code = 0

    def note(self, sender: Any, **_: object) -> None:
        self.code = int(getattr(sender, "exitcode", None) or 0)


def _refuse_newer_ledger(ledger: Ledger) -> None:
    """Raise `NewerData` at the start; a Redis that is away is waited for, and its ledger asked with each call."""
    try:
        ledger.check_version()
    except NewerData:
        raise
    except TransientError as error:
        log.warning("ledger_version_unknown", error=str(error))


def _loop_step(app: Celery, watch: Liveness, ledger: Ledger, record: WorkerRecord, sweep_s: float) -> type:
    class LoopStep(bootsteps.StartStopStep):
        """Timers on the consumer's loop: they run only while it is connected."""

        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, consumer: Any) -> None:
            watch.tick()
            self.held = HeldMessages()
            self.waker = SignalWaker(consumer.hub)
            self.timers = {
                "tick": consumer.timer.call_repeatedly(BEAT_S, watch.tick),
                "quiet": consumer.timer.call_after(QUIET_S, lambda: _quieten(consumer)),
            }
            self._sweep_after(consumer, sweep_s)

        def _sweep_after(self, consumer: Any, seconds: float) -> None:
            def turn() -> None:
                self._sweep_after(consumer, sweep_s if _sweep(ledger, record) else sweep_s * IDLE_PACE)
                _rest_if_outdated(watch, record, consumer)
                _let_go_of_lost(self.held, consumer)

            self.timers["sweep"] = consumer.timer.call_after(seconds, turn)

        def stop(self, consumer: Any) -> None:
            for timer in getattr(self, "timers", {}).values():
                timer.cancel()
            self.waker.close()
            with contextlib.suppress(redis.RedisError):  # it is away: then nothing is waited for
                end_waiting(app, ledger.client)

    return LoopStep


def _rest_if_outdated(watch: Liveness, record: WorkerRecord, consumer: Any) -> None:
    """Who met what a newer release wrote listens no more: its queue is for workers that can read it."""
    if record.met and not watch.resting:
        watch.resting = True
        consumer.cancel_task_queue(record.name)


def _let_go_of_lost(held: HeldMessages, consumer: Any) -> None:
    """Connect anew where messages are held that nobody works on: that gives them back.

    One whose acknowledgement failed, as while Redis stood still, stays in hand for kombu. With every hand so taken the
    worker would ask for nothing more, though both it and Redis are well (kombu 5.7, `QoS.ack`).
    """
    if consumer.task_consumer is None:  # it is about to end
        return
    qos = consumer.task_consumer.channel.qos
    try:
        at_work = {request.message.delivery_tag for request in [*state.reserved_requests]}
    except RuntimeError:  # a thread has just finished one
        return
    if lost := held.lost(set(qos._delivered) - qos._dirty, at_work):
        log.warning("messages_held_by_nobody", count=len(lost))
        raise redis.ConnectionError("messages are held that nobody works on")


class SignalWaker:
    """Wakes a worker's loop for a signal: by itself it would go on waiting until its next timer."""

    def __init__(self, hub: Any) -> None:
        self._hub = hub
        self._reading, self._writing = os.pipe()
        for descriptor in (self._reading, self._writing):
            os.set_blocking(descriptor, False)
        hub.add_reader(self._reading, self._drain)
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        self._hub.remove(self._reading)
        os.close(self._reading)
        os.close(self._writing)

    def _drain(self, *_: object) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._reading, 4096)


def _sweep(ledger: Ledger, record: WorkerRecord) -> bool:
    """Whether anything is on its way: then the next sweep comes soon."""
    try:
        swept = ledger.sweep()
    except NewerData as error:
        record.meet_newer(str(error))
        return True
    except CopydeskError as error:
        log.warning("sweep_failed", error=str(error))
        return True
    if swept.due or swept.lost:
        log.info("articles_brought_back", due=swept.due, lost_workers=swept.lost)
    return swept.in_flight > 0


def _quieten(consumer: Any) -> None:
    """Queues of ours never expire: kombu's timer that looks after those that do, once a second, is not needed."""
    timer = getattr(consumer.connection.transport.cycle, "_binding_expiry_tref", None)
    if timer is not None:
        timer.cancel()
