"""The way to a cluster of OpenSearch: what an address says, the client, and what its errors mean."""

import logging
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, TransportError

from shared.errors import PermanentError
from shared.sink_settings import SinkSettings

NDJSON = {"content-type": "application/x-ndjson"}
LONGEST_REASON = 300
_ENCODER = msgspec.json.Encoder()


class Address:
    """What the address of the sink says: `opensearch+https://one:9200,two:9200/articles?replicas=1&shards=1`."""

    def __init__(self, *, hosts: list[str], login: str | None, alias: str, replicas: int | None, shards: int) -> None:
        self.hosts, self.login, self.alias = hosts, login, alias
        self.replicas, self.shards = replicas, shards

    @classmethod
    def read(cls, url: str) -> "Address":
        """Take an address apart. `PermanentError` tells what it lacks."""
        parts = urlsplit(url)
        scheme = parts.scheme.partition("+")[2] or "http"
        login, _, places = parts.netloc.rpartition("@")
        hosts = [f"{scheme}://{place}" for place in places.split(",") if place]
        asked = parse_qs(parts.query)
        alias = parts.path.strip("/") or "articles"
        if not hosts or scheme not in ("http", "https") or not alias.replace("-", "").replace("_", "").isalnum():
            raise PermanentError(f"an address of OpenSearch reads opensearch+http://host:9200/articles, not {url!r}")
        replicas = asked.get("replicas", [""])[0]
        return cls(
            hosts=hosts,
            login=unquote(login) or None,
            alias=alias.lower(),
            replicas=int(replicas) if replicas.isdecimal() else None,
            shards=int(asked.get("shards", ["1"])[0]),
        )


def open_client(address: Address, settings: SinkSettings, timeout_s: float, *, packs: bool = True) -> OpenSearch:
    """A client of all hosts; nothing is asked yet. A host that is not reached is passed over for the next. It `packs`
    what it sends, which is worth its time for bulks."""
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # who asks tells of a failure, once and in our words
    return OpenSearch(
        address.hosts,
        http_auth=settings.login or address.login,
        timeout=timeout_s,
        max_retries=max(1, len(address.hosts) - 1),
        retry_on_timeout=False,
        ca_certs=settings.ca_file,
        http_compress=packs,
    )


def in_lines(parts: Iterable[object]) -> bytes:
    """What is sent as NDJSON: each part in a line of its own."""
    return _ENCODER.encode_lines(parts)


def is_away(error: Exception) -> bool:
    """Whether nobody answers there, so that the next question would wait in vain, too."""
    return isinstance(error, (NotReached, ConnectionTimeout))


def reason_of(error: Exception, place: str) -> str:
    """What befell a request, in one line."""
    if isinstance(error, (NotReached, ConnectionTimeout)):
        return f"{place} is not reached: {error.error}"
    if isinstance(error, TransportError):
        return f"{place} answered {error.status_code} {_told_by(error)[:LONGEST_REASON]}"
    return f"{place} cannot be used: {str(error)[:LONGEST_REASON]}"


def _told_by(error: TransportError) -> str:
    """The kind of the error and the server's own words for it: the kind alone does not tell a full disk."""
    told = error.info.get("error") if isinstance(error.info, dict) else None
    reason = told.get("reason") if isinstance(told, dict) else told
    return f"{error.error}: {reason}" if isinstance(reason, str) and reason != error.error else str(error.error)


FAILURES = (OpenSearchException, ValueError)
"""What a request may raise."""
