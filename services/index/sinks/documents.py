"""One article as sinks keep it: what it can be found by, beside the item that readers get."""

import datetime as dt
from typing import Any

from services.index.exports.ninjs import to_ninjs
from services.index.sinks.sink import Delivery
from shared.article import Article
from shared.envelope import source_of

Document = dict[str, Any]

PUBLISHED, UPDATED, WITHDRAWN = "article.published", "article.updated", "article.withdrawn"


def document_of(delivery: Delivery) -> Document:
    """What stands beside the words of an article, and its ninjs item; of a withdrawn one, what a tombstone says."""
    entry, article = delivery.entry, delivery.entry.article
    return {
        "id": delivery.article_id,
        "rev": delivery.rev,
        "version": delivery.version,
        "withdrawn": delivery.kind == "withdraw",
        "source": source_of(entry.came_from),
        "language": article.language,
        "kind": article.kind,
        "section": article.section,
        "authors": _authors(article),
        "keywords": list(article.keywords),
        "uri": article.uri,
        "published": instant(article),
        "received": moment(entry.received_us),
        "item": to_ninjs(article, delivery.article_id),
    }


def event_type(delivery: Delivery) -> str:
    """What happened to the article: its first word, a later one, or its end."""
    if delivery.kind == "withdraw":
        return WITHDRAWN
    return PUBLISHED if delivery.rev == delivery.since_us else UPDATED


def instant(article: Article) -> str | None:
    """When an article was published, as far as that is an instant: RFC 3339; None of a clock whose zone is unknown."""
    created = article.first_created
    return created.isoformat() if created is not None and created.tzinfo is not None else None


def moment(us: int) -> str:
    """A moment in µs as RFC 3339, in UTC."""
    return dt.datetime.fromtimestamp(us / 1_000_000, dt.UTC).isoformat()


def month_of(us: int) -> str:
    """The month of a moment in µs: `2026-11`."""
    return f"{dt.datetime.fromtimestamp(us / 1_000_000, dt.UTC):%Y-%m}"


def _authors(article: Article) -> list[str]:
    return list(dict.fromkeys(person.name for person in article.people))
