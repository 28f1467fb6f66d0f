"""What becomes of a bulk that a sink has answered: pure rules, a table of cases."""

import random
from collections.abc import Mapping, Sequence

import msgspec

from services.index.outbox.outbox import Logged, Waiting
from services.index.sinks.sink import Delivery, SinkEnded
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable

BACKOFF_S = (2.0, 10.0, 60.0, 300.0, 1800.0)
PROBE_S = (1.0, 2.0, 5.0, 10.0, 15.0)  # with its jitter, and a slow start, all goes on within half a minute
MOST_ATTEMPTS = 12
JITTER = 0.3
LONGEST_NOTE = 500
US = 1_000_000
LONGEST_WAIT_S = 3600.0
LONGEST_WAIT_US = int(LONGEST_WAIT_S * US)

Answers = Sequence[CopydeskError | None]


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """What to write down of a bulk. `away` is why the sink is to be left alone for a while; None while it answers."""

    logged: tuple[Logged, ...]
    waiting: tuple[Waiting, ...]
    done: tuple[int, ...]
    away: Unavailable | None


def rule_bulk(
    deliveries: Sequence[Delivery], answers: Answers, waited: Mapping[int, Waiting], *, now: int, jitter: float
) -> Ruled:
    """Rule on each delivery of a bulk by the sink's answer at its place.

    A sink that is away uses up no attempt. What will never be taken, or was tried too often, is dead: it waits for a
    person, and never holds up what comes after it.
    """
    logged, waiting, done = [], [], []
    away: Unavailable | None = None
    for delivery, answer in zip(deliveries, answers, strict=True):
        before = waited.get(delivery.change)
        attempts = (before.attempts if before else 0) + (0 if isinstance(answer, Unavailable) else 1)
        if answer is None:
            done.append(delivery.change)
            logged.append(_logged(delivery, "delivered", attempts, now))
            continue
        if isinstance(answer, Unavailable):
            away = answer if away is None or isinstance(answer, SinkEnded) else away
        is_dead = isinstance(answer, PermanentError) or attempts >= MOST_ATTEMPTS
        waiting.append(_waiting(delivery, answer, before, attempts, now=now, jitter=jitter, dead=is_dead))
        logged.append(_logged(delivery, "dead" if is_dead else "retrying", attempts, now, str(answer)))
    return Ruled(logged=tuple(logged), waiting=tuple(waiting), done=tuple(done), away=away)


def held_back(delivery: Delivery) -> Waiting:
    """A word that waits for an earlier one of its article, not for a time: due as soon as that is through."""
    return Waiting(change=delivery.change, article=delivery.article_id, due_us=0, since_us=delivery.version)


def probe_after(tries: int, error: TransientError, jitter: float) -> float:
    """Seconds until a sink that was away is asked again: soon, then more and more seldom, or when it said so."""
    return max(PROBE_S[min(tries, len(PROBE_S) - 1)], error.retry_after or 0.0) * (1 + JITTER * jitter)


def jitter() -> float:
    """A number in [0, 1) that keeps tries apart."""
    return random.random()  # noqa: S311  (spreads retries; guards nothing)


def _waiting(
    delivery: Delivery,
    error: CopydeskError,
    before: Waiting | None,
    attempts: int,
    *,
    now: int,
    jitter: float,
    dead: bool,
) -> Waiting:
    asked = error.retry_after if isinstance(error, TransientError) else None
    pause = asked or BACKOFF_S[min(max(attempts, 1), len(BACKOFF_S)) - 1]
    return Waiting(
        change=delivery.change,
        article=delivery.article_id,
        attempts=attempts,
        due_us=now + int(min(pause * (1 + JITTER * jitter), LONGEST_WAIT_S) * US),
        since_us=before.since_us if before else delivery.version,
        dead=dead,
        error=str(error)[:LONGEST_NOTE],
    )


def _logged(delivery: Delivery, ending: str, attempt: int, now: int, note: str = "") -> Logged:
    return msgspec.convert(
        {
            "article": delivery.article_id,
            "rev": delivery.rev,
            "change": delivery.change,
            "kind": delivery.kind,
            "ending": ending,
            "attempt": attempt,
            "atUs": now,
            "waitedUs": max(0, now - delivery.version),
            "note": note[:LONGEST_NOTE],
        },
        Logged,
    )
