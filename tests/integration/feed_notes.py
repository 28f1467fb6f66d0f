"""What came of a visit, noted by hand: how a feed is doing without anybody having asked its server."""

from typing import Any

from services.ingest.feed_states import FeedState, FeedStates, VisitNote
from services.ingest.subscriptions import Subscription
from shared.ledger.troubles import Failing


def note_state(
    states: FeedStates,
    feed: Subscription,
    state: FeedState,
    wait_s: float | None,
    failing: Failing | None = None,
    **about: Any,
) -> bool:
    """Keep a state, and the seconds until the next visit (None for never); `about` is what else `VisitNote` says."""
    (is_kept,) = states.put_each([VisitNote(feed=feed, state=state, wait_s=wait_s, failing=failing, **about)])
    return is_kept
