"""Uvicorn, with the manners of this door: told problems, clocks on every connection, a stop within seconds."""

import asyncio
import errno
import socket
import sys
import uuid
from typing import Any

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.web.problems import Problem, answer
from services.web.state import AppState
from shared.errors import PermanentError

STOP_S = 2
KEEP_ALIVE_S = 15
HEAD_S = 15.0
# Above the gate's own limit, so that a merely long head is answered there, with a key check and a log line.
HEAD_BYTES = 64 * 1024
LEFTOVER_BYTES = 64 * 1024 * 1024
LEFTOVER_S = 30.0


class DoorProtocol(H11Protocol):
    """One connection: its head must come in time, and what a refused body goes on sending is read away, within bounds.

    Closing at once would reset the connection, and the sender would never see why it was refused.
    """

    _clock: asyncio.TimerHandle | None = None
    _leftover = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_clock(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing() or not hasattr(self.cycle, "scope"):  # before the first request it is None
            return
        if not self.cycle.response_complete:
            self._stop_clock()
        elif self.conn.their_state is h11.SEND_BODY:
            self._leftover += len(data)
            if self._leftover > LEFTOVER_BYTES:
                self.transport.close()
        elif self.conn.their_state is h11.IDLE and self._clock is None:  # a next head has begun
            self._set_clock(HEAD_S)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.their_state is h11.SEND_BODY:
            self._set_clock(LEFTOVER_S)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets a problem like everything else."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        too_long = getattr(sys.exception(), "error_status_hint", 400) == 431
        problem = Problem("headers-too-large") if too_long else Problem("bad-request", "This is no HTTP request.")
        told = answer(problem, str(uuid.uuid4()))
        headers = [*told.raw_headers, (b"connection", b"close")]
        for event in (h11.Response(status_code=told.status_code, headers=headers), h11.Data(data=bytes(told.body))):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()

    def _set_clock(self, seconds: float) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(seconds, self.transport.close)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


class Server(uvicorn.Server):
    """The server; when it is told to stop, those who wait for a receipt are answered first."""

    def __init__(self, app: Starlette, app_state: AppState) -> None:
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
            "h11_max_incomplete_event_size": HEAD_BYTES,
        }
        super().__init__(uvicorn.Config(app, **config))
        self._app_state = app_state

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end the waiting, let the rest finish for two seconds."""
        self._app_state.closing.set()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Take the port, or say in one line why not."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        raise PermanentError(_why_not(host, port, error)) from error
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program: stop it, or choose another with web_port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} needs rights this user does not have: choose web_port above 1023"
    return f"cannot listen on {host}, port {port} (web_host, web_port): {error.strerror or error}"
