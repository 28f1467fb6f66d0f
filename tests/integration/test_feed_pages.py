"""The desk's pages of feeds: looked at before they are watched, taken and given as a list, one by itself."""

import pytest

from services.ingest.feed_checks import MOST_WAITING, FeedChecks
from services.ingest.feed_finder import find_feed
from services.ingest.feed_history import FeedVisit
from services.ingest.feed_preview import FeedPreview
from services.ingest.feed_states import FeedState
from services.ingest.parser_process import FeedParser
from services.ingest.section_settings import Section
from services.web.articles import LARGE
from shared.clock import now_us
from shared.errors import IntakeFull
from shared.settings import Settings
from tests.integration.feed_notes import note_state
from tests.integration.origin import Origin, Reply
from tests.integration.test_article_list import Desk
from tests.integration.test_feed_desk import FINE, Feeds, feeds
from tests.integration.test_feed_finder import FEED, page
from tests.integration.test_pages import Browser, browser, desk, key_with

__all__ = ["browser", "desk", "feeds"]


def look(desk: Desk, origin: Origin, parser: FeedParser) -> None:
    """What ingest does while the page waits."""
    settings = Settings(allow_networks=(f"127.0.0.1:{origin.port}",), fetch_timeout_s=2)

    def find(address: str, section: Section | None) -> FeedPreview:
        return find_feed(settings, address, parser, 0, section=section)

    assert FeedChecks(desk.ledger.client).answer_next(find)


def test_a_site_is_looked_at_before_its_feed_is_added(
    browser: Browser, feeds: Feeds, desk: Desk, origin: Origin, parser: FeedParser
) -> None:
    origin.pages |= {"/": page("/rss", "/sport"), "/rss": Reply(body=FEED)}
    asked = browser.post("/feeds/check", csrf=browser.csrf(), url=origin.url("/"), zone="Asia/Tokyo", language="")
    preview = asked.headers["location"]
    assert "Looking at it" in browser.get(preview).text
    look(desk, origin, parser)
    seen = browser.get(preview).text
    for words in (
        "<strong>Tin</strong>",
        "2 entries",
        "<li>Hai</li>",
        'value="Asia/Tokyo"',
        origin.url("/sport"),
        "its page names this one:",
    ):
        assert words in seen
    assert f'name="url" value="{origin.url("/rss")}"' in seen


def test_a_page_that_lists_articles_is_looked_at_by_its_selector(
    browser: Browser, feeds: Feeds, desk: Desk, origin: Origin, parser: FeedParser
) -> None:
    listing = "<html><title>Huế</title><body><div class=teaser><a href=/1.html>Bài một</a></div></body></html>"
    origin.pages["/hue"] = Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=listing.encode())
    word, asked = browser.csrf(), {"url": origin.url("/hue"), "select": "div.teaser"}
    assert "none" in browser.post("/feeds/check", None, csrf=word, **(asked | {"select": "div["})).text
    preview = browser.post("/feeds/check", None, csrf=word, **asked).headers["location"]
    look(desk, origin, parser)
    seen = browser.get(preview).text
    assert "1 page" in seen and "Bài một" in seen and 'name="select" value="div.teaser"' in seen
    browser.post("/feeds/add", None, csrf=word, **asked)
    assert feeds.find(origin.url("/hue")).section == Section(links="div.teaser")
    feed_id = feeds.find(origin.url("/hue")).id
    given = {"id": feed_id, "url": origin.url("/hue")}
    assert browser.post("/feeds/edit", None, csrf=word, **given, select="a[").status == 422
    assert browser.post("/feeds/edit", None, csrf=word, **given, select="a", select_date="time").status == 303
    assert feeds.find(origin.url("/hue")).section == Section(links="a", date="time")


def test_what_is_no_feed_is_told_in_words(
    browser: Browser, feeds: Feeds, desk: Desk, origin: Origin, parser: FeedParser
) -> None:
    origin.pages["/"] = page()
    asked = browser.post("/feeds/check", csrf=browser.csrf(), url=origin.url("/"))
    look(desk, origin, parser)
    assert "names no feed that can be read" in browser.get(asked.headers["location"]).text
    assert browser.get("/feeds/preview?id=nobody").status == 404
    assert browser.post("/feeds/check", csrf=browser.csrf(), url="a.example", zone="Mars/Olympus").status == 422


def test_more_checks_than_ingest_can_make_are_refused(desk: Desk) -> None:
    checks = FeedChecks(desk.ledger.client)
    for _ in range(MOST_WAITING):
        checks.ask("a.example")
    with pytest.raises(IntakeFull):
        checks.ask("a.example")


def test_a_list_is_taken_and_given(browser: Browser, feeds: Feeds) -> None:
    word = browser.csrf()
    done = browser.post("/feeds/import", csrf=word, list=f"https://moi.example/rss\n{FINE}")
    assert done.headers["location"] == "/feeds?done=1&left=1&act=add"
    some = browser.post("/feeds/import", csrf=word, list="ftp://x.example/\nhttps://hai.example/rss")
    assert "1 feed added" in some.text
    assert "ftp://x.example/" in some.text
    assert browser.post("/feeds/import", csrf=word, list="<html/>").status == 422
    assert 'xmlUrl="https://moi.example/rss"' in browser.get("/feeds/export").text


def test_a_long_list_is_taken_as_a_short_one(browser: Browser, feeds: Feeds) -> None:
    long = "\n".join(["https://moi.example/rss", *[FINE] * (LARGE // len(FINE)), "https://hai.example/rss"])
    done = browser.post("/feeds/import", csrf=browser.csrf(), list=long)
    assert done.headers["location"].startswith("/feeds?done=2&left=")
    assert {"https://moi.example/rss", "https://hai.example/rss"} <= {feed.url for feed in feeds.subscriptions.list()}


def test_one_feed_shows_its_visits_and_is_changed(browser: Browser, feeds: Feeds) -> None:
    fine = feeds.find(FINE)
    state = FeedState(status=200, why="asked", added_us=fine.added_us)
    visit = FeedVisit(at_us=now_us(), kind="failed", took_ms=12, problem="it <b>answered 503")
    note_state(feeds.states, fine, state, 600, visit=visit)
    shown = browser.get(f"/feeds/one?id={fine.id}").text
    assert "it &lt;b&gt;answered 503" in shown
    given = {"csrf": browser.csrf(), "id": fine.id, "url": FINE}
    assert browser.post("/feeds/edit", None, **given, interval_s="900", title="Mới").status == 303
    after = feeds.find(FINE)
    assert (after.interval_s, after.title, after.id) == (900, "Mới", fine.id)
    for wrong in ("1", "often"):
        assert browser.post("/feeds/edit", None, **given, interval_s=wrong).status == 422
    assert browser.post("/feeds/edit", None, **(given | {"url": "ftp://x.example/"})).status == 422
    assert browser.get("/feeds/one?id=nobody").status == 404


def test_a_monitor_sees_one_feed_and_changes_nothing(desk: Desk, feeds: Feeds) -> None:
    watcher = Browser(desk.port)
    watcher.log_in(key_with(desk, "monitor"))
    fine = feeds.find(FINE)
    assert "/feeds/edit" not in watcher.get(f"/feeds/one?id={fine.id}").text
    for path in ("/feeds/preview?id=x", "/feeds/export"):
        assert watcher.get(path).status == 403
    for act in ("check", "import", "edit"):
        assert watcher.post(f"/feeds/{act}", csrf=watcher.csrf(), url="a.example", id=fine.id).status == 403
