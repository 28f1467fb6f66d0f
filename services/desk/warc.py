"""Inputs as they came, in WARC/1.1: for archives, and for tools that read what crawlers leave.

The desk keeps the bytes of a document and where it was read, but no answer of its server: each is a `resource` record,
not a `response`. What has no address of its own (a dropped file, an entry of a feed) is named by its receipt.
"""

import base64
import gzip
import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

import msgspec

from shared.archive_entries import Archived
from shared.clock import from_us
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, is_entry_with_page, unpack_entry_with_page
from shared.envelope import FEED_ENTRY_TYPE, Envelope, source_of
from shared.package import PACKAGE_TYPE, PackagePicture, is_package, unpack

FORMAT = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
URN = "urn:x-copydesk:"
PLAIN = re.compile(r"[\x21-\x7e]+")
Fields = tuple[tuple[str, str], ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record: its kind, its own fields, and its block."""

    kind: str
    fields: Fields
    block: bytes


class WarcWriter:
    """Writes records behind each other; `packed`, each as a gzip member of its own, as readers want it."""

    def __init__(self, file: BinaryIO, *, packed: bool) -> None:
        self._file = file
        self._packed = packed
        self.count = 0

    def write(self, record: Record) -> None:
        """Write one record."""
        lines = ["WARC/1.1", f"WARC-Type: {record.kind}"]
        lines += [f"{name}: {value}" for name, value in record.fields]
        lines += [f"WARC-Block-Digest: {_digest(record.block)}", f"Content-Length: {len(record.block)}"]
        whole = "\r\n".join(lines).encode(errors="replace") + b"\r\n\r\n" + record.block + b"\r\n\r\n"
        self._file.write(gzip.compress(whole, mtime=0) if self._packed else whole)
        self.count += 1


def opening(at_us: int) -> Record:
    """The record that a file begins with: who wrote it."""
    told = f"software: Copydesk/{version('copydesk')}\r\nformat: WARC File Format 1.1\r\nconformsTo: {FORMAT}\r\n"
    fields = (("WARC-Date", _date(at_us)), ("WARC-Record-ID", _record_id(f"info {at_us}")))
    return Record(kind="warcinfo", fields=(*fields, ("Content-Type", "application/warc-fields")), block=told.encode())


class Document(NamedTuple):
    """An input's own bytes and their type, the pictures that it names, and the entry of a feed that led to a page."""

    media_type: str
    body: bytes
    pictures: tuple[PackagePicture, ...] = ()
    entry: bytes = b""


def document_of(entry: Archived, body: bytes) -> Document:
    """The document in an input's bytes, which may be a package, or a page with the entry of a feed that leads to it.

    Raises `msgspec.DecodeError` for a damaged one.
    """
    kind = entry.envelope.media_type
    if kind == ENTRY_WITH_PAGE_TYPE and is_entry_with_page(body):
        both = unpack_entry_with_page(body)
        return Document(both.page.media_type, both.page.body, entry=both.entry)
    if kind != PACKAGE_TYPE or not is_package(body):
        return Document(kind, body)
    package = unpack(body)
    return Document(package.media_type, package.body, package.pictures)


def records_of(
    entry: Archived, document: Document, pictures: Iterable[tuple[PackagePicture, bytes]] = ()
) -> Iterator[Record]:
    """An input's document, and its pictures as resources of their own; beside it what a desk needs to take it back."""
    envelope = entry.envelope
    address, at_us = URN + envelope.receipt, envelope.as_of_us
    beside: list[tuple[str, str]] = [("X-Copydesk-Source", _header(source_of(envelope.source)))]
    if envelope.url and envelope.media_type != FEED_ENTRY_TYPE:  # an entry is not what stands at its page's address
        address = envelope.url
    elif envelope.url:
        beside.append(("X-Copydesk-Page", _uri(envelope.url)))
    beside += _known(envelope)
    first = _resource(envelope.receipt, _uri(address), document.media_type, document.body, at_us, beside)
    yield first
    names = dict(first.fields)
    with_it = ("WARC-Concurrent-To", names["WARC-Record-ID"])
    if document.entry:
        name = f"{envelope.receipt} entry"
        yield _resource(
            name, f"{URN}{name.replace(' ', '/')}", FEED_ENTRY_TYPE, document.entry, envelope.received_us, [with_it]
        )
    for picture, content in pictures:
        told = [with_it, *(("X-Copydesk-Called", _header(name)) for name in picture.names)]
        name = f"{envelope.receipt} {picture.sha256}"
        yield _resource(name, picture.address, picture.media_type, content, at_us, told)


def _known(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """What is known of an input from outside of its bytes, and decides how it is read and whose it is."""
    yield "X-Copydesk-Receipt", envelope.receipt
    for alias in envelope.aliases:
        yield "X-Copydesk-Known-As", _header(alias)
    if envelope.embargoed_until is not None:
        yield "X-Copydesk-Embargoed-Until", envelope.embargoed_until.isoformat()
    if envelope.source.zone:
        yield "X-Copydesk-Zone", _header(envelope.source.zone)
    if envelope.source.language:
        yield "X-Copydesk-Language", _header(envelope.source.language)


def _resource(name: str, uri: str, kind: str, block: bytes, at_us: int, beside: Iterable[tuple[str, str]]) -> Record:
    return Record(
        kind="resource",
        fields=(
            ("WARC-Record-ID", _record_id(name)),
            ("WARC-Date", _date(at_us)),
            ("WARC-Target-URI", uri),
            ("Content-Type", _header(kind) or "application/octet-stream"),
            ("WARC-Payload-Digest", _digest(block)),
            *beside,
        ),
        block=block,
    )


def _record_id(name: str) -> str:
    """The same for the same input in each export, so that two of them can be told to hold the same."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, URN + name)}>"


def _digest(block: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(block).digest()).decode()}"


def _date(at_us: int) -> str:
    return f"{from_us(at_us):%Y-%m-%dT%H:%M:%S.%fZ}"


def _uri(address: str) -> str:
    """An address as a URI: letters and spaces that none may hold are escaped."""
    return address if PLAIN.fullmatch(address) else quote(address, safe="%/?:@!$&'()*+,;=~#[]", errors="replace")


def _header(value: str) -> str:
    """A value of a field: on one line, whatever its sender wrote."""
    return " ".join(value.split())
