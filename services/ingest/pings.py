"""A publisher says that something changed: the feeds that would tell of it are visited soon."""

from collections.abc import Sequence

import msgspec

from services.ingest.feed_states import FeedStates
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.clock import now_us
from shared.identity import canonical_url, host_of

LEAST_BETWEEN_S = 30  # whoever says so each second is heard, and the site is spared
MOST_FEEDS = 50


class Pinged(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A feed that is visited soon, and when at the earliest (µs)."""

    feed: str
    due_us: int


class FeedPings:
    """Brings the next visit of feeds forward."""

    def __init__(self, subscriptions: Subscriptions, states: FeedStates) -> None:
        self._subscriptions = subscriptions
        self._states = states

    def ping(self, address: str) -> Sequence[Pinged]:
        """The feeds that an address is meant to wake: the feed of that address, else those of its host; none where none
        is watched. One that has ended (410) is not visited again."""
        feeds = self._subscriptions.list()
        named = [feed for feed in feeds if canonical_url(feed.url) == canonical_url(address)]
        beside = [feed for feed in feeds if host_of(feed.url) == host_of(address)]
        return [pinged for feed in (named or beside)[:MOST_FEEDS] if (pinged := self._hasten(feed)) is not None]

    def ping_feed(self, feed_id: str) -> None:
        """Visit one feed soon, where it is watched still."""
        for feed in self._subscriptions.list():
            if feed.id == feed_id:
                self._hasten(feed)

    def _hasten(self, feed: Subscription) -> Pinged | None:
        state, now = self._states.get(feed), now_us()
        if state.stopped:
            return None
        wait_s = state.wait_s(LEAST_BETWEEN_S, now)
        self._states.hasten(feed, wait_s)
        return Pinged(feed=feed.shown(), due_us=now + int(wait_s * 1_000_000))
