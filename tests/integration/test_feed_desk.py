"""What an operator does to feeds: on the desk's page and at the terminal, over the real due-queue."""

import json
import re
from typing import Any

import msgspec
import pytest

from services.cli import main as cli
from services.ingest.feed_lanes import HostRest
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.formats.opml import ListedFeed, write_opml
from services.ingest.schedule import FetchOutcome, why_then
from services.ingest.subscriptions import Subscription, Subscriptions
from services.web.feed_desk import FeedDesk
from shared.audit import AuditLog
from shared.clock import from_us, now_us
from shared.hints import Hints
from shared.ledger import keys
from shared.ledger.troubles import Failing
from shared.source_book import SourceBook
from tests.conftest import options_of
from tests.integration.feed_notes import note_state
from tests.integration.test_article_list import Desk
from tests.integration.test_pages import Browser, browser, desk, key_with
from tests.integration.test_triage import at_the_terminal

__all__ = ["browser", "desk"]
FINE, BROKEN, ENDED = "https://tin.example/rss", "https://cham.example/rss", "https://dong.example/rss"


class Feeds:
    """Three feeds: one is fine, one fails, one has ended."""

    def __init__(self, desk: Desk) -> None:
        self.subscriptions = Subscriptions(desk.settings)
        self.states = FeedStates(desk.ledger.client)
        self.client = desk.ledger.client
        for address in (FINE, BROKEN, ENDED):
            self.subscriptions.add(address)
        self.states.sync(self.subscriptions.list())
        failing = Failing(name=BROKEN, since=now_us(), reason="it answered 503")
        self.visit(FINE, FeedState(status=200, body_hash="0f", why="pace"), 600)
        self.visit(BROKEN, FeedState(status=503, failures=4, problem="it answered 503", why="backoff"), 1800, failing)
        self.visit(ENDED, FeedState(status=410, why="gone"), None)

    def visit(self, address: str, state: FeedState, wait_s: float | None, failing: Failing | None = None) -> None:
        feed = self.find(address)
        long_ago = msgspec.structs.replace(state, added_us=feed.added_us)
        note_state(self.states, feed, long_ago, wait_s, failing)
        noted = msgspec.structs.replace(self.states.get(feed), checked_us=1)  # so that nobody has to wait a little
        self.client.hset(keys.feed(feed.id), "state", msgspec.msgpack.encode(noted))

    def find(self, address: str) -> Subscription:
        return self.subscriptions.find(address)

    def due(self) -> set[str]:
        """The addresses that a watcher would visit now."""
        claimed = {claim.feed for _ in range(3) for claim in self.states.claim(60)}
        return {feed.url for feed in self.subscriptions.list() if feed.id in claimed}


def run(desk: Any, *argv: str) -> int:
    return cli.main([*argv, *options_of(desk.settings)])


@pytest.fixture
def feeds(desk: Desk) -> Feeds:
    return Feeds(desk)


def do(browser: Browser, act: str, *feeds: Subscription, **fields: str) -> str:
    given = {"csrf": browser.csrf(), "ids": " ".join(feed.id for feed in feeds), "next": "/feeds"} | fields
    answer = browser.post(f"/feeds/{act}", None, **given)
    assert answer.status == 303, answer.text
    return answer.headers["location"]


def test_a_feed_that_is_refreshed_is_visited_now_and_keeps_what_it_has_seen(browser: Browser, feeds: Feeds) -> None:
    assert do(browser, "refresh", feeds.find(FINE)) == "/feeds?done=1&left=0&act=refresh"
    assert feeds.due() == {FINE}
    state = feeds.states.get(feeds.find(FINE))
    assert (state.body_hash, state.why) == ("0f", "request")
    assert "a person asked for it" in browser.get("/feeds").text


def test_who_refreshes_twice_does_not_make_two_visits(browser: Browser, feeds: Feeds) -> None:
    note_state(feeds.states, feeds.find(FINE), FeedState(added_us=feeds.find(FINE).added_us), 600)
    do(browser, "refresh", feeds.find(FINE))
    assert feeds.due() == set()
    assert 0 < feeds.states.next_due_in() <= 5


def test_one_that_has_ended_is_resumed_and_not_refreshed(browser: Browser, feeds: Feeds) -> None:
    ended = feeds.find(ENDED)
    assert do(browser, "refresh", ended).endswith("done=0&left=1&act=refresh")
    assert do(browser, "resume", ended).endswith("done=1&left=0&act=resume")
    assert feeds.due() == {ENDED}
    assert not feeds.states.get(ended).stopped


def test_one_that_failed_begins_anew_and_is_no_trouble_until_it_fails_again(browser: Browser, feeds: Feeds) -> None:
    assert feeds.client.hlen(keys.FEEDS_FAILING) == 1
    do(browser, "resume", feeds.find(BROKEN))
    state = feeds.states.get(feeds.find(BROKEN))
    assert (state.failures, state.problem, feeds.client.hlen(keys.FEEDS_FAILING)) == (0, None, 0)
    assert do(browser, "resume", feeds.find(FINE)).endswith("done=0&left=1&act=resume")


def test_all_that_fail_are_counted_and_then_tried_again(browser: Browser, feeds: Feeds, desk: Desk) -> None:
    assert FINE.removeprefix("https://") not in browser.get("/feeds?state=failing").text.partition("<table")[2]
    page = " ".join(browser.get("/feeds/failing").text.split())
    assert "2 feeds fail or have ended" in page
    ids = re.findall(r'name="ids" value="([^"]*)"', page)[0]
    browser.post("/feeds/resume", csrf=browser.csrf(), ids=ids, why="the network is back", next="/feeds")
    assert feeds.due() == {BROKEN, ENDED}
    acted = AuditLog(desk.settings.audit_folder).latest()
    assert {(act.who, act.act, act.on, act.why) for act in acted} == {
        ("lan", "resume feed", address, "the network is back") for address in (BROKEN, ENDED)
    }
    assert "No feed fails." in browser.get("/feeds?state=failing").text


def test_a_feed_is_added_and_what_is_wrong_stands_beside_its_field(browser: Browser, feeds: Feeds) -> None:
    word = browser.csrf()
    wrong = browser.post("/feeds/add", csrf=word, url="ftp://a.example/", zone="Asia/Hanoy", language="vi")
    assert wrong.status == 422
    assert re.search(r'id="zone-wrong"[^>]*>[^<]*unknown zone', wrong.text)
    assert 'value="ftp://a.example/"' in wrong.text
    wrong = browser.post("/feeds/add", csrf=word, url="ftp://a.example/", zone="", language="")
    assert re.search(r'id="url-wrong"[^>]*>[^<]*no http or https address', wrong.text)
    added = browser.post("/feeds/add", csrf=word, url="https://moi.example/rss", zone="Asia/Ho_Chi_Minh", language="vi")
    assert added.headers["location"] == "/feeds?done=1&left=0&act=add"
    assert (feeds.find("https://moi.example/rss").zone, len(feeds.subscriptions.list())) == ("Asia/Ho_Chi_Minh", 4)


def test_a_feed_is_removed_after_a_question_and_with_a_reason(browser: Browser, feeds: Feeds) -> None:
    feed = feeds.find(FINE)
    assert "It is visited no more." in browser.get(f"/feeds/removal?id={feed.id}").text
    given = {"csrf": browser.csrf(), "ids": feed.id, "next": "/feeds"}
    assert browser.post("/feeds/remove", None, **given).status == 400
    assert browser.post("/feeds/remove", None, **given, why="the paper closed").status == 303
    assert [feed.url for feed in feeds.subscriptions.list()] == [BROKEN, ENDED]
    assert browser.get(f"/feeds/removal?id={feed.id}").status == 404
    assert do(browser, "remove", feed, why="twice").endswith("done=0&left=1&act=remove")


def test_the_feeds_of_a_host_that_asked_for_rest_are_shown_to_wait_for_its_end(
    feeds: Feeds, browser: Browser, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = feeds.find(FINE)
    other = feeds.subscriptions.add("https://tin.example/other")
    feeds.states.sync(feeds.subscriptions.list())
    note_state(feeds.states, fine, FeedState(status=429, added_us=fine.added_us), 3600, rest=HostRest(wait_s=3000))
    assert run(desk, "feeds", "list") == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if other.url in line)
    assert re.search(r"rests (49|50) min", row)
    assert run(desk, "feeds", "show", other.id) == 0
    assert "its host asked that all its feeds rest" in capsys.readouterr().out
    assert run(desk, "feeds", "show", fine.id, "--json") == 0
    assert json.loads(capsys.readouterr().out)["why"] != "rest", "it waits for longer by itself"
    assert "its host asked that all its feeds rest" in browser.get("/feeds").text
    assert run(desk, "feeds", "refresh", other.id) == 0
    assert "its host asked that all its feeds rest" in capsys.readouterr().err


def test_who_may_only_look_changes_no_feed(desk: Desk, feeds: Feeds) -> None:
    watcher = Browser(desk.port)
    watcher.log_in(key_with(desk, "monitor"))
    page = watcher.get("/feeds").text
    assert 'action="/feeds/' not in page
    answer = watcher.post("/feeds/refresh", csrf=watcher.csrf(), ids=feeds.find(FINE).id)
    assert answer.status == 403
    assert feeds.due() == set()


def test_the_page_names_a_list_of_feeds_that_cannot_be_read(feeds: Feeds, browser: Browser) -> None:
    feeds.states.note_list("feeds.toml", Failing(name="feeds.toml", since=1, reason="feeds.toml: line 2", is_list=True))
    assert "A list of feeds cannot be read: feeds.toml: line 2" in browser.get("/feeds").text
    feeds.states.note_list("feeds.toml", None)
    assert "cannot be read" not in browser.get("/feeds").text


def test_the_terminal_does_the_same(desk: Desk, feeds: Feeds, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = at_the_terminal(desk, capsys, "feeds", "refresh", FINE)
    assert (code, [feed["url"] for feed in told["refreshed"]]) == (0, [FINE])
    code, told = at_the_terminal(desk, capsys, "feeds", "resume", "--failing")
    assert (code, {feed["url"] for feed in told["resumed"]}) == (0, {BROKEN, ENDED})
    assert feeds.due() == {FINE, BROKEN, ENDED}
    code, told = at_the_terminal(desk, capsys, "feeds", "resume", FINE)
    assert (code, [feed["url"] for feed in told["left"]]) == (1, [FINE])
    acted = AuditLog(desk.settings.audit_folder).latest()
    assert {act.on for act in acted} == {FINE, BROKEN, ENDED}


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        pytest.param(FetchOutcome(kind="same"), "pace", id="nothing new"),
        pytest.param(FetchOutcome(kind="news", fresh_s=3600), "asked", id="its server says for how long it is fresh"),
        pytest.param(FetchOutcome(kind="news", fresh_s=60), "pace", id="a wish shorter than our pace is none"),
        pytest.param(FetchOutcome(kind="failed"), "backoff", id="a failure"),
        pytest.param(FetchOutcome(kind="failed", retry_after=60), "asked", id="a failure with Retry-After"),
        pytest.param(FetchOutcome(kind="full"), "full", id="the desk is full"),
        pytest.param(FetchOutcome(kind="gone"), "gone", id="410"),
    ],
)
def test_why_the_next_visit_is_then(outcome: FetchOutcome, why: str) -> None:
    assert why_then(outcome, 900) == why


def test_a_feed_that_waits_for_its_first_visit_shows_it_by_itself(browser: Browser, feeds: Feeds) -> None:
    assert 'hx-trigger="every 2s"' not in browser.get("/feeds").text
    fine = feeds.find(FINE)
    new = msgspec.msgpack.encode(FeedState(added_us=fine.added_us))
    feeds.client.hset(keys.feed(fine.id), "state", new)
    page = browser.get("/feeds").text
    assert 'hx-get="/feeds" hx-select="#feeds"' in page
    assert "/static/htmx-2.0.11.min.js" in page


def test_what_is_said_of_a_known_feed_counts_before_what_was_set_for_it_and_nothing_else_does(
    feeds: Feeds, desk: Desk
) -> None:
    book, source = SourceBook(desk.settings.sources_file), feeds.find(FINE).source()
    feed_desk = FeedDesk(desk.settings, desk.ledger.client, AuditLog(desk.settings.audit_folder))
    listed = write_opml([ListedFeed(url=FINE, title=None, zone="Asia/Tokyo")], from_us(now_us()))
    feed_desk.add_list(listed, who="mai")
    assert book.applied(source).hints.zone == "Asia/Tokyo"
    book.save_as_made(msgspec.structs.replace(source, zone="Europe/Paris"), who="mai")
    feed_desk.add_list(write_opml([ListedFeed(url=FINE, title="Tin")], from_us(now_us())), who="mai")
    feed_desk.add(FINE, "", "vi", who="mai", why="")
    assert book.applied(source).hints == Hints(zone="Europe/Paris", language="vi")
    feed_desk.add_list(listed, who="mai")
    assert book.applied(source).hints.zone == "Asia/Tokyo"
