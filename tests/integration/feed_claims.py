"""Visits by hand: claims feeds now, whenever they are due, and visits them and no others."""

import asyncio

from services.ingest.feed_states import Claim, FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.net.http import Client
from shared.settings import Settings
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


def visit_now(settings: Settings, fetcher: FeedFetcher, states: FeedStates, *feeds: Subscription) -> None:
    """Visit these feeds side by side, as they are in the list now."""
    listed = {feed.id: feed for feed in Subscriptions(settings).list()}
    claimed = {claim: listed[claim.feed] for claim in claim_now(states, *feeds)}

    async def visit() -> None:
        async with Client(settings) as client:
            rooms = Rooms()
            visits = (fetcher.visit(client, rooms, claim, feed, states.get(feed)) for claim, feed in claimed.items())
            await asyncio.gather(*visits)

    asyncio.run(visit())
