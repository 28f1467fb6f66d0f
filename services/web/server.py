"""Uvicorn, with the manners of this door: told problems, clocks on every connection, a stop within seconds."""

import asyncio
import errno
import socket
import uuid
from collections.abc import Callable
from typing import Any

import httptools
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from services.web.connections import Acceptor, Connection, ConnectionLimits
from services.web.links import prefix_of, tell_below
from services.web.problems import Problem, raw_answer
from services.web.proxies import TrustedProxies
from services.web.state import AppState
from shared.errors import PermanentError

STOP_S = 2
BACKLOG = 1024  # how many the kernel keeps until they are accepted: a burst, not a load
TICK_S = 1.0
KEEP_ALIVE_S = 15
HEAD_S = 15.0
# Above the limit of the middleware, which answers a merely long head with a key check and a log line.
HEAD_BYTES = 64 * 1024
LEFTOVER_BYTES = 64 * 1024 * 1024
LEFTOVER_S = 30.0


class CycleTransport:
    """What one request and its answer know of the connection; `close` is the protocol's own, which may linger.

    Uvicorn closes as soon as the answer to `Connection: close` is out. With a body still arriving that is a reset.
    """

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close


class DoorProtocol(HttpToolsProtocol, Connection):
    """One connection: its head must come in time, and what a refused body goes on sending is read away, within bounds.

    Closing at once would reset the connection, and the sender would never see why it was refused. The parser keeps what
    it has not understood yet and sets no bound of its own: what comes without being body is counted here.
    """

    cycle: RequestResponseCycle | None  # type: ignore[assignment]  # None before the first request
    limits: ConnectionLimits

    _clock: asyncio.TimerHandle | None = None
    _unread_clock: asyncio.TimerHandle | None = None
    _leftover = 0
    _beside_body = 0  # bytes of heads, trailers and chunk marks since the last byte of a body
    _in_body = False
    _lingers = False
    _is_ended = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._is_ended:
            transport.abort()
        else:
            self._set_clock(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self.limits.forget(self)
        self._stop_clock()
        self._stop_unread_clock()
        super().connection_lost(exc)

    def end(self) -> None:
        """Close it at once: an answer that nobody reads would keep it open for ever."""
        self._is_ended = True  # it may be accepted and not made yet
        if self.transport is not None:
            self.transport.abort()

    def timeout_keep_alive_handler(self) -> None:
        self.end()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_clock = self.loop.call_later(self.limits.unread_s, self.end)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_unread_clock()

    def data_received(self, data: bytes) -> None:
        if self._lingers:
            self._pass_over(data)
            return
        self._beside_body += len(data)
        self._unset_keepalive_if_required()
        self._parse(data)
        if self.transport.is_closing() or self._lingers:
            return
        if self._beside_body > HEAD_BYTES:
            self._refuse(Problem("headers-too-large"))
        elif self.cycle is not None and not self.cycle.response_complete:
            self._stop_clock()
        elif self._in_body:
            self._pass_over(data)
        elif self._clock is None:  # a next head has begun
            self._set_clock(HEAD_S)

    def on_headers_complete(self) -> None:
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise ValueError("a request names its host once")
        if not self.parser.should_upgrade():
            self._in_body = True
            super().on_headers_complete()
            if self.cycle is not None:
                self.cycle.transport = CycleTransport(self.transport, self._close)  # type: ignore[assignment]
                self.limits.is_working(self)

    def on_body(self, body: bytes) -> None:
        self._beside_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._beside_body = 0
        self._in_body = False
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self.limits.is_waiting(self)
        if self._lingers:
            self._unset_keepalive_if_required()
        elif not self.transport.is_closing() and self._in_body:
            self._set_clock(LEFTOVER_S)

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as wish:
            self._parse_without_upgrade(data[wish.args[0] :])
        except httptools.HttpParserError:
            self._refuse(Problem("bad-request", "This is no HTTP request."))

    def _parse_without_upgrade(self, rest: bytes) -> None:
        """Read a request as if it wished for no other protocol, as any server may: this parser would skip its body."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(Problem("bad-request", "This is no proxy."))
            return
        head = b"%s %s HTTP/1.1\r\n" % (method, self.url)
        head += b"".join(b"%s: %s\r\n" % line for line in self.headers if line[0] != b"upgrade")
        self.parser = httptools.HttpRequestParser(self)
        self._parse(head + b"\r\n" + rest)

    def _refuse(self, problem: Problem) -> None:
        """Answer what the application never gets to see, and end the connection once its sender has read that."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started:
                self.transport.close()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(raw_answer(problem, str(uuid.uuid4())))
        self._linger()

    def _close(self) -> None:
        """End the connection after an answer that is its last; while the body still arrives, its sender reads first."""
        if self._in_body and self.cycle is not None and self.cycle.response_complete and not self._lingers:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        self.transport.write_eof()
        self._lingers = True
        self.limits.is_waiting(self)
        self._set_clock(LEFTOVER_S)

    def _pass_over(self, data: bytes) -> None:
        self._leftover += len(data)
        if self._leftover > LEFTOVER_BYTES:
            self.transport.close()

    def _set_clock(self, seconds: float) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(seconds, self.end)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _stop_unread_clock(self) -> None:
        if self._unread_clock is not None:
            self._unread_clock.cancel()
            self._unread_clock = None


class Server(uvicorn.Server):
    """The server; when it is told to stop, those who wait for a receipt are answered first."""

    def __init__(self, app: Starlette, app_state: AppState, most_connections: int | None = None) -> None:
        config: dict[str, Any] = {
            "http": DoorProtocol,
            "ws": "none",
            "loop": "asyncio",
            "lifespan": "on",
            "log_config": None,
            "log_level": "error",  # what is no HTTP is answered; anyone could fill the log with it
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,
            "timeout_keep_alive": KEEP_ALIVE_S,
            "timeout_graceful_shutdown": STOP_S,
        }
        self._ending = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        super().__init__(uvicorn.Config(app, **config))
        self._app_state = app_state
        self.limits = ConnectionLimits(most_connections or app_state.settings.web_connections)
        self._acceptors: list[Acceptor] = []

    @property
    def should_exit(self) -> bool:
        """Set from a signal's handler or another thread; the loop hears of it at once."""
        return self._ending

    @should_exit.setter
    def should_exit(self, ending: bool) -> None:
        self._ending = ending
        if ending and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)

    async def main_loop(self) -> None:
        """Uvicorn's own looks ten times a second; the date in the answers needs one."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            timer = self._loop.call_later(TICK_S, self._end.set)
            await self._end.wait()
            timer.cancel()
            self._end.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, counted and a few at a time; Uvicorn's own takes all there are."""
        await super().startup(sockets=[])
        settings = self._app_state.settings
        tell_below(prefix_of(settings))  # also in what is answered without the application
        proxies = TrustedProxies(settings.trusted_proxies)
        self._acceptors = [Acceptor(listener, self.limits, self._protocol, proxies) for listener in sockets or ()]
        for acceptor in self._acceptors:
            acceptor.start()

    def _protocol(self) -> DoorProtocol:
        protocol = DoorProtocol(self.config, self.server_state, self.lifespan.state, asyncio.get_running_loop())
        protocol.limits = self.limits
        return protocol

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end the waiting, let the rest finish for two seconds."""
        for acceptor in self._acceptors:
            acceptor.stop()
        self._app_state.closing.set()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Take the port, or say in one line why not."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise PermanentError(_why_not(host, port, error)) from error
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program: stop it, or choose another with web_port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs rights this user does not have: choose web_port above 1023"
    return f"cannot listen on {host}, port {port} (web_host, web_port): {error.strerror or error}"
