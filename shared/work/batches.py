"""What stands around every batch: claiming it, isolating each article's failure, telling the ledger."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog
from celery import Celery
from celery.exceptions import Reject

from shared.clock import now_us
from shared.envelope import VERSION, Stage
from shared.errors import NewerData, TransientError
from shared.excerpts import excerpt
from shared.ledger.calls import Claimed, Commit, Failure, Ledger, Outcome
from shared.work.celery_app import task_name
from shared.work.retry import RetryPolicy, jitter

log = structlog.get_logger(__name__)

PATIENCE_S = 20.0
LEVELS = {"dead": logging.ERROR, "retry": logging.WARNING, "back": logging.WARNING, "refused": logging.INFO}
HANDED_BACK_S = 1.0


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


def run_batch(ledger: Ledger, stage: Stage, message: str, handle: Handler, policy: RetryPolicy) -> None:
    """Take up what waits, do the work, and record what became of each article."""
    began = time.monotonic()
    claimed = ledger.claim(stage, message)
    if not claimed:
        return
    try:
        results = list(handle(claimed))
    except Exception as error:  # noqa: BLE001 - none of them is left in our hands, whatever befell the batch
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
    took_ms = round((time.monotonic() - began) * 1000)
    log.info("batch_done", stage=stage, n=len(claimed), failed=len(failures), took_ms=took_ms, worker=ledger.holder())


def each(work: Callable[[Claimed], Result]) -> Handler:
    """A handler that does one article after the other, so that each fails alone."""

    def handle(items: Sequence[Claimed]) -> Sequence[Result]:
        return [_isolated(work, item) for item in items]

    return handle


def register(app: Celery, stage: Stage, ledger: Ledger, handle: Handler, policy: RetryPolicy) -> None:
    """Give the app its one task: a bell, `[version]`. An older release's (`[1, refs]`) is one too."""

    def take_batch(task: Any, version: int, *_: object) -> None:
        hand_back_newer(stage, version)
        try:
            run_batch(ledger, stage, task.request.id, handle, policy)
        except NewerData as error:
            raise _handed_back(stage, str(error)) from error

    def release(message: str, cause: str) -> None:
        log.error("worker_lost", stage=stage, cause=cause)
        ledger.release(stage, message, cause)

    task = app.task(take_batch, name=task_name(stage), bind=True, Request="shared.work.bell:BellRequest")
    task.release = release


def hand_back_newer(queue: str, version: int) -> None:
    """Put a message of a newer release back on its queue, for a worker that knows how to read it.

    The worker that met it takes nothing up any more (`shared.work.worker`).
    """
    if version > VERSION:
        raise _handed_back(queue, f"a message has version {version}, and this release knows up to {VERSION}")


def _handed_back(queue: str, reason: str) -> Reject:
    log.error("message_handed_back", queue=queue, reason=reason)
    time.sleep(HANDED_BACK_S)
    return Reject(reason, requeue=True)


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
    decision = policy.decide(error, attempt=item.attempt, jitter=jitter())
    level = LEVELS[decision.verdict]
    note = (
        f"{error}" if decision.reason != "unforeseen" else ": ".join(filter(None, (type(error).__name__, f"{error}")))
    )
    log.log(
        level,
        "article_failed",
        article=item.ref,
        stage=stage,
        reason=decision.reason,
        attempt=item.attempt,
        error=excerpt(note, 300),
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
        except NewerData:
            raise
        except TransientError as error:
            if time.monotonic() > deadline:
                raise
            log.warning("ledger_waited_for", error=str(error))
            time.sleep(0.25)
