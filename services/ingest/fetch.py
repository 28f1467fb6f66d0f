"""Visits feeds: asks for what is new, parses it apart, takes new entries in, and only then notes where it got to."""

import asyncio
import contextlib
import hashlib
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
import structlog

from services.ingest.documents import FeedDocuments
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_states import Claim, FeedState, FeedStates
from services.ingest.parser_pool import PARSERS
from services.ingest.schedule import FetchOutcome, next_wait, read_fresh, why_then
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.clock import now_us
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.ledger.troubles import Failing
from shared.net.http import Client, Fetched, RequestRefused, fetch
from shared.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
MOVES_BELIEVED = 3
FAILURES_TOLD = 3


class FetchThreads:
    """Threads for what blocks: each kind has its own, so that none waits behind another. Names are resolved in the
    loop's own executor, which nothing else uses."""

    def __init__(self, parsers: int = PARSERS) -> None:
        self.redis = ThreadPoolExecutor(4, thread_name_prefix="feeds-redis")
        self.documents = ThreadPoolExecutor(parsers, thread_name_prefix="feeds-documents")

    def close(self) -> None:
        """Begin nothing more."""
        for pool in (self.redis, self.documents):
            pool.shutdown(wait=False, cancel_futures=True)


class FeedFetcher:
    """Visits feeds, each by itself: what fails is that feed's failure alone."""

    def __init__(
        self, settings: Settings, subscriptions: Subscriptions, states: FeedStates, documents: FeedDocuments
    ) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._states = states
        self._documents = documents
        self._threads = FetchThreads()

    async def visit(
        self, client: Client, rooms: asyncio.Semaphore, claim: Claim, feed: Subscription, state: FeedState
    ) -> None:
        """Visit a feed and note when it is due again; `rooms` bound how many large documents are held at once.

        Raises `TransientError` where Redis is away: then the claim ends, and the feed is due again.
        """
        started, failing = time.monotonic(), None
        try:
            outcome, state = await self._ask(client, rooms, feed, state)
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
        noted = await self.in_redis(self._states.put, feed, state, wait, failing, claim, visit)
        if noted and state.moves >= MOVES_BELIEVED and state.moved is not None:
            await self.in_redis(self._subscriptions.move, feed.id, state.moved)
        log.info(
            "feed_visited", feed=feed.shown(), outcome=outcome.kind, status=state.status, problem=state.problem,
            took_ms=took_ms,
        )  # fmt: skip

    async def _ask(
        self, client: Client, rooms: asyncio.Semaphore, feed: Subscription, state: FeedState
    ) -> tuple[FetchOutcome, FeedState]:
        async with contextlib.AsyncExitStack() as held:

            async def make_room() -> None:
                await held.enter_async_context(rooms)

            answer = await fetch(
                client, feed.url, etag=state.etag, modified=state.modified, accept=ACCEPT, make_room=make_room
            )
            return await self._take(feed, note_answer(state, answer), answer)

    async def _take(self, feed: Subscription, state: FeedState, answer: Fetched) -> tuple[FetchOutcome, FeedState]:
        fresh = read_fresh(answer.headers.get("cache-control"))
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or body_hash == state.body_hash:
            noted = state if answer.status == 304 else note_validators(state, answer, body_hash)
            return FetchOutcome(kind="same", fresh_s=fresh), noted
        take, media_type = self._documents.take_document, answer.headers.get("content-type")
        loop = asyncio.get_running_loop()
        links = answer.headers.get("link")
        taken = await loop.run_in_executor(
            self._threads.documents, take, feed, answer.body, media_type, answer.url, links
        )
        state = note_validators(state, answer, body_hash)
        state = msgspec.structs.replace(
            state,
            news_us=now_us() if taken.news else state.news_us,
            title=taken.feed.title,
            quiet=taken.quiet,
            restless=taken.restless,
        )
        fresh = max(fresh or 0, taken.feed.ttl_s or 0)
        return FetchOutcome(kind="news" if taken.news else "same", fresh_s=fresh, news=taken.news), state

    async def in_redis(self, ask: Callable[..., T], *args: object) -> T:
        """Ask Redis, or a file, from a thread that waits for nothing else."""
        return await asyncio.get_running_loop().run_in_executor(self._threads.redis, ask, *args)

    def close(self) -> None:
        """Visit nothing more."""
        self._threads.close()


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
