"""What one desk exports another takes in as a drop: no word, picture, address or embargo is lost on the way."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.desk.exporting import export_inputs
from services.index.renewal import Chosen
from services.index.search import Index
from services.ingest.drops import Drops
from shared.article import Article
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Input, Source
from tests.conftest import Server, settings_over
from tests.integration.test_drop_forms import CAPTIONED, TEXT, WORDS, FormsDesk, kept
from tests.pictures import a_jpeg

PAGE = f'<html lang="vi"><body><h1>Cầu ngói</h1><p>{WORDS}</p></body></html>'.encode()
LONGER = f'<html lang="vi"><body><h1>Tin hai</h1><p>{WORDS}</p><p>Đoạn thứ hai của bài báo.</p></body></html>'.encode()
ENTRY = FeedEntry(guid="2", title="Tin hai", summary=f"<p>{WORDS}</p>", link="https://news.example/2")
HUE = Source(kind="push", name="hue", zone="Asia/Ho_Chi_Minh")
FEED = Source(kind="feed", name="https://news.example/rss")
UNTIL = dt.datetime(2099, 1, 1, 6, tzinfo=dt.UTC)
NEWS, HELD = "url:https://hue.example/1", "uri:hue held"


def a_desk(server: Server, folder: Path) -> FormsDesk:
    """An empty desk, whose Redis has forgotten any other."""
    server.client().flushall()
    desk = FormsDesk(settings_over(server, folder))
    desk.drops = Drops(desk.settings, desk.intake, desk.redis, lone_s=0.0)
    return desk


def inputs() -> Iterator[Input]:
    """One of each kind that has something to lose."""
    entry = msgspec.json.encode(ENTRY)
    both = pack_entry_with_page(entry, Page(url=ENTRY.link or "", media_type="text/html", body=LONGER))
    yield Input(source=HUE, media_type="text/html", body=PAGE, url="https://hue.example/1", aliases=(NEWS,))
    yield Input(source=HUE, media_type="text/plain", body=b"Held. " + TEXT, aliases=(HELD,), embargoed_until=UNTIL)
    yield Input(source=FEED, media_type=FEED_ENTRY_TYPE, body=entry, url=ENTRY.link, aliases=("guid:f 2",))
    known = ("guid:f 2",)
    yield Input(source=FEED, media_type=ENTRY_WITH_PAGE_TYPE, body=both, url=ENTRY.link, aliases=known, changed=True)
    yield Input(
        source=HUE, media_type="text/plain", body=b"Tin\n\n9/11/2015 - 2 gi\xe1\xbb\x9d tr\xc6\xb0\xe1\xbb\x9bc"
    )


def articles(desk: FormsDesk) -> dict[str | None, Article]:
    """All that stand, by their headlines; without what differs with each desk."""
    desk.work()
    index = Index(desk.settings.index_file)
    stored = [index.get(hit.article_id) for hit in index.recent(50)]
    return {
        one.article.headline: msgspec.structs.replace(one.article, evidence=()) for one in stored if one is not None
    }


def exported(desk: FormsDesk) -> bytes:
    out = io.BytesIO()
    told = export_inputs(desk.archive, Chosen(), out, zipped=True)
    assert told.lacking == ()
    return out.getvalue()


def test_what_a_desk_exports_another_takes_in_without_loss(shared_redis: Server, tmp_path: Path) -> None:
    first = a_desk(shared_redis, tmp_path / "first")
    for item in inputs():
        first.intake.take([item])
    first.drop("hue/bai.txt", TEXT)
    first.drop("hue/bai.jpg", a_jpeg(pixels=b"beside"))
    first.drop("lone.jpg", CAPTIONED)
    first.take(["hue/bai.txt", "hue/bai.jpg", "lone.jpg"])
    said, pictures, warc = articles(first), kept(first), exported(first)
    first.drops.close()
    second = a_desk(shared_redis, tmp_path / "second")
    name = "from-there.warc.gz"
    second.drop(name, warc)
    second.take([name])
    assert second.problem(name) is None
    assert articles(second) == said
    assert kept(second) == pictures
    held = second.ledger.balance().in_flight
    assert held == 1  # what the header held, as there
    assert Index(second.settings.index_file).get(NEWS) is not None
    second.drop(f"again-{name}", warc)
    second.take([f"again-{name}"])
    assert articles(second) == said
    second.drops.close()


def a_response(page: bytes, address: str) -> bytes:
    """A record of a crawl, by hand: its date is the test's."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    told = (
        "WARC/1.0", "WARC-Type: response", f"WARC-Target-URI: {address}", "WARC-Date: 2015-11-09T05:34:00Z",
        "Content-Type: application/http; msgtype=response", f"Content-Length: {len(block)}",
    )  # fmt: skip
    return "\r\n".join(told).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def test_a_page_of_a_crawl_is_read_as_of_the_day_it_was_fetched(shared_redis: Server, tmp_path: Path) -> None:
    desk = a_desk(shared_redis, tmp_path)
    page = PAGE.replace(b"</h1>", '</h1><p class="date">2 giờ trước</p>'.encode())
    desk.drop("crawl.warc", a_response(page, "https://news.example/1"))
    desk.take(["crawl.warc"])
    (article,) = articles(desk).values()
    assert str(article.first_created).startswith("2015-11-09 10:34:00+07:00")
    assert Index(desk.settings.index_file).get("url:https://news.example/1") is not None
    desk.drops.close()
