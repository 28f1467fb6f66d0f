"""WARC (ISO 28500): the pages and documents that a crawler or this desk wrote down, each as an article where it stood.

Read are answers of servers (`response`, HTTP) and documents as they were (`resource`, `conversion`). Requests, notes on
the crawl, repetitions (`revisit`) and what pages are made of (styles, scripts, their pictures) hold no article. A file
that was cut off gives what stands before the cut, and the cut is told.
"""

import datetime as dt
import re
import zlib
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

import msgspec
import zstandard

from services.ingest.containers.cut import CUT
from services.ingest.containers.kinds import HTML, JSON, MAIL, NITF, PICTURES, TEXT, XHTML, XML
from services.ingest.containers.packed import gunzip
from services.ingest.containers.parts import RATIO, RATIO_FROM, WITHOUT_ARTICLE, Budget, Part, refused, too_large
from services.ingest.containers.zip_file import picture_part
from services.ingest.formats.announced import looks_like_feed
from shared.embargo import EXPECTED, embargo_end_of
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import FEED_ENTRY_TYPE
from shared.errors import InputRefused
from shared.language_tags import language_tag
from shared.media_types import DOCX, NEWSML_1, PDF, RTF, WIRE

Fields = Mapping[str, tuple[str, ...]]

HEAD, LONGEST_HEAD = 4096, 64 * 1024
_READ = frozenset(
    {
        HTML, XHTML, TEXT, "text/markdown", JSON, XML, "text/xml", NITF, MAIL, DOCX, RTF, PDF, WIRE, NEWSML_1,
        FEED_ENTRY_TYPE, "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
        "application/ld+json", "application/ninjs+json", "application/vnd.iptc.ninjs+json", "application/x-nitf+xml",
        "application/vnd.iptc.g2.newsitem+xml", "application/vnd.iptc.g2.newsmessage+xml",
    }
)  # fmt: skip
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_MAY_BE_FEEDS = frozenset({XML, "text/xml"})
_KNOWN, _MOST_KNOWN = re.compile(r"(?:uri|url|guid|path|said):\S"), 8
_MARK = b"WARC/"
_HTTP = re.compile(rb"\AHTTP/\d(?:\.\d)? +(\d{3})")
_CHUNK = re.compile(rb"\A([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class _Record(msgspec.Struct, frozen=True):
    fields: Fields
    block: bytes

    def first(self, name: str) -> str:
        """The value of a field, by its name in lower case; "" where it is not said."""
        return self.fields.get(name, ("",))[0]


class _Cut(Exception):
    """The file ends within a record."""


def read_warc(name: str, body: bytes, budget: Budget) -> Iterator[Part]:
    """The articles and feeds of a WARC, with the pictures of those that this desk wrote.

    Raises `InputRefused` for one in which there is nothing to read.
    """
    held: list[Part] = []  # the article at hand, till it is known what came with it
    read = passed = 0
    last, is_refused = "", False
    try:
        for number, record in enumerate(_records(body, budget), start=1):
            budget.take(len(record.block))
            if last and record.first("warc-concurrent-to") == last:
                yield from _left_out(held, record, number) if is_refused else _with_it(held, record, number, budget)
                continue
            yield from _let_go(held)
            part = _part(record, number)
            is_refused = part is not None and part.role == "refused"
            last = record.first("warc-record-id") if part is not None else ""
            if part is None:
                passed += 1
            else:
                read += 1
                held.append(part)
    except _Cut:
        yield from _let_go(held)
        yield refused(name, CUT)
    yield from _let_go(held)
    if not read:
        raise InputRefused(f"{name} is a WARC without a page, a document or a feed: {passed} other records")


def holds_warc(packed: bytes) -> bool:
    """Whether what gzip packed begins as a WARC does: its records may each be packed by themselves."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed[:HEAD], len(_MARK)) == _MARK
    except zlib.error:
        return False


def _let_go(held: list[Part]) -> Iterator[Part]:
    while held:
        part = held.pop()
        yield refused(part.name, "the picture that it is does not follow it") if part.role == "lone" else part


def _with_it(held: list[Part], record: _Record, number: int, budget: Budget) -> Iterator[Part]:
    """What came with an article: the entry that led to its page, and its pictures."""
    kind = record.first("content-type")
    if held and kind == FEED_ENTRY_TYPE:
        page = Page(url=held[0].url or "", media_type=held[0].media_type, body=held[0].body)
        held[0] = msgspec.structs.replace(
            held[0], media_type=ENTRY_WITH_PAGE_TYPE, body=pack_entry_with_page(record.block, page)
        )
    elif kind.startswith("image/"):
        alone = held.pop() if held and held[0].role == "lone" else None
        yield from _let_go(held)
        picture = _picture(record, number, budget)
        if alone is not None and picture.role == "picture":
            told = {name: getattr(picture, name) for name in ("name", "media_type", "body", "names")}
            picture = msgspec.structs.replace(alone, **told)
        yield picture


def _part(record: _Record, number: int) -> Part | None:
    """What a record holds, also where that is not taken; None for what is no article."""
    url = record.first("warc-target-uri").strip("<>")
    shown = url or f"record {number}"
    try:
        return _opened(record, url, shown)
    except InputRefused as error:
        return refused(shown, str(error))


def _opened(record: _Record, url: str, shown: str) -> Part | None:
    """What a record holds; None for what is no article. Raises `InputRefused` for what cannot be taken."""
    kind = record.first("warc-type")
    if kind in ("resource", "conversion"):
        said, body = record.first("content-type"), record.block
    elif kind == "response" and record.first("content-type").replace(" ", "").startswith("application/http"):
        said, body = _answer(record.block)
    else:
        return None
    essence = said.partition(";")[0].strip().lower()
    is_lone = essence in PICTURES and not body and bool(record.first("x-copydesk-receipt"))
    if not is_lone and (essence not in _READ or not body.strip()):
        return None
    is_feed = essence in _FEEDS or (essence in _MAY_BE_FEEDS and looks_like_feed(body))
    return Part(
        role="feed" if is_feed else "lone" if is_lone else "article",
        name=shown,
        media_type=said.strip(),
        body=body,
        is_placed=False,
        aliases=tuple(alias for alias in record.fields.get("x-copydesk-known-as", ()) if _KNOWN.match(alias))[
            :_MOST_KNOWN
        ],
        url=record.first("x-copydesk-page") or (url if url.startswith(("http://", "https://")) else None),
        at_us=_moment(record.first("warc-date")),
        embargoed_until=_until(record.first("x-copydesk-embargoed-until")),
        zone=_zone(record.first("x-copydesk-zone")),
        language=language_tag(record.first("x-copydesk-language")),
    )


def _zone(said: str) -> str | None:
    try:
        return ZoneInfo(said).key if said else None
    except (ValueError, LookupError, OSError):
        return None


def _left_out(held: list[Part], record: _Record, number: int) -> Iterator[Part]:
    """What came with an article that is not taken: behind the article before that it would be that one's."""
    yield from _let_go(held)
    if record.first("content-type").startswith("image/"):
        yield refused(_called(record, number), WITHOUT_ARTICLE)


def _called(record: _Record, number: int) -> str:
    called = record.fields.get("x-copydesk-called", ())
    return next(iter(called), record.first("warc-target-uri") or f"picture {number}")


def _picture(record: _Record, number: int, budget: Budget) -> Part:
    called, name = record.fields.get("x-copydesk-called", ()), _called(record, number)
    if len(record.block) > budget.limits.picture_bytes:
        return refused(name, too_large(budget.limits.picture_bytes))
    return picture_part(name, record.block, *called)


def _records(body: bytes, budget: Budget) -> Iterator[_Record]:
    """Each record; the file may be packed whole, or each record of it by itself. Raises `_Cut` at the end of one that
    was cut off."""
    at = 0
    if not body.startswith(b"\x1f\x8b"):
        while (begin := _next_record(body, at)) is not None:
            record, at = _record(body, begin)
            yield record
        return
    rest = body
    held = b""
    while rest:
        piece, rest = _member(rest, budget)
        held += piece
        at = 0
        while (begin := _next_record(held, at)) is not None:
            try:
                record, at = _record(held, begin)
            except _Cut:
                if not rest:
                    raise
                break  # it goes on in the next member
            yield record
        held = held[at:]


def _member(packed: bytes, budget: Budget) -> tuple[bytes, bytes]:
    """One member of gzip opened, and what follows it."""
    inflater = zlib.decompressobj(wbits=31)
    most = budget.room(max(RATIO_FROM, RATIO * len(packed)))
    try:
        opened = inflater.decompress(packed, most + 1)
    except zlib.error as error:
        raise _Cut from error
    if len(opened) > most:
        raise InputRefused(f"a record of it opens to more than {most} bytes")
    return opened, inflater.unused_data if inflater.eof else b""


def _next_record(body: bytes, at: int) -> int | None:
    begin = body.find(_MARK, at)
    if begin < 0:
        return None
    if body[at:begin].strip():
        raise _Cut
    return begin


def _record(body: bytes, begin: int) -> tuple[_Record, int]:
    """A record and where it ends; raises `_Cut` where the file ends before."""
    head = _HEAD_END.search(body, begin, begin + LONGEST_HEAD)
    if head is None:
        raise _Cut
    fields = _fields(body[begin : head.start()])
    length = fields.get("content-length", ("",))[0]
    if not length.isdecimal() or len(length) > 12:
        raise _Cut
    end = head.end() + int(length)
    if end > len(body):
        raise _Cut
    return _Record(fields, body[head.end() : end]), end


def _fields(head: bytes) -> Fields:
    fields: dict[str, tuple[str, ...]] = {}
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()[1:]
    for line in lines:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            key = name.strip().lower()
            fields[key] = (*fields.get(key, ()), value.strip())
    return fields


def _answer(block: bytes) -> tuple[str, bytes]:
    """The type and the body of an HTTP answer; raises `InputRefused` for one that cannot be read."""
    status = _HTTP.match(block)
    head = _HEAD_END.search(block, 0, LONGEST_HEAD)
    if status is None or head is None:
        raise InputRefused("it is no answer of HTTP")
    if status[1] != b"200":
        return "", b""
    fields = _fields(block[: head.start()])
    body = block[head.end() :]
    if "chunked" in fields.get("transfer-encoding", ("",))[0].lower():
        body = _joined(body)
    for coding in reversed(",".join(fields.get("content-encoding", ())).lower().split(",")):
        body = _decoded(body, coding.strip())
    return fields.get("content-type", ("",))[0], body


def _joined(body: bytes) -> bytes:
    """The chunks of a body as one; as it stands where it was written down joined already."""
    parts, at = [], 0
    while (size := _CHUNK.match(body[at : at + 256])) is not None:
        length = int(size[1], 16)
        at += size.end()
        parts.append(body[at : at + length])
        at += length + (2 if body[at + length : at + length + 2] == b"\r\n" else 1)
        if not length:
            return b"".join(parts)
    return b"".join(parts) if parts and at >= len(body) else body


def _decoded(body: bytes, coding: str) -> bytes:
    most = max(RATIO_FROM, RATIO * len(body))
    if coding in ("", "identity", "none"):
        return body
    if coding in ("gzip", "x-gzip"):
        return gunzip("the answer", body, most) if body.startswith(b"\x1f\x8b") else body
    if coding == "zstd":
        return _unzstd(body, most)
    raise InputRefused(f"its Content-Encoding, {coding[:40]}, is not read")


def _unzstd(body: bytes, most: int) -> bytes:
    try:
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(body) as reader:
            opened = reader.read(most + 1)
    except zstandard.ZstdError as error:
        raise InputRefused(f"its zstd stream is broken: {error}") from error
    if len(opened) > most:
        raise InputRefused(f"it opens to more than {most} bytes")
    return opened


def _moment(said: str) -> int:
    """When a record was made, in µs; 0 where that is not said."""
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError:
        return 0
    whole = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0, int(whole.timestamp() * 1_000_000))  # nobody wrote a WARC before 1970: such a day is a mistake


def _until(said: str) -> dt.datetime | None:
    """When an embargo ends; raises `InputRefused` where nobody can tell: what is held must not go out at once."""
    end = embargo_end_of(said, None)
    if said and end is None:
        raise InputRefused(f"its embargo (X-Copydesk-Embargoed-Until) cannot be read: it {EXPECTED}")
    return end
