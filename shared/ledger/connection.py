"""The way to Redis: one client for every process, a quick one for those who only look, their errors in one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from shared.errors import IntakeFull, NewerData, PermanentError, TransientError
from shared.ledger.quick_client import QuickClient, RedisAway, RedisRefused, read_address
from shared.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

    Client: TypeAlias = Redis
else:
    Client = Any  # to whoever only looks, redis-py is not worth its loading

# Answers of a Redis that starts, follows a master, runs another script or cannot write its log: these pass.
PASSING = ("LOADING", "BUSY", "MASTERDOWN", "MISCONF", "READONLY", "TRYAGAIN", "NOREPLICAS", "UNKILLABLE", "NOSCRIPT")

# What the ledger's script answers when a newer release has written there.
NEWER = "NEWERLEDGER of a newer release"
FULL = "its Redis is full"  # as senders may read it


def connect(settings: Settings) -> Client:
    """A client that answers in bytes and gives up in seconds; nothing is asked of the server yet."""
    retry = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 1)
    options: dict[str, Any] = {"socket_timeout": 10, "retry": retry, "health_check_interval": 10}
    if settings.redis_url.startswith(("redis://", "rediss://")):
        options |= {"socket_connect_timeout": 5, "socket_keepalive": True}
    url = settings.redis_url.replace("redis+socket://", "unix://", 1)
    client: Client = import_module("redis").Redis.from_url(url, **options)
    return client


def connect_to_look(settings: Settings) -> Client:
    """A client for the questions of `LedgerReader`, the overview, lists and the stream, by a person's command."""
    address = read_address(settings.redis_url)
    if address is None:
        return connect(settings)
    return QuickClient(address)  # type: ignore[return-value]  # it answers the same to what is asked of it


class LedgerBroken(PermanentError):
    """A call that Redis will always refuse: an error in the script, a key of another type. No try will change it."""


@contextmanager
def redis_errors(client: Client) -> Iterator[None]:
    """Say in one sentence which Redis did what."""
    try:
        yield
    except _errors("ConnectionError", "TimeoutError", ours=RedisAway) as error:
        raise TransientError(f"Redis at {_place(client)} does not answer: {error}", retry_after=5) from error
    except _errors("OutOfMemoryError") as error:
        full = f"Redis at {_place(client)} is full: wait until work drains, or raise its maxmemory"
        raise IntakeFull(full, retry_after=30, told=FULL) from error
    except _errors("ResponseError", ours=RedisRefused) as error:
        raise _refusal(str(error), _place(client)) from error


def _errors(*names: str, ours: type[Exception] | None = None) -> tuple[type[Exception], ...]:
    """The errors of redis-py by their names, where it is loaded, and that of the quick client."""
    loaded = sys.modules.get("redis")
    theirs = tuple(getattr(loaded, name) for name in names) if loaded is not None else ()
    return (*theirs, *([ours] if ours else []))


def _refusal(said: str, name: str) -> Exception:
    if "OOM" in said:
        return IntakeFull(f"Redis at {name} is full: wait until work drains", retry_after=30, told=FULL)
    if said.startswith(NEWER.partition(" ")[0]):
        return NewerData(
            f"the ledger in Redis at {name} was written by a newer release: nothing was changed; start the newer "
            "Copydesk in place of this one"
        )
    if said.startswith(PASSING):
        return TransientError(f"Redis at {name} cannot answer now: {said}", retry_after=5)
    return LedgerBroken(f"Redis at {name} refused a call of ours, which is a bug: {said}")


def _place(client: Any) -> str:
    if isinstance(client, QuickClient):
        return client.place
    where = client.connection_pool.connection_kwargs
    return str(where.get("path") or f"{where.get('host')}:{where.get('port')}")
