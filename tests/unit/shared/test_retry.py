"""What becomes of failed work: one row a case."""

import msgspec
import pytest

from shared.errors import NotAnArticle, PermanentError, TooCostly, TransientError, Unavailable
from shared.work.retry import BACKOFF_S, RetryPolicy

POLICY = RetryPolicy(max_attempts=5)


@pytest.mark.parametrize(
    ("error", "attempt", "verdict", "reason"),
    [
        pytest.param(TransientError("away"), 1, "retry", "transient", id="what may pass is tried again"),
        pytest.param(TransientError("away"), 4, "retry", "transient", id="four times"),
        pytest.param(TransientError("away"), 5, "dead", "exhausted", id="five attempts are enough"),
        pytest.param(PermanentError("no"), 1, "dead", "permanent", id="a permanent error is never retried"),
        pytest.param(NotAnArticle("no"), 1, "refused", "refused", id="what its sender must mend is no death"),
        pytest.param(Unavailable("full"), 9, "back", "unavailable", id="what is away uses up no attempt"),
        pytest.param(msgspec.ValidationError("no"), 1, "dead", "undecodable", id="what does not decode is dead"),
        pytest.param(msgspec.DecodeError("no"), 1, "dead", "undecodable", id="what is not even of its format too"),
        pytest.param(RuntimeError("bug"), 1, "retry", "unforeseen", id="the unforeseen is tried once more"),
        pytest.param(RuntimeError("bug"), 2, "dead", "unforeseen", id="and only once"),
        pytest.param(MemoryError(), 1, "retry", "unforeseen", id="also when memory ran out"),
        pytest.param(TooCostly("no"), 1, "retry", "too-costly", id="what is too large is read once more alone"),
        pytest.param(TooCostly("no"), 2, "dead", "too-costly", id="and then is told as that"),
    ],
)
def test_decide(error: Exception, attempt: int, verdict: str, reason: str) -> None:
    decision = POLICY.decide(error, attempt=attempt, jitter=0.0)
    assert (decision.verdict, decision.reason) == (verdict, reason)


def test_the_unforeseen_travels_alone() -> None:
    assert POLICY.decide(RuntimeError("bug"), attempt=1, jitter=0.0).alone


def test_who_says_when_to_come_back_is_obeyed() -> None:
    assert POLICY.decide(TransientError("busy", retry_after=7), attempt=1, jitter=0.0).delay == 7


def test_retries_wait_longer_each_time_and_never_all_at_once() -> None:
    delays = [POLICY.decide(TransientError("away"), attempt=n, jitter=0.0).delay for n in (1, 2, 3, 4)]
    assert delays == sorted(set(delays))
    spread = {POLICY.decide(TransientError("away"), attempt=1, jitter=n / 10).delay for n in range(10)}
    assert len(spread) == 10


def test_jitter_makes_a_wait_longer_and_never_shorter() -> None:
    waits = [
        RetryPolicy().decide(TransientError("away"), attempt=1, jitter=jitter).delay for jitter in (0.0, 0.5, 0.99)
    ]
    assert waits[0] == BACKOFF_S[0]
    assert waits == sorted(set(waits))
