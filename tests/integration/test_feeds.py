"""Feeds from a real server on loopback, by the guarded client, the parser process, a real intake and a real Valkey."""

import math
import time
from pathlib import Path

import msgspec
import pytest

from services.ingest.documents import FeedDocuments
from services.ingest.feed_history import last_visits
from services.ingest.feed_paces import FeedPaces
from services.ingest.feed_states import FeedState, FeedStates, HostPacing
from services.ingest.fetch import FeedFetcher
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.repacing import Repacing
from services.ingest.subscriptions import Subscription, Subscriptions
from services.ingest.watch import FeedWatch
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over, wait_for
from tests.integration.feed_claims import LEASE_S, claim_now, visit_now
from tests.integration.feed_notes import note_state
from tests.integration.origin import Origin, Reply, Seen, cut, gzipped, rss
from tests.integration.test_drops import watching

MINUTE, DAY = 60.0, 86_400.0


class Desk:
    """A visitor of feeds with all that stands behind it."""

    def __init__(self, settings: Settings, parser: FeedParser) -> None:
        self.settings = settings
        self.ledger = open_ledger(settings)
        self.redis = connect(settings)
        self.subscriptions = Subscriptions(settings)
        self.ahead = 0.0  # by how much Redis' clock is put forward, seconds
        pacing = HostPacing(visits=9, pause_s=0)
        self.states = FeedStates(self.redis, clock=lambda: time.time() + self.ahead, pacing=pacing)
        intake = Intake(self.ledger, open_archive(settings), settings)
        self.documents = FeedDocuments(settings, self.states, intake, parser)
        self.visitor = FeedFetcher(settings, self.subscriptions, self.states, self.documents)

    def subscribe(self, url: str) -> Subscription:
        added = self.subscriptions.add(url)
        self.states.sync(self.subscriptions.list())
        return added

    def visit(self, *feeds: Subscription) -> list[FeedState]:
        visit_now(self.settings, self.visitor, self.states, *feeds)
        return [self.states.get(feed) for feed in feeds]

    def claimed(self, lease_s: float) -> list[str]:
        return [claim.feed for claim in self.states.claim(lease_s)]

    def accepted(self) -> int:
        return self.ledger.balance().accepted

    def due_in(self, feed: Subscription) -> float | None:
        score = self.redis.zscore(keys.FEEDS_DUE, feed.id)
        return None if score is None else float(score) - time.time()


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Desk:
    changes = {"allow_networks": (f"127.0.0.1:{origin.port}",), "fetch_timeout_s": 2, "feed_interval_s": 900}
    return Desk(settings_over(shared_redis, tmp_path, **changes), parser)


def test_entries_go_in_once_and_the_next_visit_asks_for_news_only(desk: Desk, origin: Origin) -> None:
    def page(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match") == '"one"':
            return Reply(status=304)
        return Reply(
            headers={"ETag": '"one"', "Last-Modified": "Mon, 09 Nov 2015 05:34:00 GMT"}, body=rss([("a", "Một")])
        )

    origin.pages["/feed"] = page
    feed = desk.subscribe(origin.url("/feed"))
    first = desk.visit(feed)[0]
    second = desk.visit(feed)[0]
    assert (first.status, second.status, desk.accepted()) == (200, 304, 1)
    assert origin.seen[1].headers["if-modified-since"] == "Mon, 09 Nov 2015 05:34:00 GMT"
    assert 800 < (desk.due_in(feed) or 0) < 1000


def test_only_new_entries_of_a_changed_feed_go_in(desk: Desk, origin: Origin) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    origin.pages["/feed"] = Reply(body=rss([("a", "Một"), ("b", "Hai")]))
    desk.visit(feed)
    origin.pages["/feed"] = gzipped(rss([("c", "Ba"), ("a", "Một"), ("b", "Hai (sửa)")]))
    desk.visit(feed)
    assert desk.accepted() == 4  # c is new, b is edited


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(rss([("a?utm_source=1", "Một")]), rss([("a?utm_source=2", "Một")]), id="tracking in links"),
        pytest.param(rss([("a", "x")]).replace(b">a<", b">g1<"), rss([("a", "x")]).replace(b">a<", b">g2<"), id="guid"),
        pytest.param(
            rss([("a", "Một"), ("b", "Hai")]),
            rss([("a", "Một"), ("b", "Hai")]).replace(b"05:34:00", b"05:49:00"),
            id="the time of the visit as every date",
        ),
        pytest.param(rss([("a", "Một")]), rss([]), id="entries gone"),
    ],
)
def test_what_only_looks_new_is_not_taken_again(desk: Desk, origin: Origin, first: bytes, second: bytes) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    origin.pages["/feed"] = Reply(body=first)
    desk.visit(feed)
    accepted = desk.accepted()
    for body in (second, first):
        origin.pages["/feed"] = Reply(body=body)
        desk.visit(feed)
    assert desk.accepted() == accepted


def test_a_feed_that_redirects_elsewhere_each_time_stays_the_same(desk: Desk, origin: Origin) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    body = rss([("a", "Một")]).replace(b"<link>http://news.example/a</link>", b"")
    for token in range(2):
        origin.pages["/feed"] = Reply(status=302, headers={"Location": f"/cdn?token={token}"})
        origin.pages[f"/cdn?token={token}"] = Reply(body=body + b"<!-- %d -->" % token)
        desk.visit(feed)
    assert desk.accepted() == 1


def test_what_another_door_brought_of_a_feed_is_no_news_to_its_next_visit(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(headers={"ETag": '"one"'}, body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    body = rss([("b", "Hai"), ("a", "Một")])
    told = [desk.documents.take_document(feed, body, "application/rss+xml", feed.url) for _ in range(2)]
    assert [(taken.entries, taken.news, taken.feed.title) for taken in told] == [(2, 1, "Tin"), (2, 0, "Tin")]
    origin.pages["/feed"] = Reply(headers={"ETag": '"two"'}, body=body)
    assert (desk.visit(feed)[0].etag, desk.accepted()) == ('"two"', 2)
    assert desk.ledger.balance().duplicate == 0


def test_a_document_of_a_feed_that_is_watched_no_more_leaves_nothing_behind(desk: Desk) -> None:
    feed = desk.subscribe("http://a.example/feed")
    desk.states.forget([feed.id])
    desk.documents.take_document(feed, rss([("a", "Một")]), None, feed.url)
    assert not desk.redis.exists(keys.feed(feed.id))


def test_a_feed_that_was_added_anew_remembers_nothing(desk: Desk) -> None:
    feed = desk.subscribe("http://a.example/feed")
    desk.documents.take_document(feed, rss([("a", "Một")]), None, feed.url)
    assert desk.states.memory(feed)
    assert not desk.states.memory(msgspec.structs.replace(feed, added_us=feed.added_us + 1))
    moved = msgspec.structs.replace(feed, url="http://b.example/feed")
    assert desk.states.memory(moved) == desk.states.memory(feed)


def test_an_edit_and_its_reversal_are_both_taken(desk: Desk, origin: Origin) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    for title in ("Một", "Một (sửa)", "Một"):
        origin.pages["/feed"] = Reply(body=rss([("a", title)]))
        desk.visit(feed)
    assert desk.accepted() == 3


SOON = (50, 70)  # a minute, give or take a tenth


def answer(status: int, **headers: str) -> Reply:
    return Reply(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("reply", "problem", "wait"),
    [
        pytest.param(answer(500), "answered 500", SOON, id="500 is asked again soon"),
        pytest.param(answer(404), "answered 404", SOON, id="404 likewise"),
        pytest.param(answer(503, Retry_After="7200"), "answered 503", (7200, 8000), id="Retry-After"),
        pytest.param(answer(429, Retry_After="99999999"), "answered 429", (86390, 95100), id="at most a day"),
        pytest.param(answer(429, Retry_After="soon"), "answered 429", (1600, 2000), id="unreadable Retry-After"),
        pytest.param(answer(304), "answered 304", SOON, id="304 that nobody asked for"),
        pytest.param(answer(204), "answered 204", SOON, id="no document"),
        pytest.param(answer(302, Location="/feed"), "redirects more than", SOON, id="a loop"),
        pytest.param(answer(302), "without saying where", SOON, id="a redirect to nowhere"),
        pytest.param(Reply(body=b""), "is empty", SOON, id="empty"),
        pytest.param(Reply(body=b"<!doctype html><html><title>x"), "is an HTML page", SOON, id="a page"),
        pytest.param(Reply(body=b"%PDF-1.7 \xff\xfe"), "of another kind", SOON, id="PDF"),
        pytest.param(cut(gzipped(rss([("a", "x" * 5000)]))), "ends before its end", SOON, id="cut gzip"),
        pytest.param(answer(200, Content_Encoding="br"), "only gzip was asked", SOON, id="brotli"),
    ],
)
def test_a_failed_visit_says_why_and_waits(
    desk: Desk, origin: Origin, reply: Reply, problem: str, wait: tuple[float, float]
) -> None:
    origin.pages["/feed"] = reply
    feed = desk.subscribe(origin.url("/feed"))
    state = desk.visit(feed)[0]
    assert problem in (state.problem or "")
    assert state.failures == 1
    assert wait[0] <= (desk.due_in(feed) or 0) <= wait[1]
    assert desk.accepted() == 0


def test_a_host_that_asks_for_fewer_visits_is_left_alone_with_all_its_feeds(desk: Desk, origin: Origin) -> None:
    origin.pages["/a"] = answer(429, Retry_After="600")
    origin.pages["/b"] = answer(503, Retry_After="600")
    feeds = [desk.subscribe(origin.url(path)) for path in ("/b", "/a", "/c")]
    desk.visit(feeds[0])
    assert claim_now(desk.states, feeds[2])
    note_state(desk.states, feeds[2], desk.states.get(feeds[2]), 0)
    desk.visit(feeds[1])
    assert desk.claimed(60) == []
    desk.ahead += 601
    assert feeds[2].id in {feed for _ in range(3) for feed in desk.claimed(60)}


def test_what_a_document_says_to_be_good_for_holds_when_it_is_unchanged(desk: Desk, origin: Origin) -> None:
    body = rss([("a", "Một")]).replace(b"</title>", b"</title><ttl>60</ttl>", 1)
    origin.pages["/feed"] = Reply(headers={"ETag": '"one"'}, body=body)
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    origin.pages["/feed"] = Reply(status=304)
    desk.visit(feed)
    assert 3000 < (desk.due_in(feed) or 0) < 4000


def test_no_feed_is_to_blame_while_nothing_answers(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    desk.settings = msgspec.structs.replace(desk.settings, allow_networks=("127.0.0.0/8",))
    feeds = [desk.subscribe(f"http://127.0.0.{n}:{origin.port}/feed") for n in range(2, 8)]
    origin.close()
    for feed in feeds:  # as if each had been visited
        note_state(desk.states, feed, FeedState(status=200, added_us=feed.added_us), 900)
    states = [desk.visit(feed)[0] for feed in feeds]
    assert [state.failures for state in states] == [1, 1, 1, 0, 0, 0]
    assert {state.why for state in states[3:]} == {"offline"}
    told = [last_visits(desk.redis, feed)[0] for feed in feeds]
    assert [(visit.kind, visit.status) for visit in told] == [("failed", None)] * 3 + [("offline", None)] * 3


def test_a_feed_that_is_gone_is_visited_no_more(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(status=410)
    feed = desk.subscribe(origin.url("/feed"))
    assert desk.visit(feed)[0].stopped
    desk.states.sync(desk.subscriptions.list())
    desk.ahead = DAY
    assert desk.states.claim(1) == []


def test_a_stopped_feed_that_is_removed_and_added_is_visited_again(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(status=410)
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    desk.subscriptions.remove(feed.id)
    desk.states.sync(desk.subscriptions.list())
    assert desk.states.is_complete(0)
    desk.subscribe(feed.url)
    desk.ahead = MINUTE
    assert desk.claimed(1) == [feed.id]


def test_a_stopped_feed_that_is_removed_and_added_between_two_looks_is_visited_again(
    desk: Desk, origin: Origin
) -> None:
    origin.pages["/feed"] = Reply(status=410)
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    desk.subscriptions.remove(feed.id)
    again = desk.subscribe(feed.url)
    assert again.id == feed.id
    desk.ahead = MINUTE
    assert desk.claimed(1) == [feed.id]


def test_one_that_waited_and_is_removed_and_added_between_two_looks_is_visited_at_once(
    desk: Desk, origin: Origin
) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    assert (desk.due_in(feed) or 0) > 800
    desk.subscriptions.remove(feed.id)
    desk.subscribe(feed.url)
    assert (desk.due_in(feed) or 0) < 1
    desk.ahead = MINUTE
    assert desk.claimed(1) == [feed.id]


def test_a_changed_interval_holds_at_once(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/feed"))
    repacing = Repacing(desk.states, FeedPaces(desk.settings, desk.states))
    watch = FeedWatch(desk.subscriptions, desk.states, lambda: None, repacing=repacing)
    watch.turn()
    desk.visit(feed)
    for interval_s, least, most in ((7200, 7000, 7200), (10, -600, 10), (None, 600, 1000)):
        desk.subscriptions.edit(feed.id, {"interval_s": interval_s})
        watch.turn()
        assert least < (desk.due_in(feed) or 0) <= most
        assert abs((desk.states.get(feed).due_us or 0) / 1e6 - time.time() - (desk.due_in(feed) or 0)) < 1
    claims = claim_now(desk.states, feed)
    desk.subscriptions.edit(feed.id, {"interval_s": 7200})
    watch.turn()
    assert (desk.due_in(feed) or 0) <= LEASE_S, "a visit goes on, and keeps its claim"
    assert desk.states.renew(claims, LEASE_S) == set()


@pytest.mark.parametrize("lost", [keys.FEEDS_DUE, keys.FEEDS_TURNS, keys.feeds_of("a.example")])
def test_a_feed_whose_visit_time_was_lost_gets_one_whatever_was_lost(desk: Desk, lost: str) -> None:
    feed = desk.subscribe("http://a.example/feed")
    desk.redis.delete(lost)
    FeedWatch(desk.subscriptions, desk.states, lambda: None).turn()  # as each watcher does when it starts, and later on
    desk.ahead = MINUTE
    assert desk.claimed(1) == [feed.id]


def test_a_visit_that_ends_after_its_feed_was_added_anew_stops_nothing(desk: Desk, origin: Origin) -> None:
    def gone(_: Seen) -> Reply:
        desk.subscriptions.remove(feed.id)
        desk.subscribe(feed.url)
        return Reply(status=410)

    origin.pages["/feed"] = gone
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    desk.ahead = MINUTE
    assert desk.claimed(1) == [feed.id]


def test_due_times_of_a_clock_that_was_ahead_go_back_with_it(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    desk.ahead = DAY
    feed = desk.subscribe(origin.url("/feed"))
    desk.ahead += MINUTE
    assert desk.claimed(1) == [feed.id]
    desk.visit(feed)
    desk.ahead = 0
    assert desk.states.claim(1) == []
    assert 800 < (desk.due_in(feed) or 0) < 1000
    desk.ahead = 1001
    assert desk.claimed(1) == [feed.id]


def test_a_feed_that_works_again_is_well_again(desk: Desk, origin: Origin) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    state = desk.visit(feed)[0]
    assert (state.failures, state.problem, desk.accepted()) == (0, None, 1)


def test_one_bad_feed_stops_no_other(desk: Desk, origin: Origin) -> None:
    origin.pages["/good"] = Reply(body=rss([("a", "Một")]))
    origin.pages["/deep"] = Reply(body=b"<rss>" + b"<a>" * 100_000)
    origin.pages["/bomb"] = gzipped(b" " * (64 << 20))
    feeds = [desk.subscribe(origin.url(path)) for path in ("/deep", "/bomb", "/good", "/none")]
    states = desk.visit(*feeds)
    assert [state.problem is None for state in states] == [
        True,
        False,
        True,
        False,
    ]  # depth alone costs nothing
    assert desk.accepted() == 1


def test_the_etag_is_not_kept_while_the_desk_is_full(desk: Desk, origin: Origin, parser: FeedParser) -> None:
    origin.pages["/feed"] = Reply(headers={"ETag": '"one"'}, body=rss([("a", "Một"), ("b", "Hai")]))
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    origin.pages["/feed"] = Reply(headers={"ETag": '"two"'}, body=rss([("c", "Ba")]))
    full = Desk(msgspec.structs.replace(desk.settings, backlog_limit=1), parser)
    state = full.visit(feed)[0]
    assert (state.etag, state.failures) == ('"one"', 0)
    assert "in flight" in (state.problem or "")
    assert 0 < (desk.due_in(feed) or 0) < 60
    desk.visit(feed)
    assert desk.accepted() == 3


def test_a_permanent_redirect_is_believed_the_third_time(desk: Desk, origin: Origin) -> None:
    origin.pages["/old"] = Reply(status=301, headers={"Location": "/new"})
    origin.pages["/new"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/old"))
    for visit in range(1, 4):
        desk.visit(feed)
        assert desk.subscriptions.list()[0].url == origin.url("/new" if visit == 3 else "/old")
    assert desk.accepted() == 1


def test_a_feed_that_fails_at_its_new_address_is_watched_on(desk: Desk, origin: Origin) -> None:
    origin.pages["/old"] = Reply(status=301, headers={"Location": "/new"})
    origin.pages["/new"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/old"))
    for _ in range(3):
        desk.visit(feed)
    (moved,) = desk.subscriptions.list()
    desk.states.sync([moved])
    origin.pages["/new"] = Reply(status=503)
    assert desk.visit(moved)[0].failures == 1
    assert desk.subscriptions.list() == (moved,)
    edited = desk.subscriptions.edit(moved.id, {"url": origin.url("/nowhere")})
    desk.states.sync([edited])
    desk.visit(edited)
    assert desk.subscriptions.list() == (edited,)


def test_a_json_feed_with_wrong_types_gives_its_entries(desk: Desk, origin: Origin) -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": 7,
        "items": [None, {"id": 1, "url": "/a", "content_text": "Một", "authors": "Anh Phong", "date_published": 3}],
    }
    origin.pages["/feed"] = Reply(headers={"Content-Type": "application/feed+json"}, body=msgspec.json.encode(document))
    desk.visit(desk.subscribe(origin.url("/feed")))
    assert desk.accepted() == 1


def test_a_feed_that_is_removed_fails_no_more(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=b"<!doctype html><html><title>x")
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    assert desk.redis.hkeys(keys.FEEDS_FAILING) == [feed.id.encode()]
    desk.subscriptions.remove(feed.url)
    desk.states.sync(desk.subscriptions.list())
    assert desk.redis.hkeys(keys.FEEDS_FAILING) == []


def test_a_feed_that_moved_to_another_host_waits_there_alone(desk: Desk) -> None:
    feed = desk.subscribe("http://a.example/feed")
    desk.states.sync([msgspec.structs.replace(feed, url="http://b.example/feed")])
    desk.ahead = DAY
    assert desk.claimed(60) == [feed.id]


def test_a_visit_that_is_over_holds_up_no_other_feed_of_its_host(desk: Desk) -> None:
    feeds = {feed.id: feed for feed in (desk.subscribe(f"http://a.example/{n}") for n in range(2))}
    desk.ahead = 60
    (first,) = desk.claimed(60)
    note_state(desk.states, feeds[first], desk.states.get(feeds[first]), 900)
    (second,) = desk.claimed(60)
    assert {first, second} == set(feeds)


def test_a_visit_that_outlives_its_claim_notes_nothing_over_the_next(desk: Desk, origin: Origin) -> None:
    def slow(_: Seen) -> Reply:
        if len(origin.seen) == 1:
            desk.ahead += DAY
            desk.visit(feed)
            return Reply(status=410)
        return Reply(body=rss([("a", "Một")]))

    origin.pages["/feed"] = slow
    feed = desk.subscribe(origin.url("/feed"))
    (state,) = desk.visit(feed)
    assert (len(origin.seen), state.status, state.stopped, desk.accepted()) == (2, 200, False, 1)


def test_a_claim_that_is_renewed_is_nobody_elses_and_one_that_is_lost_is_told(desk: Desk) -> None:
    feed = desk.subscribe("http://a.example/feed")
    (first,) = claim_now(desk.states, feed)
    desk.ahead += 50
    assert desk.states.renew([first], 60) == set()
    desk.ahead += 50
    assert desk.states.claim(60) == []
    desk.ahead += 11
    (second,) = desk.states.claim(60)
    assert desk.states.renew([first, second], 60) == {feed.id}
    assert not note_state(desk.states, feed, desk.states.get(feed), 900, claim=first)
    assert note_state(desk.states, feed, desk.states.get(feed), 900, claim=second)


def test_a_claim_that_is_given_back_is_due_at_once(desk: Desk) -> None:
    feed = desk.subscribe("http://a.example/feed")
    claims = claim_now(desk.states, feed)
    desk.states.give_back(claims)
    assert desk.claimed(60) == [feed.id]


def test_a_host_has_so_many_visits_at_once_and_a_pause_between_them(desk: Desk) -> None:
    states = FeedStates(desk.redis, clock=lambda: 1e9 + desk.ahead, pacing=HostPacing(visits=2, pause_s=3))
    feeds = {feed.id: feed for feed in (Subscription(id=f"f{n}", url=f"http://a.example/{n}") for n in range(5))}
    states.sync(feeds.values())
    desk.ahead = 60.0
    claims = states.claim(600)
    assert (len(claims), states.claim(600), states.next_due_in()) == (1, [], 3)
    desk.ahead += 3
    claims += states.claim(600)
    desk.ahead += 60
    assert (len(claims), states.claim(600)) == (2, [])
    note_state(states, feeds[claims[0].feed], FeedState(), 900, claim=claims[0])
    assert states.next_due_in() == 0
    assert len(states.claim(600)) == 1
    desk.ahead += 541  # the lease of the second has ended, and nobody renewed it
    assert len(states.claim(600)) == 1


def test_claims_are_of_different_hosts_and_leased(desk: Desk) -> None:
    for host in "abc":
        for path in range(2):
            desk.subscriptions.add(f"http://{host}.example/{path}")
    desk.states.sync(desk.subscriptions.list())
    desk.ahead = MINUTE
    feeds = {feed.id: feed for feed in desk.subscriptions.list()}
    first, second = desk.claimed(50), desk.claimed(50)
    assert sorted(feeds[one].url[7] for one in first) == sorted(feeds[one].url[7] for one in second) == list("abc")
    assert desk.states.claim(50) == []
    desk.ahead += 51
    assert len(desk.states.claim(50)) == 3


def test_a_host_of_many_due_feeds_holds_up_nobody_else(desk: Desk) -> None:
    """Thirty hosts with twenty feeds each are due before fifty others: in four calls everyone had a turn."""
    crowd = [Subscription(id=f"c{n}", url=f"http://blogs{n % 30}.example/{n}") for n in range(600)]
    others = [Subscription(id=f"o{n}", url=f"http://site{n}.example/") for n in range(50)]
    desk.states.sync(crowd)
    desk.ahead = MINUTE
    desk.states.sync([*crowd, *others])
    desk.ahead += MINUTE
    claims = [desk.claimed(500) for _ in range(4)]
    assert [len(claim) for claim in claims] == [25] * 4
    assert {feed.id for feed in others} <= {one for claim in claims for one in claim}


def test_the_watcher_wakes_nobody_without_need_and_at_once_for_a_new_feed(desk: Desk) -> None:
    woken: list[float] = []
    watch = FeedWatch(desk.subscriptions, desk.states, lambda: woken.append(0.0))
    watch.turn()
    before = len(woken)
    for _ in range(100):
        watch.turn()
    assert len(woken) == before
    added = desk.subscriptions.add("http://b.example/feed")
    watch.turn()
    assert len(woken) == before + 1
    assert claim_now(desk.states, added)


def test_without_a_feed_none_is_ever_due(desk: Desk) -> None:
    assert desk.states.next_due_in() == math.inf


def test_the_watcher_refills_an_emptied_redis(desk: Desk) -> None:
    desk.subscriptions.add("http://a.example/feed")
    woken: list[bool] = []
    Path(desk.settings.seeds_dir).mkdir()
    with watching(desk.settings, lambda: woken.append(True)):
        wait_for(lambda: desk.states.is_complete(1) and woken, "the feed is not watched")
        desk.redis.flushall()
        wait_for(lambda: desk.states.is_complete(1) and len(woken) > 1, "the feed is not watched again")
