"""Where a feed's older entries stand, in each format that says so."""

import pytest

from services.ingest.feeds import read_feed

URL = "https://news.example/rss"
ITEM = "<item><title>a</title><link>https://news.example/a</link></item>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{}<entry><id>1</id><title>a</title></entry></feed>'


@pytest.mark.parametrize(
    ("body", "older"),
    [
        pytest.param(
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title>'
            f'<atom:link rel="next" href="?page=2"/>{ITEM}</channel></rss>',
            f"{URL}?page=2",
            id="RSS",
        ),
        pytest.param(ATOM.format('<link rel="next" href="/2"/>'), "https://news.example/2", id="Atom, in pages"),
        pytest.param(
            ATOM.format('<link rel="prev-archive" href="/1"/>'), "https://news.example/1", id="Atom, archived"
        ),
        pytest.param(ATOM.format('<link rel="prev" href="/1"/>'), None, id="a newer page"),
        pytest.param(
            '{"version": "https://jsonfeed.org/version/1.1", "next_url": "/2", "items": [{"id": "1", "title": "a"}]}',
            "https://news.example/2",
            id="JSON Feed",
        ),
        pytest.param(f'<rss version="2.0"><channel><title>t</title>{ITEM}</channel></rss>', None, id="not said"),
    ],
)
def test_where_a_feed_goes_on(body: str, older: str | None) -> None:
    assert read_feed(body.encode(), None, URL).older == older
