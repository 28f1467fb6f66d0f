"""The desk's budget of requests, shared out: what pace it affords now, and how long that lets a feed wait."""

import time
from collections.abc import Callable

from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.novelty import wanted_wait
from services.ingest.request_budget import Bounds, Budget, affordable_pace, kind_of
from services.ingest.subscriptions import Subscription
from shared.settings import Settings

LEARNT_S, OF_INTERVAL = 30.0, 8  # how long a pace holds: a part of the interval where that is short


def budget_of(settings: Settings) -> Budget:
    """What the settings allow."""
    a_day = settings.feed_requests_a_day
    return Budget(interval_s=float(settings.feed_interval_s), a_day=None if a_day is None else float(a_day))


def bounds_of(feed: Subscription, budget: Budget) -> Bounds:
    """Between which a feed's pace lies: what is set for it goes before what is set for all."""
    if feed.interval_s:
        return Bounds(shortest_s=float(feed.interval_s), longest_s=float(feed.interval_s))
    desk = budget.bounds()
    longest = float(feed.longest_s or desk.longest_s)
    shortest = float(feed.shortest_s or min(desk.shortest_s, longest))
    return Bounds(shortest_s=shortest, longest_s=max(longest, shortest))


class FeedPaces:
    """Knows the pace that all feeds together afford, and asks Redis for it twice a minute or more often."""

    def __init__(self, settings: Settings, states: FeedStates, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget, self._states, self._clock = budget_of(settings), states, clock
        self._pace, self._learnt_s = 0.0, 0.0

    @property
    def is_old(self) -> bool:
        """Is it time to learn anew what all feeds are like?"""
        return not self._pace or self._clock() - self._learnt_s > min(LEARNT_S, self._budget.interval_s / OF_INTERVAL)

    def learn(self) -> None:
        """Ask Redis what all feeds are like."""
        kinds, unseen = self._states.kinds()
        self._pace, self._learnt_s = affordable_pace(kinds, max(unseen, 0 if kinds else 1), self._budget), self._clock()

    def interval(self, feed: Subscription, state: FeedState, now_s: float) -> float:
        """Seconds until a feed is to be visited again, were it for us alone."""
        bounds = bounds_of(feed, self._budget)
        return max(wanted_wait(state.novelty, now_s, self._pace, bounds.longest_s), bounds.shortest_s)

    def kind(self, feed: Subscription, state: FeedState, asked_s: float) -> str:
        """What a feed counts as, that is not to be visited sooner than its server asks for."""
        bounds = bounds_of(feed, self._budget)
        shortest = max(bounds.shortest_s, asked_s)
        return kind_of(state.novelty, Bounds(shortest_s=shortest, longest_s=max(bounds.longest_s, shortest)))
