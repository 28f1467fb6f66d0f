"""Celery as the courier: one app a service, the envelopes of the queues, and what stands around every batch."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog
from celery import Celery
from kombu.transport.virtual import Channel

from shared.clock import now_us
from shared.errors import TransientError
from shared.ledger import Claimed, Commit, Failure, Ledger, Outcome
from shared.messages import VERSION, Stage
from shared.settings import Settings
from shared.stage import RetryPolicy, luck
from shared.status import STAGES, connect

log = structlog.get_logger(__name__)

INGEST = "ingest"
PATIENCE_S = 20.0


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """An article whose work at this stage succeeded; `article` is the canonical JSON for the index."""

    outcome: Outcome
    article: bytes = b""
    note: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An article that must wait until `until_us`, through no failure: an embargo."""

    until_us: int
    reason: str


Result = Done | Held | Exception
Handler = Callable[[Sequence[Claimed]], Sequence[Result]]


def task_name(queue: str) -> str:
    """The name of a queue's only task."""
    return f"copydesk.{queue}"


def make_app(settings: Settings, name: str) -> Celery:
    """A Celery app with the settings that were measured to lose least and stop fastest (docs/decisions/0002)."""
    app = Celery(f"copydesk.{name}", broker=_broker(settings.redis_url), set_as_current=False)
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure_or_timeout=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=name,
        task_create_missing_queues=True,
        task_time_limit=settings.task_limit_s,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=settings.soft_stop_s,
        worker_max_tasks_per_child=2000,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        task_send_sent_event=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_consumer="shared.worker:DeskConsumer",
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport_options(settings),
        task_publish_retry_policy={"max_retries": 10, "interval_max": 2},
    )
    return app


def envelopes(app: Celery) -> Mapping[Stage, str]:
    """For each stage, the message kombu would send, with @ID@ and @BODY@ where the ledger writes."""
    return {stage: _envelope(app, stage) for stage in STAGES}


def open_ledger(settings: Settings) -> Ledger:
    """A ledger that can also send: for every process that takes in, works or replays."""
    return Ledger(connect(settings), settings, envelopes(make_app(settings, "courier")))


def run_batch(
    ledger: Ledger, stage: Stage, refs: Sequence[str], message: str, handle: Handler, policy: RetryPolicy
) -> None:
    """Claim what is ours of a message, do the work, and record what became of each article."""
    claimed = ledger.claim(refs, stage, message)
    if not claimed:
        return
    try:
        results = list(handle(claimed))
    except TransientError as error:  # the whole batch waits for what is away
        results = [error] * len(claimed)
    commits = [_commit(item, result) for item, result in zip(claimed, results, strict=True) if isinstance(result, Done)]
    if commits:
        _insist(lambda: ledger.commit(stage, commits))
    failures = [
        _failure(item, stage, result, policy)
        for item, result in zip(claimed, results, strict=True)
        if not isinstance(result, Done)
    ]
    if failures:
        _insist(lambda: ledger.fail(stage, failures))


def each(work: Callable[[Claimed], Result]) -> Handler:
    """A handler that does one article after the other, so that each fails alone."""

    def handle(items: Sequence[Claimed]) -> Sequence[Result]:
        return [_isolated(work, item) for item in items]

    return handle


def register(app: Celery, stage: Stage, ledger: Ledger, handle: Handler, policy: RetryPolicy) -> None:
    """Give the app its one task: `[version, refs]`."""

    def take_batch(task: Any, version: int, refs: list[str]) -> None:
        if version != VERSION:
            raise ValueError(f"message version {version} is not {VERSION}: this worker is of another release")
        run_batch(ledger, stage, refs, task.request.id, handle, policy)

    app.task(take_batch, name=task_name(stage), bind=True)


def _isolated(work: Callable[[Claimed], Result], item: Claimed) -> Result:
    with structlog.contextvars.bound_contextvars(article=item.ref):
        try:
            return work(item)
        except Exception as error:  # noqa: BLE001 - the one place: whatever it is, it concerns this article alone
            return error


def _commit(item: Claimed, done: Done) -> Commit:
    return Commit(ref=item.ref, token=item.token, outcome=done.outcome, note=done.note, article=done.article)


def _failure(item: Claimed, stage: Stage, error: Held | Exception, policy: RetryPolicy) -> Failure:
    if isinstance(error, Held):
        return Failure(ref=item.ref, token=item.token, verdict="hold", reason=error.reason, due_us=error.until_us)
    decision = policy.decide(error, attempt=item.attempt, luck=luck())
    note = f"{error}" if decision.reason != "unforeseen" else f"{type(error).__name__}: {error}"
    log.log(
        30 if decision.verdict == "retry" else 40,
        "article_failed",
        article=item.ref,
        stage=stage,
        reason=decision.reason,
        attempt=item.attempt,
        error=note[:300],
        exc_info=error if decision.reason == "unforeseen" else None,
    )
    return Failure(
        ref=item.ref,
        token=item.token,
        verdict=decision.verdict,
        reason=decision.reason,
        note=note,
        due_us=now_us() + int(decision.delay * 1_000_000),
        alone=decision.alone,
    )


def _insist(call: Callable[[], object]) -> None:
    """Tell the ledger even if Redis restarts meanwhile: a token makes the second telling harmless."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            call()
            return
        except TransientError as error:
            if time.monotonic() > deadline:
                raise
            log.warning("ledger_waited_for", error=str(error))
            time.sleep(0.25)


def _broker(url: str) -> str:
    return url.replace("unix://", "redis+socket://", 1)


def _transport_options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "visibility_timeout": settings.visibility_timeout_s,
        "unacked_restore_interval": max(1, min(5, settings.visibility_timeout_s // 4)),
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "health_check_interval": 10,
        "retry_on_timeout": False,
        "body_encoding": "utf-8",
    }
    if not settings.redis_url.startswith("unix:"):
        options |= {"socket_connect_timeout": 5, "socket_keepalive": True}
    return options


def _envelope(app: Celery, stage: Stage) -> str:
    message = app.amqp.as_task_v2("@ID@", task_name(stage), args=(), argsrepr="refs", kwargsrepr="{}", root_id="@ID@")
    channel = Channel.__new__(Channel)  # only its message layout is wanted: no connection, no consumer
    whole = channel.prepare_message(  # type: ignore[no-untyped-call]
        "@BODY@",
        content_type="application/json",
        content_encoding="utf-8",
        headers=message.headers | {"origin": f"copydesk@{os.uname().nodename}", "ignore_result": True},
        properties=message.properties | {"delivery_mode": 2},
    )
    whole["properties"] |= {
        "body_encoding": "utf-8",
        "delivery_tag": "@ID@",
        "delivery_info": {"exchange": "", "routing_key": stage},
    }
    return msgspec.json.encode(whole).decode()
