"""How much of bodies is held in memory at once: a small one is read freely, one that grows waits for a larger room."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

# How long a body may be in a room, and how many rooms of that size there are. All of them together are 24 MB, but for
# the one without a limit of its own, whose body is of 16 MiB at most and as large again while it is put together.
ROOMS = {256 * 1024: 64, 2 * 1024 * 1024: 4, 2**63: 1}


class Rooms:
    """Rooms of one event loop. Whoever waits for a larger one keeps the smaller: larger ones wait for no smaller."""

    def __init__(self, rooms: Mapping[int, int] = ROOMS) -> None:
        self._rooms = [(size, asyncio.Semaphore(count)) for size, count in sorted(rooms.items())]

    def maker(self, held: contextlib.AsyncExitStack) -> Callable[[int], Awaitable[int]]:
        """What a body of one visit asks that has grown to so many bytes: waits for a room, which is given back when
        `held` ends, and gives how large the body may grow in it."""

        async def make_room(size: int) -> int:
            limit, room = next((limit, room) for limit, room in self._rooms if size < limit)
            await held.enter_async_context(room)
            return limit

        return make_room
