"""The way to Redis: one client for every process, a quick one for those who only look, their errors in one sentence."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from shared.errors import IntakeFull, NewerData, PermanentError, TransientError
from shared.ledger.quick_client import QuickClient, RedisAway, RedisRefused, read_address
from shared.redis_url import SENTINEL_FORM, Sentinels, read_sentinels
from shared.settings import Settings

if TYPE_CHECKING:
    from redis import Redis

    Client: TypeAlias = Redis
else:
    Client = Any  # to whoever only looks, redis-py is not worth its loading

# Answers of a Redis that starts, follows a master, runs another script or cannot write its log: these pass.
PASSING = ("LOADING", "BUSY", "MASTERDOWN", "MISCONF", "READONLY", "TRYAGAIN", "NOREPLICAS", "UNKILLABLE", "NOSCRIPT")

# Those of a node of a cluster.
CLUSTERED = ("CROSSSLOT", "MOVED", "ASK ", "CLUSTERDOWN")

# What the ledger's script answers when a newer release has written there.
NEWER = "NEWERLEDGER of a newer release"
FULL = "its Redis is full"  # as senders may read it
OLDEST_REDIS = 7
SENTINEL_S = 2.0  # one that is gone is passed over: the next one knows as much


def connect(settings: Settings) -> Client:
    """A client that answers in bytes and gives up in seconds; nothing is asked of the server yet."""
    options: dict[str, Any] = {"socket_timeout": 10, "retry": _tries(1), "health_check_interval": 10}
    sentinels = read_sentinels(settings.redis_url)
    if sentinels is not None:
        return _master_of(sentinels, options | tcp_options())
    if settings.redis_url.startswith(("redis://", "rediss://")):
        options |= tcp_options()
    url = settings.redis_url.replace("redis+socket://", "unix://", 1)
    client: Client = import_module("redis").Redis.from_url(url, **options)
    return client


def tcp_options() -> dict[str, Any]:
    """What a connection over a network has beside its time limits."""
    return {"socket_connect_timeout": 5, "socket_keepalive": True}


def sentinel_options(sentinels: Sentinels) -> dict[str, Any]:
    """How the Sentinels themselves are spoken to: once, where redis-py would knock at a dead one for seven seconds."""
    options: dict[str, Any] = {
        "socket_timeout": SENTINEL_S,
        "socket_connect_timeout": SENTINEL_S,
        "retry": _tries(0),
    }
    if sentinels.sentinel_password:
        options |= {"username": sentinels.sentinel_username, "password": sentinels.sentinel_password}
    return options | _tls_options(sentinels)


def _tries(more: int) -> Any:
    """How often redis-py tries again, at once."""
    return import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), more)


def _master_of(sentinels: Sentinels, options: Mapping[str, Any]) -> Client:
    """A client that asks the Sentinels with each new connection: after a failover it speaks to the new master."""
    asked = import_module("redis.sentinel").Sentinel(sentinels.hosts, sentinel_kwargs=sentinel_options(sentinels))
    login = {"username": sentinels.username, "password": sentinels.password} if sentinels.password else {}
    client: Client = asked.master_for(
        sentinels.name, db=sentinels.database, **login, **_tls_options(sentinels), **options
    )
    return client


def _tls_options(sentinels: Sentinels) -> dict[str, Any]:
    return {} if sentinels.ssl is None else {"ssl": True, **sentinels.ssl}


def connect_to_look(settings: Settings) -> Client:
    """A client for the questions of `LedgerReader`, the overview, lists and the stream, by a person's command."""
    address = read_address(settings.redis_url)
    if address is None:
        return connect(settings)
    return QuickClient(address)  # type: ignore[return-value]  # it answers the same to what is asked of it


class LedgerBroken(PermanentError):
    """A call that Redis will always refuse: an error in the script, a key of another type. No try will change it."""


def server_info(client: Client) -> Mapping[str, Any]:
    """Ask a server what it is. Raises `PermanentError` for one that the desk cannot work with, and says why."""
    asked: Any = client  # redis-py types its answers for clients that wait and those that await at once
    with redis_errors(client):
        info: Mapping[str, Any] = asked.info("server")
    name = _place(client)
    mode = info.get("redis_mode", info.get("server_mode"))
    if mode == "cluster":
        raise IsCluster(name)
    if mode == "sentinel":
        raise PermanentError(f"Redis at {name} is a Sentinel: name it in redis_url as {SENTINEL_FORM}")
    if int(str(info["redis_version"]).partition(".")[0]) < OLDEST_REDIS:
        raise PermanentError(
            f"Redis at {name} is version {info['redis_version']}: the ledger needs {OLDEST_REDIS} or newer, or Valkey"
        )
    return info


def server_now_us(client: Any) -> int:
    """The server's clock, in µs since 1970: what one host writes down and another judges is in no host's time."""
    seconds, micros = client.time()
    return int(seconds) * 1_000_000 + int(micros)


class IsCluster(PermanentError):
    """A Redis Cluster: one call of the ledger changes keys that a cluster would scatter."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"Redis at {place} is a cluster, which neither Celery nor the ledger can use: point redis_url at a single "
            f"Redis, or at Sentinels ({SENTINEL_FORM})"
        )


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
    except _errors("ReadOnlyError", "MasterDownError", "TryAgainError", "NoScriptError") as error:  # without its code
        raise _passing(str(error), _place(client)) from error
    except _errors("ClusterError", "ClusterCrossSlotError", "AskError") as error:
        raise IsCluster(_place(client)) from error
    except _errors("ResponseError", ours=RedisRefused) as error:
        raise _refusal(str(error), _place(client)) from error


def _errors(*names: str, ours: type[Exception] | None = None) -> tuple[type[Exception], ...]:
    """The errors of redis-py by their names, where it is loaded, and that of the quick client."""
    loaded = sys.modules.get("redis")
    theirs = tuple(getattr(loaded.exceptions, name) for name in names) if loaded is not None else ()
    return (*theirs, *([ours] if ours else []))


def _refusal(said: str, name: str) -> Exception:
    if "OOM" in said:
        return IntakeFull(f"Redis at {name} is full: wait until work drains", retry_after=30, told=FULL)
    if said.startswith(NEWER.partition(" ")[0]):
        return NewerData(
            f"the ledger in Redis at {name} was written by a newer release: nothing was changed; start the newer "
            "Copydesk in place of this one"
        )
    if said.startswith(CLUSTERED) or "non local key in a cluster" in said:
        return IsCluster(name)
    if said.startswith(PASSING):
        return _passing(said, name)
    return LedgerBroken(f"Redis at {name} refused a call of ours, which is a bug: {said}")


def _passing(said: str, name: str) -> Exception:
    return TransientError(f"Redis at {name} cannot answer now: {said}", retry_after=5)


def _place(client: Any) -> str:
    if isinstance(client, QuickClient):
        return client.place
    pool = client.connection_pool
    where = pool.connection_kwargs
    if "connection_pool" in where:  # Sentinels name it
        hosts = [one.connection_pool.connection_kwargs for one in pool.sentinel_manager.sentinels]
        return Sentinels(tuple((host["host"], host["port"]) for host in hosts), pool.service_name).place
    return str(where.get("path") or f"{where.get('host')}:{where.get('port')}")
