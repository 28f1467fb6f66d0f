"""A page that lists articles is read as a feed of pages, by the selectors that somebody set."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_news import Watched
from services.ingest.feeds import read_feed, read_watched
from services.ingest.formats.opml import read_list, write_opml
from services.ingest.formats.section import read
from services.ingest.operator_list import read_operator_list
from services.ingest.section_settings import Section, read_section
from shared.clock import from_us
from shared.envelope import FeedEntry, Source
from shared.errors import NotAFeed, PermanentError

URL = "https://news.example/hue/"
PAGE = """<html><head><title>Tin Huế</title></head><body><nav><a href="/login">Log in</a></nav><main>
<article class="teaser"><a href="/2026/1.html"><img src="/1.jpg"></a><h3><a href="/2026/1.html#top">Bài một</a></h3>
<time datetime="2026-11-30T05:34:00+07:00">2 giờ trước</time></article>
<article class="teaser"><h3><a href="2.html">Bài  hai</a></h3><span class="date">2 giờ trước</span></article>
<article class="teaser"><h3><a href="https://shop.example/buy">Buy</a></h3></article>
<article class="teaser">no link</article></main></body></html>"""


def entries(section: Section, page: str = PAGE) -> tuple[FeedEntry, ...]:
    return read(page, URL, section).entries


def test_boxes_give_links_titles_and_the_dates_that_machines_wrote() -> None:
    first, second = entries(Section(links="article.teaser", date="time, .date"))
    assert (first.link, first.title) == ("https://news.example/2026/1.html", "Bài một")
    assert first.published == "2026-11-30T05:34:00+07:00"
    assert (second.link, second.title, second.published) == ("https://news.example/hue/2.html", "Bài hai", None)


@pytest.mark.parametrize(
    ("section", "titles"),
    [
        pytest.param(Section(links="article a"), ["Bài một", "Bài hai"], id="links themselves, each article once"),
        pytest.param(Section(links="article h3"), ["Bài một", "Bài hai"], id="what stands in them"),
        pytest.param(
            Section(links=".teaser", title="a[href^='/2026'] > img, h3"), ["Bài một", "Bài hai"], id="a title"
        ),
        pytest.param(Section(links="main > article:first-child"), ["Bài một"], id="one of them"),
    ],
)
def test_what_a_selector_means(section: Section, titles: list[str]) -> None:
    assert [entry.title for entry in entries(section)] == titles


def test_a_page_on_which_nothing_is_meant_is_told_as_no_feed() -> None:
    with pytest.raises(NotAFeed, match=r"'ul\.news a'"):
        entries(Section(links="ul.news a"))
    with pytest.raises(NotAFeed):
        read_feed(PAGE.encode(), "text/html", URL)


def test_a_section_is_read_over_visits_like_any_feed() -> None:
    section, source = Section(links="article.teaser"), Source(kind="feed", name=URL)
    watched = Watched(key="f", source=source, now_s=1.79e9, section=section)
    first = read_watched(PAGE.encode(), "text/html", URL, watched)
    assert (first.feed.of_pages, len(first.inputs), len(first.leads)) == (True, 2, 2)
    more = PAGE.replace("<main>", '<main><article class="teaser"><a href="/3.html">Bài ba</a></article>')
    watched = msgspec.structs.replace(watched, memory=first.memory)
    assert [item.url for item in read_watched(more.encode(), None, URL, watched).inputs] == [
        "https://news.example/3.html"
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(("a[", None, None), "selector of links", id="broken"),
        pytest.param((None, "h2", None), "needs one of links", id="a title of nothing"),
        pytest.param(("a", "h2:hover", None), "selector of title", id="what is not understood"),
    ],
)
def test_a_wrong_selector_is_told_where_it_is_typed(said: tuple[str | None, str | None, str | None], why: str) -> None:
    with pytest.raises(PermanentError, match=why):
        read_section(*said)


def test_lists_keep_the_selectors() -> None:
    toml = f'[[feeds]]\nurl = "{URL}"\nselect = "article.teaser"\nselect_date = "time"\n'
    (wanted,) = read_operator_list(toml.encode())
    assert wanted.section == Section(links="article.teaser", date="time")
    (listed,) = read_list(f"{URL}\n".encode()).feeds
    opml = write_opml([type(listed)(url=URL, section=wanted.section)], from_us(0))
    assert read_list(opml).feeds[0].section == wanted.section


@given(st.text(max_size=300))
def test_any_page_is_read_or_refused(page: str) -> None:
    try:
        entries(Section(links="a", title="b", date="time"), page)
    except NotAFeed:
        pass
