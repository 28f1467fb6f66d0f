"""What a feed's server asks for, and what an operator sets for a feed, in real visits over a real due-queue."""

from collections.abc import Iterator

import msgspec
import pytest

from services.ingest.feed_lanes import HostRest
from services.ingest.feed_paces import FeedPaces
from services.ingest.feed_states import FeedStates, HostPacing
from services.ingest.request_settings import RequestSettings, changed
from tests.integration.feed_notes import note_state
from tests.integration.origin import Origin, Reply, Seen, rss
from tests.integration.test_feeds import DAY, MINUTE, Desk, desk

__all__ = ["desk"]


@pytest.fixture
def elsewhere() -> Iterator[Origin]:
    """Another origin on the same host: its port is another."""
    other = Origin()
    yield other
    other.close()


def said(*elements: str) -> bytes:
    """A feed whose head says something more."""
    return rss([("a", "Một")]).replace(b"<title>Tin", "".join(elements).encode() + b"<title>Tin", 1)


@pytest.mark.parametrize(
    ("element", "least_s"),
    [
        pytest.param("<sy:updatePeriod>daily</sy:updatePeriod>", DAY, id="daily"),
        pytest.param(
            "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            DAY / 4,
            id="four a day",
        ),
        pytest.param("<ttl>120</ttl>", 120 * MINUTE, id="ttl"),
    ],
)
def test_what_a_document_asks_for_holds_when_it_is_unchanged(
    desk: Desk, origin: Origin, element: str, least_s: float
) -> None:
    namespace = b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    body = said(element).replace(b"<rss ", namespace, 1)

    def page(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match"):
            return Reply(status=304)
        return Reply(headers={"ETag": '"one"'}, body=body)

    origin.pages["/feed"] = page
    feed = desk.subscribe(origin.url("/feed"))
    for _ in range(2):
        assert desk.visit(feed)[0].why == "asked"
        assert least_s - 60 < (desk.due_in(feed) or 0) <= least_s * 1.1


def test_a_304_that_says_nothing_leaves_how_long_its_document_is_good_for(desk: Desk, origin: Origin) -> None:
    def page(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match"):
            return Reply(status=304)
        return Reply(headers={"ETag": '"one"', "Cache-Control": "max-age=10800"}, body=rss([("a", "Một")]))

    origin.pages["/feed"] = page
    feed = desk.subscribe(origin.url("/feed"))
    for _ in range(2):
        assert desk.visit(feed)[0].why == "asked"
        assert 10_700 < (desk.due_in(feed) or 0) <= 11_880
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    assert desk.visit(feed)[0].why == "pace"


def test_titles_and_moves_of_any_length_are_kept_within_bounds(desk: Desk, origin: Origin) -> None:
    far = f"/new?{'x' * 3000}"
    origin.pages["/old"] = Reply(status=301, headers={"Location": far})
    origin.pages[far] = Reply(body=rss([("a", "Một")]).replace(b"<title>Tin", b"<title>" + b"T" * 100_000, 1))
    feed = desk.subscribe(origin.url("/old"))
    for _ in range(4):
        state = desk.visit(feed)[0]
    assert len(state.title or "") == 500
    assert (state.moved, desk.subscriptions.list()[0].url) == (None, origin.url("/old"))


def test_hours_of_rest_are_kept_when_the_document_is_unchanged(desk: Desk, origin: Origin) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(23))
    origin.pages["/feed"] = Reply(body=said(f"<skipHours>{hours}</skipHours>"))
    feed = desk.subscribe(origin.url("/feed"))
    for _ in range(2):
        state = desk.visit(feed)[0]
        assert state.rest.hours == tuple(range(23))
        hour = int((state.due_us or 0) / 1_000_000 // 3600) % 24
        assert hour == 23


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_time_that_a_no_names_is_kept(desk: Desk, origin: Origin, status: int) -> None:
    origin.pages["/feed"] = Reply(status=status, headers={"Retry-After": "7200"})
    feed = desk.subscribe(origin.url("/feed"))
    assert desk.visit(feed)[0].why == "asked"
    assert 7190 < (desk.due_in(feed) or 0) <= 7920


@pytest.mark.parametrize(("scope", "rests"), [(None, True), ("host", True), ("domain", True), ("feed", False)])
def test_an_operator_says_for_whom_a_wish_to_be_left_alone_counts(
    desk: Desk, origin: Origin, scope: str | None, rests: bool
) -> None:
    first, second = desk.subscribe(origin.url("/first")), desk.subscribe(origin.url("/second"))
    first = desk.subscriptions.edit(first.id, {"scope": scope})
    desk.states.sync(desk.subscriptions.list())
    origin.pages["/first"] = Reply(status=429, headers={"Retry-After": "600"})
    desk.visit(first)
    assert desk.states.hasten(second, 0)
    desk.ahead += 30  # what is added is spread over some seconds
    assert (second.id in desk.claimed(60)) is not rests


def test_two_hosts_of_a_domain_that_ask_for_rest_let_the_third_rest_too(desk: Desk) -> None:
    feeds = [desk.subscribe(f"https://{name}.blogs.example/rss") for name in ("a", "b", "c")]
    other = desk.subscribe("https://news.example/rss")
    desk.ahead = MINUTE
    desk.claimed(DAY)
    hosts = [f"{name}.blogs.example" for name in ("a", "b", "c")]
    for feed, others in ((feeds[0], hosts[1:]), (feeds[1], [hosts[0], hosts[2]])):
        note_state(desk.states, feed, desk.states.get(feed), 60, rest=HostRest(wait_s=600, beside=tuple(others)))
        for waiting in (feeds[2], other):
            note_state(desk.states, waiting, desk.states.get(waiting), 0)
        expected = {feeds[2].id, other.id} if feed is feeds[0] else {other.id}
        assert set(desk.claimed(DAY)) == expected
    desk.ahead += 11 * MINUTE
    assert {feeds[0].id, feeds[1].id} <= set(desk.claimed(DAY))


def test_a_host_gets_the_pause_that_is_set_for_one_of_its_feeds(desk: Desk) -> None:
    desk.subscriptions.add("https://slow.example/1")
    slow = desk.subscriptions.add("https://slow.example/2")
    desk.subscriptions.edit(slow.id, {"pause_s": 60})
    states = FeedStates(desk.redis, clock=lambda: 5000.0 + desk.ahead, pacing=HostPacing(visits=9, pause_s=0))
    states.sync(desk.subscriptions.list())
    desk.ahead = MINUTE
    assert len(states.claim(DAY)) == 1
    desk.ahead += 59
    assert states.claim(DAY) == []
    desk.ahead += 2
    assert len(states.claim(DAY)) == 1


def test_what_feeds_count_as_follows_them(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    feed, other = desk.subscribe(origin.url("/feed")), desk.subscribe("https://other.example/rss")
    assert desk.states.kinds() == ({}, 2)
    desk.visit(feed)
    kinds, unseen = desk.states.kinds()
    assert (sum(kinds.values()), unseen) == (1, 1)
    desk.subscriptions.remove(feed.id)
    desk.states.sync([other])
    assert desk.states.kinds() == ({}, 1)


def test_the_pace_follows_how_many_feeds_share_the_budget(desk: Desk) -> None:
    at_s = 1000.0
    feed = desk.subscribe("https://news.example/rss")
    paces = FeedPaces(msgspec.structs.replace(desk.settings, feed_requests_a_day=48), desk.states, lambda: at_s)
    state, now_s = desk.states.get(feed), 2e9
    waits = []
    for count in (1, 2, 4):
        while len(desk.subscriptions.list()) < count:
            desk.subscribe(f"https://news.example/{len(desk.subscriptions.list())}")
        was_old = paces.is_old
        paces.learn()
        assert (was_old, paces.is_old) == (True, False)
        waits.append(paces.interval(feed, state, now_s))
        at_s += 60
    assert waits == pytest.approx([1800, 3600, 7200], rel=0.1)
    own = msgspec.structs.replace(feed, interval_s=600)
    assert paces.interval(own, state, now_s) == 600
    assert paces.interval(msgspec.structs.replace(feed, longest_s=900), state, now_s) == 900
    assert paces.interval(msgspec.structs.replace(feed, shortest_s=9000), state, now_s) == 9000


def test_a_gone_feed_costs_nothing_of_the_budget(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/feed"))
    desk.visit(feed)
    origin.pages["/feed"] = Reply(status=410)
    desk.visit(feed)
    assert desk.states.kinds() == ({}, 0)


def test_secrets_go_to_their_origin_and_no_further(desk: Desk, origin: Origin, elsewhere: Origin) -> None:
    feed = desk.subscribe(origin.url("/feed"))
    secret = {"cookie": "s=1", "login": "lan:mật", "header X-Key": "k", "user_agent": "Báo".encode().hex()}
    feed = desk.subscriptions.edit(feed.id, {"request": lambda now: changed(now.request, secret, now.url)})
    origin.pages["/feed"] = Reply(status=302, headers={"Location": "/here"})
    origin.pages["/here"] = Reply(status=301, headers={"Location": elsewhere.url("/there")})
    elsewhere.pages["/there"] = Reply(body=rss([("a", "Một")]))
    desk.settings = msgspec.structs.replace(desk.settings, allow_networks=("127.0.0.0/8",))
    desk.visit(feed)
    for seen in origin.seen:
        assert (seen.headers["cookie"], seen.headers["x-key"]) == ("s=1", "k")
        assert seen.headers["authorization"].startswith("Basic ")
    (there,) = elsewhere.seen
    assert not {"cookie", "x-key", "authorization"} & set(there.headers)
    assert there.headers["user-agent"] == secret["user_agent"]
    assert feed.request.secrets == ("cookie", "login", "header X-Key")


def test_a_feed_that_moved_for_good_leaves_its_secrets_behind(desk: Desk, origin: Origin, elsewhere: Origin) -> None:
    feed = desk.subscribe(origin.url("/old"))
    desk.subscriptions.edit(feed.id, {"request": lambda now: changed(RequestSettings(), {"cookie": "s=1"}, now.url)})
    origin.pages["/old"] = Reply(status=308, headers={"Location": elsewhere.url("/new")})
    elsewhere.pages["/new"] = Reply(body=rss([("a", "Một")]))
    desk.settings = msgspec.structs.replace(desk.settings, allow_networks=("127.0.0.0/8",))
    for _ in range(3):
        desk.visit(feed)
    (moved,) = desk.subscriptions.list()
    assert (moved.url, moved.moved_from) == (elsewhere.url("/new"), origin.url("/old"))
    desk.states.sync([moved])
    desk.visit(moved)
    assert desk.accepted() == 1
    assert all("cookie" not in seen.headers for seen in elsewhere.seen)
    assert all(seen.headers["cookie"] == "s=1" for seen in origin.seen)


def test_visits_that_a_person_asks_for_move_no_feed(desk: Desk, origin: Origin) -> None:
    origin.pages["/old"] = Reply(status=301, headers={"Location": "/new"})
    origin.pages["/new"] = Reply(body=rss([("a", "Một")]))
    feed = desk.subscribe(origin.url("/old"))
    for _ in range(4):
        desk.visit(feed)
        desk.states.refresh(feed)
    assert desk.subscriptions.list()[0].url == origin.url("/old")
