"""The one guarded HTTP client: every request of ours goes out through here, over connections of its own transport.
Of httpx it takes how addresses and cookies are read. Bodies are read raw and opened in bounded steps.
"""

import asyncio
import base64
import contextlib
import datetime as dt
import functools
import importlib.metadata
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import unquote_to_bytes
from weakref import WeakValueDictionary

import httpx
import msgspec

from shared.errors import CopydeskError, InputRefused, PermanentError, TransientError
from shared.identity import without_login
from shared.net.addresses import read_allowed
from shared.net.cookies import SiteCookies
from shared.net.encodings import layers_of, open_layers
from shared.net.http1 import WireBroken, WireSilent
from shared.net.retry_after import read_retry_after
from shared.net.transport import Answer, GuardedTransport
from shared.settings import Settings
from shared.untrusted.gzip_stream import MAGIC, Inflater

MAX_REDIRECTS = 5
PER_HOST = 2
PLACE_S = 3.0
STEP_TIMEOUT_S = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
COMPLETE = frozenset({200, 203})  # 203: a proxy on the way has changed something, as it says
MOVED_FOR_GOOD = frozenset({301, 308})
SMALL_BODY = 64 * 1024
CONNECTIONS = 100
LONGEST_VALIDATOR = 1000  # characters
MakeRoom = Callable[[int], Awaitable[int]]
HOST = re.compile(rb"[a-z0-9._:-]+")  # after IDNA; httpx escapes what else it finds, and would ask for that name


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its last address, 200, 203 or 304, headers by lower-case name, the body opened.

    `moved` is the address that permanent redirects alone lead to, if any.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    moved: str | None = None

    @property
    def validators(self) -> tuple[str | None, str | None]:
        """What to ask for a newer one with, `etag` and `modified`; none that is longer than is kept."""
        etag, modified = (self.headers.get(name) for name in ("etag", "last-modified"))
        return _short(etag), _short(modified)


def _short(value: str | None) -> str | None:
    return value if value is not None and len(value) <= LONGEST_VALIDATOR else None


class RequestRefused(PermanentError):
    """The server's own no: a 4xx but for 408, 425 and 429. `status` tells a 410 from a 404; `retry_after` is for how
    long it asked to be left alone (s), which makes a 403 one that is not for ever."""

    def __init__(self, message: str, *, status: int, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


class AskedToWait(TransientError):
    """An answer that is none to what was asked, or promises a better one later: 408, 425, 429, 5xx."""

    def __init__(self, message: str, *, status: int, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status


class Client:
    """Connections of one event loop, at most `PER_HOST` requests to a host at a time. Use with `async with`."""

    def __init__(self, settings: Settings, *, place_s: float = PLACE_S, connections: int = CONNECTIONS) -> None:
        self._place_s = place_s
        self.max_bytes = settings.max_input_bytes
        self.total_s = float(settings.fetch_timeout_s)
        step = min(STEP_TIMEOUT_S, self.total_s)
        # Kept while somebody is at a host: redirects and pages lead to more hosts than anybody counts.
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._cookies = SiteCookies()
        self._transport = GuardedTransport(read_allowed(settings.allow_networks), connections, step)
        self._headers = {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": "gzip"}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._transport.aclose()

    @contextlib.asynccontextmanager
    async def host_turn(self, url: httpx.URL) -> AsyncIterator[None]:
        """One of the few places at a host; one that is kept waiting there gives its place to the next, and waits on."""
        places = self._hosts.setdefault(url.host, asyncio.Semaphore(PER_HOST))
        await places.acquire()
        held = [places]

        def give_back() -> None:
            while held:
                held.pop().release()

        timer = asyncio.get_running_loop().call_later(self._place_s, give_back)
        try:
            yield
        finally:
            timer.cancel()
            give_back()

    @contextlib.asynccontextmanager
    async def ask(self, url: httpx.URL, headers: Mapping[str, str], body: bytes | None = None) -> AsyncIterator[Answer]:
        """Send one request, with a body as POST; the answer's body is still to be read."""
        sent = _merged(self._headers, headers)
        if url.userinfo and "authorization" not in map(str.lower, sent):
            sent["Authorization"] = f"Basic {base64.b64encode(unquote_to_bytes(url.userinfo)).decode()}"
        if (cookie := self._cookies.header(url)) is not None:
            own = [sent.pop(name) for name in list(sent) if name.lower() == "cookie"]
            sent["Cookie"] = "; ".join([*own, cookie])
        async with self._transport.exchange("GET" if body is None else "POST", url, sent, body) as answer:
            if answer.cookies:
                self._cookies.note(url, answer.cookies)
            yield answer


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer is read: who makes room for a large body, who is asked before each address, which headers that is
    asked with beside the usual ones or in their place, and how many bytes are enough. Redirects lead to addresses too.
    """

    make_room: MakeRoom | None = None
    may_ask: Callable[[str], Awaitable[None]] | None = None
    own: Callable[[str], Mapping[str, str]] | None = None
    enough: int | None = None


PLAIN = Reading()


async def fetch(
    client: Client,
    url: str,
    how: Reading = PLAIN,
    *,
    etag: str | None = None,
    modified: str | None = None,
    accept: str = "*/*",
) -> Fetched:
    """Get a document, as `how` says, asking only for a newer one where `etag` or `modified` are known.

    A body that outgrows `SMALL_BODY` is read on when `make_room`, told its size, has said how far; that wait counts as
    no time of the visit. What `may_ask` raises ends the visit.

    Raises `TransientError` for what may go better later (timeouts, 408, 425, 429, 5xx, a broken stream), and
    `PermanentError` for the rest (4xx, a refused address, too large).
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {"Accept": accept} | {name: value for name, value in conditions.items() if value is not None}
    return await _follow(client, url, headers, how)


async def fetch_beginning(client: Client, url: str, most_bytes: int, *, accept: str = "*/*") -> Fetched:
    """Get the first bytes of a document, however large it is; raises as `fetch` does."""
    return await _follow(client, url, {"Accept": accept}, Reading(enough=most_bytes))


async def _follow(client: Client, url: str, headers: Mapping[str, str], how: Reading) -> Fetched:
    target, moved, left = read_url(url), None, client.total_s
    for hop in range(MAX_REDIRECTS + 1):
        if how.may_ask is not None:
            await how.may_ask(str(target))
        async with client.host_turn(target):
            started = time.monotonic()
            said = headers if how.own is None else {**headers, **how.own(str(target))}
            answer = await _ask_once(client, target, said, left, how)
        left -= time.monotonic() - started
        if answer.status not in REDIRECTS:
            return msgspec.structs.replace(answer, moved=moved)
        target = _next_hop(target, answer)
        if answer.status in MOVED_FOR_GOOD and (hop == 0 or moved is not None):
            moved = str(target)
        else:
            moved = None
    raise PermanentError(f"{_shown(target)} redirects more than {MAX_REDIRECTS} times")


async def call(client: Client, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Fetched:
    """Ask once, with a body by POST, and read what is answered, a no (4xx) too; no redirect is followed.

    Raises as `fetch` does for all that holds no answer: timeouts, 408, 425, 429, 5xx, a refused address, too large.
    """
    target = read_url(url)
    async with _answered(client, target, headers, asyncio.timeout(client.total_s), body) as response:
        if _may_pass(response.status):
            raise _refusal(response)
        answered = await _read_body(response, client.max_bytes)
        return Fetched(url=_shown(target), status=response.status, headers=response.headers, body=answered)


def read_url(url: str) -> httpx.URL:
    """Read an address that we may ask: http or https, with a host, and a port that there is."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise PermanentError(f"{without_login(url)[:200]!r} is no web address: {error}") from error
    is_asked = parsed.scheme in ("http", "https") and (parsed.port is None or 0 < parsed.port <= 65535)
    if not is_asked or not HOST.fullmatch(parsed.raw_host):
        raise PermanentError(f"{without_login(url)[:200]!r} is no http or https address")
    return parsed


@functools.cache
def user_agent() -> str:
    """`Copydesk/0.1.0`."""
    return f"Copydesk/{importlib.metadata.version('copydesk')}"


async def post(client: Client, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Hand a body over; what is answered beside the status is not read, and no redirect is followed.

    Raises as `fetch` does: `TransientError` for what may go better later, `RequestRefused` for a no.
    """
    target = read_url(url)
    async with _answered(client, target, headers, asyncio.timeout(client.total_s), body) as response:
        if not 200 <= response.status < 300:
            raise _refusal(response)


class _Asked(NamedTuple):
    """A request and its answer, which is still to be read; `conditional` where only a newer document was asked for."""

    url: httpx.URL
    answer: Answer
    conditional: bool


async def _ask_once(client: Client, url: httpx.URL, headers: Mapping[str, str], left: float, how: Reading) -> Fetched:
    """One hop, within what is left of the total clock."""
    conditional = "If-None-Match" in headers or "If-Modified-Since" in headers
    clock = asyncio.timeout(max(left, 0.001))
    widen = None if how.make_room is None else functools.partial(_wait_beside, clock, how.make_room)
    async with _answered(client, url, headers, clock) as response:
        return await _read_answer(client, _Asked(url, response, conditional), widen, how.enough)


async def _wait_beside(clock: asyncio.Timeout, make_room: MakeRoom, size: int) -> int:
    """Wait while the clock stands."""
    loop, until = asyncio.get_running_loop(), clock.when()
    started = loop.time()
    clock.reschedule(None)
    limit = await make_room(size)
    clock.reschedule(None if until is None else until + loop.time() - started)
    return limit


@contextlib.asynccontextmanager
async def _answered(
    client: Client, url: httpx.URL, headers: Mapping[str, str], clock: asyncio.Timeout, body: bytes | None = None
) -> AsyncIterator[Answer]:
    """An answer that is still to be read; whatever goes wrong is told with the address it is about."""
    try:
        async with clock, client.ask(url, headers, body) as answer:
            yield answer
    except TimeoutError as error:
        raise TransientError(f"{_shown(url)} took longer than {client.total_s:.0f} s") from error
    except WireSilent as error:
        raise TransientError(f"{_shown(url)} did not answer in time") from error
    except (WireBroken, OSError) as error:
        raise TransientError(f"{_shown(url)} cannot be read: {_cause(error)}") from error
    except UnicodeError as error:
        raise PermanentError(f"{_shown(url)} cannot be asked: {_cause(error)}") from error
    except CopydeskError as error:
        raise _with_address(error, url) from error


async def _read_answer(client: Client, asked: _Asked, widen: MakeRoom | None, enough: int | None) -> Fetched:
    url, answer, conditional = asked
    status = answer.status
    fetched = Fetched(url=_shown(url), status=status, headers=answer.headers)
    if status in COMPLETE:
        if enough is not None:
            return msgspec.structs.replace(fetched, body=await _read_beginning(answer, enough))
        body = await _read_body(answer, client.max_bytes, widen)
        return msgspec.structs.replace(fetched, body=body)
    if status in REDIRECTS or (status == 304 and conditional):
        return fetched
    raise _refusal(answer)


def _may_pass(status: int) -> bool:
    """May the same request be answered otherwise later?"""
    return status in (408, 425, 429) or status >= 500


def _refusal(answer: Answer) -> CopydeskError:
    status = answer.status
    wait = read_retry_after(answer.headers.get("retry-after"), dt.datetime.now(dt.UTC))
    if _may_pass(status):
        return AskedToWait(f"answered {status}", status=status, retry_after=wait)
    if status >= 400:
        return RequestRefused(f"answered {status}", status=status, retry_after=wait)
    return AskedToWait(f"answered {status}, which is no answer to this", status=status)


async def _read_body(answer: Answer, max_bytes: int, widen: MakeRoom | None = None) -> bytes:
    """Read the raw stream, opening gzip in bounded steps, both sizes capped."""
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise InputRefused(f"announces {declared} bytes, more than {max_bytes}")
    layers = layers_of(answer.headers.get("content-encoding", ""), max_bytes)
    raw, body, room = 0, bytearray(), SMALL_BODY
    while chunk := await answer.connection.read():
        raw += len(chunk)
        if raw == len(chunk) and not layers and chunk.startswith(MAGIC):
            layers = [Inflater(max_bytes)]  # gzip without its label: no text begins with these two bytes
        for piece in open_layers(layers, chunk):
            body += piece
            if max(raw, len(body)) > max_bytes:
                raise InputRefused(f"is larger than {max_bytes} bytes")
            if widen is not None and len(body) >= room:
                room = await widen(len(body))
    body += _rest_of(layers)
    return bytes(body)


def _rest_of(layers: Sequence[Inflater]) -> bytes:
    """What the layers still hold, opened to the end."""
    return b"".join(
        piece for place, layer in enumerate(layers) for piece in open_layers(layers[place + 1 :], layer.finish())
    )


async def _read_beginning(answer: Answer, enough: int) -> bytes:
    """Read so many bytes, or all where there are fewer; what is not whole ends where it breaks."""
    layers, body = layers_of(answer.headers.get("content-encoding", ""), 2 * enough), bytearray()
    while chunk := await answer.connection.read():
        for piece in open_layers(layers, chunk):
            body += piece
            if len(body) >= enough:
                return bytes(body[:enough])
    return bytes(body)


def _next_hop(url: httpx.URL, answer: Fetched) -> httpx.URL:
    location = answer.headers.get("location")
    if not location:
        raise TransientError(f"{_shown(url)} answered {answer.status} without saying where to")
    try:
        return read_url(str(url.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise PermanentError(f"{_shown(url)} redirects to {location[:200]!r}, which is no web address") from error


def _with_address(error: CopydeskError, url: httpx.URL) -> CopydeskError:
    """The same error, its sentence begun with the address it is about."""
    sentence = f"{_shown(url)} {error}"
    if isinstance(error, AskedToWait):
        return AskedToWait(sentence, status=error.status, retry_after=error.retry_after)
    if isinstance(error, TransientError):
        return TransientError(sentence, retry_after=error.retry_after)
    if isinstance(error, RequestRefused):
        return RequestRefused(sentence, status=error.status, retry_after=error.retry_after)
    return InputRefused(sentence) if isinstance(error, InputRefused) else PermanentError(sentence)


def _merged(usual: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The usual headers, but for those that are given, however these are spelled."""
    said = {name.lower() for name in given}
    return {**{name: value for name, value in usual.items() if name.lower() not in said}, **given}


def _shown(url: httpx.URL) -> str:
    """The address without a name and password in it."""
    return str(url.copy_with(userinfo=b"")) if url.userinfo else str(url)


def _cause(error: BaseException) -> str:
    return str(error) or type(error).__name__
