"""The loop that pulls: one a process claims due feeds as places come free, and visits them side by side."""

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import structlog

from services.ingest.backoff import Backoff
from services.ingest.feed_lanes import lane_of
from services.ingest.feed_states import CLAIM_LIMIT, Claim, FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.in_flight import MOST, InFlight
from services.ingest.lasting_loop import Waker, keep_running
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.errors import CopydeskError, TransientError
from shared.net.http import Client
from shared.settings import Settings

log = structlog.get_logger(__name__)

RESOLVING = MOST  # who asks a silent resolver keeps a thread for as long as it is silent, and no other waits for it
SHORTEST_S, LONGEST_S = 0.05, 5.0
AWAY_S = 1.0  # while Redis or the list of feeds is away


class FetchLoop:
    """Visits what is due until told to stop. Claims are renewed while their visits last, and given back at the end."""

    def __init__(
        self, settings: Settings, subscriptions: Subscriptions, states: FeedStates, fetcher: FeedFetcher
    ) -> None:
        self._settings, self._subscriptions, self._states, self._fetcher = settings, subscriptions, states, fetcher
        self._waker = Waker()
        self._visits = InFlight(self._waker.wake_here)
        self._feeds: Mapping[str, Subscription] = {}
        self._neighbours: set[str] = set()  # ids of feeds that share their host with others
        self._stamp: object = self  # unlike any stamp: the first look reads the list

    def run(self, stop: threading.Event) -> None:
        """Visit feeds, from a thread of its own; whatever goes wrong, it goes on."""
        keep_running(self._run, stop, "fetching_failed")
        self._fetcher.close()

    def wake(self) -> None:
        """Look at once for what is due, from any thread."""
        self._waker.wake()

    async def _run(self, stop: threading.Event) -> None:
        self._waker.begin().set_default_executor(ThreadPoolExecutor(RESOLVING, thread_name_prefix="feeds-names"))
        rooms = Rooms()
        renewing = asyncio.create_task(self._renew())
        try:
            async with Client(self._settings, connections=MOST) as client:
                await self._pull(client, rooms, stop)
        finally:
            renewing.cancel()
            await self._end_visits()

    async def _pull(self, client: Client, rooms: Rooms, stop: threading.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            wait_s = LONGEST_S
            if backoff.is_over() and self._visits.room():
                try:
                    wait_s = await self._claim(client, rooms)
                    backoff.succeed()
                except CopydeskError as error:
                    backoff.fail("feeds_waiting", error)
                    wait_s = AWAY_S
            if wait_s:
                await self._waker.wait(wait_s, together_s=SHORTEST_S)  # visits that end together are one reason to look

    async def _claim(self, client: Client, rooms: Rooms) -> float:
        """Begin the visits that are due and have a place; the seconds until there may be more."""
        await self._fetcher.in_redis(self._read_list)
        limit = min(CLAIM_LIMIT, self._visits.room())
        claims = await self._fetcher.in_redis(self._states.claim, float(self._settings.lease_s), limit)
        if any(claim.feed not in self._feeds for claim in claims):  # added since the list was read, or gone
            await self._fetcher.in_redis(self._read_list)
        feeds = [self._feeds.get(claim.feed) for claim in claims]
        if gone := [claim.feed for claim, feed in zip(claims, feeds, strict=True) if feed is None]:
            await self._fetcher.in_redis(self._states.forget, gone)
        watched = [(claim, feed) for claim, feed in zip(claims, feeds, strict=True) if feed is not None]
        states = await self._fetcher.in_redis(self._states.get_all, [feed for _, feed in watched])
        for (claim, feed), state in zip(watched, states, strict=True):
            task = asyncio.create_task(self._fetcher.visit(client, rooms, claim, feed, state))
            self._visits.add(claim, task)
            task.add_done_callback(lambda task, claim=claim: self._end(claim, task))  # type: ignore[misc]
        if claims:
            return 0
        return min(max(await self._fetcher.in_redis(self._states.next_due_in), SHORTEST_S), LONGEST_S)

    def _read_list(self) -> None:
        stamp = self._subscriptions.stamp()
        if stamp != self._stamp:
            self._feeds = self._subscriptions.by_id()
            hosts = {feed.id: lane_of(feed) for feed in self._feeds.values()}
            many = {host for host, count in Counter(hosts.values()).items() if count > 1}
            self._neighbours = {feed_id for feed_id, host in hosts.items() if host in many}
            self._stamp = stamp

    def _end(self, claim: Claim, task: asyncio.Task[None]) -> None:
        self._visits.remove(claim)
        if claim.feed in self._neighbours:  # its host may have another visit
            self._waker.wake_here()
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, TransientError):  # Redis is away: the lease ends, and the feed is due again
            log.warning("feed_not_noted", feed=claim.feed, reason=str(error))
        else:
            log.error("feed_visit_broken", feed=claim.feed, exc_info=error)

    async def _renew(self) -> None:
        """A visit may wait long for room or for a parser; one that lost its claim all the same ends."""
        while True:
            await asyncio.sleep(self._settings.lease_s / 3)
            claims = list(self._visits)
            try:
                lost = await self._fetcher.in_redis(self._states.renew, claims, float(self._settings.lease_s))
            except CopydeskError as error:
                log.warning("feed_claims_not_renewed", reason=str(error))
                continue
            for claim in claims:
                if claim.feed in lost:
                    log.info("feed_claim_lost", feed=claim.feed)
                    self._visits.cancel(claim)

    async def _end_visits(self) -> None:
        visits = self._visits.tasks()
        for task in visits.values():
            task.cancel()
        await asyncio.gather(*visits.values(), return_exceptions=True)
        if visits:
            with contextlib.suppress(CopydeskError):  # their leases end
                await self._fetcher.in_redis(self._states.give_back, list(visits))
