"""Bodies from strangers, read within bounds: of size, of time, and of all bodies held at once."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from services.web.problems import Problem, later
from shared.errors import InputRefused, TransientError
from shared.untrusted.gzip_stream import Inflater

BODIES_AT_ONCE = 64 * 1024 * 1024


class BodyRoom:
    """How many bytes of bodies may stand in memory at once, over all requests."""

    def __init__(self, total: int = BODIES_AT_ONCE) -> None:
        self.total = total
        self.held = 0

    def take(self, count: int) -> None:
        """Hold that many more bytes, or answer that the desk is busy."""
        if self.held + count > self.total:
            raise Problem("busy", "Other bodies are arriving; nothing of yours was taken in.", headers=later(1))
        self.held += count

    def give_back(self, count: int) -> None:
        """They are no longer held."""
        self.held -= count


@asynccontextmanager
async def body_of(request: Request, room: BodyRoom, *, limit: int, seconds: float) -> AsyncIterator[bytes]:
    """The request's body, unpacked, of at most `limit` bytes; it counts as held until the block ends."""
    _check_head(request, limit)
    held = bytearray()
    taken = 0
    try:
        try:
            async with asyncio.timeout(seconds):
                async for piece in _pieces(request, limit):
                    room.take(len(piece))
                    taken += len(piece)
                    held += piece
        except TimeoutError:
            raise Problem(
                "too-slow", f"A body must be here within {seconds:g} s.", headers={"Connection": "close"}
            ) from None
        _note_digest(request, held)
        body = bytes(held)
        held.clear()  # not twice in memory for as long as it is being taken in
        yield body
    finally:
        room.give_back(taken)


def _note_digest(request: Request, body: bytes | bytearray) -> None:
    """Remember what came, for a request that may be repeated."""
    if "idempotency-key" in request.headers:
        request.state.body_digest = hashlib.sha256(body).hexdigest()


def body_digest(request: Request) -> str | None:
    """The hash of a request's body, where it has an Idempotency-Key and was read to its end."""
    digest: str | None = getattr(request.state, "body_digest", None)
    return digest


def _check_head(request: Request, limit: int) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Problem(
            "unsupported-encoding",
            f"{encoding[:40]!r} is not read here.",
            headers={"Accept-Encoding": "gzip, identity"},
        )
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > limit:
        raise too_large(limit)


async def _pieces(request: Request, limit: int) -> AsyncIterator[bytes]:
    if request.headers.get("content-encoding", "").strip().lower() == "gzip":
        async for piece in _unpacked(request, limit):
            yield piece
        return
    count = 0
    async for piece in request.stream():
        count += len(piece)
        if count > limit:
            raise too_large(limit)
        yield piece


async def _unpacked(request: Request, limit: int) -> AsyncIterator[bytes]:
    inflater = Inflater(limit)
    try:
        async for piece in request.stream():
            yield inflater.feed(piece)
        yield inflater.finish()
    except InputRefused:
        raise too_large(limit) from None
    except TransientError as error:
        raise Problem("bad-request", f"The body cannot be unpacked: {error}.") from error


def too_large(limit: int) -> Problem:
    """What a body over the limit is answered."""
    return Problem("too-large", f"A body may have {limit} bytes, unpacked.", maxBytes=limit)
