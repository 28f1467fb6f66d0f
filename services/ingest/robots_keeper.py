"""The rules of hosts for robots: asked for once in some hours, kept in Redis for all processes."""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog

from services.ingest.robots import CLOSED, MOST_BYTES, OPEN, Robots, read_robots, robots_address
from shared.errors import PermanentError, TransientError
from shared.ledger import keys
from shared.ledger.connection import Client as Redis
from shared.ledger.connection import redis_errors
from shared.net.http import Client, fetch_beginning

log = structlog.get_logger(__name__)

KEPT_S = 12 * 3600  # RFC 9309 2.4: not above a day
CLOSED_S = 600  # until a host is asked again whose rules nobody could read


class ForbiddenToRobots(PermanentError):
    """An address that its host's robots.txt closes to us."""


class RobotsKeeper:
    """Knows what may be read; `in_redis` runs what blocks somewhere else than in the loop."""

    def __init__(self, client: Redis, in_redis: Callable[..., Any]) -> None:
        self._redis: Any = client
        self._in_redis = in_redis

    async def rules(self, client: Client, url: str) -> Robots:
        """The rules for an address, from Redis or from its host. Raises as Redis does."""
        address = robots_address(url)
        known: Robots | None = await self._in_redis(self._get, address)
        if known is not None:
            return known
        rules = await _ask(client, address)
        log.info("robots_read", address=address, rules=len(rules.rules), pause_s=rules.pause_s, closed=rules.closed)
        await self._in_redis(self._put, address, rules)
        return rules

    async def check(self, client: Client, url: str) -> None:
        """Raise `ForbiddenToRobots` where it may not be read, `TransientError` where nobody knows for now."""
        rules = await self.rules(client, url)
        if rules.closed:
            raise TransientError(
                f"{robots_address(url)} cannot be read, so nothing of its host is", retry_after=CLOSED_S
            )
        if not rules.allow(url):
            raise ForbiddenToRobots(f"{url} is closed to robots by its host's robots.txt")

    def _get(self, address: str) -> Robots | None:
        with redis_errors(self._redis):
            packed = self._redis.get(keys.robots(address))
        try:
            return None if packed is None else msgspec.msgpack.decode(packed, type=Robots)
        except msgspec.DecodeError:  # of another release
            return None

    def _put(self, address: str, rules: Robots) -> None:
        with redis_errors(self._redis):
            kept_s = CLOSED_S if rules.closed else KEPT_S
            self._redis.set(keys.robots(address), msgspec.msgpack.encode(rules), ex=kept_s)


async def _ask(client: Client, address: str) -> Robots:
    """RFC 9309 2.3: without such a file all may be read, and nothing where the host cannot answer."""
    try:
        answer = await fetch_beginning(client, address, MOST_BYTES, accept="text/plain")
    except PermanentError:
        return OPEN
    except TransientError:
        return CLOSED
    return read_robots(answer.body)
