"""What becomes of work that failed: pure rules, a table of cases."""

import random
from typing import Literal

import msgspec

from shared.errors import PermanentError, Refused, TooCostly, TransientError, Unavailable

BACKOFF_S = (5.0, 30.0, 120.0, 600.0)
JITTER = 0.2


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of it, and for which `reason`.

    `retry` after `delay` seconds (alone, if it may have been its neighbours' doing), `back` in the line as if it had
    never been taken up, `refused` for its sender to mend, or `dead` for a person to see.
    """

    verdict: Literal["retry", "back", "refused", "dead"]
    reason: str
    delay: float = 0.0
    alone: bool = False


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how long between. `attempt` counts from 1 and rises only when an article is claimed."""

    max_attempts: int = 5

    def decide(self, error: Exception, *, attempt: int, jitter: float) -> Decision:
        """Rule on one failure; `jitter` in [0, 1) spreads the retries so that they do not come back at once."""
        match error:
            case Unavailable():
                return Decision(verdict="back", reason="unavailable")
            case Refused():
                return Decision(verdict="refused", reason="refused")
            case TransientError() if attempt >= self.max_attempts:
                return Decision(verdict="dead", reason="exhausted")
            case TransientError():
                wait = error.retry_after or BACKOFF_S[min(attempt, len(BACKOFF_S)) - 1]
                return Decision(verdict="retry", reason="transient", delay=wait * (1 + JITTER * jitter))
            case msgspec.DecodeError():
                return Decision(verdict="dead", reason="undecodable")
            case PermanentError():
                return Decision(verdict="dead", reason="permanent")
            case _ if attempt == 1:
                return Decision(verdict="retry", reason=_name_of(error), alone=True)
            case _:
                return Decision(verdict="dead", reason=_name_of(error))


def _name_of(error: Exception) -> str:
    return "too-costly" if isinstance(error, TooCostly) else "unforeseen"


def jitter() -> float:
    """A number in [0, 1) for `decide`."""
    return random.random()  # noqa: S311  (spreads retries; guards nothing)
