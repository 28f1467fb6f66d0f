"""The pages of short entries are read beside them: a real server, a real Valkey, both stages, one article each."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.documents import FeedDocuments
from services.ingest.feed_states import FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.intake import Intake, open_archive
from services.ingest.page_loop import PageLoop
from services.ingest.page_queue import LEASE_S, PageQueue
from services.ingest.page_reader import CHECKS_S, PAUSE_S, TRIES
from services.ingest.page_tallies import PageTallies
from services.ingest.parser_process import FeedParser
from services.ingest.request_settings import changed
from services.ingest.rooms import Rooms
from services.ingest.subscriptions import Subscriptions
from services.normalize.tasks import read_articles
from shared.article import Article
from shared.clock import now_us
from shared.errors import FileUnreadable
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.net.http import Client
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.feed_claims import visit_now
from tests.integration.origin import Origin, Reply, Seen
from tests.stages import work_off

HTML = {"Content-Type": "text/html; charset=utf-8"}
WORDS = "Người trồng cao su ở Nam Đông vượt khó, mỗi hộ thu hàng trăm triệu đồng từ vườn cây của mình"
SECOND = "Cao su vừa ngã xuống trong bão thì ngay mùa mưa sau họ lại trồng cây mới trên mảnh vườn cũ của mình"
A_LONG_TIME_S = 10 * 24 * 3600.0


def item(number: int, origin: Origin, title: str = "", text: str = WORDS) -> str:
    return (
        f"<item><title>{title or f'Nam Đông bám trụ với cây cao su, kỳ {number}'}</title><guid>g{number}</guid>"
        f"<link>{origin.url(f'/{number}.html')}</link><description>{text} …</description></item>"
    )


def feed_of(*items: str) -> Reply:
    return Reply(body=f'<rss version="2.0"><channel><title>Tin</title>{"".join(items)}</channel></rss>'.encode())


def page_of(number: int, *texts: str, headers: dict[str, str] | None = None) -> Reply:
    title = f"Nam Đông bám trụ với cây cao su, kỳ {number}"
    body = "".join(f"<p>{text}.</p>" for text in (texts or (f"{WORDS}, bài số {number}", f"{SECOND}, bài số {number}")))
    page = f"<html lang=vi><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article>"
    return Reply(headers=HTML | (headers or {}), body=f"{page}</body></html>".encode())


class Desk:
    """A desk that visits one feed and its pages; both stages are worked by hand."""

    def __init__(self, settings: Settings, parser: FeedParser, origin: Origin) -> None:
        self.settings, self.origin, self.ledger, client = settings, origin, open_ledger(settings), connect(settings)
        self.now_s = now_us() / 1_000_000
        self.subscriptions, self.states = Subscriptions(settings), FeedStates(client)
        self.queue = PageQueue(client, clock=lambda: self.now_s, budget=settings.feed_page_budget)
        intake = Intake(self.ledger, open_archive(settings), settings)
        documents = FeedDocuments(settings, self.states, intake, parser, None, self.queue)
        self.fetcher = FeedFetcher(settings, self.subscriptions, self.states, documents, pause_s=0)
        self.loop = PageLoop(settings, self.subscriptions, client, self.queue, intake)
        self._read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)
        self.sink = SqliteSink(settings.index_file)
        self.feed = self.subscriptions.add(origin.url("/feed"))
        self.states.sync(self.subscriptions.list())

    def visit(self, *items: str) -> None:
        """Serve these entries, and visit the feed."""
        self.origin.pages["/feed"] = feed_of(*items)
        visit_now(self.settings, self.fetcher, self.states, self.feed)
        self.work_off()

    def read_pages(self, after_s: float = 0.0) -> int:
        """Visit what is due so many seconds from now; gives how many pages that were."""
        self.now_s += after_s

        async def visit() -> int:
            async with Client(self.settings) as client:
                count = await self.loop.visit_due(client, Rooms())
                await self.loop.finish()
                return count

        count = asyncio.run(visit())
        self.work_off()
        return count

    def work_off(self) -> None:
        work_off(self.ledger, self._read, self.sink)
        balance = self.ledger.balance()
        assert (balance.in_flight, balance.dead, balance.difference) == (0, 0, 0)

    def asked(self, path: str) -> int:
        return sum(seen.path == path for seen in self.origin.seen)

    def articles(self) -> list[Article]:
        index = Index(self.settings.index_file)
        found = (index.get(hit.article_id) for hit in index.recent(100))
        return [stored.article for stored in found if stored is not None]

    def revisions(self) -> int:
        index = Index(self.settings.index_file)
        found = (index.get(hit.article_id) for hit in index.recent(100))
        return sum(len(stored.revisions) for stored in found if stored is not None)


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Iterator[Desk]:
    changes = {"allow_networks": (f"127.0.0.1:{origin.port}",), "fetch_timeout_s": 1}
    made = Desk(settings_over(shared_redis, tmp_path, **changes), parser, origin)
    yield made
    made.sink.close()


def test_a_short_entry_is_completed_by_its_page_and_stays_one_article(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.visit(item(1, origin))
    (article,) = desk.articles()
    assert SECOND not in str(article.blocks), "readers have the entry before its page"
    assert desk.read_pages() == 1
    (article,) = desk.articles()
    assert SECOND in str(article.blocks)
    assert desk.revisions() == 2
    rules = {evidence.rule for evidence in article.evidence}
    assert "declared (feed link)" in rules, "what each field came from stays known"


def test_pages_of_the_origin_of_a_secret_are_asked_with_it_and_its_robots_txt_is_not(
    desk: Desk, origin: Origin
) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.feed = desk.subscriptions.edit(
        desk.feed.id, {"request": lambda feed: changed(feed.request, {"cookie": "s=1"}, feed.url)}
    )
    desk.visit(item(1, origin))
    desk.read_pages()
    told = {seen.path: seen.headers.get("cookie") for seen in origin.seen}
    assert told == {"/feed": "s=1", "/1.html": "s=1", "/robots.txt": None}


def test_what_robots_txt_closes_is_not_read(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    origin.pages["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /1")
    desk.visit(item(1, origin))
    desk.read_pages()
    assert (desk.asked("/1.html"), desk.queue.waiting()) == (0, 0)
    assert len(desk.articles()) == 1
    tally = PageTallies(connect(desk.settings)).get(desk.feed)
    assert tally is not None and tally.counts == {"refused": 1} and "robots.txt" in (tally.problem or "")


def test_a_redirect_into_what_robots_txt_closes_is_not_followed(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = Reply(status=302, headers={"Location": "/closed.html"})
    origin.pages["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /closed")
    desk.visit(item(1, origin))
    desk.read_pages()
    assert (desk.asked("/1.html"), desk.asked("/closed.html")) == (1, 0)


def test_pages_wait_while_nobody_can_tell_what_robots_may_read(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    origin.pages["/robots.txt"] = Reply(status=503)
    desk.visit(item(1, origin))
    desk.read_pages()
    assert (desk.asked("/1.html"), desk.queue.waiting(), len(desk.articles())) == (0, 1, 1)


def test_a_robots_txt_that_never_comes_is_asked_for_once_and_pages_wait(desk: Desk, origin: Origin) -> None:
    given_up = threading.Event()

    def silent(_: Seen) -> Reply:
        given_up.wait(30)
        return Reply()

    origin.pages |= {"/1.html": page_of(1), "/2.html": page_of(2), "/robots.txt": silent}
    desk.visit(item(1, origin), item(2, origin))
    assert [desk.read_pages(), desk.read_pages(PAUSE_S)] == [1, 1]
    given_up.set()
    assert [desk.asked(path) for path in ("/robots.txt", "/1.html", "/2.html")] == [1, 0, 0]
    assert (desk.queue.waiting(), len(desk.articles())) == (2, 2)


def test_a_robots_txt_without_end_costs_its_first_bytes(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    origin.pages["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /2\n" + b"#" * 2_000_000)
    desk.visit(item(1, origin))
    desk.read_pages()
    assert desk.asked("/1.html") == 1


def test_a_host_has_one_page_at_a_time_and_the_pause_it_asks_for(desk: Desk, origin: Origin) -> None:
    origin.pages |= {f"/{number}.html": page_of(number) for number in range(3)}
    origin.pages["/robots.txt"] = Reply(body=b"User-agent: *\nCrawl-delay: 20")
    desk.visit(*(item(number, origin) for number in range(3)))
    assert [desk.read_pages(), desk.read_pages(PAUSE_S), desk.read_pages(20 - PAUSE_S), desk.read_pages(20)] == [
        1,
        0,
        1,
        1,
    ]
    assert desk.asked("/robots.txt") == 1


def test_an_edited_entry_never_takes_the_place_of_what_was_read_of_both(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.visit(item(1, origin))
    desk.read_pages()
    before = desk.revisions()
    desk.visit(item(1, origin, title="Nam Đông bám trụ với cây cao su, kỳ 1 (sửa)"))
    assert desk.revisions() == before, "it waits for its page"
    desk.read_pages(A_LONG_TIME_S)
    (article,) = desk.articles()
    assert SECOND in str(article.blocks)
    assert "sửa" in str((article.headline, article.alternate_headlines))


def test_an_edited_entry_whose_page_is_gone_comes_in_alone(desk: Desk, origin: Origin) -> None:
    desk.visit(item(1, origin))
    desk.read_pages()
    desk.visit(item(1, origin, text=f"{WORDS}. {WORDS}. {SECOND}"))
    desk.read_pages(A_LONG_TIME_S)
    (article,) = desk.articles()
    assert SECOND in str((article.description, article.blocks))


def test_corrections_of_the_first_days_are_seen_and_cost_no_more_than_looks(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1, headers={"ETag": '"a"'})
    desk.visit(item(1, origin))
    desk.read_pages()
    origin.pages["/1.html"] = lambda seen: Reply(status=304 if seen.headers.get("if-none-match") == '"a"' else 500)
    assert desk.read_pages(CHECKS_S[0]) == 1
    origin.pages["/1.html"] = page_of(1, WORDS, f"{SECOND}, nay sửa lại là mười một hộ")
    assert desk.read_pages(CHECKS_S[1]) == 1
    (article,) = desk.articles()
    assert "mười một hộ" in str(article.blocks)
    revisions = desk.revisions()
    for wait_s in CHECKS_S[2:]:
        assert desk.read_pages(wait_s) == 1
    assert (desk.read_pages(A_LONG_TIME_S), desk.queue.waiting(), desk.revisions()) == (0, 0, revisions)


def test_a_page_that_is_away_for_good_is_given_up(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = Reply(status=500)
    desk.visit(item(1, origin))
    assert sum(desk.read_pages(A_LONG_TIME_S) for _ in range(TRIES + 2)) == TRIES
    assert (desk.queue.waiting(), len(desk.articles())) == (0, 1)


def test_a_host_that_asks_to_be_left_alone_is(desk: Desk, origin: Origin) -> None:
    busy = Reply(status=429, headers={"Retry-After": "600"})
    origin.pages |= {"/1.html": busy, "/2.html": busy}
    desk.visit(item(1, origin), item(2, origin))
    assert [desk.read_pages(), desk.read_pages(PAUSE_S)] == [1, 0]
    rests_until = float(connect(desk.settings).hget(keys.FEEDS_PAUSES, origin.host) or 0)
    assert rests_until - desk.now_s > 500, "and so are its feeds"
    assert desk.read_pages(600) == 1


def test_the_budget_of_a_day_is_kept(desk: Desk, origin: Origin) -> None:
    desk.queue._budget = 1
    origin.pages |= {"/1.html": page_of(1), "/2.html": page_of(2)}
    desk.visit(item(1, origin), item(2, origin))
    desk.now_s = (desk.now_s // 86400 + 1) * 86400
    assert [desk.read_pages(), desk.read_pages(3600), desk.read_pages(86400)] == [1, 0, 1]


def test_pages_that_wait_are_left_once_the_feed_says_never(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.visit(item(1, origin))
    desk.subscriptions.edit(desk.feed.id, {"pages": "never"})
    desk.read_pages()
    assert (desk.asked("/1.html"), desk.queue.waiting(), len(desk.articles())) == (0, 0, 1)


def test_a_loop_that_is_told_to_stop_gives_back_what_it_has(desk: Desk, origin: Origin) -> None:
    stop, asked, released = threading.Event(), threading.Event(), threading.Event()

    def slow(_: Seen) -> Reply:
        asked.set()
        released.wait(30)
        return page_of(1)

    origin.pages |= {"/1.html": slow, "/robots.txt": Reply(status=404)}
    desk.visit(item(1, origin))
    thread = threading.Thread(target=desk.loop.run, args=(stop,), daemon=True)
    thread.start()
    assert asked.wait(30)
    stop.set()
    desk.loop.wake()
    thread.join(30)
    released.set()
    assert not thread.is_alive()
    assert len(desk.queue.claim(5)) == 1, "it is due, and its host waits for nobody"


def test_looks_for_corrections_leave_room_for_what_is_new(desk: Desk, origin: Origin) -> None:
    origin.pages |= {"/1.html": page_of(1), "/2.html": page_of(2)}
    desk.queue._most = 2
    desk.visit(item(1, origin), item(2, origin))
    assert [desk.read_pages(), desk.queue.waiting()] == [1, 1]
    assert [desk.read_pages(PAUSE_S), desk.queue.waiting()] == [1, 1]


def test_a_clock_that_is_set_back_keeps_no_page_waiting(desk: Desk, origin: Origin) -> None:
    origin.pages |= {"/1.html": page_of(1), "/2.html": page_of(2)}
    desk.visit(item(1, origin))
    desk.read_pages()
    desk.visit(item(1, origin), item(2, origin))
    connect(desk.settings).delete(keys.FEEDS_PAUSES)  # as who visits feeds does when its clock goes back
    assert desk.read_pages(-A_LONG_TIME_S) == 1
    assert desk.asked("/2.html") == 1


def test_a_visit_that_died_leaves_its_page_to_others(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.visit(item(1, origin))
    assert len(desk.queue.claim(5)) == 1
    assert [desk.read_pages(), desk.read_pages(LEASE_S)] == [0, 1]


def test_a_list_of_feeds_that_cannot_be_read_keeps_no_page_from_its_visit(desk: Desk, origin: Origin) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.visit(item(1, origin))
    whole = desk.settings.feeds_file.read_bytes()
    desk.settings.feeds_file.write_bytes(b"{")
    with pytest.raises(FileUnreadable):
        desk.read_pages()
    desk.settings.feeds_file.write_bytes(whole)
    assert desk.read_pages() == 1


def test_pages_are_read_in_the_order_of_their_feed(desk: Desk, origin: Origin) -> None:
    desk.visit(*(item(number, origin) for number in range(6)))
    claimed = []
    for _ in range(6):
        (one,) = desk.queue.claim(5)
        desk.queue.done(one, None, 0, 0)
        claimed.append(one.row.url)
    assert claimed == [origin.url(f"/{number}.html") for number in range(6)]


def test_no_address_within_our_walls_is_asked(desk: Desk, origin: Origin) -> None:
    canary = Origin()
    try:
        canary.pages["/1.html"] = page_of(1)
        desk.visit(item(1, origin).replace(origin.url("/1.html"), canary.url("/1.html")))
        desk.read_pages()
        assert canary.seen == []
        assert len(desk.articles()) == 1
    finally:
        canary.close()


@pytest.mark.parametrize(
    ("which", "text", "asked"),
    [
        pytest.param("never", WORDS, 0, id="never"),
        pytest.param("when-short", f"{WORDS}. " * 12, 0, id="a full text"),
        pytest.param("always", f"{WORDS}. " * 12, 1, id="always"),
    ],
)
def test_which_pages_are_read_is_the_feeds_own_setting(
    desk: Desk, origin: Origin, which: str, text: str, asked: int
) -> None:
    origin.pages["/1.html"] = page_of(1)
    desk.feed = desk.subscriptions.edit(desk.feed.id, {"pages": which})
    desk.visit(item(1, origin, text=text).replace(" …", ""))
    desk.read_pages()
    assert desk.asked("/1.html") == asked
