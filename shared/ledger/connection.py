"""The way to Redis: one client for every process, and its errors in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.errors import IntakeFull, NewerData, PermanentError, TransientError
from shared.settings import Settings

# Answers of a Redis that starts, follows a master, runs another script or cannot write its log: these pass.
PASSING = ("LOADING", "BUSY", "MASTERDOWN", "MISCONF", "READONLY", "TRYAGAIN", "NOREPLICAS", "UNKILLABLE", "NOSCRIPT")

# What the ledger's script answers when a newer release has written there.
NEWER = "NEWERLEDGER of a newer release"
FULL = "its Redis is full"  # as senders may read it


def connect(settings: Settings) -> redis.Redis:
    """A client that answers in bytes and gives up in seconds; nothing is asked of the server yet."""
    options: dict[str, Any] = {"socket_timeout": 10, "retry": Retry(NoBackoff(), 1), "health_check_interval": 10}
    if settings.redis_url.startswith(("redis://", "rediss://")):
        options |= {"socket_connect_timeout": 5, "socket_keepalive": True}
    url = settings.redis_url.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(url, **options)


class LedgerBroken(PermanentError):
    """A call that Redis will always refuse: an error in the script, a key of another type. No try will change it."""


@contextmanager
def redis_errors(client: redis.Redis) -> Iterator[None]:
    """Say in one sentence which Redis did what."""
    where = client.connection_pool.connection_kwargs
    name = where.get("path") or f"{where.get('host')}:{where.get('port')}"
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise TransientError(f"Redis at {name} does not answer: {error}", retry_after=5) from error
    except redis.OutOfMemoryError as error:
        raise IntakeFull(
            f"Redis at {name} is full: wait until work drains, or raise its maxmemory", retry_after=30, told=FULL
        ) from error
    except redis.ResponseError as error:
        if "OOM" in str(error):
            raise IntakeFull(f"Redis at {name} is full: wait until work drains", retry_after=30, told=FULL) from error
        if str(error).startswith(NEWER.partition(" ")[0]):
            raise NewerData(
                f"the ledger in Redis at {name} was written by a newer release: nothing was changed; start the newer "
                "Copydesk in place of this one"
            ) from error
        if str(error).startswith(PASSING):
            raise TransientError(f"Redis at {name} cannot answer now: {error}", retry_after=5) from error
        raise LedgerBroken(f"Redis at {name} refused a call of ours, which is a bug: {error}") from error
