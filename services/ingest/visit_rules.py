"""What a visit means for its feed: how it failed, whom that concerns, and what is noted of it."""

from typing import TypedDict

import msgspec

from services.ingest.feed_alarm import soothe, sound
from services.ingest.feed_states import FeedState, note_well
from services.ingest.schedule import FetchOutcome, Scope, Trouble, believed_period
from services.ingest.standing import MOVES_BELIEVED, silence_of
from services.ingest.subscriptions import MAX_URL, Subscription
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.ledger.troubles import Failing
from shared.net.http import AskedToWait, Fetched, RequestRefused

FAILURES_TOLD = 3
TOO_MANY, GONE = 429, 410
BLOCKED = frozenset({401, 403, 407, TOO_MANY, 451})


def judge_failure(error: CopydeskError, scope: Scope | None = None) -> FetchOutcome:
    """What a failed visit means for the next; `scope` is what is set for the feed."""
    if isinstance(error, IntakeFull):
        return FetchOutcome(kind="full", retry_after=error.retry_after)
    if status_of(error) == GONE:
        return FetchOutcome(kind="gone")
    asked = error.retry_after if isinstance(error, RequestRefused | TransientError) else None
    for_whom = scope_of(status_of(error), asked, scope)
    return FetchOutcome(kind="failed", retry_after=asked, scope=for_whom, trouble=trouble_of(error))


class Asked(TypedDict):
    """For how long a feed asks not to be visited (s): by its answer, and by the pace that it tells of itself."""

    fresh_s: float
    period_s: float | None


def asked_by(state: FeedState, fresh_s: float | None = None) -> Asked:
    """What the answer of `fresh_s`, else the last that said anything, and the document whenever it was read ask for."""
    period = believed_period(state.period_s, state.novelty.rate)
    said = state.max_age_s if fresh_s is None else fresh_s
    return {"fresh_s": max(said or 0.0, state.fresh_s or 0.0), "period_s": period}


def scope_of(status: int | None, retry_after: float | None, scope: Scope | None) -> Scope:
    """For whom a wish to be left alone counts. Too many requests are the host's to count; a gateway's 503 is of the one
    site behind it, as is a 403. What is set for the feed goes before that."""
    if status == TOO_MANY:
        return scope or "host"
    if status is not None and retry_after is not None:
        return scope or "feed"
    return "feed"


def trouble_of(error: CopydeskError) -> Trouble:
    """What kind of failure it is."""
    if status_of(error) in BLOCKED:
        return "blocked"
    return "soft" if isinstance(error, TransientError) else "hard"


def status_of(error: CopydeskError) -> int | None:
    """What the server answered, if it did."""
    return error.status if isinstance(error, RequestRefused | AskedToWait) else None


def is_silence(error: CopydeskError) -> bool:
    """Did nobody answer at all?"""
    return isinstance(error, TransientError) and not isinstance(error, IntakeFull | AskedToWait)


def note_failure(state: FeedState, error: CopydeskError, now_us: int) -> FeedState:
    """The state after a failure; a full desk is no failure of the feed's. A person is to know at once where no further
    visit will help, else after some failures in a row."""
    if isinstance(error, IntakeFull):
        return msgspec.structs.replace(state, problem=str(error))
    state = msgspec.structs.replace(
        state, failures=state.failures + 1, problem=str(error), status=status_of(error), trouble=trouble_of(error),
        failing_us=state.failing_us or now_us,
    )  # fmt: skip
    if isinstance(error, TransientError) and state.failures < FAILURES_TOLD and not state.alarm.reason:
        return state
    return msgspec.structs.replace(state, alarm=sound(state.alarm, str(error), now_us))


def note_success(state: FeedState) -> FeedState:
    """The state after a visit that went well."""
    return msgspec.structs.replace(note_well(state), alarm=soothe(state.alarm))


def failing_of(feed: Subscription, state: FeedState, now_us: int) -> Failing | None:
    """What is told of a feed: that it fails, or that it has been silent for far longer than it usually is."""
    if state.alarm.reason:
        return Failing(name=feed.shown(), since=state.alarm.told_us, reason=state.alarm.reason)
    if not state.novelty.is_silent:
        return None
    since, reason = state.news_us or now_us, silence_of(state, now_us)
    return Failing(name=feed.shown(), since=since, reason=reason, is_silent=True)


def note_answer(state: FeedState, answer: Fetched) -> FeedState:
    """The state after an answer; it may say that the feed has moved for good, which is believed the third time.

    A person who has a feed visited thrice in a row has asked once.
    """
    moved = answer.moved if answer.moved is None or len(answer.moved) <= MAX_URL else None
    again = moved is not None and moved == state.moved
    moves = int(moved is not None) if not again else state.moves + int(state.why != "request")
    return msgspec.structs.replace(state, status=answer.status, moved=moved, moves=moves)


def new_address(outcome: FetchOutcome, state: FeedState) -> str | None:
    """Where a feed has moved for good, if this visit was told so: the state of one that failed is of earlier ones."""
    return state.moved if outcome.kind in ("news", "same") and state.moves >= MOVES_BELIEVED else None


def note_validators(state: FeedState, answer: Fetched, body_hash: str) -> FeedState:
    """The state once everything of a document is in: what to ask with next time."""
    etag, modified = answer.validators
    return msgspec.structs.replace(state, etag=etag, modified=modified, body_hash=body_hash)
