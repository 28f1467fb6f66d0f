"""The wire of the guarded client: the address is judged where it is connected to, after the name was resolved once.

So neither a redirect nor a name that resolves otherwise a second later leads inside.
"""

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterable

import httpcore
import httpx

from shared.errors import PermanentError
from shared.net.addresses import Address, Allowed, is_open

ADDRESSES_TRIED = 3
KEPT_ALIVE_S = 30.0


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked, never to a name."""

    def __init__(self, allowed: tuple[Allowed, ...]) -> None:
        self._allowed = allowed
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = await _resolve(host, port, timeout)
        open_ones = [address for address in found if is_open(address, port, self._allowed)]
        if not open_ones:
            raise PermanentError(
                f"leads to {found[0]} port {port}, which is not on the open internet; "
                "the setting allow_networks lets it in"
            )
        failure: Exception | None = None
        for address in open_ones[:ADDRESSES_TRIED]:
            try:
                return await self._sockets.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        raise failure or httpcore.ConnectError("no address answers")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise PermanentError("is a local socket")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int, within: float | None) -> list[Address]:
    """All addresses of a name, asked for once, in the system's order."""
    try:
        async with asyncio.timeout(within):
            rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"the name {host} is not resolved in time") from error
    except UnicodeError as error:
        raise PermanentError(f"has a host name that is none: {host[:100]!r}") from error
    except OSError as error:
        raise httpcore.ConnectError(f"the name {host} is not known") from error
    return [ipaddress.ip_address(row[4][0]) for row in rows]


class GuardedTransport(httpx.AsyncBaseTransport):
    """Between httpx and an httpcore pool of ours: httpx offers no place of its own for a network backend."""

    def __init__(self, allowed: tuple[Allowed, ...], connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls(), max_connections=connections, max_keepalive_connections=connections // 2,
            keepalive_expiry=KEPT_ALIVE_S, network_backend=PinnedBackend(allowed),
        )  # fmt: skip

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                target,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions)

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The raw stream of an httpcore answer, in httpx's terms."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()
