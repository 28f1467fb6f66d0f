"""How facets are asked of an engine and read from its answer: the word index and OpenSearch share this language."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.index.query import day_of

FACET_VALUES, FACET_DAYS = 20, 31


def asked_as(name: str) -> dict[str, Any]:
    """A facet as an aggregation of terms: the most first; of days, the last first."""
    if name == "day":
        return {"field": name, "size": FACET_DAYS, "order": {"_key": "desc"}}
    return {"field": name, "size": FACET_VALUES}


def counts_of(name: str, buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many articles have which value, in the order of the answer; days as `2026-11-30`."""
    if name == "day":
        return {day_of(int(bucket["key"])).isoformat(): int(bucket["doc_count"]) for bucket in buckets}
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
