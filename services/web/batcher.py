"""Where pushes wait for the ones before them: what arrives together shares one fsync, one ledger call, one message."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from services.ingest.intake import Answer, Receipt
from shared.envelope import Input

LANES = 2
MOST = 25


Take = Callable[[Sequence[Input]], Sequence[Answer]]


class Batcher:
    """Never waits to fill: a push that comes alone goes in alone, at once."""

    def __init__(self, take: Take, threads: Executor) -> None:
        self._take = take
        self._threads = threads
        self._waiting: deque[tuple[Input, asyncio.Future[Receipt]]] = deque()
        self._lanes: set[asyncio.Task[None]] = set()  # so that nobody collects one that is at work
        self._serving = 0

    async def put(self, item: Input) -> Receipt:
        """Take the input in; its receipt comes when it is safe."""
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._serving < LANES:
            self._serving += 1
            lane = asyncio.create_task(self._serve())
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)
        return await done

    async def _serve(self) -> None:
        """Answer while somebody waits. A lane takes itself out in the very step that sees nobody waiting: what comes
        later finds a place free and starts another."""
        try:
            while self._waiting:
                await self._answer([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
        finally:
            self._serving -= 1

    async def _answer(self, batch: Sequence[tuple[Input, "asyncio.Future[Receipt]"]]) -> None:
        outcomes = await self._entered([item for item, _ in batch])
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            if done.done():  # its sender has gone; the input is safe all the same
                continue
            if isinstance(outcome, BaseException):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)

    async def _entered(self, items: Sequence[Input]) -> Sequence[Receipt | BaseException]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._take, items)
        except Exception as error:  # noqa: BLE001 - handed to everyone who waits, and told by the middleware
            return [error] * len(items)
