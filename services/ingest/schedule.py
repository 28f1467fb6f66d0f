"""How long until a feed is visited again: a function of what the last visit brought."""

from typing import Literal

import msgspec

DAY_S = 24 * 3600.0
HOUR_S = 3600.0
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
REFUTED = 2.0  # entries in the time in which a feed says that it changes once
OVERFLOWING = 5  # entries, all of them new: there may have been more
AFTER_REST_S = 900.0

Kind = Literal["news", "same", "failed", "gone", "full", "offline"]
# Why a visit failed: `soft` may pass by itself (no answer, 5xx), `hard` is a no or no feed, `blocked` is a no to us.
Trouble = Literal["soft", "hard", "blocked"]
# For whom a server's wish to be left alone counts: for the feed, for its host, for all hosts of its domain.
Scope = Literal["feed", "host", "domain"]
# What the time of the next visit goes by: our own pace, a wish of its server, growing pauses after failures, a desk
# that was full, a desk that is cut off, or a person who asked for it; "gone" is never visited again. "rest" is only
# shown: the feed is due sooner, and its host asked for rest.
Why = Literal["pace", "asked", "backoff", "full", "request", "gone", "offline", "rest"]


class FetchOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a visit.

    `news` brought new entries, `same` none, `failed` an error, `gone` a 410, `full` found no room in the desk,
    `offline` means that we are cut off. `retry_after`, `fresh_s` (of the answer, or `<ttl>`) and `period_s` (of
    `sy:updatePeriod`) are what the server asked for, in seconds; `scope` says for whom, where it wants rest. `trouble`
    is the kind of an error, `news` how many of the `entries` were new.
    """

    kind: Kind
    retry_after: float | None = None
    fresh_s: float | None = None
    period_s: float | None = None
    news: int = 0
    entries: int = 0
    trouble: Trouble = "soft"
    scope: Scope = "feed"

    @property
    def asked_s(self) -> float:
        """For how long the server asked not to be visited after this visit went well."""
        return max(min(self.fresh_s or 0.0, MAX_FRESH_S), min(self.period_s or 0.0, DAY_S))


class RestTimes(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The hours (0 to 23) and the weekdays (0 is Monday) at which a feed asks not to be visited, `skipHours` and
    `skipDays` of RSS; both in UTC."""

    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


def next_wait(
    outcome: FetchOutcome, interval: float, failures: int, jitter: float, failing_s: float = 0.0
) -> float | None:
    """Seconds until the next visit; `None` for never.

    `interval` is the feed's own pace. `failures` counts this visit when it failed, `failing_s` is how long ago the
    first of them was; `jitter` in [0, 1) spreads the visits. A server's wish moves a visit only later than our own
    pace, never into the same minute, and never to before the time it named.
    """
    match outcome.kind:
        case "gone":
            return None
        case "full":
            return max(outcome.retry_after or FULL_WAIT_S, 1.0) * _later(jitter)
        case "failed" if outcome.retry_after is not None:
            wait = max(outcome.retry_after, min(MIN_WAIT_S, interval))
            return min(wait, DAY_S) * _later(jitter)
        case "failed":
            return _backoff(outcome.trouble, interval, failures, failing_s) * _spread(jitter)
        case "offline":
            return FIRST_RETRY_S * _spread(jitter)
        case _:
            is_overflowing = OVERFLOWING <= outcome.entries <= outcome.news
            pace = max(interval / 2, min(MIN_WAIT_S, interval)) if is_overflowing else interval
            return max(pace * _spread(jitter), outcome.asked_s * _later(jitter))


def after_rest(wait_s: float, now_s: float, rest: RestTimes, jitter: float) -> float:
    """A wait, or a longer one where it would end at a time that the feed asked to be left alone; `now_s` is Unix time.

    Who rests always is not believed.
    """
    if not (rest.hours or rest.days) or len({*rest.hours}) >= 24 or len({*rest.days}) >= 7:
        return wait_s
    at = now_s + wait_s
    while int(at // HOUR_S) % 24 in rest.hours or (int(at // DAY_S) + 3) % 7 in rest.days:
        at = (at // HOUR_S + 1) * HOUR_S
    moved = at - now_s
    return wait_s if moved <= wait_s else moved + AFTER_REST_S * jitter  # those that rested together part again


def believed_period(period_s: float | None, entries_a_day: float) -> float | None:
    """How often a feed says that it changes, unless what it brings says otherwise: "hourly" is what much software
    writes by itself."""
    if period_s is None or entries_a_day * period_s / DAY_S > REFUTED:
        return None
    return period_s


def rest_of_others(outcome: FetchOutcome) -> float | None:
    """Seconds for which no feed of the same host, or domain, is visited either, an hour at most."""
    return None if outcome.scope == "feed" else min(outcome.retry_after or FIRST_RETRY_S, HOST_REST_S)


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
            return "asked" if outcome.asked_s > interval else "pace"


def _spread(jitter: float) -> float:
    return 1 - JITTER + 2 * JITTER * jitter


def _later(jitter: float) -> float:
    return 1 + JITTER * jitter
