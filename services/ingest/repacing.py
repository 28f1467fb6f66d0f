"""Moves the visit times of feeds whose interval, or other bounds, somebody has changed: they hold at once."""

from collections.abc import Sequence

from services.ingest.feed_paces import FeedPaces
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.schedule import JITTER, FetchOutcome
from services.ingest.subscriptions import Subscription
from services.ingest.visit_rules import asked_by
from shared.clock import now_us

SECOND_US = 1_000_000


class Repacing:
    """Knows by which bounds the feeds were visited until now."""

    def __init__(self, states: FeedStates, paces: FeedPaces) -> None:
        self._states, self._paces = states, paces
        self._bounds: dict[str, tuple[int | None, ...]] = {}

    def follow(self, feeds: Sequence[Subscription], *, whole: bool) -> bool:
        """Move the feeds whose bounds are others than at the last look; whether one was moved.

        `whole` looks at each feed that has bounds of its own: they may have been set while nobody looked, or during a
        visit that planned the next by the former ones.
        """
        bounds: dict[str, tuple[int | None, ...]]
        bounds = {feed.id: (feed.interval_s, feed.shortest_s, feed.longest_s) for feed in feeds}
        changed = {own_id for own_id, now in bounds.items() if self._bounds.get(own_id, now) != now}
        looked_at = [feed for feed in feeds if feed.id in changed or (whole and any(bounds[feed.id]))]
        self._bounds = bounds
        if looked_at and self._paces.is_old:
            self._paces.learn()
        states = zip(looked_at, self._states.get_all(looked_at), strict=True)
        moved = [self._move(feed, state, is_changed=feed.id in changed) for feed, state in states]
        return any(moved)

    def _move(self, feed: Subscription, state: FeedState, *, is_changed: bool) -> bool:
        now = now_us()
        due_us = due_by(state, self._paces.interval(feed, state, now / SECOND_US), is_changed=is_changed)
        return due_us is not None and self._states.move(feed, max(0, due_us - now) / SECOND_US)


def due_by(state: FeedState, interval_s: float, *, is_changed: bool) -> int | None:
    """When a feed is due by its present interval (µs); None where its time is right, or goes by something else.

    Where the bounds did not change it is only brought forward: a feed that overflows is visited sooner than they say.
    """
    if state.stopped or state.failures or state.why not in ("pace", "asked"):
        return None
    if state.checked_us is None or state.due_us is None:
        return None
    wait_us = int(max(interval_s, FetchOutcome(kind="same", **asked_by(state)).asked_s) * SECOND_US)
    due_us = state.checked_us + wait_us
    if state.why == "asked":
        due_us = max(due_us, state.due_us)
    is_late = state.due_us - due_us > 2 * JITTER * wait_us
    return due_us if is_late or (is_changed and due_us != state.due_us) else None
