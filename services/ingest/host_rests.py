"""How the feeds of a host that asked to be left alone are shown: their next visit is when its rest ends."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec

from services.ingest.feed_lanes import lane_of
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.subscriptions import Subscription
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors


def shown_states(client: Client, feeds: Sequence[Subscription]) -> list[FeedState]:
    """How each feed is doing, as people and programs are told of it; not to be kept."""
    states = FeedStates(client).get_all(feeds)
    rests = host_rests(client)
    return [
        with_rest(state, rests.get(lane_of(feed), 0) if rests else 0) for feed, state in zip(feeds, states, strict=True)
    ]


def resting(client: Client, feeds: Iterable[Subscription]) -> list[tuple[Subscription, int]]:
    """Those of some feeds whose host rests, each with the end of that (µs)."""
    rests = host_rests(client)
    return [(feed, rests[lane_of(feed)]) for feed in feeds if rests and lane_of(feed) in rests]


def host_rests(client: Client) -> Mapping[str, int]:
    """Until when the lanes rest that asked for that, µs; those whose rest is over are left out."""
    with redis_errors(client):
        packed = cast("dict[bytes, bytes]", client.hgetall(keys.FEEDS_RESTS))
    ends = {lane.decode(): int(float(until) * 1_000_000) for lane, until in packed.items()}
    now = now_us()
    return {lane: until for lane, until in ends.items() if until > now}


def with_rest(state: FeedState, until_us: int) -> FeedState:
    """A state whose next visit is when the rest of its host ends, where it would be sooner by itself."""
    is_later = until_us > (state.due_us or 0) and not state.stopped
    return msgspec.structs.replace(state, due_us=until_us, why="rest") if is_later else state
