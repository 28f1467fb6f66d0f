"""A cluster of OpenSearch: articles by month of their receipt, each with an external version, behind one alias.

A withdrawn article stays as a document that the alias hides. Deleted, its version would be forgotten after a minute,
and a word that comes late would bring it back.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opensearchpy.exceptions import NotFoundError, TransportError

from services.index.opensearch.connection import (
    FAILURES,
    LONGEST_REASON,
    NDJSON,
    Address,
    in_lines,
    is_away,
    open_client,
    reason_of,
)
from services.index.opensearch.fields import GENERATION, MAPPING, SHAPE, search_document
from services.index.sinks.documents import month_of
from services.index.sinks.sink import Delivery
from shared.errors import CopydeskError, PermanentError, TransientError, Unavailable
from shared.late_log import LateLog
from shared.settings import Settings
from shared.sink_settings import SinkSettings

log = LateLog(__name__)

TIMEOUT_S = 30
# The client takes a parameter `timeout` for its own; this one is the server's, for a shard that is away.
BULK = "/_bulk?timeout=15s&filter_path=items.*.status,items.*.error"
BUSY, TOO_LARGE = 429, 413
READING_S = 60.0
"""So long a search may take that has begun on the months of before: removed under it, they would be left out of its
answer without a word."""


class OpenSearchSink:
    """Writes in bulks; each item is answered for itself."""

    every = False
    most = 500

    def __init__(
        self, name: str, settings: SinkSettings, _: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        address = Address.read(settings.url)
        self.alias = address.alias
        self.generation = GENERATION
        self._prefix = f"{address.alias}-{SHAPE}"
        self._replicas, self._shards = address.replicas, address.shards
        self._ready: set[str] = set()
        self._clock = clock
        self._tidy_at: float | None = 0.0
        self.client = open_client(address, settings, TIMEOUT_S)

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """One bulk; a late version that the server refuses is in order, as a newer one stands there."""
        lines: list[Mapping[str, Any]] = []
        for delivery in deliveries:
            place = self._index_of(delivery)
            # The same version may come with another owner: of two that are alike, the later is the truer.
            version = {"_id": delivery.article_id, "version": delivery.version, "version_type": "external_gte"}
            lines += [{"index": {"_index": place} | version}, search_document(delivery)]
        try:
            for place in {self._index_of(delivery) for delivery in deliveries}:
                self._prepare(place)
            answer = self.client.transport.perform_request("POST", BULK, headers=NDJSON, body=in_lines(lines))
            self._tidy()
        except FAILURES as error:
            raise self._trouble(error) from error
        return [self._answer(item["index"]) for item in answer["items"]]

    def settle(self) -> None:
        """Let the alias show this generation alone; the one before is removed once nobody can be reading there."""
        try:
            old = [place for place in self._aliased() if not place.startswith(f"{self._prefix}-")]
            # What was written last is seen a second later, unless it is asked for: the alias would hide it for as long.
            self.client.indices.refresh(index=f"{self._prefix}-*", params={"ignore_unavailable": "true"})
            new = self.client.indices.get(index=f"{self._prefix}-*", params={"ignore_unavailable": "true"})
            actions: list[Mapping[str, Any]] = [{"add": self._alias_of(place)} for place in new]
            actions += [{"remove": {"index": place, "alias": self.alias}} for place in old]
            if actions:
                self.client.indices.update_aliases(body={"actions": actions})
            self._tidy_at = self._clock() + READING_S
        except FAILURES as error:
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

    def _tidy(self) -> None:
        """Remove the months of older generations that the alias shows no more: those of before the last start, too."""
        if self._tidy_at is None or self._clock() < self._tidy_at:
            return
        of_a_month = re.compile(rf"{re.escape(self.alias)}-([0-9]+)-[0-9]{{4}}-[0-9]{{2}}")
        try:
            shown = self._aliased()
            for place in self.client.indices.get(index=f"{self.alias}-*", params={"ignore_unavailable": "true"}):
                match = of_a_month.fullmatch(place)
                if match is not None and int(match[1]) < SHAPE and place not in shown:
                    self.client.indices.delete(index=place, ignore=404)
            self._tidy_at = None
        except FAILURES as error:  # it holds nothing up: articles go on, and this is tried again
            self._tidy_at = self._clock() + READING_S
            log.warning("sink_not_tidied", sink=self.name, error=str(error)[:LONGEST_REASON])

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
        if not is_away(error) and isinstance(error, TransportError) and error.status_code == TOO_LARGE:
            return TransientError(f"{place} finds the bulk too large")
        return Unavailable(reason_of(error, place))
