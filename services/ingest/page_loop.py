"""The loop that reads pages: one a process claims those that are due, one a host, and visits them side by side."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog

from services.ingest.backoff import Backoff
from services.ingest.intake import TakesInputs
from services.ingest.lasting_loop import Waker, keep_running
from services.ingest.page_queue import Asked, ClaimedPage, PageQueue, PageRow
from services.ingest.page_reader import PageReader
from services.ingest.page_tallies import PageTallies
from services.ingest.robots_keeper import RobotsKeeper
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.errors import CopydeskError, TransientError
from shared.ledger.connection import Client as Redis
from shared.net.http import Client
from shared.settings import Settings

log = structlog.get_logger(__name__)

T = TypeVar("T")

IN_FLIGHT = 16
RESOLVING = 32
THREADS = 2  # that ask Redis and take pages in
SHORTEST_S, LONGEST_S = 0.05, 5.0


class PageLoop:
    """Visits what is due until told to stop; what it had claimed then is given back."""

    def __init__(
        self, settings: Settings, subscriptions: Subscriptions, redis: Redis, queue: PageQueue, intake: TakesInputs
    ) -> None:
        self._settings, self._subscriptions, self._queue = settings, subscriptions, queue
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._reader = PageReader(
            queue, RobotsKeeper(redis, self.in_thread), PageTallies(redis), intake, self.in_thread, settings.feed_pages
        )
        self._visits: dict[asyncio.Task[None], ClaimedPage] = {}
        self._waker = Waker()

    def run(self, stop: threading.Event) -> None:
        """Visit pages, from a thread of its own; whatever goes wrong, it goes on."""
        keep_running(self._run, stop, "reading_pages_failed")
        self._threads.shutdown(wait=False, cancel_futures=True)

    def wake(self) -> None:
        """Look at once for what is due, from any thread."""
        self._waker.wake()

    def ask(self, rows: Sequence[PageRow]) -> Asked:
        """Let pages be visited soon: those of this process at once."""
        asked = self._queue.ask(rows)
        self.wake()
        return asked

    async def visit_due(self, client: Client, rooms: Rooms) -> int:
        """Begin the visits that are due and have a place; gives how many those are."""
        claims = await self.in_thread(self._claim, IN_FLIGHT - len(self._visits))
        for claimed, feed in claims:
            task = asyncio.create_task(self._reader.visit(client, rooms, claimed, feed))
            self._visits[task] = claimed
            task.add_done_callback(self._end)
        return len(claims)

    async def finish(self) -> None:
        """Wait until all visits have ended."""
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def in_thread(self, ask: Callable[..., T], *args: object) -> T:
        """Run what blocks in a thread that nothing else waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask, *args)

    async def _run(self, stop: threading.Event) -> None:
        self._waker.begin().set_default_executor(ThreadPoolExecutor(RESOLVING, thread_name_prefix="pages-names"))
        rooms, backoff = Rooms(), Backoff()
        try:
            async with Client(self._settings, connections=IN_FLIGHT) as client:
                while not stop.is_set():
                    await self._look(client, rooms, backoff)
        finally:
            await self._end_visits()

    async def _end_visits(self) -> None:
        visits = dict(self._visits)
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        for claimed in visits.values():
            with contextlib.suppress(CopydeskError):  # its lease ends
                await self.in_thread(self._queue.give_back, claimed)

    async def _look(self, client: Client, rooms: Rooms, backoff: Backoff) -> None:
        wait_s = LONGEST_S
        if backoff.is_over() and len(self._visits) < IN_FLIGHT:
            try:
                if not await self.visit_due(client, rooms):
                    wait_s = min(max(await self.in_thread(self._queue.next_due_in), SHORTEST_S), LONGEST_S)
                backoff.succeed()
            except CopydeskError as error:
                backoff.fail("pages_waiting", error)
        await self._waker.wait(wait_s)

    def _claim(self, limit: int) -> list[tuple[ClaimedPage, Subscription | None]]:
        feeds = self._subscriptions.by_id()  # first: where it cannot be read nothing is claimed
        claims = self._queue.claim(limit)
        if any(claimed.row.feed not in feeds for claimed in claims):  # added since, or gone
            feeds = self._subscriptions.by_id()
        return [(claimed, feeds.get(claimed.row.feed)) for claimed in claims]

    def _end(self, task: asyncio.Task[None]) -> None:
        self._visits.pop(task, None)
        self._waker.wake_here()  # a place is free, here and at its host
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, TransientError):  # Redis is away: the lease ends, and the page is due again
            log.warning("page_not_noted", reason=str(error))
        else:
            log.error("page_visit_broken", exc_info=error)
