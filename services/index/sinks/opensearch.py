"""A cluster of OpenSearch: articles by month of their receipt, each with an external version, behind one alias.

A withdrawn article stays as a document that the alias hides. Deleted, its version would be forgotten after a minute,
and a word that comes late would bring it back.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NotReached
from opensearchpy.exceptions import ConnectionTimeout, NotFoundError, OpenSearchException, TransportError

from services.index.folding import COLUMNS
from services.index.sinks.documents import document_of, month_of
from services.index.sinks.sink import Delivery
from services.index.words import words_of
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable
from shared.settings import Settings
from shared.sink_settings import SinkSettings

SHAPE = 1
"""Raise it when documents or their mapping change: everything is then written anew beside what is there."""

TIMEOUT_S = 30
# The client takes a parameter `timeout` for its own; this one is the server's, for a shard that is away.
BULK = "/_bulk?timeout=15s&filter_path=items.*.status,items.*.error"
NDJSON = {"content-type": "application/x-ndjson"}
SETS = ("exact", "plain")
BUSY, TOO_LARGE = 429, 413
LONGEST_REASON = 300


class OpenSearchSink:
    """Writes in bulks; each item is answered for itself."""

    every = False
    most = 500

    def __init__(self, name: str, settings: SinkSettings, _: Settings) -> None:
        self.name = name
        address = Address.read(settings.url)
        self.alias = address.alias
        self.generation = f"{SHAPE}"
        self._prefix = f"{address.alias}-{SHAPE}"
        self._replicas, self._shards = address.replicas, address.shards
        self._ready: set[str] = set()
        self.client = OpenSearch(
            address.hosts,
            http_auth=settings.login or address.login,
            timeout=TIMEOUT_S,
            max_retries=max(1, len(address.hosts) - 1),
            retry_on_timeout=False,
            ca_certs=settings.ca_file,
            http_compress=True,
        )

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """One bulk; a late version that the server refuses is in order, as a newer one stands there."""
        lines: list[Mapping[str, Any]] = []
        for delivery in deliveries:
            place = self._index_of(delivery)
            version = {"_id": delivery.article_id, "version": delivery.version, "version_type": "external"}
            lines += [{"index": {"_index": place} | version}, _document(delivery)]
        try:
            for place in {self._index_of(delivery) for delivery in deliveries}:
                self._prepare(place)
            answer = self.client.transport.perform_request("POST", BULK, headers=NDJSON, body=_packed(lines))
        except (OpenSearchException, ValueError) as error:
            raise self._trouble(error) from error
        return [self._answer(item["index"]) for item in answer["items"]]

    def settle(self) -> None:
        """Let the alias show this generation alone, and remove the one before."""
        try:
            old = [place for place in self._aliased() if not place.startswith(f"{self._prefix}-")]
            new = self.client.indices.get(index=f"{self._prefix}-*", params={"ignore_unavailable": "true"})
            actions: list[Mapping[str, Any]] = [{"add": self._alias_of(place)} for place in new]
            actions += [{"remove_index": {"index": place}} for place in old]
            if actions:
                self.client.indices.update_aliases(body={"actions": actions})
        except OpenSearchException as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _index_of(self, delivery: Delivery) -> str:
        return f"{self._prefix}-{month_of(delivery.since_us)}"

    def _prepare(self, place: str) -> None:
        """Make an index before its first document; the alias shows it at once where there is no older generation."""
        if place in self._ready:
            return
        if not self._ready:
            self.client.indices.put_index_template(name=self._prefix, body=self._template())
        if not self.client.indices.exists(index=place):
            self.client.indices.create(index=place, params={"wait_for_active_shards": "1"}, ignore=400)
        if all(name.startswith(f"{self._prefix}-") for name in self._aliased()):
            self.client.indices.update_aliases(body={"actions": [{"add": self._alias_of(place)}]})
        self._ready.add(place)

    def _aliased(self) -> list[str]:
        try:
            return [*self.client.indices.get_alias(name=self.alias)]
        except NotFoundError:
            return []

    def _alias_of(self, place: str) -> Mapping[str, Any]:
        return {"index": place, "alias": self.alias, "filter": {"term": {"withdrawn": False}}}

    def _template(self) -> Mapping[str, Any]:
        settings: dict[str, Any] = {"number_of_shards": self._shards, "index.codec": "best_compression"}
        settings |= (
            {"auto_expand_replicas": "0-1"} if self._replicas is None else {"number_of_replicas": self._replicas}
        )
        return {
            "index_patterns": [f"{self._prefix}-*"],
            "template": {"settings": settings, "mappings": MAPPING},
            "_meta": {"of": "copydesk", "shape": SHAPE},
        }

    def _answer(self, item: Mapping[str, Any]) -> CopydeskError | None:
        status = int(item["status"])
        if status in (200, 201, 409):  # 409: a newer version stands there
            return None
        error = item.get("error", {})
        kind, reason = str(error.get("type", "")), str(error.get("reason", ""))[:LONGEST_REASON]
        told = f"OpenSearch answered {status} {kind}: {reason}"
        if status == 404:  # the index was removed under us
            self._ready.clear()
            return TransientError(told)
        if status in (BUSY, 503) or kind == "cluster_block_exception":
            return Unavailable(told)
        return PermanentError(told) if 400 <= status < 500 else TransientError(told)

    def _trouble(self, error: Exception) -> CopydeskError:
        self._ready.clear()
        place = f"OpenSearch of sink {self.name}"
        if isinstance(error, (NotReached, ConnectionTimeout)):
            return Unavailable(f"{place} is not reached: {error.error}")
        if isinstance(error, TransportError):
            status = error.status_code
            if status == TOO_LARGE:
                return TransientError(f"{place} finds the bulk too large")
            return Unavailable(f"{place} answered {status} {str(error.error)[:LONGEST_REASON]}")
        return Unavailable(f"{place} cannot be used: {str(error)[:LONGEST_REASON]}")


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


def _packed(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _document(delivery: Delivery) -> Mapping[str, Any]:
    document = document_of(delivery)
    if delivery.kind == "withdraw":
        return document
    return document | dict(zip(SETS, words_of(delivery.entry.article), strict=True))


_WORDS: Mapping[str, Any] = {"type": "text", "analyzer": "whitespace", "norms": True}
_KEYWORD: Mapping[str, Any] = {"type": "keyword", "ignore_above": 8000}
MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": [f"{words}.*" for words in SETS]},
    "properties": {
        **{words: {"properties": dict.fromkeys(COLUMNS, _WORDS)} for words in SETS},
        **dict.fromkeys(("id", "source", "language", "kind", "section", "authors", "keywords", "uri"), _KEYWORD),
        "rev": {"type": "long"},
        "version": {"type": "long"},
        "withdrawn": {"type": "boolean"},
        "published": {"type": "date"},
        "received": {"type": "date"},
        "item": {"type": "object", "enabled": False},
    },
}
