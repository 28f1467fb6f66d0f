"""The wire of the guarded client: the address is judged where it is connected to, after the name was resolved once.

So neither a redirect nor a name that resolves otherwise a second later leads inside.
"""

import asyncio
import contextlib
import functools
import ipaddress
import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping

import httpx
import msgspec

from shared.errors import PermanentError
from shared.net.addresses import PORTS, Address, Allowed, closed, is_open
from shared.net.http1 import Connection, Headers, WireBroken, WireSilent, request_bytes

ADDRESSES_TRIED = 3
KEPT_ALIVE_S = 30.0
Origin = tuple[str, str, int]  # scheme, host as it is sent, port


@functools.cache
def _tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=True)
    context.set_alpn_protocols(["http/1.1"])
    return context


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer whose body is still to be read from its connection. Headers by lower-case name, lines of one name
    joined by commas; `cookies` are the lines that set some."""

    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    connection: Connection


class GuardedTransport:
    """Connections of one event loop: so many at once, and half as many kept open for what comes next."""

    def __init__(self, allowed: tuple[Allowed, ...], connections: int, step_s: float) -> None:
        self._allowed, self._step_s = allowed, step_s
        self._places = asyncio.Semaphore(connections)
        self._most_idle = max(1, connections // 2)
        self._idle: OrderedDict[Connection, Origin] = OrderedDict()  # the longest idle first
        self._by_origin: dict[Origin, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None

    @contextlib.asynccontextmanager
    async def exchange(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[Answer]:
        """Ask once. Raises `WireBroken` and `WireSilent`, and `PermanentError` for an address that is not open."""
        origin = (url.scheme, url.raw_host.decode(), url.port or PORTS[url.scheme])
        request = request_bytes(method, url.raw_path, {"Host": url.netloc.decode(), **headers}, body)
        async with self._places:
            connection, status, said = await self._ask(origin, request, is_safe=body is None)
            try:
                yield _answer(connection, status, said)
            finally:
                self._give_back(origin, connection)

    async def aclose(self) -> None:
        """Close what is kept open."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        self._by_origin.clear()

    async def _ask(self, origin: Origin, request: bytes, *, is_safe: bool) -> tuple[Connection, int, Headers]:
        """By a connection that was kept, else by a new one. The other side may close a kept one just then: what is
        safe to be asked twice is."""
        kept = self._take(origin)
        if kept is not None:
            try:
                return kept, *await _asked(kept, request)
            except WireBroken as error:
                if not (error.unheard and is_safe):
                    raise
        connection = await self._connect(origin)
        return connection, *await _asked(connection, request)

    def _take(self, origin: Origin) -> Connection | None:
        kept = self._by_origin.get(origin, [])
        while kept:
            connection = kept.pop()
            del self._idle[connection]
            if connection.is_open:
                return connection
        self._by_origin.pop(origin, None)
        return None

    def _give_back(self, origin: Origin, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        if not connection.rest(loop.time()):
            return
        self._idle[connection] = origin
        self._by_origin.setdefault(origin, []).append(connection)
        if len(self._idle) > self._most_idle:
            self._drop_oldest()
        if self._sweep is None:
            self._sweep = loop.call_later(KEPT_ALIVE_S, self._end_old)

    def _drop_oldest(self) -> None:
        connection, origin = self._idle.popitem(last=False)
        kept = self._by_origin[origin]
        kept.remove(connection)
        if not kept:
            del self._by_origin[origin]
        connection.close()

    def _end_old(self) -> None:
        loop = asyncio.get_running_loop()
        while self._idle and (oldest := next(iter(self._idle))).idle_since <= loop.time() - KEPT_ALIVE_S:
            self._drop_oldest()
        self._sweep = loop.call_at(oldest.idle_since + KEPT_ALIVE_S, self._end_old) if self._idle else None

    async def _connect(self, origin: Origin) -> Connection:
        """To an address that was judged, never to a name."""
        scheme, host, port = origin
        found = await _resolve(host, port, self._step_s)
        open_ones = [address for address in found if is_open(address, port, self._allowed)]
        if not open_ones:
            raise PermanentError(closed(found[0], port))
        failure: Exception | None = None
        for address in open_ones[:ADDRESSES_TRIED]:
            try:
                return await self._open(address, port, host if scheme == "https" else None)
            except (WireBroken, WireSilent) as error:
                failure = failure or error
        raise failure or WireBroken("no address answers")

    async def _open(self, address: Address, port: int, secure_name: str | None) -> Connection:
        tls, name = (None, None) if secure_name is None else (_tls(), secure_name.rstrip("."))
        try:
            async with asyncio.timeout(self._step_s):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(self._step_s), str(address), port, ssl=tls, server_hostname=name
                )
        except TimeoutError as error:
            raise WireSilent(f"{address} does not answer") from error
        except OSError as error:
            raise WireBroken(str(error)) from error
        return connection


async def _asked(connection: Connection, request: bytes) -> tuple[int, Headers]:
    """The head of the answer; the connection is ended where none comes."""
    try:
        return await connection.ask(request)
    except BaseException:
        connection.close()
        raise


def _answer(connection: Connection, status: int, said: Headers) -> Answer:
    headers: dict[str, str] = {}
    for name, value in said:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    cookies = tuple(value for name, value in said if name == "set-cookie")
    return Answer(status=status, headers=headers, cookies=cookies, connection=connection)


async def _resolve(host: str, port: int, within_s: float) -> list[Address]:
    """All addresses of a name, asked for once, in the system's order."""
    try:
        async with asyncio.timeout(within_s):
            rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise WireSilent(f"the name {host} is not resolved in time") from error
    except UnicodeError as error:
        raise PermanentError(f"has a host name that is none: {host[:100]!r}") from error
    except OSError as error:
        raise WireBroken(f"the name {host} is not known") from error
    return [ipaddress.ip_address(row[4][0]) for row in rows]
