"""Bodies from strangers, read within bounds: of size, of time, of a publisher's share, and of all bodies at once."""

import asyncio
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import IO

from starlette.requests import Request

from services.web.problems import Problem, in_header, later
from services.web.signatures import SignatureCheck
from shared.data_version import make_folder
from shared.errors import InputRefused, TransientError
from shared.untrusted.gzip_stream import STEP, Inflater

BODIES_AT_ONCE = 64 * 1024 * 1024
BATCHES_ON_DISK = 256 * 1024 * 1024
SHARE = 4  # one publisher has at most this part of the room
IN_MEMORY = 256 * 1024
LARGE_AT_ONCE = 4
LEAST_BYTES_S = 16 * 1024
STALL_S = 10.0
MOST_FILES = 256


class BodyRoom:
    """How many bytes of bodies may stand here at once, over all requests, and for one publisher a quarter of that.

    Large ones stand on disk in `folder` (None: the system's) until it is their turn to be in memory, a few at a time.
    Who brings nothing for `stall_s` is let go.
    """

    def __init__(self, total: int = BODIES_AT_ONCE, *, folder: Path | None = None, stall_s: float = STALL_S) -> None:
        self.total = total
        self.folder = folder
        self.stall_s = stall_s
        self.most_files = MOST_FILES
        self.files = 0
        self.held = 0
        self.held_by: Counter[str] = Counter()
        self.turns = asyncio.Semaphore(LARGE_AT_ONCE)

    def take(self, count: int, publisher: str = "") -> None:
        """Hold that many more bytes, or raise the `Problem` that says whose bodies are too many."""
        if publisher and self.held_by[publisher] + count > self.total // SHARE:
            detail = (
                f"Your other bodies fill your {self.total // SHARE} bytes of room; nothing of this one was taken in."
            )
            raise Problem("busy", detail, headers=later(1))
        if self.held + count > self.total:
            raise Problem("busy", "Other bodies are arriving; nothing of yours was taken in.", headers=later(1))
        self.held += count
        self.held_by[publisher] += count

    def give_back(self, count: int, publisher: str = "") -> None:
        """They are no longer held."""
        self.held -= count
        self.held_by[publisher] -= count
        if not self.held_by[publisher]:
            del self.held_by[publisher]


class _Body:
    """One body as it comes: room is asked for each step before it is opened, and what grows large goes to disk."""

    def __init__(self, room: BodyRoom, publisher: str, digest: "hashlib._Hash | None") -> None:
        self._room = room
        self._publisher = publisher
        self._digest = digest
        self._taken = 0
        self._count = 0
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._has_place = False

    @property
    def stall_s(self) -> float:
        """How long its sender may bring nothing."""
        return self._room.stall_s

    @property
    def is_large(self) -> bool:
        """Whether it counts as one of those of which a few are in memory at once."""
        return self._count > IN_MEMORY

    def ask_room(self, count: int) -> None:
        """Make sure that so many more bytes have room."""
        while self._count + count > self._taken:
            self._room.take(STEP, self._publisher)
            self._taken += STEP

    async def add(self, piece: bytes) -> None:
        self.ask_room(len(piece))
        self._count += len(piece)
        self._memory += piece
        if self._digest is not None:
            self._digest.update(piece)
        if len(self._memory) > IN_MEMORY and self._may_use_disk():
            await asyncio.to_thread(self._put_away)

    async def whole(self) -> bytes:
        """All of it, now in memory; what held it before is let go."""
        if self._file is not None:
            return await asyncio.to_thread(self._bring_back, self._file)
        body = bytes(self._memory)
        self._memory = bytearray()
        return body

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._room.files -= self._has_place
        self._room.give_back(self._taken, self._publisher)

    def _may_use_disk(self) -> bool:
        """Where descriptors are few it stays in memory: the room for it is taken all the same."""
        if not self._has_place and self._room.files < self._room.most_files:
            self._room.files += 1
            self._has_place = True
        return self._has_place

    def _put_away(self) -> None:
        try:
            self._file = self._file or _nameless_file(self._room.folder)
            self._file.write(self._memory)
        except OSError as error:  # no descriptor, no disk: what the operator hears by the readiness of the desk
            raise TransientError(f"a body cannot be put on disk: {error}") from error
        self._memory = bytearray()

    def _bring_back(self, file: IO[bytes]) -> bytes:
        self._put_away()
        file.seek(0)
        return file.read()


@asynccontextmanager
async def body_of(request: Request, room: BodyRoom, *, limit: int, seconds: float) -> AsyncIterator[bytes]:
    """The request's body, unpacked, of at most `limit` bytes; it counts as held until the block ends.

    Raises `Problem`: too large, too slow (`seconds` in all, and a least rate all the time), no room.
    """
    check_head(request, limit)
    digest = hashlib.sha256() if is_remembered(request) else None
    body = _Body(room, _publisher_name(request), digest)
    try:
        await _read(request, body, limit, seconds)
        if digest is not None:
            request.state.body_digest = digest.hexdigest()
        if body.is_large:
            async with room.turns:
                yield await body.whole()
        else:
            yield await body.whole()
    finally:
        body.close()


def signature_of(request: Request) -> SignatureCheck | None:
    """The signature that the body must have, where its key signs."""
    signature: SignatureCheck | None = getattr(request.state, "signature", None)
    return signature


def is_remembered(request: Request) -> bool:
    """Is a request known again by a name of its own: an Idempotency-Key, or the id of what is signed?"""
    return "idempotency-key" in request.headers or signature_of(request) is not None


def body_digest(request: Request) -> str | None:
    """The hash of a request's body, where it is to be known again and was read to its end."""
    digest: str | None = getattr(request.state, "body_digest", None)
    return digest


async def paced(request: Request, seconds: float, stall_s: float) -> AsyncIterator[bytes]:
    """The pieces of a body as they come; raises `Problem` when they do not within `seconds`, not fast enough, or are
    not what was signed.

    Bytes buy time, 16 kB a second of it, but never more than `stall_s` ahead: who stalls is let go after that, whatever
    came before. Only the waiting counts, not what is done here with a piece.
    """
    loop = asyncio.get_running_loop()
    ends, patience = loop.time() + seconds, stall_s
    pieces, signature = request.stream(), signature_of(request)
    while True:
        begun = loop.time()
        try:
            async with asyncio.timeout_at(min(ends, begun + patience)):
                piece = await anext(pieces)
        except StopAsyncIteration:
            if signature is not None:
                signature.finish()
            return
        except TimeoutError:
            raise _too_slow(seconds, stall_s, is_stalled=loop.time() < ends) from None
        if signature is not None:
            signature.update(piece)
        patience = min(patience - (loop.time() - begun) + len(piece) / LEAST_BYTES_S, stall_s)
        yield piece


def too_large(limit: int) -> Problem:
    """What a body over the limit is answered."""
    return Problem("too-large", f"A body may have {limit} bytes, unpacked.", maxBytes=limit)


def _too_slow(seconds: float, stall_s: float, *, is_stalled: bool) -> Problem:
    detail = f"A body must be here within {seconds:g} s."
    if is_stalled:
        detail = f"Too little came: send {LEAST_BYTES_S} bytes a second or more, with no pause above {stall_s:g} s."
    return Problem("too-slow", detail, headers={"Connection": "close"})


def _publisher_name(request: Request) -> str:
    """Whose share a body takes."""
    publisher = getattr(request.state, "publisher", None)
    return str(publisher.name) if publisher is not None else ""


def _nameless_file(folder: Path | None) -> IO[bytes]:
    """A file that is gone when it is closed, or its process ends. The system's own folder for such may be memory."""
    if folder is None:
        return tempfile.TemporaryFile()
    make_folder(folder)
    return tempfile.TemporaryFile(dir=os.fspath(folder))


def check_head(request: Request, limit: int) -> None:
    """Refuse by its head a body of another coding than is read, or one that says itself that it is too large."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Problem(
            "unsupported-encoding",
            f"{encoding[:40]!r} is not read here.",
            at=in_header("Content-Encoding"),
            headers={"Accept-Encoding": "gzip, identity"},
        )
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > limit:
        raise too_large(limit)


async def _read(request: Request, body: _Body, limit: int, seconds: float) -> None:
    count = 0
    async for piece in unpacked(request, paced(request, seconds, body.stall_s), limit, body.ask_room):
        count += len(piece)
        if count > limit:
            raise too_large(limit)
        await body.add(piece)


async def unpacked(
    request: Request, came: AsyncIterator[bytes], limit: int, ask_room: Callable[[int], None]
) -> AsyncIterator[bytes]:
    """The pieces of a body as its sender had them before it packed them; room is asked before each step is opened."""
    if request.headers.get("content-encoding", "").strip().lower() != "gzip":
        async for piece in came:
            yield piece
        return
    inflater = Inflater(limit, strict=True)
    async for chunk in came:
        steps = inflater.feed(chunk)
        ask_room(STEP)
        while (opened := _opened(partial(next, steps, None), limit)) is not None:
            yield opened
            ask_room(STEP)
    yield _opened(inflater.finish, limit) or b""


def _opened(opening: Callable[[], bytes | None], limit: int) -> bytes | None:
    try:
        return opening()
    except InputRefused:
        raise too_large(limit) from None
    except TransientError as error:
        raise Problem(
            "bad-request", f"The body cannot be unpacked: {error}.", at=in_header("Content-Encoding")
        ) from error
