"""Large bodies on disk: batches, and articles with their pictures; read piece by piece from there."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from starlette.requests import Request

from services.web.request_body import BodyRoom, check_head, is_remembered, paced, too_large, unpacked
from services.web.state import AppState, publisher_of
from shared.data_version import make_folder

NDJSON, ZIP = "application/x-ndjson", "application/zip"
FORM_DATA = "multipart/form-data"
MULTIPART = (FORM_DATA, "multipart/mixed", "multipart/related")
SPOOLED = frozenset({NDJSON, ZIP, *MULTIPART})
MOST_BYTES = 64 * 1024 * 1024
IN_MEMORY = 256 * 1024
TIMES_SLOWER = 10  # than the body of one article may be


def is_spooled(request: Request) -> bool:
    """Is a body of this kind read by way of the disk?"""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in SPOOLED


@asynccontextmanager
async def spool_of(request: Request, app_state: AppState) -> AsyncIterator[BinaryIO]:
    """The body, unpacked, in a file without a name; it is gone with the block, and so is its room.

    Raises `Problem`: too large, too slow, no room.
    """
    check_head(request, MOST_BYTES)
    folder = Path(app_state.settings.data_dir)
    await app_state.read(partial(make_folder, folder))
    digest = hashlib.sha256() if is_remembered(request) else None
    held = _Held(app_state.batch_room, publisher_of(request).name)
    with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder)) as spool:
        try:
            async for piece in _pieces(request, app_state, held):
                if digest is not None:
                    digest.update(piece)
                spool.write(piece)
            if digest is not None:
                request.state.body_digest = digest.hexdigest()
            spool.seek(0)
            yield cast("BinaryIO", spool)
        finally:
            held.give_back()


class _Held:
    """The room that one body takes."""

    def __init__(self, room: BodyRoom, publisher: str) -> None:
        self.room, self._publisher, self._count, self._taken = room, publisher, 0, 0

    def ask(self, count: int) -> None:
        """Make sure that so many more bytes than came have room."""
        if self._count + count > self._taken:
            more = self._count + count - self._taken
            self.room.take(more, self._publisher)
            self._taken += more

    def add(self, count: int) -> None:
        """So many bytes came; raises `Problem` where they are too many, or have no room."""
        if self._count + count > MOST_BYTES:
            raise too_large(MOST_BYTES)
        self.ask(count)
        self._count += count

    def give_back(self) -> None:
        self.room.give_back(self._taken, self._publisher)


async def _pieces(request: Request, app_state: AppState, held: _Held) -> AsyncIterator[bytes]:
    came = paced(request, app_state.settings.push_body_s * TIMES_SLOWER, held.room.stall_s)
    async for piece in unpacked(request, came, MOST_BYTES, held.ask):
        held.add(len(piece))
        yield piece
