"""WARC as crawlers write it, whole, packed and cut off."""

import gzip
import io

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.drops import parts_of, told_of
from tests.pictures import a_jpeg

PAGE = "<html><body><h1>Cầu ngói</h1><p>Cây cầu.</p></body></html>".encode()
FEED = b'<rss version="2.0"><channel><title>x</title><item><title>One</title></item></channel></rss>'
ADDRESS = "https://news.example/1"


def a_record(
    body: bytes, *head: tuple[str, str], kind: str = "text/html", status: str = "200 OK", record: str = "response"
) -> tuple[str, bytes, list[tuple[str, str]], str]:
    return record, body, [("Content-Type", kind), *head], status


def a_warc(*records: tuple[str, bytes, list[tuple[str, str]], str], packed: bool = True) -> bytes:
    """A file as warcio writes it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "a crawler"}))
    for number, (kind, body, head, status) in enumerate(records, start=1):
        headers = StatusAndHeaders(status, head, protocol="HTTP/1.1") if kind == "response" else None
        told = {} if kind == "response" else {"warc_content_type": head[0][1]}
        payload = io.BytesIO(body)
        address = f"https://news.example/{number}"
        writer.write_record(writer.create_warc_record(address, kind, payload=payload, http_headers=headers, **told))
    return out.getvalue()


@pytest.mark.parametrize("packed", [True, False])
def test_pages_documents_and_feeds_are_read_and_the_rest_passed_over(packed: bool) -> None:
    body = a_warc(
        a_record(PAGE),
        a_record(FEED, kind="application/rss+xml"),
        a_record(b"body {}", kind="text/css"),
        a_record(PAGE, status="404 Not Found"),
        a_record(b"Words.", kind="text/plain", record="resource"),
        packed=packed,
    )
    parts, problem = parts_of("x.warc.gz" if packed else "x.warc", body)
    assert [(part.role, part.url) for part in parts] == [
        ("article", ADDRESS),
        ("feed", "https://news.example/2"),
        ("article", "https://news.example/5"),
    ]
    assert parts[0].body == PAGE
    assert parts[0].at_us > 0
    assert not problem


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)


@pytest.mark.parametrize(
    ("body", "head"),
    [
        pytest.param(gzip.compress(PAGE), ("Content-Encoding", "gzip"), id="gzip"),
        pytest.param(zstandard.compress(PAGE), ("Content-Encoding", "zstd"), id="zstd"),
        pytest.param(CHUNKED, ("Transfer-Encoding", "chunked"), id="chunked"),
        pytest.param(PAGE, ("Transfer-Encoding", "chunked"), id="said to be chunked, and written down joined"),
        pytest.param(PAGE, ("Content-Encoding", "gzip"), id="said to be gzip, and written down open"),
    ],
)
def test_an_answer_is_opened_as_its_head_says(body: bytes, head: tuple[str, str]) -> None:
    (part,), _ = parts_of("x.warc.gz", a_warc(a_record(body, head)))
    assert part.body == PAGE


def test_an_answer_that_cannot_be_opened_is_told() -> None:
    body = a_warc(a_record(b"\x0b\x02", ("Content-Encoding", "br")), a_record(PAGE))
    assert [role for role, _ in told_of("x.warc.gz", body)] == ["refused", "article"]


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_was_cut_off_gives_what_stands_before_the_cut(packed: bool) -> None:
    body = a_warc(a_record(PAGE), a_record(PAGE.replace(b"ng", b"gn") * 20), packed=packed)
    told = told_of("x.warc", body[:-60])
    assert [role for role, _ in told] == ["article", "refused"]
    assert "ends before its end" in told[-1][1]


def test_an_embargo_that_nobody_can_read_is_no_leave_to_publish() -> None:
    head = {"WARC-Type": "resource", "WARC-Record-ID": "<urn:uuid:1>", "Content-Type": "text/plain"}
    held = b"Words.", head | {"X-Copydesk-Embargoed-Until": "tomorrow at six"}
    picture = a_jpeg(), head | {"Content-Type": "image/jpeg", "WARC-Concurrent-To": "<urn:uuid:2>"}
    first = b"More.", head
    second = held[0], held[1] | {"WARC-Record-ID": "<urn:uuid:2>"}
    told = told_of("x.warc", b"".join(_bare(*record) for record in (first, second, picture)))
    assert [role for role, _ in told] == ["article", "refused", "refused"]
    assert "its embargo" in told[1][1]


def test_a_record_of_a_day_before_all_records_has_no_day() -> None:
    head = {"WARC-Type": "resource", "Content-Type": "text/plain", "WARC-Date": "0001-01-01T00:00:00Z"}
    (part,) = parts_of("x.warc", _bare(b"Words.", head))[0]
    assert part.at_us == 0


def _bare(block: bytes, head: dict[str, str]) -> bytes:
    fields = head | {"Content-Length": str(len(block))}
    return (
        b"WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()).encode() + b"\r\n" + block + b"\r\n\r\n"
    )


def test_a_file_packed_as_a_whole_is_read() -> None:
    assert [role for role, _ in told_of("x.warc.gz", gzip.compress(a_warc(a_record(PAGE), packed=False)))] == [
        "article"
    ]


def test_a_bomb_and_a_file_without_articles_are_refused() -> None:
    assert "a WARC without" in told_of("x.warc", a_warc(a_record(b"x", kind="text/css"), packed=False))[0][1]
    bomb = a_warc(a_record(bytes(30_000_000)))
    assert "opens to more than" in told_of("x.warc.gz", bomb)[-1][1]


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=6), st.booleans())
def test_a_damaged_file_is_read_or_refused(place: float, other: bytes, packed: bool) -> None:
    body = bytearray(a_warc(a_record(PAGE), packed=packed))
    at = int(place * len(body))
    body[at : at + len(other)] = other
    parts_of("x.warc", bytes(body))
