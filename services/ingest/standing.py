"""How a feed is doing, in one word with its reason, the same for the terminal, the desk's page and programs. Pure."""

from typing import Literal

import msgspec

from services.ingest.feed_states import FeedState
from services.ingest.subscriptions import Subscription, shown_address

DAY_US = 86_400_000_000
MOVED_DAYS = 30  # so long a move is told of
MOVES_BELIEVED = 3

# `soft`, `hard` and `blocked` fail, each as `schedule.Trouble` says; `gone` has ended (410). `offline` says that the
# desk is cut off, `silent` that it brings nothing for longer than ever, `restless` that it edits most entries at once.
# One that is `moving` says that it has moved, which is not believed yet; one that has `moved` did so in the last month.
State = Literal[
    "new", "fine", "moving", "moved", "restless", "silent", "offline", "soft", "hard", "blocked", "gone"
]  # fmt: skip


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The word, and why it is this one; None where the word says it all."""

    state: State
    reason: str | None = None


def standing_of(feed: Subscription, state: FeedState, now_us: int) -> Standing:
    """How a feed is doing."""
    if state.stopped:
        return Standing(state="gone", reason=state.problem)
    if state.failures:
        return Standing(state=state.trouble or "soft", reason=state.problem or f"it answered {state.status}")
    if state.why == "offline":
        return Standing(state="offline", reason=state.problem)
    if state.status is None:
        return Standing(state="new")
    return _of_one_that_is_read(feed, state, now_us)


def silence_of(state: FeedState, now_us: int) -> str:
    """What is said of a feed that is silent."""
    days = (now_us - (state.news_us or now_us)) / DAY_US
    return f"nothing new for {days:.1f} days; it brought {state.novelty.usual:.1f} entries a day before"


def _of_one_that_is_read(feed: Subscription, state: FeedState, now_us: int) -> Standing:
    if state.novelty.is_silent:
        return Standing(state="silent", reason=silence_of(state, now_us))
    if state.is_restless:
        reason = f"most entries were edited at each of the last {state.restless} visits"
        return Standing(state="restless", reason=reason)
    if state.moved is not None and state.moved != feed.url:
        believed = f"it is believed the third time, by visits that nobody asked for ({state.moves} of {MOVES_BELIEVED})"
        return Standing(state="moving", reason=f"its server says so, to {shown_address(state.moved)}; {believed}")
    if feed.moved_from is not None and now_us - feed.moved_us < MOVED_DAYS * DAY_US:
        return Standing(state="moved", reason=f"from {feed.moved_from}, for good")
    return Standing(state="fine")
