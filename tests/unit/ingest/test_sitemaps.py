"""Sitemaps and their indexes: what is read of each, which are asked, what hostile ones cost."""

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_news import FIRST_PAGES, Watched
from services.ingest.feeds import read_feed, read_watched
from services.ingest.formats.sitemap import MOST_ADDRESSES, is_near, looks_like_sitemap, read
from services.ingest.formats.w3c_date import read_w3c_date
from services.ingest.sitemap_maps import FAILURES, MOST_ASKED, KnownMap, follow, read_ill, read_well, to_ask
from shared.envelope import Source
from shared.errors import NotAFeed

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
SITE = "https://news.example/sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)
NEWS = HEAD + (
    "<url><loc>https://news.example/a?x=1&amp;y=2</loc><lastmod>2026-11-30T09:00:00Z</lastmod>"
    "<image:image><image:loc>https://news.example/p.jpg</image:loc><image:title>The road</image:title></image:image>"
    "<news:news><news:publication><news:name>News</news:name><news:language>vi</news:language></news:publication>"
    "<news:publication_date>2026-11-30T05:34:00+07:00</news:publication_date><news:title>Bài một</news:title>"
    "<news:keywords>cao su, Nam Đông</news:keywords></news:news></url></urlset>"
)


def urlset(*rows: tuple[str, str | None]) -> str:
    body = "".join(f"<url><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>" for loc, at in rows)
    return f"{HEAD}{body}</urlset>"


def index(*rows: tuple[str, str | None]) -> str:
    return urlset(*rows).replace("urlset", "sitemapindex").replace("<url>", "<sitemap>").replace("</url>", "</sitemap>")


def test_a_news_sitemap_tells_of_pages_and_not_what_they_say() -> None:
    feed = read_feed(NEWS.encode(), "application/xml", SITE)
    (entry,) = feed.entries
    assert (feed.of_pages, feed.is_index, feed.title) == (True, False, "News")
    assert (entry.link, entry.title, entry.language) == ("https://news.example/a?x=1&y=2", "Bài một", "vi")
    assert (entry.published, entry.updated) == ("2026-11-30T05:34:00+07:00", "2026-11-30T09:00:00Z")
    assert entry.tags == ("cao su", "Nam Đông")
    assert entry.pictures == (("https://news.example/p.jpg", "The road", None),)


def test_an_index_names_its_sitemaps_the_newest_first() -> None:
    feed = read(
        index(("/old.xml", "2026-01-01"), ("/new.xml.gz", "2026-11-30"), ("/when.xml", None), (SITE, None)), SITE
    )
    assert feed.is_index
    assert feed.maps == (
        ("https://news.example/new.xml.gz", "2026-11-30"),
        ("https://news.example/old.xml", "2026-01-01"),
        ("https://news.example/when.xml", None),
    )


@pytest.mark.parametrize(
    "loc",
    [
        pytest.param("http://127.0.0.1/a.html", id="a private address"),
        pytest.param("http://[::1]/a.html", id="another"),
        pytest.param("https://other.example/a.html", id="another site"),
        pytest.param("javascript:alert(1)", id="no address"),
        pytest.param("https://news.example/", id="the front page"),
        pytest.param("http://[", id="broken"),
        pytest.param("https://news.example/" + "a" * 3000, id="too long"),
    ],
)
def test_what_is_no_page_of_the_site_is_left_out(loc: str) -> None:
    assert read(urlset((loc, None)), SITE).entries == ()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        pytest.param("https://news.example/a", "http://www.news.example/s", True, id="www"),
        pytest.param("https://m.news.example/a", "https://news.example/s", True, id="below"),
        pytest.param("https://m.news.example/a", "https://static.news.example/s", True, id="beside"),
        pytest.param("https://one.co.uk/a", "https://other.co.uk/s", False, id="below a country's name"),
        pytest.param("https://news.example.evil.test/a", "https://news.example/s", False, id="a name within another"),
        pytest.param("http://10.0.0.1/a", "http://11.0.0.1/s", False, id="numbers"),
    ],
)
def test_what_belongs_to_one_site(one: str, other: str, near: bool) -> None:
    assert is_near(one, other) is near


def test_of_a_huge_sitemap_the_newest_are_read() -> None:
    rows = [(f"https://news.example/{n}.html", f"2026-{1 + n // 1000:02}-01") for n in range(12_000)]
    started = time.process_time()
    feed = read(urlset(*rows), SITE)
    assert len(feed.entries) == MOST_ADDRESSES
    assert {entry.updated for entry in feed.entries} == {"2026-11-01", "2026-12-01"}
    assert time.process_time() - started < 6  # of CPU


def test_a_huge_sitemap_without_dates_tells_nobody_what_is_new() -> None:
    rows = [(f"https://news.example/{n}.html", None) for n in range(MOST_ADDRESSES + 1)]
    with pytest.raises(NotAFeed, match="nobody can tell"):
        read(urlset(*rows), SITE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" + HEAD + "<url><loc>&b;</loc></url>", id="DTD"
        ),
        pytest.param(HEAD + "<url>" * 5000, id="deep"),
        pytest.param(HEAD + "<url><loc>https://news.example/a.html", id="cut"),
        pytest.param(HEAD, id="nothing"),
    ],
)
def test_what_is_broken_or_hostile_costs_little_and_raises_nothing_else(text: str) -> None:
    try:
        assert len(read(text, SITE).entries) <= 1
    except NotAFeed:
        pass


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    looks_like_sitemap(text)
    read_w3c_date(text)
    try:
        read(HEAD + text, SITE)
    except NotAFeed:
        pass


def watched(memory: bytes = b"", *, is_new: bool = True) -> Watched:
    source = Source(kind="feed", name=SITE)
    return Watched(key="f", source=source, now_s=NOW.timestamp(), memory=memory, is_new=is_new)


def test_a_first_visit_takes_the_news_of_some_days_and_only_so_many() -> None:
    rows = [(f"https://news.example/{n}.html", "2026-11-30T01:00:00Z") for n in range(FIRST_PAGES + 10)]
    old = [(f"https://news.example/old-{n}.html", "2026-11-20") for n in range(10)]
    news = read_watched(urlset(*old, *rows).encode(), None, SITE, watched())
    assert (len(news.inputs), len(news.leads), news.passed_over) == (FIRST_PAGES, FIRST_PAGES, 20)


def test_an_old_address_that_comes_into_view_is_no_news_and_an_edited_one_is() -> None:
    first = read_watched(urlset(("https://news.example/a.html", "2026-11-10")).encode(), None, SITE, watched())
    rows = ("https://news.example/a.html", "2026-11-30"), ("https://news.example/b.html", "2026-11-11")
    second = read_watched(urlset(*rows).encode(), None, SITE, watched(first.memory))
    assert [item.url for item in second.inputs] == ["https://news.example/a.html"]
    assert second.inputs[0].changed


def known(url: str, said: str | None = None, **changes: object) -> KnownMap:
    return KnownMap(url=url, said=said, **changes)  # type: ignore[arg-type]


def test_only_what_changed_is_asked() -> None:
    maps = follow((), [("a", "2026-11-30"), ("b", "2026-11-29"), ("old", "2020-01-01"), ("c", None)], NOW)
    assert [one.url for one in to_ask(maps)] == ["a", "b", "c"]
    maps = tuple(read_well(one, 1, "h", (None, None)) for one in maps)
    assert [one.url for one in to_ask(maps)] == ["c"], "of which the index does not say whether it changed"
    maps = follow(maps, [("a", "2026-11-30"), ("b", "2026-11-30T11:00Z"), ("c", None)], NOW)
    assert [one.url for one in to_ask(maps)] == ["b", "c"]


def test_a_visit_asks_few_and_the_next_goes_on() -> None:
    maps = follow((), [(f"{n:02}", "2026-11-30") for n in range(MOST_ASKED + 3)], NOW)
    asked = to_ask(maps)
    after = {one.url: read_well(one, 1, "h", (None, None)) for one in asked}
    left = to_ask(tuple(after.get(one.url, one) for one in maps))
    assert (len(asked), len(left)) == (MOST_ASKED, 3)


def test_a_dead_sitemap_is_retired_with_its_reason_until_it_changes() -> None:
    one = known("a", "2026-11-30")
    for _ in range(FAILURES):
        assert not one.retired
        one = read_ill(one, 1, "answered 500", for_good=False)
    assert one.retired == "answered 500"
    assert to_ask((one,)) == []
    assert follow((one,), [("a", "2026-11-30")], NOW)[0].retired
    assert [again.url for again in to_ask(follow((one,), [("a", "2026-12-01")], NOW))] == ["a"]
    assert read_ill(known("b"), 1, "answered 404", for_good=True).retired
    assert follow((one,), [], NOW) == ()
