"""Inputs for readers of formats."""

from shared.envelope import Raw, Source

RECEIVED_US = 1_447_030_000_000_000  # 2015-11-09, shortly after the example was published


def raw(zone: str | None = None, language: str | None = None, url: str | None = None) -> Raw:
    """What the readers know from outside of a document."""
    source = Source(kind="push", name="desk", zone=zone, language=language)
    return Raw(source=source, media_type="application/json", body=b"", received_us=RECEIVED_US, url=url)
