"""What became of the pages of each feed, in Redis beside its state: who asks why texts are short sees it there."""

from typing import Any, Literal, cast, get_args

import msgspec

from services.ingest.subscriptions import Subscription
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors

# Taken in with its entry; looked at again and the same; away for now; closed to us, or no page; away for good.
PageOutcome = Literal["taken", "same", "postponed", "refused", "given-up"]
OUTCOMES: tuple[PageOutcome, ...] = get_args(PageOutcome)
LONGEST = 300
_FIELD = "pages:"


class PageTally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How many visits of a feed's pages ended how, and what was wrong with the last that was not read (when: µs)."""

    counts: dict[PageOutcome, int] = {}
    problem: str | None = None
    problem_us: int | None = None


class PageTallies:
    """The tallies of all feeds; they go with their feed's state."""

    def __init__(self, client: Client) -> None:
        self._redis: Any = client  # redis-py types its answers for text and bytes clients at once

    def note(self, feed: Subscription, outcome: PageOutcome, problem: str | None = None) -> None:
        """Count a visit."""
        key = keys.feed(feed.id)
        with redis_errors(self._redis), self._redis.pipeline() as pipe:
            pipe.hincrby(key, _FIELD + outcome, 1)
            if problem is not None:
                pipe.hset(key, mapping={f"{_FIELD}problem": problem[:LONGEST], f"{_FIELD}problem_us": now_us()})
            pipe.execute()

    def get(self, feed: Subscription) -> PageTally | None:
        """A feed's tally; None where none of its pages was visited."""
        names = [_FIELD + name for name in (*OUTCOMES, "problem", "problem_us")]
        with redis_errors(self._redis):
            found = cast("list[bytes | None]", self._redis.hmget(keys.feed(feed.id), names))
        counts = {name: int(count) for name, count in zip(OUTCOMES, found, strict=False) if count}
        problem, at = found[len(OUTCOMES) :]
        if not counts:
            return None
        return PageTally(
            counts=counts, problem=problem.decode() if problem else None, problem_us=int(at) if at else None
        )
