"""What the desk holds is taken out for others: lines of JSON, and WARC that the reader of web archives takes."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from services.cli import main as cli
from services.desk.exporting import export_articles, export_inputs
from services.desk.warc import WarcWriter, document_of, opening, records_of
from services.index.renewal import Chosen
from services.index.search import Index
from shared.archive_entries import Archived, pack_body
from shared.archive_erasure import erase
from shared.envelope import FEED_ENTRY_TYPE, Envelope, Input, Source
from shared.package import PACKAGE_TYPE, Package, address_of, pack
from shared.picture_files import PictureFiles
from shared.settings import Settings
from tests.integration.test_stages import InputStatus as Line
from tests.pictures import a_jpeg

PAGE = "https://news.example/đường dài/1?a=b"
HTML = "<html><head><title>Cầu ngói</title></head><body><p>Cây cầu ngói sẽ được sửa.</p></body></html>".encode()
HUE = Source(kind="push", name="hue")
FEED = Source(kind="feed", name="https://news.example/rss")
EVERY = Chosen()


@pytest.fixture
def line(settings: Settings) -> Iterator[Line]:
    made = Line(settings)
    words, drop = "Tin\n\nMột tin.".encode(), Source(kind="drop", name="")
    entry, link = b'{"feed":"x","title":"Tin hai"}', "https://news.example/2"
    inputs = [
        Input(source=HUE, media_type="text/html", body=HTML, url=PAGE, aliases=("url:https://news.example/1",)),
        Input(source=drop, media_type="text/plain", body=words, aliases=("path:a.txt",)),
        Input(source=FEED, media_type=FEED_ENTRY_TYPE, body=entry, url=link, aliases=("guid:f 2",)),
    ]
    made.intake.take(inputs)
    made.run()
    yield made
    made.sink.close()


def read(content: bytes) -> list[tuple[Any, bytes]]:
    """Every record as warcio reads it, which checks the digests as it goes."""
    records = ArchiveIterator(io.BytesIO(content), check_digests="raise")
    return [(record, record.content_stream().read()) for record in records]


@pytest.mark.parametrize("zipped", [False, True])
def test_inputs_come_out_as_they_came_in_records_that_others_read(settings: Settings, line: Line, zipped: bool) -> None:
    out = io.BytesIO()
    assert export_inputs(line.archive, EVERY, out, zipped=zipped).written == 3
    assert out.getvalue().startswith(b"\x1f\x8b" if zipped else b"WARC/1.1\r\n")
    (info, told), (page, body), (drop, text), (entry, _) = read(out.getvalue())
    assert (info.rec_type, b"software: Copydesk/" in told) == ("warcinfo", True)
    headers = page.rec_headers
    assert (page.rec_type, body, headers.get_header("Content-Type")) == ("resource", HTML, "text/html")
    assert headers.get_header("WARC-Target-URI") == "https://news.example/%C4%91%C6%B0%E1%BB%9Dng%20d%C3%A0i/1?a=b"
    assert headers.get_header("X-Copydesk-Source") == "push:hue"
    assert drop.rec_headers.get_header("WARC-Target-URI").startswith("urn:x-copydesk:r")
    assert text == "Tin\n\nMột tin.".encode()
    assert entry.rec_headers.get_header("WARC-Target-URI").startswith("urn:x-copydesk:r")
    assert entry.rec_headers.get_header("X-Copydesk-Page") == "https://news.example/2"
    again = io.BytesIO()
    export_inputs(line.archive, EVERY, again, zipped=zipped)
    ids = [record.rec_headers.get_header("WARC-Record-ID") for record, _ in read(again.getvalue())]
    assert ids[1:] == [one.rec_headers.get_header("WARC-Record-ID") for one in (page, drop, entry)]


def test_pictures_are_resources_of_their_own(settings: Settings, line: Line) -> None:
    pictures = PictureFiles(settings.archive_folder)
    content = a_jpeg(pixels=bytes(2000))
    staged = pictures.stage([content], ["a.jpg"], 10**6)
    pictures.keep([staged])
    body = pack(Package(media_type="text/html", body=HTML, pictures=(staged.told,)))
    line.intake.take([Input(source=HUE, media_type=PACKAGE_TYPE, body=body, aliases=("uri:hue a",))])
    out = io.BytesIO()
    only = Chosen(source="push:*")
    export_inputs(line.archive, only, out, zipped=True)
    *_, (article, html), (picture, bytes_) = read(out.getvalue())
    assert (html, article.rec_headers.get_header("Content-Type")) == (HTML, "text/html")
    assert (bytes_, picture.rec_headers.get_header("WARC-Target-URI")) == (content, address_of(staged.told.sha256))
    beside = picture.rec_headers.get_header("WARC-Concurrent-To")
    assert beside == article.rec_headers.get_header("WARC-Record-ID")
    pictures.erase([staged.told.sha256])
    told = export_inputs(line.archive, only, io.BytesIO(), zipped=True)
    assert (told.written, told.lacking) == (2, (f"picture {staged.told.sha256} is not there",))


def test_erased_words_and_what_the_desk_withdrew_are_not_among_them(settings: Settings, line: Line) -> None:
    place, entry = next(iter(line.archive.entries()))
    erase(settings.archive_folder, [(place, entry.envelope.receipt)], "x", 1)
    out = io.BytesIO()
    assert export_inputs(line.archive, EVERY, out, zipped=False).written == 2
    assert HTML not in out.getvalue()


@given(url=st.text(), kind=st.text(), name=st.text(), body=st.binary())
def test_whatever_a_sender_says_no_record_is_broken_by_it(url: str, kind: str, name: str, body: bytes) -> None:
    source = Source(kind="push", name=name)
    envelope = Envelope(receipt="r1", source=source, media_type=kind, received_us=1, sha="", url=url or None)
    out = io.BytesIO()
    writer = WarcWriter(out, packed=False)
    writer.write(opening(1))
    entry = Archived(envelope=envelope, body=pack_body(body))
    for record in records_of(entry, document_of(entry, body)):
        writer.write(record)
    (_, (record, content)) = read(out.getvalue())
    assert (record.rec_type, content) == ("resource", body)


def test_articles_come_out_a_line_each(settings: Settings, line: Line) -> None:
    out = io.BytesIO()
    index = Index(settings.index_file)
    assert export_articles(index, EVERY, out, withdrawn=False).written == 3
    lines = [json.loads(text) for text in out.getvalue().splitlines()]
    assert [one["item"]["headlines"][0]["value"] for one in lines] == ["Cầu ngói", "Tin", "Tin hai"]
    assert {one["act"] for one in lines} == {"put"}
    assert export_articles(index, Chosen(source="feed:*"), io.BytesIO(), withdrawn=False).written == 1
    assert export_articles(index, Chosen(until_us=1), io.BytesIO(), withdrawn=False).written == 0


def test_the_command_writes_a_whole_file_or_none(
    settings: Settings, line: Line, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    place = ["--data-dir", settings.data_dir]
    target = tmp_path / "out.warc.gz"
    assert cli.main(["export", str(target), "--warc", "--json", *place]) == 0
    assert json.loads(capfdbinary.readouterr().out)["written"] == 3
    assert len(read(target.read_bytes())) == 4
    assert cli.main(["export", "-", "--ndjson", *place]) == 0
    assert len(capfdbinary.readouterr().out.splitlines()) == 3
    assert cli.main(["export", str(tmp_path / "x"), *place]) == 2
    assert cli.main(["export", str(tmp_path / "no" / "x"), "--ndjson", *place]) == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["out.warc.gz"]
