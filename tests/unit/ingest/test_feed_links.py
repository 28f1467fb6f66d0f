"""Which addresses of a page are taken for feeds, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_links import feed_links, usual_feeds
from tests.cost import times_as_dear

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
    plain = "<p>Tin nhanh</p>" * (len(part) * 10_000)
    hostile = part * (len(plain) // len(part))
    assert times_as_dear(lambda: feed_links(hostile, SITE), lambda: feed_links(plain, SITE), bound=100) < 100


def test_a_section_is_asked_for_its_own_feed_first_and_a_file_is_no_section() -> None:
    assert usual_feeds(SITE)[0] == "https://news.example/hue/feed/"
    assert usual_feeds("https://news.example/a.html")[0] == "https://news.example/feed/"
