"""What becomes of a post over time, told by its site's feeds and pages: fetched, read, ruled on, found; real parts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from services.index.search import Index, Stored
from services.index.sinks.sqlite import SqliteSink
from services.ingest.documents import FeedDocuments
from services.ingest.feed_states import FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.subscriptions import Subscription, Subscriptions
from services.normalize.tasks import read_articles
from services.web.keys import Publisher
from services.web.ownership import may_claim
from services.web.push_headers import inputs_of, read_kind
from shared.identity import canonical_prefix
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.feed_claims import visit_now
from tests.integration.newspaper import MONDAY, SUNDAY, TEXT, TUESDAY, WEDNESDAY, Newspaper, Post, page
from tests.integration.origin import Origin
from tests.stages import work_off

FEEDS = ("/feed/", "/feed/atom/", "/category/doi-song/feed/")
CORRECTED = (TEXT[0].replace("21 tuổi", "22 tuổi"), *TEXT[1:])


class Newsroom:
    """A desk that watches the feeds of one newspaper; both stages are worked by hand, after each visit and push."""

    def __init__(self, settings: Settings, parser: FeedParser, paper: Newspaper) -> None:
        self.settings, self.paper = settings, paper
        self.ledger = open_ledger(settings)
        self.intake = Intake(self.ledger, open_archive(settings), settings)
        self.subscriptions, self.states = Subscriptions(settings), FeedStates(connect(settings))
        self.fetcher = FeedFetcher(
            settings, self.subscriptions, self.states, FeedDocuments(settings, self.states, self.intake, parser)
        )
        self.file = settings.index_file
        self.sink = SqliteSink(self.file)
        self.read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)
        self.watched: dict[str, Subscription] = {}

    def visit(self, *paths: str) -> None:
        """Fetch these feeds one after the other, and work off what they brought."""
        self.paper.serve()
        for path in paths or FEEDS[:1]:
            if path not in self.watched:
                self.watched[path] = self.subscriptions.add(self.paper.origin.url(path), zone="Asia/Ho_Chi_Minh")
                self.states.sync(self.subscriptions.list())
            visit_now(self.settings, self.fetcher, self.states, self.watched[path])
            self.work()
            assert self.states.get(self.watched[path]).problem is None

    def push_page(self, post: Post, *, prefix: bool = False) -> None:
        """Push the page of a post, with a key that carries the site's prefix or with one that carries none."""
        link = self.paper.link(post)
        prefixes = (canonical_prefix(self.paper.home()) or "",) if prefix else ()
        publisher = Publisher(name="hue", zone="Asia/Ho_Chi_Minh", prefixes=prefixes)
        (item,) = inputs_of(read_kind("text/html"), page(post, link).encode(), {"content-location": link}, publisher)
        aliases, own = may_claim(item.aliases, publisher, ())
        self.intake.take([msgspec.structs.replace(item, aliases=aliases, own=own)])
        self.work()

    def work(self) -> None:
        work_off(self.ledger, self.read, self.sink)
        balance = self.ledger.balance()
        assert (balance.in_flight, balance.dead, balance.difference) == (0, 0, 0)

    def articles(self) -> int:
        return Index(self.file).count()

    def found(self, post: Post) -> Stored:
        stored = Index(self.file).get(self.paper.link(post))
        assert stored is not None
        return stored

    def revisions(self, post: Post) -> int:
        return len(self.found(post).revisions)

    def text(self, post: Post) -> str:
        article = self.found(post).article
        return "\n".join((article.description or "", *(block.text or "" for block in article.blocks)))


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    origin = Origin()
    yield Newspaper(origin)
    origin.close()


@pytest.fixture
def room(shared_redis: Server, tmp_path: Path, paper: Newspaper, parser: FeedParser) -> Iterator[Newsroom]:
    changes = {"allow_networks": (f"127.0.0.1:{paper.origin.port}",)}
    made = Newsroom(settings_over(shared_redis, tmp_path, **changes), parser, paper)
    yield made
    made.sink.close()


@pytest.fixture
def post(paper: Newspaper) -> Post:
    made = Post(5, "cho-noi", "Chợ nổi: mùa thứ ba liên tiếp được giá")
    paper.write(made, Post(4, "gom-co", "Gốm cổ cần thêm thời gian", tuple(f"Gốm. {line}" for line in TEXT), SUNDAY))
    return made


@pytest.mark.parametrize("prefix", [True, False], ids=["pushed by its owner", "by a key without prefixes"])
@pytest.mark.parametrize("order", [FEEDS, FEEDS[::-1]], ids=["RSS first", "the category's feed first"])
def test_one_post_over_three_feeds_and_its_page_is_one_article_without_empty_revisions(
    room: Newsroom, post: Post, order: tuple[str, ...], prefix: bool
) -> None:
    room.visit(*order)
    room.push_page(post, prefix=prefix)
    room.visit(*order)
    assert (room.articles(), room.revisions(post)) == (2, 1)
    assert room.ledger.balance().accepted >= 7


def test_one_edit_is_one_revision_whoever_tells_it_and_when_it_was_made_is_none(room: Newsroom, post: Post) -> None:
    room.visit(*FEEDS)
    post.text, post.modified = CORRECTED, TUESDAY
    room.visit(*FEEDS)
    room.visit(*FEEDS[::-1])
    assert (room.articles(), room.revisions(post)) == (2, 2)
    post.modified = WEDNESDAY  # saved once more, with nothing changed
    room.visit(*FEEDS)
    assert room.revisions(post) == 2


def test_a_post_that_shows_the_newest_posts_is_not_revised_by_each_publication(
    room: Newsroom, paper: Newspaper
) -> None:
    post = Post(6, "tong-quan", "Tổng quan trong tuần", newest=True)
    paper.write(post)
    room.visit(*FEEDS[:2])
    for number in range(7, 10):
        paper.write(Post(number, f"tin-{number}", f"Tin số {number}", (f"Tin số {number}.", *TEXT)))
        room.visit(*FEEDS[:2])
    assert (room.articles(), room.revisions(post)) == (4, 1)


@pytest.mark.parametrize("prefix", [True, False], ids=["by its owner", "by a key without prefixes"])
@pytest.mark.parametrize("feed", FEEDS[:2])
def test_a_correction_lands_after_the_page_was_pushed(room: Newsroom, post: Post, feed: str, prefix: bool) -> None:
    room.visit(feed)
    room.push_page(post, prefix=prefix)
    post.text, post.title, post.modified = CORRECTED, "Chợ nổi: ba mùa được giá", TUESDAY
    room.visit(feed)
    assert room.found(post).article.headline == "Chợ nổi: ba mùa được giá"
    assert ("22 tuổi" in room.text(post), room.articles()) == (True, 2)


@pytest.mark.parametrize("prefix", [True, False], ids=["by its owner", "by a key without prefixes"])
def test_a_page_pushed_after_its_entry_leaves_the_instant(room: Newsroom, post: Post, prefix: bool) -> None:
    room.visit()
    room.push_page(post, prefix=prefix)
    article = room.found(post).article
    assert (article.first_created, article.precision) == (MONDAY, "second")
    assert room.articles() == 2


def test_a_page_saved_before_the_correction_does_not_bring_the_old_words_back(room: Newsroom, post: Post) -> None:
    room.visit(FEEDS[1])
    saved = replace(post)
    post.text, post.modified = CORRECTED, TUESDAY
    room.visit(FEEDS[1])
    room.push_page(saved)
    assert ("22 tuổi" in room.text(post), room.revisions(post)) == (True, 2)


@pytest.mark.parametrize("guid", [None, "permalink"], ids=["its GUID stays", "its GUID is its address"])
def test_a_post_that_gets_a_new_address_stays_one_article(
    room: Newsroom, paper: Newspaper, post: Post, guid: str | None
) -> None:
    post.guid = guid and paper.link(post)
    room.visit(*FEEDS[:2])
    old = replace(post)
    post.slug = "cho-noi-duoc-gia"
    post.guid = guid and paper.link(post)
    room.visit(*FEEDS[:2])
    assert room.articles() == 2
    assert room.found(post).article_id == room.found(old).article_id


@pytest.mark.parametrize("feed", FEEDS[:2])
def test_a_password_set_later_leaves_the_whole_text(room: Newsroom, post: Post, feed: str) -> None:
    room.visit(feed)
    post.locked, post.modified = True, TUESDAY
    room.visit(feed)
    assert (room.found(post).article.headline, room.articles()) == (post.title, 2)
    assert TEXT[2] in room.text(post)
    post.locked, post.text, post.modified = False, CORRECTED, WEDNESDAY
    room.visit(feed)
    assert ("22 tuổi" in room.text(post), room.revisions(post)) == (True, 2)


@pytest.mark.parametrize("feed", FEEDS[:2])
def test_a_feed_that_turns_to_summaries_cuts_no_article(
    room: Newsroom, post: Post, paper: Newspaper, feed: str
) -> None:
    room.visit(feed)
    paper.summaries = set(FEEDS)
    room.visit(feed)
    assert (TEXT[2] in room.text(post), room.revisions(post), room.articles()) == (True, 1, 2)
    paper.summaries = set()
    post.text, post.modified = CORRECTED, TUESDAY
    room.visit(feed)
    assert "22 tuổi" in room.text(post)


@pytest.mark.parametrize("short", FEEDS[:2], ids=["RSS gives summaries", "Atom gives summaries"])
@pytest.mark.parametrize("order", [FEEDS[:2], FEEDS[1::-1]], ids=["RSS first", "Atom first"])
def test_of_two_feeds_the_one_that_gives_summaries_takes_nothing_from_the_other(
    room: Newsroom, paper: Newspaper, post: Post, order: tuple[str, ...], short: str
) -> None:
    post.modified = TUESDAY  # Atom says so, RSS does not
    paper.summaries = {short}
    room.visit(*order)
    room.visit(*order)
    assert (TEXT[2] in room.text(post), room.articles()) == (True, 2)
    post.text, post.modified = CORRECTED, dt.datetime.now(dt.UTC)
    room.visit(*order)
    room.visit(*order)
    assert ("22 tuổi" in room.text(post), room.articles()) == (True, 2)


@pytest.mark.parametrize("pushed", [False, True], ids=["read from its feeds", "pushed too"])
def test_another_post_at_an_old_address_is_an_article_of_its_own(
    room: Newsroom, paper: Newspaper, post: Post, pushed: bool
) -> None:
    room.visit(*FEEDS[:2])
    if pushed:
        room.push_page(post)
    first = room.found(post).article_id
    paper.posts.remove(post)  # thrown away: the feeds are silent on it
    room.visit(*FEEDS[:2])
    other = Post(9, post.slug, "Cầu mới khánh thành", tuple(f"Cầu. {line}" for line in TEXT), TUESDAY.replace(hour=9))
    paper.write(other)
    room.visit(*FEEDS[:2])
    assert room.articles() == 3
    assert (room.found(other).article.headline, room.revisions(other)) == ("Cầu mới khánh thành", 1)
    kept = Index(room.file).get(first)
    assert kept is not None
    assert kept.article.headline == post.title
    other.text, other.modified = (*other.text, "Cầu dài 298 m, rộng 12 m."), WEDNESDAY
    room.visit(*FEEDS[:2])
    assert (room.articles(), room.revisions(other)) == (3, 2)
    room.push_page(other)
    assert (room.articles(), room.found(other).article.headline) == (3, "Cầu mới khánh thành")


def test_guids_made_anew_and_https_everywhere_make_no_article_and_no_revision(
    room: Newsroom, paper: Newspaper, post: Post
) -> None:
    room.visit(*FEEDS[:2])
    for one in paper.posts:
        one.guid = f"tag:paper.example,2026:{one.number}"
    room.visit(*FEEDS[:2])
    paper.scheme = "https"
    room.visit(*FEEDS[:2])
    assert (room.articles(), room.revisions(post)) == (2, 1)


@pytest.mark.parametrize("guid", ["dong-{}", ""], ids=["GUIDs of their own", "no GUIDs"])
def test_an_address_that_every_entry_shares_identifies_none_though_each_comes_alone(
    room: Newsroom, paper: Newspaper, guid: str
) -> None:
    words = ("Mưa lớn", "Cầu thông xe", "Giá lúa tăng")
    lines = [
        Post(n, "truc-tiep", title, (f"{title}. {TEXT[n]}",), MONDAY + dt.timedelta(hours=n), guid=guid.format(n))
        for n, title in enumerate(words)
    ]
    for line in lines:  # each line of the live page pushes the one before out of the feed
        paper.posts = []
        paper.write(line)
        room.visit()
    assert room.articles() == 3
    paper.posts = []
    lines[0].text = (f"{lines[0].text[0]} Nước đang rút.",)
    paper.write(lines[0])
    room.visit()
    assert room.articles() == 3
    heads = {hit.headline for hit in Index(room.file).recent(10)}
    assert heads == set(words)


def test_a_guid_that_every_entry_shares_identifies_none(room: Newsroom, paper: Newspaper) -> None:
    for n, title in enumerate(("Mưa lớn", "Cầu thông xe", "Giá lúa tăng")):
        paper.posts = []
        when = MONDAY + dt.timedelta(hours=n)
        paper.write(Post(n, f"tin-{n}", title, (f"{title}. {TEXT[n]}",), when, guid="tin-tuc"))
        room.visit()
    assert room.articles() == 3


def test_a_feed_that_moves_says_nothing_new(room: Newsroom, paper: Newspaper, post: Post) -> None:
    room.visit()
    paper.moved_to = "/rss/moi.xml"
    for number in (7, 8, 9):  # believed at the third visit
        paper.write(Post(number, f"tin-{number}", f"Tin số {number}", (f"Tin số {number}.", *TEXT)))
        room.visit()
    (moved,) = room.subscriptions.list()
    assert moved.url.endswith("/rss/moi.xml")
    paper.write(Post(10, "tin-10", "Tin số 10", ("Tin số 10.", *TEXT)))
    room.visit()
    assert (room.articles(), room.ledger.balance().accepted, room.revisions(post)) == (6, 6, 1)
