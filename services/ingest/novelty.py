"""How much news a feed brings, by the hour of its week, as its visits saw it; and what that says of the next visit.

To keep entries waiting least for a number of requests, a feed is asked in proportion to the square root of how much it
brings. Pure: times are Unix seconds, rates are entries a day.
"""

import math
from collections.abc import Sequence

import msgspec

DAY_S, HOUR_S = 86_400.0, 3600.0
RATE_DAYS = 6.0  # what was seen so long ago counts a third
SHAPE_DAYS = 21.0
PRIOR_RATE, PRIOR_DAYS = 2.0, 1.0  # a feed of which nothing is known: as if that had been seen
LEAST_RATE = 0.02
WINDOW_S = 14 * DAY_S  # what a first document says of older days says little of these
FIRST_S = HOUR_S  # entries closer together than this came at once, or are dated by the visit
HOUR_PRIOR, WEEKDAY_PRIOR = 1.0, 4.0  # entries of each hour and weekday that nobody has seen
SILENCE, OF_LONGEST = 15.0, 2.0
KNOWN_DAYS, KNOWN_ENTRIES = 3.0, 10.0


class Novelty(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is known of a feed's news.

    `count` entries were seen in `days` days, both fading, the last time at `seen_s`, the first at `since_s`. `hours`
    and `weekdays` are entries by hour and by day of the week (UTC, Monday first), fading more slowly; empty before any.
    `silence` is how many entries would usually have come since the last, at the rate of then (`usual`), and `longest`
    the longest such silence that ended, fading.
    """

    since_s: float = 0.0
    seen_s: float = 0.0
    count: float = PRIOR_RATE * PRIOR_DAYS
    days: float = PRIOR_DAYS
    hours: tuple[float, ...] = ()
    weekdays: tuple[float, ...] = ()
    usual: float = 0.0
    silence: float = 0.0
    longest: float = 0.0

    @property
    def rate(self) -> float:
        """Entries a day."""
        return max(self.count / self.days, LEAST_RATE)

    @property
    def is_silent(self) -> bool:
        """Has it been silent for far longer than ever, though it used to bring enough to know?"""
        return self.silence >= max(SILENCE, OF_LONGEST * self.longest)


def observe(novelty: Novelty, now_s: float, dated: Sequence[float], undated: int = 0) -> Novelty:
    """What is known after a visit that read the feed and found these new entries; `dated` are their own dates.

    What is dated otherwise than between this visit and the one before came at some time between them.
    """
    if not novelty.seen_s:
        return _first(novelty, now_s, dated)
    since = min(novelty.seen_s, now_s)
    inside = [moment for moment in dated if since < moment <= now_s]
    outside = len(dated) - len(inside) + undated
    spread = [since + (now_s - since) * (part + 0.5) / outside for part in range(min(outside, 100))]
    weight = outside / len(spread) if spread else 1.0
    seen = [(moment, 1.0) for moment in inside] + [(moment, weight) for moment in spread]
    return _hear(_add(novelty, since, now_s, seen), novelty, bool(seen), now_s)


def wanted_wait(novelty: Novelty, now_s: float, pace: float, longest_s: float) -> float:
    """Seconds until the visit that is due next: when the visits wanted since now add up to one. `pace` is what the desk
    can afford: a feed that brings one entry a day is asked each `pace` days."""
    week, rate, left = _Week(novelty), novelty.rate, 1.0
    waited, hour = 0.0, int(now_s // HOUR_S)
    while waited < longest_s:
        a_second = math.sqrt(max(rate * week.at(hour), LEAST_RATE)) / pace / DAY_S
        until = min((hour + 1) * HOUR_S - now_s, longest_s)
        if a_second * (until - waited) >= left:
            return waited + left / a_second
        left -= a_second * (until - waited)
        waited, hour = until, hour + 1
    return longest_s


def weight_of(novelty: Novelty) -> float:
    """A feed's share of all visits beside others': the visits a day that it is to have at a pace of 1, over a week."""
    week = _Week(novelty)
    return math.sqrt(novelty.rate) * _mean_root(week.hours) * _mean_root(week.weekdays)


def _first(novelty: Novelty, now_s: float, dated: Sequence[float]) -> Novelty:
    """What the first document tells: its dates are those of the last entries there were, up to the oldest shown."""
    moments = sorted(moment for moment in dated if now_s - WINDOW_S < moment <= now_s)
    if len(moments) < 2 or now_s - moments[0] < FIRST_S:
        return msgspec.structs.replace(novelty, since_s=now_s, seen_s=now_s, usual=novelty.rate)
    begun = msgspec.structs.replace(novelty, since_s=moments[0], seen_s=moments[0])
    added = _add(begun, moments[0], now_s, [(moment, 1.0) for moment in moments[1:]])
    return msgspec.structs.replace(added, usual=added.rate)


def _add(novelty: Novelty, since: float, now_s: float, seen: Sequence[tuple[float, float]]) -> Novelty:
    """Let what was known fade over the time since then, and add what was seen in it: moments with their weights."""
    elapsed = (now_s - since) / DAY_S
    fade, slow = math.exp(-elapsed / RATE_DAYS), math.exp(-elapsed / SHAPE_DAYS)
    hours = [value * slow for value in novelty.hours or (0.0,) * 24]
    weekdays = [value * slow for value in novelty.weekdays or (0.0,) * 7]
    count = novelty.count * fade
    for moment, weight in seen:
        ago = (now_s - moment) / DAY_S
        count += weight * math.exp(-ago / RATE_DAYS)
        hours[_hour(moment)] += weight * math.exp(-ago / SHAPE_DAYS)
        weekdays[_weekday(moment)] += weight * math.exp(-ago / SHAPE_DAYS)
    return msgspec.structs.replace(
        novelty, seen_s=now_s, count=count, days=novelty.days * fade + RATE_DAYS * (1 - fade),
        hours=tuple(hours) if any(hours) else (), weekdays=tuple(weekdays) if any(weekdays) else (),
    )  # fmt: skip


def _hear(after: Novelty, before: Novelty, has_news: bool, now_s: float) -> Novelty:
    """Count a silence on, or end it. It is held against the rate that the feed had before, which fades meanwhile."""
    longest = before.longest * math.exp(-(now_s - before.seen_s) / DAY_S / SHAPE_DAYS)
    if has_news:
        return msgspec.structs.replace(after, usual=after.rate, silence=0.0, longest=max(longest, before.silence))
    is_known = (now_s - before.since_s) / DAY_S > KNOWN_DAYS and sum(before.weekdays) > KNOWN_ENTRIES
    usual = before.usual * _between(before, before.seen_s, now_s) if is_known else 0.0
    return msgspec.structs.replace(after, silence=before.silence + usual, longest=longest)


def _between(novelty: Novelty, since: float, now_s: float) -> float:
    """The time between two moments in days, each hour counted by how much it usually brings."""
    if now_s - since > WINDOW_S:
        return (now_s - since) / DAY_S
    week, total, at = _Week(novelty), 0.0, since
    for hour in range(int(since // HOUR_S), int(now_s // HOUR_S) + 1):
        until = min((hour + 1) * HOUR_S, now_s)
        total += max(until - at, 0.0) / DAY_S * week.at(hour)
        at = until
    return total


class _Week:
    """The hours and the weekdays of a feed against their average, as far as it was watched long enough to tell."""

    def __init__(self, novelty: Novelty) -> None:
        watched = (novelty.seen_s - novelty.since_s) / DAY_S
        hours = novelty.hours or (0.0,) * 24
        smooth = [(hours[hour - 1] + 2 * value + hours[(hour + 1) % 24]) / 4 for hour, value in enumerate(hours)]
        self.hours = _against_average(smooth, HOUR_PRIOR, watched - 1)
        self.weekdays = _against_average(novelty.weekdays or (0.0,) * 7, WEEKDAY_PRIOR, (watched - 7) / 7)

    def at(self, hour: int) -> float:
        """How much more than on average the feed brings in an hour, counted from 1970."""
        return self.hours[hour % 24] * self.weekdays[(hour // 24 + 3) % 7]


def _against_average(counts: Sequence[float], prior: float, belief: float) -> Sequence[float]:
    belief = min(max(belief, 0.0), 1.0)
    if not belief:
        return (1.0,) * len(counts)
    total = sum(counts) + prior * len(counts)
    return [1 + belief * ((count + prior) * len(counts) / total - 1) for count in counts]


def _mean_root(values: Sequence[float]) -> float:
    return sum(map(math.sqrt, values)) / len(values)


def _hour(at_s: float) -> int:
    return int(at_s // HOUR_S) % 24


def _weekday(at_s: float) -> int:
    return (int(at_s // DAY_S) + 3) % 7  # 1 January 1970 was a Thursday
