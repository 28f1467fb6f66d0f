"""The fields of an article in OpenSearch, made so that our query language is answered as it is beside the record.

Words come folded by us, in lower case, parted by single spaces, so that its own analyzer has nothing to do. The plain
set keeps where each word stands, the exact set only that it is there. Words of the headline and of the small columns
are kept once more by themselves, as they weigh more or are asked for by name.
"""

from collections.abc import Mapping
from typing import Any

from services.index.searchable import NAMED, by_field, names_of, when_of
from services.index.sinks.documents import document_of
from services.index.sinks.sink import Delivery

SHAPE = 2
"""Raise it when documents or their mapping change: everything is then written anew beside what is there."""

GENERATION = f"{SHAPE}"


def search_document(delivery: Delivery) -> Mapping[str, Any]:
    """An article with all that it is found by; of a withdrawn one, what a tombstone says."""
    document: dict[str, Any] = {**document_of(delivery), "row": delivery.row_id}
    if delivery.kind == "withdraw":
        return document
    day, created_s = when_of(delivery.entry)
    names = names_of(delivery.entry, delivery.owner)
    narrow = {"day": day, "created_s": created_s, "tongues": names.tongues, "publishers": names.publishers}
    return {**document, **narrow, **by_field(delivery.entry)}


def _text(options: str) -> Mapping[str, Any]:
    return {"type": "text", "analyzer": "whitespace", "index_options": options}


_KEYWORD: Mapping[str, Any] = {"type": "keyword", "ignore_above": 8000}
_KEYWORDS = ("id", "source", "language", "kind", "section", "authors", "keywords", "uri", "tongues", "publishers")
MAPPING: Mapping[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": ["exact.*", "plain.*"]},
    "properties": {
        "exact": {"properties": dict.fromkeys(("all", *NAMED), _text("freqs"))},
        "plain": {"properties": dict.fromkeys(("all", *NAMED, "section", "origin"), _text("positions"))},
        **dict.fromkeys(_KEYWORDS, _KEYWORD),
        "row": {"type": "long"},
        "day": {"type": "integer"},
        "created_s": {"type": "long"},
        "rev": {"type": "long"},
        "version": {"type": "long"},
        "withdrawn": {"type": "boolean"},
        "published": {"type": "date"},
        "received": {"type": "date"},
        "item": {"type": "object", "enabled": False},
    },
}
