"""Visits feeds: asks for what is new, parses it apart, takes new entries in, and only then notes where it got to."""

import asyncio
import hashlib
import random
import time
from collections.abc import Sequence

import msgspec
import redis
import structlog

from services.ingest.documents import FeedDocuments
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_states import Claim, FeedState, FeedStates
from services.ingest.intake import TakesInputs
from services.ingest.parser_process import FeedParser
from services.ingest.schedule import FetchOutcome, next_wait, read_fresh, why_then
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.clock import now_us
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.ledger.troubles import Failing
from shared.net.http import Client, Fetched, RequestRefused, fetch
from shared.settings import Settings

log = structlog.get_logger(__name__)

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
MOVES_BELIEVED = 3
FAILURES_TOLD = 3


class FetchContext:
    """What the visits of one batch share. They wait for the parser here, not in threads that the others need."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.parsing = asyncio.Semaphore(1)


class FeedFetcher:
    """Visits feeds, each by itself: what fails is that feed's failure alone."""

    def __init__(
        self,
        settings: Settings,
        subscriptions: Subscriptions,
        states: FeedStates,
        documents: FeedDocuments,
    ) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._states = states
        self._documents = documents

    async def fetch_feeds(self, claims: Sequence[Claim]) -> None:
        """Visit these feeds side by side and note when each is due again; not those that somebody else has claimed."""
        try:
            feeds = {feed.id: feed for feed in await asyncio.to_thread(self._subscriptions.list)}
        except CopydeskError as error:  # their leases end, and they are due again
            log.error("feeds_unreadable", reason=str(error))
            return
        async with Client(self._settings) as client:
            context = FetchContext(client)
            results = await asyncio.gather(
                *(self._visit(context, claim, feeds.get(claim.feed)) for claim in claims), return_exceptions=True
            )
        for feed_id, result in zip([claim.feed for claim in claims], results, strict=True):
            if isinstance(result, TransientError):  # Redis is away: the lease ends, and the feed is due again
                log.warning("feed_not_noted", feed=feed_id, reason=str(result))
            elif isinstance(result, BaseException):
                log.error("feed_visit_broken", feed=feed_id, exc_info=result)

    async def _visit(self, context: FetchContext, claim: Claim, feed: Subscription | None) -> None:
        if feed is None:
            await asyncio.to_thread(self._states.forget, [claim.feed])
            return
        # A message may have waited for hours: whose lease ended meanwhile was claimed again, and is visited there.
        if not await asyncio.to_thread(self._states.renew, claim, self._settings.lease_s):
            log.info("feed_claim_lost", feed=feed.shown())
            return
        state = await asyncio.to_thread(self._states.get, feed)
        started, failing = time.monotonic(), None
        try:
            outcome, state = await self._ask(context, feed, state)
        except CopydeskError as error:
            outcome, state = judge_failure(error), note_failure(state, error)
            failing = judge_feed(feed.shown(), state, error)
        interval = float(feed.interval_s or self._settings.feed_interval_s)
        wait = next_wait(outcome, interval, state.failures, random.random())  # noqa: S311 - spreads visits
        state = msgspec.structs.replace(state, why=why_then(outcome, interval))
        took_ms = round((time.monotonic() - started) * 1000)
        visit = FeedVisit(
            at_us=now_us(), kind=outcome.kind, took_ms=took_ms, news=outcome.news, status=state.status,
            problem=state.problem,
        )  # fmt: skip
        noted = await asyncio.to_thread(self._states.put, feed, state, wait, failing, claim, visit)
        if noted and state.moves >= MOVES_BELIEVED and state.moved is not None:
            await asyncio.to_thread(self._subscriptions.move, feed.id, state.moved)
        log.info(
            "feed_visited", feed=feed.shown(), outcome=outcome.kind, status=state.status, problem=state.problem,
            took_ms=took_ms,
        )  # fmt: skip

    async def _ask(self, context: FetchContext, feed: Subscription, state: FeedState) -> tuple[FetchOutcome, FeedState]:
        answer = await fetch(context.client, feed.url, etag=state.etag, modified=state.modified, accept=ACCEPT)
        state = note_answer(state, answer)
        fresh = read_fresh(answer.headers.get("cache-control"))
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or body_hash == state.body_hash:
            noted = state if answer.status == 304 else note_validators(state, answer, body_hash)
            return FetchOutcome(kind="same", fresh_s=fresh), noted
        async with context.parsing:
            media_type = answer.headers.get("content-type")
            taken = await asyncio.to_thread(self._documents.take_document, feed, answer.body, media_type, answer.url)
        state = note_validators(state, answer, body_hash)
        state = msgspec.structs.replace(
            state, news_us=now_us() if taken.news else state.news_us, title=taken.feed.title, quiet=taken.quiet
        )
        fresh = max(fresh or 0, taken.feed.ttl_s or 0)
        return FetchOutcome(kind="news" if taken.news else "same", fresh_s=fresh, news=taken.news), state


def open_fetcher(settings: Settings, client: redis.Redis, intake: TakesInputs) -> FeedFetcher:
    """A fetcher for one worker process, with a parser process of its own."""
    states = FeedStates(client)
    documents = FeedDocuments(settings, states, intake, FeedParser())
    return FeedFetcher(settings, Subscriptions(settings), states, documents)


def judge_failure(error: CopydeskError) -> FetchOutcome:
    """What a failed visit means for the next."""
    if isinstance(error, IntakeFull):
        return FetchOutcome(kind="full", retry_after=error.retry_after)
    if isinstance(error, RequestRefused) and error.status == 410:
        return FetchOutcome(kind="gone")
    return FetchOutcome(kind="failed", retry_after=error.retry_after if isinstance(error, TransientError) else None)


def judge_feed(name: str, state: FeedState, error: CopydeskError) -> Failing | None:
    """Whether a person must look at the feed: at once where no further visit will help, else after some in a row."""
    passing = isinstance(error, TransientError) and state.failures < FAILURES_TOLD
    return None if passing or isinstance(error, IntakeFull) else Failing(name=name, since=now_us(), reason=str(error))


def note_failure(state: FeedState, error: CopydeskError) -> FeedState:
    """The state after a failure; a full desk is no failure of the feed's."""
    if isinstance(error, IntakeFull):
        return msgspec.structs.replace(state, problem=str(error))
    status = error.status if isinstance(error, RequestRefused) else None
    return msgspec.structs.replace(state, failures=state.failures + 1, problem=str(error), status=status)


def note_answer(state: FeedState, answer: Fetched) -> FeedState:
    """The state after an answer: well again, and perhaps moved for good, which is believed the third time."""
    moves = (
        state.moves + 1 if answer.moved is not None and answer.moved == state.moved else int(answer.moved is not None)
    )
    state = msgspec.structs.replace(state, status=answer.status, moved=answer.moved, moves=moves)
    return state if answer.status != 304 else msgspec.structs.replace(state, failures=0, problem=None)


def note_validators(state: FeedState, answer: Fetched, body_hash: str) -> FeedState:
    """The state once everything of a document is in: what to ask with next time."""
    return msgspec.structs.replace(
        state,
        etag=_short(answer.headers.get("etag")),
        modified=_short(answer.headers.get("last-modified")),
        body_hash=body_hash,
        failures=0,
        problem=None,
    )


def _short(value: str | None) -> str | None:
    return value if value is not None and len(value) <= 1000 else None
