"""An event loop that lasts: in a thread of its own, whatever goes wrong in it, and woken from any other thread."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger(__name__)

AGAIN_S = 5.0


def keep_running(
    work: Callable[[threading.Event], Coroutine[Any, Any, None]], stop: threading.Event, failed: str
) -> None:
    """Run `work` until told to stop; what goes wrong in it is told as the event `failed`, and it begins anew."""
    while not stop.is_set():
        try:
            asyncio.run(work(stop))
        except Exception as error:  # whatever it is: this loop must live, or nothing is visited any more
            log.error(failed, exc_info=error)
            stop.wait(AGAIN_S)


class Waker:
    """What a loop waits for beside the time."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    def begin(self) -> asyncio.AbstractEventLoop:
        """Wake the running loop from now on, which each has to say at its start; gives that loop."""
        self._loop, self._woken = asyncio.get_running_loop(), asyncio.Event()
        return self._loop

    def wake(self) -> None:
        """Let the loop look at once, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop ends, or has not begun: then it looks by itself
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._woken.set)

    def wake_here(self) -> None:
        """The same from within the loop."""
        self._woken.set()

    async def wait(self, longest_s: float, *, together_s: float = 0.0) -> None:
        """Wait until woken, so many seconds at most; what comes within `together_s` after that is the same reason."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._woken.wait()
        if together_s:
            await asyncio.sleep(together_s)
        self._woken.clear()
