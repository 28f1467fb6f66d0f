"""A feed in pages (RFC 5005) is read back at its first visit, as far as that goes, and never again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingest.older_pages import MOST_PAGES
from services.ingest.parser_process import FeedParser
from tests.conftest import Server, settings_over
from tests.integration.origin import Origin, Reply
from tests.integration.test_entry_pages import Desk, item
from tests.integration.test_sitemap_visits import visit


def page_of(origin: Origin, *numbers: int, older: str = "", rel: str = "next") -> bytes:
    link = f'<atom:link rel="{rel}" href="{older}"/>' if older else ""
    items = "".join(item(number, origin) for number in numbers)
    return (
        f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Tin</title>{link}{items}'
        "</channel></rss>"
    ).encode()


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Iterator[Desk]:
    changes = {"allow_networks": (f"127.0.0.1:{origin.port}",), "feed_first_entries": 5, "feed_pages": "never"}
    made = Desk(settings_over(shared_redis, tmp_path, **changes), parser, origin)
    yield made
    made.sink.close()


def test_a_first_visit_reads_older_pages_as_far_as_it_goes(desk: Desk, origin: Origin) -> None:
    rel = "prev-archive"
    origin.pages["/2"] = Reply(body=page_of(origin, 3, 4, older=origin.url("/3"), rel=rel))
    origin.pages["/3"] = Reply(body=page_of(origin, 5, 6, older=origin.url("/4"), rel=rel))
    visit(desk, page_of(origin, 1, 2, older="/2", rel=rel))
    assert len(desk.articles()) == 5, "feed_first_entries"
    assert [desk.asked(path) for path in ("/2", "/3", "/4")] == [1, 1, 0]
    visit(desk, page_of(origin, 0, 1, 2, older="/2", rel=rel))
    assert (len(desk.articles()), desk.asked("/2")) == (6, 1)


@pytest.mark.parametrize(
    "older",
    [
        pytest.param("/feed", id="itself"),
        pytest.param("/2", id="each other"),
        pytest.param("http://10.0.0.1/2", id="another host"),
    ],
)
def test_a_way_back_that_leads_nowhere_ends(desk: Desk, origin: Origin, older: str) -> None:
    origin.pages["/2"] = Reply(body=page_of(origin, 1, older="/feed"))
    visit(desk, page_of(origin, 1, older=older))
    assert len(desk.articles()) == 1
    assert len(origin.seen) <= 3


def test_a_way_without_end_ends_too(desk: Desk, origin: Origin) -> None:
    for number in range(MOST_PAGES + 5):
        origin.pages[f"/p{number}"] = Reply(body=page_of(origin, 1, older=f"/p{number + 1}"))
    visit(desk, page_of(origin, 1, older="/p0"))
    assert len(origin.seen) <= MOST_PAGES + 1
