"""One reader of the stream of changes for all who follow: a thread waits in Redis, any number of requests wait here."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Sequence
from itertools import takewhile
from typing import NamedTuple, Protocol

import structlog

from shared.errors import CopydeskError
from shared.ledger.events import FIRST, Change, ChangeFilter, place_of

log = structlog.get_logger(__name__)

KEPT = 2_000
LOOK_S = 5.0
AGAIN_S = 1.0
GATHER_S = 0.1  # what comes within it goes out together: hundreds of followers cost little, and nobody notices


class Stream(Protocol):
    """The stream's reading side."""

    def last_id(self) -> str: ...
    def first_id(self) -> str: ...
    def after(self, last: str, /) -> list[Change]: ...
    def wait(self, last: str, seconds: float, /) -> list[Change]: ...


class Missed(Exception):
    """The stream has let go of changes that this follower has not seen: it must read the list of articles anew."""


class Batch(NamedTuple):
    """What came after a place, and up to where that was looked at."""

    last: str
    changes: tuple[Change, ...]


class ChangeHub:
    """The thread starts with the first follower, and costs nothing while nothing happens."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._recent: deque[Change] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._last = FIRST
        self._ended = threading.Event()
        self._opening = asyncio.Lock()

    async def now(self) -> str:
        """The place of the newest change: whoever begins here misses nothing that comes later."""
        async with self._opening:
            if self._thread is None:
                self._last = await asyncio.to_thread(self._stream.last_id)
                arguments = (asyncio.get_running_loop(), self._last)
                self._thread = threading.Thread(target=self._read, args=arguments, name="web-changes", daemon=True)
                self._thread.start()
        return self._last

    def close(self) -> None:
        """End the thread; it may take a look's time."""
        self._ended.set()

    async def follow(self, last: str, wanted: ChangeFilter, closing: asyncio.Event) -> AsyncIterator[Batch]:
        """What is wanted of the changes after a place, as it comes, until the desk stops; now and then a batch of none,
        so that a dead line is seen.

        Raises `Missed` when some of them are gone.
        """
        while not closing.is_set():
            news = self._news
            batch = await self.after(last, wanted)
            if batch.last != last:
                last = batch.last
                if batch.changes:
                    yield batch
                await _first_of(GATHER_S, closing)
            elif not await _first_of(LOOK_S, closing, news):
                yield batch

    async def after(self, last: str, wanted: ChangeFilter) -> Batch:
        """What there is of it now. Raises `Missed` when some of it is gone."""
        await self.now()
        changes = await self._since(last)
        taken = tuple(change for change in changes if wanted.takes(change))
        return Batch(changes[-1].id if changes else last, taken)

    async def _since(self, last: str) -> Sequence[Change]:
        """From the recent ones, or, where they do not reach back so far, from Redis."""
        place = place_of(last)
        if self._recent and place_of(self._recent[0].id) <= place:
            newest_first = takewhile(lambda change: place_of(change.id) > place, reversed(self._recent))
            return list(newest_first)[::-1]
        if place >= place_of(self._last):
            return ()
        first = await asyncio.to_thread(self._stream.first_id)
        if place != place_of(FIRST) and place < place_of(first):
            raise Missed(first)
        return await asyncio.to_thread(self._stream.after, last)

    def _read(self, loop: asyncio.AbstractEventLoop, last: str) -> None:
        while not self._ended.is_set():
            try:
                changes = self._stream.wait(last, LOOK_S)
            except CopydeskError as error:  # Redis is away; who follows is told by the silence, and by /v1/status
                log.warning("changes_unreadable", error=str(error))
                self._ended.wait(AGAIN_S)
                continue
            if changes:
                last = changes[-1].id
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._arrive, changes)

    def _arrive(self, changes: Sequence[Change]) -> None:
        self._recent.extend(changes)
        self._last = changes[-1].id
        before, self._news = self._news, asyncio.Event()
        before.set()


async def _first_of(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of them is set within a time."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for wait in waits:
            wait.cancel()
