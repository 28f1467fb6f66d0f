"""The last visits of each feed, in Redis: what a person looks at who asks why nothing comes."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.ingest.schedule import Kind
from services.ingest.subscriptions import Subscription
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

VISITS_KEPT = 30
LONGEST_PROBLEM = 300


class FeedVisit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One visit: when it ended (µs), what came of it, how long it took, how many entries were new.

    `kind` is as in `services.ingest.schedule.FetchOutcome`; `status` is the server's, None where none answered
    and where the desk was full.
    """

    at_us: int
    kind: Kind
    took_ms: int = 0
    news: int = 0
    status: int | None = None
    problem: str | None = None


def note_visit(pipe: Any, feed: Subscription, visit: FeedVisit) -> None:
    """Have a pipeline keep a visit, and the last ones before it."""
    if visit.problem is not None:
        visit = msgspec.structs.replace(visit, problem=visit.problem[:LONGEST_PROBLEM])
    key = keys.feed_visits(feed.id)
    pipe.lpush(key, msgspec.msgpack.encode(visit))
    pipe.ltrim(key, 0, VISITS_KEPT - 1)


def last_visits(client: Client, feed: Subscription) -> Sequence[FeedVisit]:
    """The last visits, the newest first; none of a feed that had the same id before this one was added."""
    reading: Any = client
    with redis_errors(client):
        packed = reading.lrange(keys.feed_visits(feed.id), 0, VISITS_KEPT - 1)
    visits = []
    for one in packed:
        try:
            visits.append(msgspec.msgpack.decode(one, type=FeedVisit))
        except msgspec.DecodeError:  # of another release
            continue
    return [visit for visit in visits if visit.at_us >= feed.added_us]
