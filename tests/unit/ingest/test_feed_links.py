"""Which addresses of a page are taken for feeds, and in which order."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_links import feed_links, usual_feeds

SITE = "https://news.example/hue/"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(
            '<link rel="alternate" type="application/rss+xml" title="Tin" href="/rss.xml">',
            ("https://news.example/rss.xml",), id="declared",
        ),
        pytest.param(
            "<LINK HREF='feed?a=1&amp;b=2' TYPE='application/atom+xml; charset=utf-8' REL=alternate>",
            ("https://news.example/hue/feed?a=1&b=2",), id="any spelling, relative to the page",
        ),
        pytest.param(
            '<base href="https://cdn.example/x/"><link rel="alternate" type="application/feed+json" href="f.json">',
            ("https://cdn.example/x/f.json",), id="relative to the base that the page declares",
        ),
        pytest.param(
            '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
            '<a href="/tin.rss">RSS</a><link rel="alternate" type="application/rss+xml" href="/feed/">',
            ("https://news.example/feed/", "https://news.example/tin.rss", "https://news.example/comments/feed/"),
            id="declared first, plain links next, comments last",
        ),
        pytest.param(
            '<!-- <link rel="alternate" type="application/rss+xml" href="/old"> --><script>"<a href=\\"/feed\\">"'
            "</script><style><a href='/rss'></style>",
            (), id="what is no markup of the page names nothing",
        ),
        pytest.param(
            '<link rel="alternate" hreflang="en" href="/en/"><link rel="alternate" type="application/json" href="/j">'
            '<link rel="alternate stylesheet" type="text/xml" href="/s"><a href="/feedback">x</a><a href="mailto:a@b">',
            (), id="another language, an API and a style sheet are no feeds",
        ),
        pytest.param('<a href="http://[::1/rss">x</a><a href="javascript:/rss">y</a>', (), id="no address, no feed"),
        pytest.param('<a href="feed:https://a.example/rss#top">', ("https://a.example/rss",), id="feed: before it"),
    ],
)  # fmt: skip
def test_the_feeds_that_a_page_names(page: str, expected: tuple[str, ...]) -> None:
    assert feed_links(page, SITE) == expected


@given(st.text())
def test_any_page_names_only_web_addresses_and_never_itself(page: str) -> None:
    assert all(link.startswith(("http://", "https://")) and link != SITE for link in feed_links(page, SITE))


@pytest.mark.parametrize("part", ["<!--", "<script", "<link rel=alternate ", '<a href="', "<a a='", "<link a="])
def test_a_hostile_page_costs_no_more_than_a_long_one(part: str) -> None:
    began = time.process_time()
    feed_links(part * 200_000, SITE)
    assert time.process_time() - began < 3


def test_a_section_is_asked_for_its_own_feed_first_and_a_file_is_no_section() -> None:
    assert usual_feeds(SITE)[0] == "https://news.example/hue/feed/"
    assert usual_feeds("https://news.example/a.html")[0] == "https://news.example/feed/"
