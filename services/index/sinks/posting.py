"""What sinks share that send over HTTP: a loop and a guarded client of their own, in the thread of their deliverer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.index.sinks.sink import SinkEnded
from shared.errors import PermanentError, TransientError, Unavailable
from shared.net.http import Client, RequestRefused
from shared.settings import Settings

T = TypeVar("T")


class Poster:
    """Runs requests in one loop, over connections that stay open between two bulks."""

    def __init__(self, desk: Settings) -> None:
        self._desk = desk
        self._runner = asyncio.Runner()
        self._client: Client | None = None

    def run(self, send: Callable[[Client], Awaitable[T]]) -> T:
        """Send with the client, and wait for what comes of it."""
        return self._runner.run(self._send(send))

    def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            self._runner.run(client.__aexit__())
        self._runner.close()

    async def _send(self, send: Callable[[Client], Awaitable[T]]) -> T:
        if self._client is None:
            self._client = Client(self._desk)
            await self._client.__aenter__()
        return await send(self._client)


def as_away(error: PermanentError | TransientError) -> Unavailable:
    """An address that does not answer, or must not be asked: no article's fault. Not for its own no to one article."""
    return Unavailable(str(error), retry_after=error.retry_after if isinstance(error, TransientError) else None)


def as_ended(error: Exception) -> SinkEnded | None:
    """An address that has said that it wants no more, ever (410); None of any other answer."""
    if isinstance(error, RequestRefused) and error.status == 410:
        return SinkEnded(f"{error}: it wants no more; `copydesk resume` asks it again")
    return None
