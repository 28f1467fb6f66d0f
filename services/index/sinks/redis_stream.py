"""A stream in another Redis or Valkey: each change of an article as one entry, in the order of its article."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import msgspec
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.index.sinks.documents import document_of, event_type
from services.index.sinks.sink import Delivery
from shared.errors import CopydeskError, PermanentError, Unavailable
from shared.settings import Settings, without_password
from shared.sink_settings import SinkSettings

STREAM, MAXLEN = "articles", 100_000
OPTIONS = frozenset({"stream", "maxlen", "fsync"})
ARTICLE = b"article"
TIMEOUT_S = 10.0
FSYNC_MS = 5000
LOOKED_THROUGH = 200


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which stream on which server; how many entries it keeps, about; whether each bulk waits for the server's disk."""

    server: str
    stream: str
    maxlen: int
    fsync: bool


class RedisStreamSink:
    """Appends a bulk in one exchange; each entry is answered for itself.

    The server gives the entries their ids, as a try of one article may come after a newer word of another. A reader
    tells a word that came twice by `article` and `version`.
    """

    every = True
    most = 100
    generation = "1"

    def __init__(self, name: str, settings: SinkSettings, _: Settings) -> None:
        self.name = name
        self._place = read_place(name, settings.url)
        self._shown = f"the stream {self._place.stream} at {without_password(self._place.server)}"
        options: dict[str, Any] = {}
        if settings.login:
            user, _colon, password = settings.login.partition(":")
            options |= {"username": user or None, "password": password}
        if settings.ca_file and self._place.server.startswith("rediss://"):
            options |= {"ssl_ca_certs": settings.ca_file}
        self._client: Any = redis.Redis.from_url(
            self._place.server,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),  # the outbox tries again, and tells that it does
            **options,
        )

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """Append each; what the server will not take now (full, read-only, another type) is no article's fault."""
        try:
            erased = {one.article_id.encode() for one in deliveries if one.entry.erases}
            if erased:
                self._erase(erased)
            with self._client.pipeline(transaction=False) as pipe:
                for delivery in deliveries:
                    pipe.xadd(self._place.stream, fields_of(delivery), maxlen=self._place.maxlen, approximate=True)
                if self._place.fsync:
                    pipe.execute_command("WAITAOF", 1, 0, FSYNC_MS)
                answers = pipe.execute(raise_on_error=False)
        except redis.RedisError as error:
            raise self._away(error) from error
        if self._place.fsync:
            self._check_written(answers.pop())
        return [self._away(answer) if isinstance(answer, Exception) else None for answer in answers]

    def settle(self) -> None:
        """A stream keeps no generations."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _check_written(self, answer: Any) -> None:
        """Raise `Unavailable` unless the server has the bulk on its disk: all of it is then sent once more."""
        if isinstance(answer, Exception):
            raise self._away(answer)
        if answer[0] < 1:
            raise self._away(TimeoutError(f"it is not on the server's disk after {FSYNC_MS} ms"))

    def _erase(self, articles: set[bytes]) -> None:
        """Take all words of articles out of the stream, as the law may demand; their tombstones follow."""
        for page in self._pages():
            gone = [entry for entry, fields in page if fields.get(ARTICLE) in articles]
            if gone:
                self._client.xdel(self._place.stream, *gone)

    def _pages(self) -> Iterator[list[tuple[bytes, dict[bytes, bytes]]]]:
        start = "-"
        while page := self._client.xrange(self._place.stream, start, "+", LOOKED_THROUGH):
            yield page
            start = f"({page[-1][0].decode()}"

    def _away(self, error: Exception) -> Unavailable:
        return Unavailable(f"{self._shown} cannot be written: {error}")


def fields_of(delivery: Delivery) -> dict[str, str | int | bytes]:
    """One entry: what happened to which article, and the article as it is now (ninjs, as JSON)."""
    document = document_of(delivery)
    return {
        "type": event_type(delivery),
        "article": document["id"],
        "rev": document["rev"],
        "version": document["version"],
        "change": delivery.change,
        "withdrawn": int(document["withdrawn"]),
        "source": document["source"],
        "item": msgspec.json.encode(document["item"]),
    }


def read_place(name: str, url: str) -> Place:
    """`redis+rediss://host:6379/1?stream=articles&maxlen=100000&fsync=yes`. `PermanentError` says how it reads."""
    address = url.removeprefix("redis+")
    parts = urlsplit(address)
    options = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
    maxlen, fsync = options.get("maxlen", str(MAXLEN)), options.get("fsync", "no")
    is_counted = maxlen.isascii() and maxlen.isdigit() and int(maxlen) > 0
    if not _is_server(parts) or options.keys() - OPTIONS or not is_counted or fsync not in ("yes", "no"):
        raise PermanentError(
            f"sink {name}: an address of a stream reads redis://host:6379/0?stream=articles&maxlen=100000&fsync=no "
            "(redis+rediss:// with TLS, redis+unix:///path for a socket)"
        )
    server = address.partition("?")[0]
    return Place(server=server, stream=options.get("stream") or STREAM, maxlen=int(maxlen), fsync=fsync == "yes")


def _is_server(parts: SplitResult) -> bool:
    if parts.scheme == "unix":
        return parts.path.startswith("/")
    try:
        return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or too high
        return False
