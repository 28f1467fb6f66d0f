"""One connection of the guarded client: HTTP/1.1 over a socket, one exchange at a time, read no faster than it is used.

Answers are taken apart by httptools, the parser that also reads what our own front door is asked.
"""

import asyncio
from collections import deque
from collections.abc import Mapping

import httptools

MOST_BESIDE = 100 * 1024  # bytes in a row that are no body: heads, interim ones too, trailers, and what parts chunks
READ_AHEAD = 256 * 1024
SIGNS = bytes(0x20 if sign == 0x7F or (sign < 0x20 and sign != 0x09) else sign for sign in range(256))  # RFC 9110, 5.5
Headers = list[tuple[str, str]]


class WireBroken(Exception):
    """No answer, or no whole one. `unheard` says that the other side closed before it answered anything."""

    def __init__(self, message: str, *, unheard: bool = False) -> None:
        super().__init__(message)
        self.unheard = unheard


class WireSilent(Exception):
    """Nothing moved for as long as may be waited."""


class Connection(asyncio.Protocol):
    """A socket and what is read from it. `step_s` is how long it may stand still while something is waited for."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._loop = asyncio.get_running_loop()
        self._wire: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._error: WireBroken | None = None
        self._answering = False
        self.idle_since = 0.0
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # Some servers send a length beside chunks, end lines by a bare line feed, or fold headers: browsers let them.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_chunked_length=True, lenient_optional_cr_before_lf=True
        )
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: deque[bytes] = deque()
        self._held = self._read = self._beside = self._status = 0
        self._has_head = self._is_whole = self._keeps_open = self._is_paused = False

    @property
    def is_open(self) -> bool:
        """May it be asked something?"""
        return self._wire is not None and self._error is None and not self._wire.is_closing()

    async def ask(self, request: bytes) -> tuple[int, Headers]:
        """Send a request; the status and headers of its answer, names in lower case, before its body is read.

        Raises `WireBroken` and `WireSilent`.
        """
        if self._wire is None or not self.is_open:
            raise WireBroken("has closed", unheard=True)
        self._begin()
        self._answering = True
        self._wire.write(request)
        while not self._has_head:
            await self._wait()
        return self._status, [(_text(name).lower(), _text(value)) for name, value in self._headers]

    async def read(self) -> bytes:
        """The next piece of the body; none at its end. Raises as `ask` does."""
        while not self._body:
            if self._is_whole:
                return b""
            if self._is_paused and self._wire is not None:
                self._is_paused = False
                self._wire.resume_reading()
            await self._wait()
        piece = self._body.popleft()
        self._held -= len(piece)
        return piece

    def rest(self, now: float) -> bool:
        """Ask nothing for now: whatever comes meanwhile ends it. False, and it is ended, where it serves no more."""
        self._answering, self.idle_since = False, now
        if self._wire is not None and self._is_whole and self._keeps_open and self.is_open:
            if self._is_paused:
                self._wire.resume_reading()
            return True
        self.close()
        return False

    def close(self) -> None:
        """End it at once."""
        if self._wire is not None:
            self._wire.abort()

    async def _wait(self) -> None:
        """Until something came. Raises what has happened instead."""
        self._raise_error()
        read, waiter = self._read, self._loop.create_future()
        self._waiter = waiter
        timer = self._loop.call_later(self._step_s, self._wake)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None
        if self._read == read and not self._is_whole:
            self._raise_error()
            raise WireSilent("did not answer in time")

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _break(self, error: WireBroken) -> None:
        self._error = self._error or error
        self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's: it is connected."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio promises for a stream
        self._wire = transport

    def data_received(self, data: bytes) -> None:
        """asyncio's: some bytes of an answer, or of what nobody asked for."""
        if not self._answering or self._is_whole:
            self._break(WireBroken("said what nobody asked for"))
            return
        self._read += len(data)
        self._beside += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._keeps_open = False  # behind a whole answer, that one counts
            if not self._is_whole:
                self._break(WireBroken(f"answered what is no HTTP: {error}"))
        if self._beside > MOST_BESIDE and not self._is_whole:
            self._break(WireBroken("has endless headers"))
        if self._held > READ_AHEAD and not self._is_paused and self._wire is not None:
            self._is_paused = True
            self._wire.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's: the end, of our making or of theirs. A body of no announced length ends with it."""
        if self._has_head and exc is None and self._error is None and self._runs_to_the_end():
            self._is_whole = True
        told = "ended within its answer" if self._has_head else "closed without an answer"
        self._error = self._error or WireBroken(str(exc or told), unheard=not self._read)
        self._wire = None
        self._wake()

    def _runs_to_the_end(self) -> bool:
        said = {name.lower(): value.strip().lower() for name, value in self._headers}
        return b"content-length" not in said and not said.get(b"transfer-encoding", b"").endswith(b"chunked")

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools': a header. Behind the head come trailers, and headers of what nobody asked for: no say in ours."""
        if not self._has_head:
            self._headers.append((name, value.translate(SIGNS)))

    def on_headers_complete(self) -> None:
        """httptools': a head is whole; an interim answer (1xx) is none."""
        if self._is_whole:
            return
        self._status = self._parser.get_status_code()
        self._has_head = self._status >= 200
        if not self._has_head:
            self._headers.clear()

    def on_body(self, body: bytes) -> None:
        """httptools': a piece of the body."""
        if not self._is_whole:
            self._body.append(body)
            self._held += len(body)
            self._beside = 0

    def on_message_begin(self) -> None:
        """httptools': an answer begins, also one behind that which was asked for."""
        self._keeps_open = False

    def on_message_complete(self) -> None:
        """httptools': the end of an answer."""
        if self._has_head and not self._is_whole:
            self._is_whole, self._keeps_open = True, self._parser.should_keep_alive()


def request_bytes(method: str, target: bytes, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """A request as it is sent. Raises `UnicodeError` for a header that would be more than one."""
    lines = [b"%b %b HTTP/1.1" % (method.encode(), target)]
    for name, value in headers.items():
        if any(sign in value for sign in "\r\n\0"):
            raise UnicodeError(f"the header {name} holds more than one line")
        lines.append(f"{name}: {value}".encode())
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join((*lines, b"", body or b""))


def _text(said: bytes) -> str:
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode("latin-1")
