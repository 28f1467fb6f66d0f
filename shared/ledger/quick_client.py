"""A client for those who look once and go: it loads in a millisecond, and asks what reading commands ask.

redis-py loads asyncio, its cluster and its metrics before it says a word: six times what Python itself takes to start.
Answers are those of redis-py in bytes. Processes that stay take redis-py (`shared/ledger/connection.py`).
"""

import contextlib
import socket
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple

import hiredis

CONNECT_S, ANSWER_S = 5.0, 10.0
CHUNK = 65536
AWAY = ("LOADING", "NOAUTH", "WRONGPASS", "NOPERM")  # what redis-py counts to a connection that does not work

Parse = Callable[[Any], Any]
Pair = tuple[bytes, Any]


class RedisAway(Exception):
    """No connection, or none any more."""


class RedisRefused(Exception):
    """Redis answered with an error."""


class Address(NamedTuple):
    """Where a Redis listens: the path of a socket, or a host and its port."""

    path: str = ""
    host: str = "localhost"
    port: int = 6379
    user: str = ""
    password: str = ""
    database: int = 0

    @property
    def place(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def read_address(url: str) -> Address | None:
    """`redis://:secret@host:6379/0` or `unix:///run/redis.sock?db=0`; None for what takes more than that (TLS …)."""
    parts = urllib.parse.urlsplit(url.replace("redis+socket://", "unix://", 1))
    options = dict(urllib.parse.parse_qsl(parts.query))
    database = options.pop("db", parts.path.strip("/") if parts.scheme == "redis" else "") or "0"
    if parts.scheme not in ("redis", "unix") or options or not database.isdecimal():
        return None
    user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
    if parts.scheme == "unix":
        path = urllib.parse.unquote(parts.path)
        return Address(path=path, user=user, password=password, database=int(database))
    host = parts.hostname or "localhost"
    return Address(host=host, port=parts.port or 6379, user=user, password=password, database=int(database))


class Questions:
    """The commands, named and answered as by redis-py; whoever asks says how (`_ask`)."""

    def _ask(self, parse: Parse, *words: Any) -> Any:
        raise RedisRefused("nobody is asked")

    def get(self, key: str) -> Any:
        return self._ask(_same, "GET", key)

    def mget(self, keys: Iterable[str]) -> Any:
        return self._ask(_same, "MGET", *keys)

    def exists(self, *keys: str) -> Any:
        return self._ask(_same, "EXISTS", *keys)

    def delete(self, *keys: str) -> Any:
        return self._ask(_same, "DEL", *keys)

    def hget(self, key: str, field: str) -> Any:
        return self._ask(_same, "HGET", key, field)

    def hmget(self, key: str, fields: Any, *more: Any) -> Any:
        return self._ask(_same, "HMGET", key, *((fields,) if isinstance(fields, str | bytes) else fields), *more)

    def hgetall(self, key: str) -> Any:
        return self._ask(_dict, "HGETALL", key)

    def hvals(self, key: str) -> Any:
        return self._ask(_same, "HVALS", key)

    def hkeys(self, key: str) -> Any:
        return self._ask(_same, "HKEYS", key)

    def hlen(self, key: str) -> Any:
        return self._ask(_same, "HLEN", key)

    def hset(self, key: str, *, mapping: Mapping[str, Any]) -> Any:
        return self._ask(_same, "HSET", key, *(word for pair in mapping.items() for word in pair))

    def hsetnx(self, key: str, field: str, value: Any) -> Any:
        return self._ask(_same, "HSETNX", key, field, value)

    def hdel(self, key: str, *fields: str) -> Any:
        return self._ask(_same, "HDEL", key, *fields)

    def smembers(self, key: str) -> Any:
        return self._ask(set, "SMEMBERS", key)

    def lrange(self, key: str, first: int, last: int) -> Any:
        return self._ask(_same, "LRANGE", key, first, last)

    def llen(self, key: str) -> Any:
        return self._ask(_same, "LLEN", key)

    def zcard(self, key: str) -> Any:
        return self._ask(_same, "ZCARD", key)

    def zscore(self, key: str, member: str) -> Any:
        return self._ask(_number, "ZSCORE", key, member)

    def zmscore(self, key: str, members: Iterable[Any]) -> Any:
        return self._ask(_numbers, "ZMSCORE", key, *members)

    def zrange(self, key: str, first: int, last: int, *, withscores: bool = False) -> Any:
        return self._ask(*_scored("ZRANGE", key, first, last, withscores))

    def zrevrange(self, key: str, first: int, last: int, *, withscores: bool = False) -> Any:
        return self._ask(*_scored("ZREVRANGE", key, first, last, withscores))

    def sort(self, key: str, *, by: str, get: Sequence[str], groups: bool) -> Any:
        """The members of a key in the order of `by`, each with what is looked up of it; `groups` says one row each."""
        rows = _grouped(len(get)) if groups else _same
        return self._ask(rows, "SORT", key, "BY", by, *(word for pattern in get for word in ("GET", pattern)))

    def xrange(self, key: str, *, min: str = "-", max: str = "+", count: int) -> Any:
        return self._ask(_entries, "XRANGE", key, min, max, "COUNT", count)

    def xrevrange(self, key: str, *, max: str = "+", min: str = "-", count: int) -> Any:
        return self._ask(_entries, "XREVRANGE", key, max, min, "COUNT", count)

    def xread(self, streams: Mapping[str, str], *, count: int, block: int) -> Any:
        names = (*streams, *streams.values())
        return self._ask(_streams, "XREAD", "COUNT", count, "BLOCK", block, "STREAMS", *names)

    def time(self) -> Any:
        return self._ask(_moment, "TIME")

    def info(self, *sections: str) -> Any:
        return self._ask(_info, "INFO", *sections)


class QuickClient(Questions):
    """One connection, made when the first question is asked, and made anew where it broke."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._socket: socket.socket | None = None
        self._reader = hiredis.Reader()

    @property
    def place(self) -> str:
        return self.address.place

    def pipeline(self, *, transaction: bool = True) -> "Pipeline":
        """Several questions sent at once, answered by `execute`."""
        return Pipeline(self, transaction=transaction)

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def talk(self, questions: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send questions and give the answers, errors among them; once more where the connection had been lost."""
        was_open = self._socket is not None
        try:
            return self._talk(questions)
        except RedisAway:
            if not was_open:
                raise
            return self._talk(questions)

    def _ask(self, parse: Parse, *words: Any) -> Any:
        (reply,) = self.talk([words])
        return parse(_checked(reply))

    def _talk(self, questions: Sequence[tuple[Any, ...]]) -> list[Any]:
        try:
            connected = self._socket or self._connect()
            connected.sendall(b"".join(map(hiredis.pack_command, questions)))
            return [self._hear(connected) for _ in questions]
        except (OSError, hiredis.HiredisError) as error:
            self.close()
            raise RedisAway(_told(error, self.place)) from error
        except BaseException:  # an answer that nobody hears to its end would be taken for the next
            self.close()
            raise

    def _connect(self) -> socket.socket:
        address = self.address
        if address.path:
            connected = socket.socket(socket.AF_UNIX)
            connected.settimeout(CONNECT_S)
            connected.connect(address.path)
        else:
            connected = socket.create_connection((address.host, address.port), CONNECT_S)
        connected.settimeout(ANSWER_S)
        self._socket, self._reader = connected, hiredis.Reader()
        words: list[tuple[Any, ...]] = []
        if address.password:
            words.append(("AUTH", *([address.user] if address.user else []), address.password))
        if address.database:
            words.append(("SELECT", address.database))
        if words:
            connected.sendall(b"".join(map(hiredis.pack_command, words)))
            for _ in words:
                _checked(self._hear(connected))
        return connected

    def _hear(self, connected: socket.socket) -> Any:
        while (reply := self._reader.gets()) is False:
            chunk = connected.recv(CHUNK)
            if not chunk:
                raise ConnectionResetError("it closed the connection")
            self._reader.feed(chunk)
        return reply


class Pipeline(Questions):
    """Questions that are sent together; with a `transaction` nobody else's work comes between them."""

    def __init__(self, client: QuickClient, *, transaction: bool) -> None:
        self._client, self._transaction = client, transaction
        self._asked: list[tuple[Parse, tuple[Any, ...]]] = []

    def __enter__(self) -> "Pipeline":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._asked = []

    def execute(self) -> list[Any]:
        """All answers, in the order of the questions; the first error is raised."""
        asked, self._asked = self._asked, []
        words = [question for _, question in asked]
        if not asked:
            return []
        if not self._transaction:
            replies = self._client.talk(words)
        else:
            *queued, replies = self._client.talk([("MULTI",), *words, ("EXEC",)])
            for reply in queued:
                _checked(reply)
            replies = _checked(replies)
        return [parse(_checked(reply)) for (parse, _), reply in zip(asked, replies, strict=True)]

    def _ask(self, parse: Parse, *words: Any) -> Any:
        self._asked.append((parse, words))


def _checked(reply: Any) -> Any:
    if isinstance(reply, hiredis.ReplyError):
        raise (RedisAway if str(reply).startswith(AWAY) else RedisRefused)(str(reply))
    return reply


def _told(error: Exception, place: str) -> str:
    if isinstance(error, TimeoutError):
        return "it gave no answer in time"
    number = getattr(error, "errno", None)
    reason = getattr(error, "strerror", None) or str(error)
    return f"Error {number} connecting to {place}. {reason}." if number else reason


def _same(reply: Any) -> Any:
    return reply


def _dict(reply: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(reply[::2], reply[1::2], strict=True))


def _number(reply: bytes | None) -> float | None:
    return None if reply is None else float(reply)


def _numbers(reply: Sequence[bytes | None]) -> list[float | None]:
    return [_number(one) for one in reply]


def _scored(command: str, key: str, first: int, last: int, withscores: bool) -> tuple[Any, ...]:
    return (_pairs, command, key, first, last, "WITHSCORES") if withscores else (_same, command, key, first, last)


def _pairs(reply: Sequence[bytes]) -> list[Pair]:
    return [(member, float(score)) for member, score in zip(reply[::2], reply[1::2], strict=True)]


def _grouped(size: int) -> Parse:
    return lambda reply: list(zip(*[iter(reply)] * size, strict=True))


def _entries(reply: Sequence[Any]) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return [(place, _dict(fields)) for place, fields in reply]


def _streams(reply: Sequence[Any] | None) -> list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    return [(name, _entries(rows)) for name, rows in reply or ()]


def _moment(reply: Sequence[bytes]) -> tuple[int, int]:
    return int(reply[0]), int(reply[1])


def _info(reply: bytes) -> dict[str, Any]:
    pairs = (line.partition(":") for line in reply.decode("utf-8", "replace").splitlines() if ":" in line)
    return {name: _value(text) for name, _, text in pairs}


def _value(text: str) -> int | float | str:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
