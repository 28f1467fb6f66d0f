"""Visits by hand: claims feeds now, whenever they are due, as a watcher would whose clock is right there."""

from services.ingest.feed_states import Claim, FeedStates
from services.ingest.subscriptions import Subscription
from tests.conftest import wait_for

LEASE_S = 60.0


def claim_now(states: FeedStates, *feeds: Subscription) -> list[Claim]:
    """Claims on these feeds; those of others that were due are claimed beside them and left."""
    for feed in feeds:
        assert states.hasten(feed, 0), f"{feed.url} is not watched"
    claimed: dict[str, Claim] = {}

    def all_claimed() -> bool:
        claimed.update((claim.feed, claim) for claim in states.claim(LEASE_S))
        return all(feed.id in claimed for feed in feeds)

    wait_for(all_claimed, "a feed is not due")
    return [claimed[feed.id] for feed in feeds]
