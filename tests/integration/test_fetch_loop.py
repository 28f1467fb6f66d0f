"""The loop that visits feeds, over a real server, a real Valkey and a real parser process."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.ingest.documents import FeedDocuments
from services.ingest.feed_states import CLAIM_LIMIT, Claim, FeedStates, HostPacing
from services.ingest.fetch import FeedFetcher
from services.ingest.fetch_loop import FetchLoop
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.subscriptions import Subscription, Subscriptions
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over, wait_for
from tests.integration.origin import Origin, Reply, Seen, rss

LARGE = rss([(f"{n}", "Bài " + "x" * 4000) for n in range(150)])


class Desk:
    """A loop in a thread of its own, and what it works with."""

    def __init__(self, settings: Settings, parser: FeedParser) -> None:
        self.settings, self.ledger = settings, open_ledger(settings)
        self.subscriptions, self.redis = Subscriptions(settings), connect(settings)
        self.states = FeedStates(self.redis, pacing=HostPacing(visits=2, pause_s=0))
        intake = Intake(self.ledger, open_archive(settings), settings)
        documents = FeedDocuments(settings, self.states, intake, parser)
        self.fetcher = FeedFetcher(settings, self.subscriptions, self.states, documents)
        self.stop = threading.Event()
        self.put_loop(self.states)

    def put_loop(self, states: FeedStates) -> None:
        """A loop, not begun yet, that claims from these."""
        self.loop = FetchLoop(self.settings, self.subscriptions, states, self.fetcher)
        self.thread = threading.Thread(target=self.loop.run, args=(self.stop,), daemon=True)

    def subscribe(self, *urls: str) -> list[Subscription]:
        """Feeds that are due at once."""
        feeds = [self.subscriptions.add(url) for url in urls]
        self.states.sync(self.subscriptions.list())
        for feed in feeds:
            self.states.hasten(feed, 0)
        self.loop.wake()
        return feeds

    def end(self) -> None:
        self.stop.set()
        self.loop.wake()
        if self.thread.is_alive():
            self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Iterator[Desk]:
    changes = {"allow_networks": ("127.0.0.0/8",), "fetch_timeout_s": 60, "feed_interval_s": 900, "lease_s": 150}
    desk = Desk(settings_over(shared_redis, tmp_path, **changes), parser)
    yield desk
    desk.end()


def held(release: threading.Event, reply: Reply) -> object:
    def page(_: Seen) -> Reply:
        release.wait(30)
        return reply

    return page


def test_feeds_are_visited_once_each_and_a_new_one_at_once(desk: Desk, origin: Origin) -> None:
    paths = [f"/{n}" for n in range(30)]
    for path in paths:
        origin.pages[path] = Reply(body=rss([(f"a{path}", f"Bài {path}")]))
    desk.thread.start()
    desk.subscribe(*(origin.url(path) for path in paths[:-1]))
    wait_for(lambda: desk.ledger.balance().accepted == 29, "not all were visited")
    desk.subscribe(origin.url(paths[-1]))
    wait_for(lambda: desk.ledger.balance().accepted == 30, "the new one was not visited")
    assert sorted(seen.path for seen in origin.seen) == sorted(paths)
    wait_for(lambda: not desk.redis.exists(keys.FEEDS_CLAIMS, keys.FEEDS_LEASES, keys.FEEDS_VISITS), "claims are left")


def test_a_slow_host_has_two_visits_and_holds_up_no_other(desk: Desk, origin: Origin) -> None:
    release = threading.Event()
    for n in range(20):
        origin.pages[f"/slow{n}"] = held(release, Reply(body=rss([(f"s{n}", f"Chậm {n}")])))  # type: ignore[assignment]
    origin.pages["/quick"] = Reply(body=rss([("q", "Nhanh")]))
    slow = desk.subscribe(*(origin.url(f"/slow{n}") for n in range(20)))
    quick = origin.url("/quick").replace("127.0.0.1", "localhost")
    desk.thread.start()
    desk.subscribe(quick)
    wait_for(lambda: desk.ledger.balance().accepted == 1, "the quick one waits for the slow ones")
    assert desk.redis.hget(keys.FEEDS_VISITS, "127.0.0.1") == b"2"
    release.set()
    wait_for(lambda: desk.ledger.balance().accepted == 1 + len(slow), "the slow ones were not visited")


def test_large_documents_wait_for_room_and_are_read_all_the_same(desk: Desk, origin: Origin) -> None:
    origin.pages["/large"] = Reply(body=LARGE)
    paths = [f"/large?{n}" for n in range(6)]
    for path in paths:
        origin.pages[path] = Reply(body=LARGE.replace(b"news.example/", f"news{path[-1]}.example/".encode()))
    feeds = desk.subscribe(*(origin.url(path) for path in paths))
    desk.thread.start()
    wait_for(lambda: all(desk.states.get(feed).status == 200 for feed in feeds), "not all were read", 60)
    assert {desk.states.get(feed).failures for feed in feeds} == {0}


def test_what_was_claimed_at_the_end_is_due_again(desk: Desk, origin: Origin) -> None:
    release = threading.Event()
    origin.pages["/feed"] = held(release, Reply(body=rss([("a", "Một")])))  # type: ignore[assignment]
    (feed,) = desk.subscribe(origin.url("/feed"))
    desk.thread.start()
    wait_for(lambda: origin.seen, "it was not visited")
    desk.end()
    release.set()
    assert [claim.feed for claim in desk.states.claim(60)] == [feed.id]
    assert desk.states.get(feed).status is None


def test_a_feed_that_was_removed_is_forgotten(desk: Desk, origin: Origin) -> None:
    (feed,) = desk.subscribe(origin.url("/feed"))
    desk.subscriptions.remove(feed.id)
    desk.thread.start()
    wait_for(lambda: desk.redis.zscore(keys.FEEDS_DUE, feed.id) is None, "it is still due")
    assert origin.seen == []


def test_a_feed_that_is_added_just_before_a_claim_is_visited(desk: Desk, origin: Origin) -> None:
    """The loop has read the list by then, and does not know what it claims."""

    class States(FeedStates):
        def claim(self, lease_s: float, limit: int = CLAIM_LIMIT) -> list[Claim]:
            if not desk.subscriptions.list():
                desk.subscribe(origin.url("/feed"))
            return super().claim(lease_s, limit)

    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    desk.put_loop(States(desk.redis))
    desk.thread.start()
    wait_for(lambda: desk.ledger.balance().accepted == 1, "it was forgotten")


def test_a_list_that_cannot_be_read_stops_nothing_for_good(desk: Desk, origin: Origin) -> None:
    origin.pages["/feed"] = Reply(body=rss([("a", "Một")]))
    file = Path(desk.settings.feeds_file)
    desk.subscribe(origin.url("/feed"))
    kept = file.read_bytes()
    file.write_bytes(b"{bad")
    desk.thread.start()
    desk.loop.wake()
    file.write_bytes(msgspec.json.format(kept, indent=1))
    wait_for(lambda: desk.ledger.balance().accepted == 1, "the feed is visited no more", 30)
