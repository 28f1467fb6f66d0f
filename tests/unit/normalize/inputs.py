"""Inputs for readers of formats."""

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, Raw, Source

RECEIVED_US = 1_447_030_000_000_000  # 2015-11-09, shortly after the example was published


def raw(zone: str | None = None, language: str | None = None, url: str | None = None) -> Raw:
    """What the readers know from outside of a document."""
    source = Source(kind="push", name="desk", zone=zone, language=language)
    return Raw(source=source, media_type="application/json", body=b"", received_us=RECEIVED_US, url=url)


def cleaned(body: bytes | str, media_type: str) -> Article:
    """The article of an input that comes by itself."""
    encoded = body.encode() if isinstance(body, str) else body
    source = Source(kind="push", name="desk")
    return normalize(Raw(source=source, media_type=media_type, body=encoded, received_us=RECEIVED_US))


def feed_article(body: bytes) -> Article:
    """The article of a feed's entry, as the watcher hands it on."""
    return cleaned(body, FEED_ENTRY_TYPE)
