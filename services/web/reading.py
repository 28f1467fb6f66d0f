"""Documents are read for `:validate` in processes of their own: few of them, and only so many that wait."""

import asyncio
import queue
import sys
from concurrent.futures import ThreadPoolExecutor

import msgspec

from services.web.problems import Problem, later
from shared.article import Article
from shared.envelope import Raw
from shared.settings import Settings
from shared.untrusted.child import Child

CHILDREN = 2
MOST_WAITING = 8
WALL_S = 60.0  # a machine at work gives a child a share of a processor, and the first has to start
IDLE_S = 60.0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one document may cost; a process that holds more than `keep_mb` afterwards is not kept."""

    cpu_s: float = 10.0
    memory_mb: int = 384
    keep_mb: int = 192


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was read: the article, or why there is none. `last` says that the process has grown too large and ends."""

    article: Article | None = None
    refused: str = ""
    too_costly: bool = False
    last: bool = False


class ReadingRoom:
    """Reads documents for any number of requests; `children` processes at most, which start when they are needed."""

    def __init__(self, limits: Limits, children: int = CHILDREN, most_waiting: int = MOST_WAITING) -> None:
        self._limits = limits
        command = [sys.executable, "-m", "services.web.reading_child", msgspec.json.encode(limits).decode()]
        self._children = [Child(command, WALL_S) for _ in range(children)]
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._free.put(child)
        self._threads = ThreadPoolExecutor(children, "web-reading")
        self._most = children + most_waiting
        self._asked = 0
        self._resting: asyncio.TimerHandle | None = None

    async def read(self, raw: Raw) -> Reading:
        """The article in a document. Raises `Problem` where too many wait already."""
        if self._asked >= self._most:
            raise Problem("busy", "Other documents are being looked at.", headers=later(2))
        self._asked += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._read, raw)
        finally:
            self._asked -= 1
            if not self._asked:
                self._rest(loop)

    def close(self) -> None:
        """End the processes, also under what they read."""
        if self._resting is not None:
            self._resting.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in self._children:
            child.abort() if self._asked else child.end()

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the processes go when nobody has asked for a while."""
        if self._resting is not None:
            self._resting.cancel()
        self._resting = loop.call_later(IDLE_S, self._end_idle)

    def _end_idle(self) -> None:
        if not self._asked:
            for child in self._children:
                child.end()

    def _read(self, raw: Raw) -> Reading:
        child = self._free.get()
        try:
            answer = child.ask(msgspec.msgpack.encode(msgspec.structs.replace(raw, body=b"")), raw.body)
            reading = Reading(too_costly=True) if answer is None else msgspec.msgpack.decode(answer, type=Reading)
            if reading.last:
                child.end()
            return reading
        except (TimeoutError, OSError):
            return Reading(too_costly=True)
        finally:
            self._free.put(child)


def open_reading_room(settings: Settings) -> ReadingRoom:
    """With the limits that the normalize service keeps."""
    return ReadingRoom(Limits(cpu_s=settings.article_cpu_s, memory_mb=settings.article_memory_mb))
