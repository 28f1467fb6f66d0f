"""How long until a feed is visited again: a function of what the last visit brought."""

from typing import Literal

import msgspec

DAY_S = 24 * 3600.0
MAX_FRESH_S = 6 * 3600.0
MIN_WAIT_S = 60.0
FULL_WAIT_S = 60.0
JITTER = 0.1

Kind = Literal["news", "same", "failed", "gone", "full"]
# What the time of the next visit goes by: our own pace, a wish of its server, growing pauses after failures, a desk
# that was full, or a person who asked for it; "gone" is never visited again.
Why = Literal["pace", "asked", "backoff", "full", "request", "gone"]


class FetchOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit.

    `news` brought new entries, `same` none, `failed` an error, `gone` a 410, `full` found no room in the desk.
    `retry_after` and `fresh_s` are what the server asked for, in seconds; `news` is how many entries were new.
    """

    kind: Kind
    retry_after: float | None = None
    fresh_s: float | None = None
    news: int = 0


def next_wait(outcome: FetchOutcome, interval: float, failures: int, jitter: float) -> float | None:
    """Seconds until the next visit; `None` for never again.

    `failures` counts this visit when it failed; `jitter` in [0, 1) spreads the visits. A server's wish moves a visit
    only later than our own pace, never into the same minute.
    """
    match outcome.kind:
        case "gone":
            return None
        case "full":
            return max(outcome.retry_after or FULL_WAIT_S, 1.0) * (1 + JITTER * jitter)
        case "failed" if outcome.retry_after is not None:
            wait = max(outcome.retry_after, min(MIN_WAIT_S, interval))
            return min(wait, DAY_S) * (1 + JITTER * jitter)
        case "failed":
            return min(interval * 2.0 ** min(failures, 16), max(DAY_S, interval)) * _spread(jitter)
        case _:
            return max(interval, min(outcome.fresh_s or 0.0, MAX_FRESH_S)) * _spread(jitter)


def why_then(outcome: FetchOutcome, interval: float) -> Why:
    """What `next_wait` went by."""
    match outcome.kind:
        case "gone" | "full":
            return outcome.kind
        case "failed":
            return "backoff" if outcome.retry_after is None else "asked"
        case _:
            return "asked" if (outcome.fresh_s or 0.0) > interval else "pace"


def read_fresh(cache_control: str | None) -> float | None:
    """Read `max-age` out of `Cache-Control: public, max-age=600`."""
    for part in (cache_control or "").split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip('"')
        if name.lower() == "max-age" and value.isascii() and value.isdigit():
            return min(float(value[:9]), DAY_S)
    return None


def _spread(jitter: float) -> float:
    return 1 - JITTER + 2 * JITTER * jitter
