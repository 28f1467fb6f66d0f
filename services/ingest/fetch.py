"""Visits feeds: asks for what is new, parses it apart, takes new entries in, and only then notes where it got to."""

import asyncio
import contextlib
import datetime as dt
import functools
import hashlib
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
import structlog

from services.ingest.documents import FeedDocuments
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_states import Claim, FeedState, FeedStates, VisitNote, note_well
from services.ingest.freshness import read_fresh
from services.ingest.own_outage import OwnOutage
from services.ingest.parser_pool import PARSERS
from services.ingest.schedule import FetchOutcome, Trouble, host_rest, next_wait, why_then
from services.ingest.subscriptions import Subscription, Subscriptions
from services.ingest.visit_notes import VisitNotes
from shared.clock import now_us
from shared.errors import CopydeskError, IntakeFull, TransientError
from shared.ledger.troubles import Failing
from shared.net.http import AskedToWait, Client, Fetched, RequestRefused, fetch
from shared.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
MOVES_BELIEVED = 3
FAILURES_TOLD = 3
TOO_MANY = 429
BLOCKED = frozenset({401, 403, 407, TOO_MANY, 451})


class FetchThreads:
    """Threads for what blocks: each kind has its own, so that none waits behind another. Names are resolved in the
    loop's own executor, which nothing else uses."""

    def __init__(self) -> None:
        self.redis = ThreadPoolExecutor(4, thread_name_prefix="feeds-redis")
        self.documents = ThreadPoolExecutor(PARSERS, thread_name_prefix="feeds-documents")

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
        self._outage = OwnOutage()
        self._notes = VisitNotes(functools.partial(self.in_redis, states.put_each))

    async def visit(
        self, client: Client, rooms: asyncio.Semaphore, claim: Claim, feed: Subscription, state: FeedState
    ) -> None:
        """Visit a feed and note when it is due again; `rooms` bound how many large documents are held at once.

        Raises `TransientError` where Redis is away: then the claim ends, and the feed is due again.
        """
        started, failing = time.monotonic(), None
        try:
            outcome, state = await self._ask(client, rooms, feed, state)
            status = state.status
            self._outage.note_answer()
        except CopydeskError as error:
            status = _status_of(error)
            if self._is_ours(feed, state, error):
                outcome, state = FetchOutcome(kind="offline"), msgspec.structs.replace(state, problem=str(error))
            else:
                outcome, state = judge_failure(error), note_failure(state, error)
                failing = judge_feed(feed.shown(), state, error)
        interval = float(feed.interval_s or self._settings.feed_interval_s)
        failing_s = (now_us() - (state.failing_us or now_us())) / 1_000_000
        wait = next_wait(outcome, interval, state.failures, random.random(), failing_s)  # noqa: S311 - spreads visits
        state = msgspec.structs.replace(state, why=why_then(outcome, interval))
        took_ms = round((time.monotonic() - started) * 1000)
        visit = FeedVisit(
            at_us=now_us(), kind=outcome.kind, took_ms=took_ms, news=outcome.news, status=status, problem=state.problem,
        )  # fmt: skip
        note = VisitNote(
            feed=feed, state=state, wait_s=wait, failing=failing, claim=claim, visit=visit,
            host_rest_s=host_rest(outcome),
        )  # fmt: skip
        noted = await self._notes.put(note)
        if noted and (moved := new_address(outcome, state)) is not None:
            await self.in_redis(self._subscriptions.move, feed.id, moved)
        log.info(
            "feed_visited", feed=feed.shown(), outcome=outcome.kind, status=status, problem=state.problem,
            took_ms=took_ms,
        )  # fmt: skip

    def _is_ours(self, feed: Subscription, state: FeedState, error: CopydeskError) -> bool:
        """Is it our own connection that failed the visit, and not the feed?"""
        if not is_silence(error):
            if not isinstance(error, IntakeFull):
                self._outage.note_answer()
            return False
        now_s = time.monotonic()
        if state.checked_us is not None and not state.failures:
            self._outage.note_silence(urlsplit(feed.url).hostname or "", now_s)
        return self._outage.is_ours(now_s)

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
        fresh = read_fresh(answer.headers, dt.datetime.now(dt.UTC))
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or body_hash == state.body_hash:
            noted = state if answer.status == 304 else note_validators(state, answer, body_hash)
            return FetchOutcome(kind="same", fresh_s=max(fresh or 0, state.fresh_s or 0)), noted
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
            fresh_s=taken.feed.ttl_s,
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
    if isinstance(error, TransientError):
        of_host = isinstance(error, AskedToWait) and error.status == TOO_MANY
        trouble = trouble_of(error)
        return FetchOutcome(kind="failed", retry_after=error.retry_after, of_host=of_host, trouble=trouble)
    return FetchOutcome(kind="failed", trouble=trouble_of(error))


def trouble_of(error: CopydeskError) -> Trouble:
    """What kind of failure it is."""
    if _status_of(error) in BLOCKED:
        return "blocked"
    return "soft" if isinstance(error, TransientError) else "hard"


def _status_of(error: CopydeskError) -> int | None:
    """What the server answered, if it did."""
    return error.status if isinstance(error, RequestRefused | AskedToWait) else None


def is_silence(error: CopydeskError) -> bool:
    """Did nobody answer at all?"""
    return isinstance(error, TransientError) and not isinstance(error, IntakeFull | AskedToWait)


def judge_feed(name: str, state: FeedState, error: CopydeskError) -> Failing | None:
    """Whether a person must look at the feed: at once where no further visit will help, else after some in a row."""
    passing = isinstance(error, TransientError) and state.failures < FAILURES_TOLD
    return None if passing or isinstance(error, IntakeFull) else Failing(name=name, since=now_us(), reason=str(error))


def note_failure(state: FeedState, error: CopydeskError) -> FeedState:
    """The state after a failure; a full desk is no failure of the feed's."""
    if isinstance(error, IntakeFull):
        return msgspec.structs.replace(state, problem=str(error))
    return msgspec.structs.replace(
        state, failures=state.failures + 1, problem=str(error), status=_status_of(error), trouble=trouble_of(error),
        failing_us=state.failing_us or now_us(),
    )  # fmt: skip


def note_answer(state: FeedState, answer: Fetched) -> FeedState:
    """The state after an answer: well again, and perhaps moved for good, which is believed the third time."""
    moves = (
        state.moves + 1 if answer.moved is not None and answer.moved == state.moved else int(answer.moved is not None)
    )
    state = msgspec.structs.replace(state, status=answer.status, moved=answer.moved, moves=moves)
    return state if answer.status != 304 else note_well(state)


def new_address(outcome: FetchOutcome, state: FeedState) -> str | None:
    """Where a feed has moved for good, if this visit was told so: the state of one that failed is of earlier ones."""
    return state.moved if outcome.kind in ("news", "same") and state.moves >= MOVES_BELIEVED else None


def note_validators(state: FeedState, answer: Fetched, body_hash: str) -> FeedState:
    """The state once everything of a document is in: what to ask with next time."""
    return msgspec.structs.replace(
        note_well(state),
        etag=_short(answer.headers.get("etag")),
        modified=_short(answer.headers.get("last-modified")),
        body_hash=body_hash,
    )


def _short(value: str | None) -> str | None:
    return value if value is not None and len(value) <= 1000 else None
