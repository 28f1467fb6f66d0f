"""What visits have learned goes to Redis together where they end together: one round trip for many, none waits long."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.ingest.feed_states import VisitNote

GATHER_S = 0.02
MOST_AT_ONCE = 50  # Redis does nothing else meanwhile


class VisitNotes:
    """Gathers notes of one event loop; `put_each` keeps them, and tells of each whether it was kept."""

    def __init__(self, put_each: Callable[[Sequence[VisitNote]], Awaitable[Sequence[bool]]]) -> None:
        self._put_each = put_each
        self._waiting: list[tuple[VisitNote, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, note: VisitNote) -> bool:
        """Keep a note; False where it is not kept. Raises what keeping it raised."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, kept))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await kept

    async def _write(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._keep([one for one in batch if not one[1].done()])  # done: its visit was ended meanwhile
        finally:
            self._writer = None  # in the step that saw none waiting

    async def _keep(self, batch: Sequence[tuple[VisitNote, asyncio.Future[bool]]]) -> None:
        try:
            answers = await self._put_each([note for note, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told by each visit, and none waits for ever
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(error)
            return
        for (_, kept), answer in zip(batch, answers, strict=True):
            if not kept.done():
                kept.set_result(answer)
