"""How many connections the front door holds, of one address and of all, and which has to go when one more comes.

Descriptors are counted: the archive, the index and Redis need theirs whatever happens at the door.
"""

import asyncio
import contextlib
import errno
import resource
import socket
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable

import structlog

from services.web.problems import Problem, later, raw_answer
from services.web.proxies import ADDRESS_PART, TrustedProxies, subscriber_of

log = structlog.get_logger(__name__)

RESERVE = 64  # descriptors for the archive, the index, Redis, the log, and the connections that are being refused
FILE_PART = 4  # of the descriptors beyond the reserve this part is for bodies on disk
ACCEPTED_AT_ONCE = 16
UNREAD_S = 60.0
AGAIN_S = 1.0
TOLD_EACH_S = 10.0
OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Connection(asyncio.Protocol):
    """A connection that is counted."""

    def end(self) -> None:
        """Close it at once, whatever it waits for; a kind that holds nothing has nothing to do."""


class ConnectionLimits:
    """The connections that there are. Of those without a request the one that has waited longest makes room.

    So a thousand that were opened and say nothing keep nobody out: each new one takes the place of one of them, of the
    address that has most. Only where all are at work is one more refused.
    """

    def __init__(self, most: int, *, unread_s: float = UNREAD_S) -> None:
        self.most = most
        self.unread_s = unread_s  # an answer that its reader leaves lying for so long ends with its connection
        self.most_of_address = max(1, most // ADDRESS_PART)
        self._counts: Counter[str] = Counter()
        self._addresses: dict[Connection, str] = {}
        self._idle: defaultdict[str, dict[Connection, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._addresses)

    def admit(self, connection: Connection, address: str, *, is_proxy: bool = False) -> bool:
        """Count one more connection, which waits for its first request; False where there is no place for it.

        A trusted proxy brings those of many: what one of them has at work is counted by request.
        """
        if self._counts[address] >= self.most_of_address and not is_proxy:
            has_place = self._end_idle(address)
        else:
            has_place = len(self._addresses) < self.most or self.end_one()
        if has_place:
            self._addresses[connection] = address
            self._counts[address] += 1
            self._idle[address][connection] = None
        return has_place

    def is_working(self, connection: Connection) -> None:
        """A request has come."""
        address = self._addresses.get(connection, "")
        self._idle[address].pop(connection, None)
        if not self._idle[address]:
            del self._idle[address]

    def is_waiting(self, connection: Connection) -> None:
        """Its request is answered."""
        address = self._addresses.get(connection)
        if address is not None:
            self._idle[address][connection] = None

    def forget(self, connection: Connection) -> None:
        """It has ended; saying so twice is no harm."""
        self.is_working(connection)
        address = self._addresses.pop(connection, None)
        if address is not None:
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]

    def end_one(self) -> bool:
        """Make room for one, at the cost of the address with most connections that do nothing."""
        if not self._idle:
            return False
        return self._end_idle(max(self._idle, key=lambda address: len(self._idle[address])))

    def _end_idle(self, address: str) -> bool:
        longest = next(iter(self._idle.get(address, ())), None)
        if longest is None:
            return False
        self.forget(longest)
        longest.end()
        return True


class Acceptor:
    """Takes connections from a listening socket, a few at a time: what follows from one is done before the next come.

    asyncio's own accepts as many as wait before it looks at one, and without a descriptor left writes a traceback for
    each.
    """

    def __init__(
        self,
        listener: socket.socket,
        limits: ConnectionLimits,
        make: Callable[[], Connection],
        proxies: TrustedProxies,
    ) -> None:
        self._listener = listener
        self._limits = limits
        self._make = make
        self._proxies = proxies
        self._loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[object]] = set()
        self._refused = 0
        self._told = -TOLD_EACH_S
        listener.setblocking(False)

    def start(self) -> None:
        """Take what comes from now on."""
        self._again = None
        self._loop.add_reader(self._listener.fileno(), self._accept)

    def stop(self) -> None:
        """Take nothing any more."""
        if self._again is not None:
            self._again.cancel()
        self._loop.remove_reader(self._listener.fileno())

    def _accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                wire, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            wire.setblocking(False)
            connection = self._make()
            if self._limits.admit(connection, address_of(peer), is_proxy=self._proxies.is_trusted(peer[0])):
                opening = self._loop.create_task(self._open(connection, wire))
                self._opening.add(opening)
                opening.add_done_callback(self._opening.discard)
            else:
                self._refuse(wire)

    async def _open(self, connection: Connection, wire: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, wire)
        except OSError:  # it has left before it was here
            self._limits.forget(connection)
            wire.close()

    def _refuse(self, wire: socket.socket) -> None:
        self._tell("connections_refused", most=self._limits.most, most_of_address=self._limits.most_of_address)
        problem = Problem("busy", "Too many connections are open.", headers=later(1))
        with contextlib.suppress(OSError), wire:
            wire.send(raw_answer(problem, str(uuid.uuid4())))
            wire.shutdown(socket.SHUT_WR)
            wire.recv(64 * 1024)  # what has come already would make a reset of the closing

    def _pause(self, error: OSError) -> None:
        """Look again in a second: the socket would be told ready all the time."""
        if error.errno in OUT_OF_DESCRIPTORS:
            for _ in range(ACCEPTED_AT_ONCE):
                self._limits.end_one()
        self._tell("connections_not_accepted", error=str(error))
        self._loop.remove_reader(self._listener.fileno())
        self._again = self._loop.call_later(AGAIN_S, self.start)

    def _tell(self, event: str, **more: object) -> None:
        """A line each ten seconds, with how many it stands for: who attacks must not fill the disk too."""
        self._refused += 1
        if time.monotonic() - self._told >= TOLD_EACH_S:
            log.warning(event, count=self._refused, open=len(self._limits), **more)
            self._told, self._refused = time.monotonic(), 0


def address_of(peer: tuple[str, int] | tuple[str, int, int, int]) -> str:
    """Whom a connection is counted to."""
    return subscriber_of(peer[0])


class Descriptors:
    """How the descriptors that this process may open are parted: for connections, and for bodies on disk."""

    def __init__(self, allowed: int, connections: int) -> None:
        free = max(ACCEPTED_AT_ONCE, allowed - RESERVE)
        self.for_bodies = max(1, free // FILE_PART)
        self.for_connections = min(connections, free - self.for_bodies)

    @classmethod
    def raised(cls, connections: int) -> "Descriptors":
        """Those of this process, after its limit was raised as far as it may be and as far as they need it."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = RESERVE + connections * FILE_PART // (FILE_PART - 1) + 1
        if soft != resource.RLIM_INFINITY and soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return cls(wanted if soft == resource.RLIM_INFINITY else soft, connections)
