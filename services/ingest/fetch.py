"""Visits feeds: asks for what is new, parses it apart, takes new entries in, and only then notes where it got to."""

import asyncio
import contextlib
import datetime as dt
import functools
import hashlib
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
import structlog

from services.ingest.documents import FeedDocuments, TakenDocument
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_lanes import HostRest, host_of_feed
from services.ingest.feed_paces import FeedPaces
from services.ingest.feed_states import Claim, FeedState, FeedStates, VisitNote
from services.ingest.freshness import read_fresh
from services.ingest.novelty import observe
from services.ingest.older_pages import OlderPages
from services.ingest.own_outage import OwnOutage
from services.ingest.rooms import Rooms
from services.ingest.schedule import (
    FetchOutcome,
    Kind,
    after_rest,
    next_wait,
    rest_of_others,
    why_then,
)
from services.ingest.site_domains import lanes_beside
from services.ingest.sitemap_visits import PAUSE_S, SitemapVisits
from services.ingest.subscriptions import Subscription, Subscriptions, shown_address
from services.ingest.visit_notes import VisitNotes
from services.ingest.visit_rules import (
    asked_by,
    failing_of,
    is_silence,
    judge_failure,
    new_address,
    note_answer,
    note_failure,
    note_success,
    note_validators,
    status_of,
)
from shared.clock import now_us
from shared.errors import CopydeskError, IntakeFull
from shared.net.http import Client, Fetched, Reading, fetch
from shared.settings import Settings

log = structlog.get_logger(__name__)

DOCUMENTS = 12  # that are parsed, two at once, or wait for others to go in with

T = TypeVar("T")

LONGEST_TITLE = 500  # characters
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class FetchThreads:
    """Threads for what blocks: each kind has its own, so that none waits behind another. Names are resolved in the
    loop's own executor, which nothing else uses."""

    def __init__(self) -> None:
        self.redis = ThreadPoolExecutor(4, thread_name_prefix="feeds-redis")
        self.documents = ThreadPoolExecutor(DOCUMENTS, thread_name_prefix="feeds-documents")

    def close(self) -> None:
        """Begin nothing more."""
        for pool in (self.redis, self.documents):
            pool.shutdown(wait=False, cancel_futures=True)


class FeedFetcher:
    """Visits feeds, each by itself: what fails is that feed's failure alone."""

    def __init__(
        self,
        settings: Settings,
        subscriptions: Subscriptions,
        states: FeedStates,
        documents: FeedDocuments,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._settings = settings
        self._subscriptions = subscriptions
        self._states = states
        self._documents = documents
        self._threads = FetchThreads()
        self._outage = OwnOutage()
        self._maps = SitemapVisits(states, documents, self.in_redis, self.in_documents, pause_s)
        self._older = OlderPages(documents, self.in_documents, settings.feed_first_entries, pause_s)
        self._notes = VisitNotes(functools.partial(self.in_redis, states.put_each))
        self._paces = FeedPaces(settings, states)

    async def visit(self, client: Client, rooms: Rooms, claim: Claim, feed: Subscription, state: FeedState) -> None:
        """Visit a feed and note when it is due again; `rooms` bound how many large documents are held at once.

        Raises `TransientError` where Redis is away: then the claim ends, and the feed is due again.
        """
        started = time.monotonic()
        try:
            outcome, state = await self._ask(client, rooms, feed, state)
            state, status = note_success(state), state.status
            self._outage.note_answer()
        except CopydeskError as error:
            status = status_of(error)
            if self._is_ours(feed, state, error):
                outcome, state = FetchOutcome(kind="offline"), msgspec.structs.replace(state, problem=str(error))
            else:
                outcome, state = judge_failure(error, feed.scope), note_failure(state, error, now_us())
        wait, state = await self._plan(feed, state, outcome)
        took_ms = round((time.monotonic() - started) * 1000)
        visit = FeedVisit(
            at_us=now_us(), kind=outcome.kind, took_ms=took_ms, news=outcome.news, status=status, problem=state.problem,
        )  # fmt: skip
        note = VisitNote(
            feed=feed, state=state, wait_s=wait, failing=failing_of(feed, state, now_us()), claim=claim, visit=visit,
            rest=await self._rest_of(feed, outcome),
        )  # fmt: skip
        noted = await self._notes.put(note)
        if noted and (moved := new_address(outcome, state)) is not None:
            await self.in_redis(self._subscriptions.move, feed.id, moved)
            log.info("feed_moved", feed=feed.shown(), to=shown_address(moved))
        log.info(
            "feed_visited", feed=feed.shown(), outcome=outcome.kind, status=status, problem=state.problem,
            took_ms=took_ms,
        )  # fmt: skip

    async def _plan(
        self, feed: Subscription, state: FeedState, outcome: FetchOutcome
    ) -> tuple[float | None, FeedState]:
        """Seconds until the next visit, and the state that says why then."""
        if self._paces.is_old:
            await self.in_redis(self._paces.learn)
        now_s = now_us() / 1_000_000
        interval = self._paces.interval(feed, state, now_s)
        failing_s = now_s - (state.failing_us or now_us()) / 1_000_000
        jitter = random.random()  # noqa: S311 - spreads visits
        wait, why = next_wait(outcome, interval, state.failures, jitter, failing_s), why_then(outcome, interval)
        if wait is not None and (rested := after_rest(wait, now_s, state.rest, jitter)) > wait:
            wait, why = rested, "asked"
        kind = self._paces.kind(feed, state, outcome.asked_s)
        return wait, msgspec.structs.replace(state, why=why, kind=kind, pace_s=interval)

    async def _rest_of(self, feed: Subscription, outcome: FetchOutcome) -> HostRest | None:
        """For how long others rest as well, and which hosts these may be."""
        wait_s = rest_of_others(outcome)
        if wait_s is None:
            return None
        beside: Sequence[str] = ()
        if feed.scope != "host":
            beside = await self.in_redis(lambda: lanes_beside(feed, self._subscriptions.list()))
        return HostRest(wait_s=wait_s, beside=tuple(beside), is_of_domain=feed.scope == "domain")

    def _is_ours(self, feed: Subscription, state: FeedState, error: CopydeskError) -> bool:
        """Is it our own connection that failed the visit, and not the feed?"""
        if not is_silence(error):
            if not isinstance(error, IntakeFull):
                self._outage.note_answer()
            return False
        now_s = time.monotonic()
        if state.checked_us is not None and not state.failures:
            self._outage.note_silence(host_of_feed(feed), now_s)
        return self._outage.is_ours(now_s)

    async def _ask(
        self, client: Client, rooms: Rooms, feed: Subscription, state: FeedState
    ) -> tuple[FetchOutcome, FeedState]:
        async with contextlib.AsyncExitStack() as held:
            how = Reading(make_room=rooms.maker(held), own=feed.request.headers_for)
            answer = await fetch(client, feed.url, how, etag=state.etag, modified=state.modified, accept=ACCEPT)
            before = note_answer(state, answer)
            outcome, state, taken = await self._take(feed, before, answer)
        if taken is not None and taken.feed.older is not None and before.body_hash is None:
            taken = await self._older.visit(client, rooms, feed, taken, ACCEPT)
            return msgspec.structs.replace(outcome, news=taken.news), state
        if not state.is_index:
            return outcome, state
        maps = None if taken is None else taken.feed.maps
        read = await self._maps.visit(client, rooms, feed, maps)
        now_s, others = now_us() / 1_000_000, max(0, read.news - len(read.dates))
        state = msgspec.structs.replace(
            state,
            news_us=now_us() if read.news else state.news_us,
            novelty=observe(before.novelty, now_s, read.dates, others),
        )
        kind = "news" if read.news else outcome.kind
        return msgspec.structs.replace(outcome, kind=kind, news=read.news, entries=read.entries), state

    async def _take(
        self, feed: Subscription, state: FeedState, answer: Fetched
    ) -> tuple[FetchOutcome, FeedState, TakenDocument | None]:
        """What a document brought; None for the document itself where it is as it was."""
        fresh, now_s = read_fresh(answer.headers, dt.datetime.now(dt.UTC)), now_us() / 1_000_000
        # RFC 9111, 4.3.4: a 304 that says nothing of it leaves as it was how long the answer is good for.
        if "cache-control" in answer.headers or answer.status != 304:
            state = msgspec.structs.replace(state, max_age_s=fresh if "cache-control" in answer.headers else None)
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if answer.status == 304 or body_hash == state.body_hash:
            noted = state if answer.status == 304 else note_validators(state, answer, body_hash)
            noted = msgspec.structs.replace(noted, novelty=observe(state.novelty, now_s, ()))
            return FetchOutcome(kind="same", **asked_by(noted, fresh)), noted, None
        taken = await self._take_document(feed, answer)
        novelty = observe(state.novelty, now_s, taken.dates, max(0, taken.novel - len(taken.dates)))
        state = msgspec.structs.replace(
            note_validators(state, answer, body_hash),
            news_us=now_us() if taken.news else state.news_us,
            title=(taken.feed.title or "")[:LONGEST_TITLE] or None,
            quiet=taken.quiet,
            restless=taken.restless,
            fresh_s=taken.feed.ttl_s,
            period_s=taken.feed.period_s,
            rest=taken.feed.rest,
            novelty=novelty,
            is_index=taken.feed.is_index,
        )
        kind: Kind = "news" if taken.news else "same"
        known = 0 if taken.was_unknown or taken.restless else taken.entries  # of a first document all is new
        outcome = FetchOutcome(kind=kind, news=taken.news, entries=known, **asked_by(state, fresh))
        return outcome, state, taken

    async def _take_document(self, feed: Subscription, answer: Fetched) -> TakenDocument:
        take, headers = self._documents.take_document, answer.headers
        return await self.in_documents(
            take, feed, answer.body, headers.get("content-type"), answer.url, headers.get("link")
        )

    async def in_redis(self, ask: Callable[..., T], *args: object) -> T:
        """Ask Redis, or a file, from a thread that waits for nothing else."""
        return await asyncio.get_running_loop().run_in_executor(self._threads.redis, ask, *args)

    async def in_documents(self, take: Callable[..., T], *args: object) -> T:
        """Take a document in, in a thread that a parser is free for."""
        return await asyncio.get_running_loop().run_in_executor(self._threads.documents, take, *args)

    def close(self) -> None:
        """Visit nothing more."""
        self._threads.close()
