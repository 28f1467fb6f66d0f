"""Sitemaps as a source: a real server, a real Valkey, a real parser process; their pages become articles."""

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest.feed_finder import find_feed
from services.ingest.parser_process import FeedParser
from services.ingest.sitemap_maps import MAPS, unpack_maps
from tests.conftest import Server, settings_over
from tests.integration.feed_claims import visit_now
from tests.integration.origin import Origin, Reply
from tests.integration.test_entry_pages import SECOND, Desk, page_of

HEAD = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)
A_DAY_S = 24 * 3600.0


def now(back_h: float = 1) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(hours=back_h)).isoformat(timespec="seconds")


def news_map(origin: Origin, *numbers: int) -> bytes:
    rows = "".join(
        f"<url><loc>{origin.url(f'/{number}.html')}</loc><news:news><news:publication_date>{now()}</news:publication_date>"
        f"<news:title>Nam Đông bám trụ với cây cao su, kỳ {number}</news:title></news:news></url>"
        for number in numbers
    )
    return f"{HEAD}{rows}</urlset>".encode()


def index_of(*rows: tuple[str, str]) -> bytes:
    body = "".join(f"<sitemap><loc>{loc}</loc><lastmod>{at}</lastmod></sitemap>" for loc, at in rows)
    return f"<sitemapindex>{body}</sitemapindex>".encode()


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Iterator[Desk]:
    changes = {"allow_networks": (f"127.0.0.1:{origin.port}",), "fetch_timeout_s": 2}
    made = Desk(settings_over(shared_redis, tmp_path, **changes), parser, origin)
    yield made
    made.sink.close()


def visit(desk: Desk, body: bytes) -> None:
    desk.origin.pages["/feed"] = Reply(body=body)
    visit_now(desk.settings, desk.fetcher, desk.states, desk.feed)
    desk.work_off()


def maps_of(desk: Desk) -> dict[str, str]:
    return {one.url: one.retired for one in unpack_maps(desk.states.kept(desk.feed, MAPS))}


def test_the_pages_of_a_news_sitemap_become_articles(desk: Desk, origin: Origin) -> None:
    origin.pages |= {"/1.html": page_of(1), "/2.html": Reply(status=404)}
    visit(desk, gzip.compress(news_map(origin, 1, 2)))
    assert desk.articles() == [], "a sitemap says no words"
    assert desk.read_pages() + desk.read_pages(A_DAY_S) == 2
    texts = [str((article.description, article.blocks)) for article in desk.articles()]
    assert sum(SECOND in text for text in texts) == 1
    assert len(texts) == 2, "of a page that is gone the sitemap's own title is what there is"
    visit(desk, news_map(origin, 1, 2))
    assert desk.asked("/1.html") == 1


def test_of_an_index_only_what_changed_is_asked_and_the_dead_are_retired(desk: Desk, origin: Origin) -> None:
    origin.pages |= {"/a.xml": Reply(body=news_map(origin, 1)), "/b.xml": Reply(body=news_map(origin, 2))}
    first = [(origin.url("/a.xml"), now(3)), (origin.url("/b.xml"), now(2)), (origin.url("/gone.xml"), now(1))]
    visit(desk, index_of(*first, (origin.url("/feed"), now()), (origin.url("/old.xml"), "2019-01-01")))
    assert desk.queue.waiting() == 2
    assert [desk.asked(path) for path in ("/a.xml", "/b.xml", "/gone.xml", "/old.xml", "/feed")] == [1, 1, 1, 0, 1]
    assert "404" in maps_of(desk)[origin.url("/gone.xml")]
    origin.pages["/b.xml"] = Reply(body=news_map(origin, 2, 3))
    visit(desk, index_of(first[0], (origin.url("/b.xml"), now(0)), first[2]))
    assert [desk.asked(path) for path in ("/a.xml", "/b.xml", "/gone.xml")] == [1, 2, 1]
    assert desk.queue.waiting() == 3


def test_an_index_in_an_index_leads_nowhere(desk: Desk, origin: Origin) -> None:
    origin.pages["/loop.xml"] = Reply(body=index_of((origin.url("/feed"), now()), (origin.url("/loop.xml"), now())))
    for number in range(4):
        visit(desk, index_of((origin.url("/loop.xml"), now(number))))
    assert desk.asked("/feed") == 4
    assert desk.asked("/loop.xml") <= 4


def test_a_sitemap_within_our_walls_is_not_asked(desk: Desk, origin: Origin) -> None:
    canary = Origin()
    try:
        visit(desk, index_of((canary.url("/a.xml"), now())))
        assert canary.seen == []
    finally:
        canary.close()


def test_a_site_without_a_feed_is_found_by_the_sitemap_of_its_robots_txt(desk: Desk, origin: Origin) -> None:
    origin.pages["/"] = Reply(headers={"Content-Type": "text/html"}, body=b"<html><body>Tin</body></html>")
    origin.pages["/robots.txt"] = Reply(
        body=f"Sitemap: {origin.url('/all.xml')}\nSitemap: {origin.url('/news.xml')}".encode()
    )
    origin.pages["/news.xml"] = Reply(body=news_map(origin, 1))
    found = find_feed(desk.settings, origin.url("/"), pace_s=0)
    assert (found.url, found.via, found.entries, found.of_pages) == (origin.url("/news.xml"), "listed", 1, True)
