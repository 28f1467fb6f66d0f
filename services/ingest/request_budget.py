"""How many requests a day the feeds may cost, and what pace that buys: as many for all of them as there are. Pure.

Feeds are counted by kinds (`kind_of`), so that a desk of ten thousand is a table of some hundred rows.
"""

import math
from collections.abc import Mapping

import msgspec

from services.ingest.novelty import DAY_S, Novelty, weight_of

SHORTEST_S = 300.0  # between two visits of a feed of which nobody says otherwise
LEAST_S = 10.0
SPENT = 0.99  # of the budget: kinds are told apart by steps, and visits come by chance
STEPS = 8  # kinds in each doubling
SLOWEST, FASTEST = 40, -40  # powers of two of a pace


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The least and the most seconds between two visits of a feed."""

    shortest_s: float
    longest_s: float


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What all visits of a day may be: `a_day` requests, else as many as a visit each `interval_s` of every feed."""

    interval_s: float
    a_day: float | None = None

    def requests(self, feeds: int) -> float:
        """How many a day, for so many feeds."""
        return self.a_day or feeds * DAY_S / self.interval_s

    def bounds(self) -> Bounds:
        """Between which a feed's own pace lies. Who asks for visits each few seconds gets them."""
        if self.a_day is not None:
            return Bounds(shortest_s=SHORTEST_S, longest_s=DAY_S)
        shortest = min(self.interval_s, max(LEAST_S, min(SHORTEST_S, self.interval_s / 6)))
        return Bounds(shortest_s=shortest, longest_s=max(DAY_S, self.interval_s))


def kind_of(novelty: Novelty, bounds: Bounds) -> str:
    """What a feed counts as: "11:65:131" are its weight and its bounds, each in steps of a doubling."""
    longest = max(bounds.shortest_s, bounds.longest_s)
    return ":".join(str(round(math.log2(value) * STEPS)) for value in (weight_of(novelty), bounds.shortest_s, longest))


def affordable_pace(kinds: Mapping[str, int], unseen: int, budget: Budget) -> float:
    """The pace at which the feeds, so many of each kind and so many that nobody has visited yet, spend the budget."""
    counts = dict(kinds)
    if unseen > 0:
        usual = kind_of(Novelty(), budget.bounds())
        counts[usual] = counts.get(usual, 0) + unseen
    rows = [(*read, count) for kind, count in counts.items() if count > 0 and (read := _read_kind(kind)) is not None]
    wanted = SPENT * budget.requests(sum(count for *_, count in rows))
    fast, slow = float(FASTEST), float(SLOWEST)
    for _ in range(30):
        pace = (fast + slow) / 2
        if _spent(rows, math.exp2(pace)) > wanted:
            fast = pace
        else:
            slow = pace
    return math.exp2(slow)


def _spent(rows: list[tuple[float, float, float, int]], pace: float) -> float:
    """Requests a day."""
    return sum(
        count * min(max(weight / pace, DAY_S / longest), DAY_S / shortest) for weight, shortest, longest, count in rows
    )


def _read_kind(kind: str) -> tuple[float, float, float] | None:
    """The weight and the bounds of a kind; None for one of another release."""
    try:
        weight, shortest, longest = (math.exp2(int(step) / STEPS) for step in kind.split(":"))
    except (ValueError, OverflowError):
        return None
    return weight, shortest, longest
