"""Reads documents as the desk does: the same readers, grammars and models, in this process."""

import datetime as dt
from pathlib import Path

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.source_settings import check_source

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".eml": "message/rfc822",
}
"""What a file's ending says; any other document is looked into."""

_SEVERAL = (b"<rss", b"<feed", b"<rdf:rdf", b"newsmessage")
_UNKNOWN = "application/octet-stream"

Document = bytes | str | Path


def read(
    document: Document,
    *,
    url: str | None = None,
    media_type: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    received: dt.datetime | None = None,
) -> Article:
    """The article in a document: a page, plain text, ninjs, schema.org, NITF, NewsML, a wire, a mail, DOCX, RTF or PDF.

    `document` is its bytes as they came, its text, or the path of its file. `url` is the address it stands at,
    `media_type` what its sender calls it (else it is looked into). `zone` (an IANA name) and `language` (BCP 47) are
    what is known of its source: they count where the document says nothing. `received` (an aware instant, else now) is
    what "2 hours ago" counts from.

    Raises `NotAnArticle` for what holds no article, or several (see `read_all`); `SettingError`, a `CopydeskError`, for
    a zone or language that does not exist; `OSError` for a file that cannot be read. Memory and processor time are
    those of the caller: a service that reads strangers' documents does so in a child with limits, as the desk does.
    """
    body, media_type = open_document(document, media_type)
    return normalize(make_raw(body, media_type, url, make_source(zone, language), received))


def may_hold_several(body: bytes) -> bool:
    """Whether a document is a feed, a package or JSON, by its head: only these hold more than one article."""
    head = body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return head[:1] in (b"{", b"[") or (head[:1] == b"<" and any(mark in head for mark in _SEVERAL))


def open_document(document: Document, media_type: str | None) -> tuple[bytes, str]:
    """A document's bytes and what it is called; text is encoded, and said to be UTF-8 whatever it says of itself."""
    if isinstance(document, Path):
        return document.read_bytes(), media_type or MEDIA_TYPES.get(document.suffix.lower(), _UNKNOWN)
    if not isinstance(document, str | bytes):
        raise TypeError(f"a document is bytes, text or the Path of a file, not {type(document).__name__}")
    if isinstance(document, str):
        return document.encode("utf-8", "surrogatepass"), f"{media_type or _UNKNOWN}; charset=utf-8"
    return document, media_type or _UNKNOWN


def make_source(zone: str | None, language: str | None) -> Source:
    """What is known of a document's source; raises `SettingError` for a zone or language that does not exist."""
    check_source(zone=zone, language=language, place="this call")
    return Source(kind="push", name="", zone=zone, language=language)


def make_raw(body: bytes, media_type: str, url: str | None, source: Source, received: dt.datetime | None) -> Raw:
    """The normaliser's input; raises `ValueError` for a time of receipt without a zone."""
    moment = received or dt.datetime.now(dt.UTC)
    if moment.tzinfo is None:
        raise ValueError(f"received must be an aware instant, not {moment}")
    return Raw(source=source, media_type=media_type, body=body, received_us=_microseconds(moment), url=url)


def _microseconds(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
