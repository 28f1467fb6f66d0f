"""How long until a feed is visited again: a function of what the last visit brought."""

from typing import Literal

import msgspec

DAY_S = 24 * 3600.0
MAX_FRESH_S = 6 * 3600.0
MIN_WAIT_S = 60.0
FULL_WAIT_S = 60.0
JITTER = 0.1
# A server that comes back after a minute or after some hours has all its feeds read within five minutes, with the visit
# itself and its jitter; one that stays away longer is asked ever more rarely.
FIRST_RETRY_S = 60.0
RETRY_S = 240.0
OUTAGE_S = 4 * 3600.0
HOST_REST_S = 3600.0

Kind = Literal["news", "same", "failed", "gone", "full", "offline"]
# Why a visit failed: `soft` may pass by itself (no answer, 5xx), `hard` is a no or no feed, `blocked` is a no to us.
Trouble = Literal["soft", "hard", "blocked"]
# What the time of the next visit goes by: our own pace, a wish of its server, growing pauses after failures, a desk
# that was full, a desk that is cut off, or a person who asked for it; "gone" is never visited again.
Why = Literal["pace", "asked", "backoff", "full", "request", "gone", "offline"]


class FetchOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit.

    `news` brought new entries, `same` none, `failed` an error, `gone` a 410, `full` found no room in the desk,
    `offline` means that we are cut off. `retry_after` and `fresh_s` are what the server asked for, in seconds, and
    `of_host` makes that a wish for the whole host; `trouble` is the kind of an error, `news` how many entries were new.
    """

    kind: Kind
    retry_after: float | None = None
    fresh_s: float | None = None
    news: int = 0
    trouble: Trouble = "soft"
    of_host: bool = False


def next_wait(
    outcome: FetchOutcome, interval: float, failures: int, jitter: float, failing_s: float = 0.0
) -> float | None:
    """Seconds until the next visit; `None` for never again.

    `failures` counts this visit when it failed, `failing_s` is how long ago the first of them was; `jitter` in [0, 1)
    spreads the visits. A server's wish moves a visit only later than our own pace, never into the same minute.
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
            return _backoff(outcome.trouble, interval, failures, failing_s) * _spread(jitter)
        case "offline":
            return FIRST_RETRY_S * _spread(jitter)
        case _:
            return max(interval, min(outcome.fresh_s or 0.0, MAX_FRESH_S)) * _spread(jitter)


def host_rest(outcome: FetchOutcome) -> float | None:
    """Seconds for which no feed of the same host is visited either, an hour at most."""
    return min(outcome.retry_after or FIRST_RETRY_S, HOST_REST_S) if outcome.of_host else None


def _backoff(trouble: Trouble, interval: float, failures: int, failing_s: float) -> float:
    """Soon again after the first failure. What may pass by itself is asked every few minutes for some hours, then ever
    more rarely; a no is asked at the feed's pace, then half as often each time. A day at most."""
    first = min(FIRST_RETRY_S, interval)
    if trouble == "soft":
        longest = max(RETRY_S, (failing_s - OUTAGE_S) / 4)
        return min(first * 2.0 ** min(failures - 1, 16), longest, DAY_S)
    if trouble == "hard" and failures <= 1:
        return first
    return min(interval * 2.0 ** min(failures - (2 if trouble == "hard" else 0), 16), max(DAY_S, interval))


def why_then(outcome: FetchOutcome, interval: float) -> Why:
    """What `next_wait` went by."""
    match outcome.kind:
        case "gone" | "full" | "offline":
            return outcome.kind
        case "failed":
            return "backoff" if outcome.retry_after is None else "asked"
        case _:
            return "asked" if (outcome.fresh_s or 0.0) > interval else "pace"


def _spread(jitter: float) -> float:
    return 1 - JITTER + 2 * JITTER * jitter
