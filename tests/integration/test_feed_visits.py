"""Identity over visits: one thing changes between two visits of a feed; what is an article, and what a revision."""

import time
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from pathlib import Path

import pytest

from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.documents import FeedDocuments
from services.ingest.feed_states import FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.subscriptions import Subscription, Subscriptions
from services.normalize.tasks import read_articles
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.feed_claims import visit_now
from tests.integration.origin import Origin, Reply
from tests.stages import work_off

WORDS = "Người trồng cao su ở Nam Đông vượt khó, mỗi hộ thu hàng trăm triệu đồng từ vườn cây của mình, bài số"


class Desk:
    """A desk that visits feeds; both stages are worked by hand after each visit."""

    def __init__(self, settings: Settings, parser: FeedParser, origin: Origin) -> None:
        self.settings, self.origin = settings, origin
        self.ledger = open_ledger(settings)
        self.subscriptions, self.states = Subscriptions(settings), FeedStates(connect(settings))
        intake = Intake(self.ledger, open_archive(settings), settings)
        self.fetcher = FeedFetcher(
            settings, self.subscriptions, self.states, FeedDocuments(settings, self.states, intake, parser)
        )
        self.file = settings.index_file
        self.sink = SqliteSink(self.file)
        self._read = read_articles(max_bytes=settings.max_input_bytes, cpu_s=60)
        self._watched: dict[str, Subscription] = {}

    def visit(self, body: str | Reply, path: str = "/feed") -> None:
        """Serve this at a path, visit the feed that was added there, and work off what it brought."""
        self.origin.pages[path] = Reply(body=body.encode()) if isinstance(body, str) else body
        if path not in self._watched:
            self._watched[path] = self.subscriptions.add(self.origin.url(path))
            self.states.sync(self.subscriptions.list())
        visit_now(self.settings, self.fetcher, self.states, self._watched[path])
        work_off(self.ledger, self._read, self.sink)
        balance = self.ledger.balance()
        assert (balance.in_flight, balance.dead, balance.difference) == (0, 0, 0)

    def inputs(self) -> int:
        return self.ledger.balance().accepted

    def articles(self) -> int:
        return Index(self.file).count()

    def revisions(self) -> int:
        index = Index(self.file)
        found = (index.get(hit.article_id) for hit in index.recent(100))
        return sum(len(stored.revisions) for stored in found if stored is not None)


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin, parser: FeedParser) -> Iterator[Desk]:
    made = Desk(settings_over(shared_redis, tmp_path, allow_networks=(f"127.0.0.1:{origin.port}",)), parser, origin)
    yield made
    made.sink.close()


def item(number: int, **changes: str | None) -> str:
    facts: dict[str, str | None] = {
        "title": f"Bài {number}",
        "link": f"http://news.example/{number}.html",
        "guid": f"g{number}",
        "pubDate": f"Mon, 09 Nov 2015 05:{number:02}:00 GMT",
        "description": f"<![CDATA[<p>{WORDS} {chr(96 + number)}.</p>]]>",
    }
    facts |= changes
    return f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in facts.items() if text is not None)}</item>"


def feed(items: Sequence[str], title: str = "Báo Huế") -> str:
    head = f"<title>{title}</title><link>http://news.example/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def five(change: Callable[[int, int], dict[str, str | None]]) -> Callable[[int], str]:
    """The document of each visit: five entries, each with what changes between the visits."""
    return lambda visit: feed([item(number, **change(number, visit)) for number in range(1, 6)])


def body(number: int, more: str) -> dict[str, str | None]:
    return {"description": f"<![CDATA[<p>{WORDS} {chr(96 + number)}.</p>{more}]]>"}


def now(visit: int, number: int = 0) -> str:
    return f"Mon, 09 Nov 2015 {5 + visit:02}:30:{60 - number - 1:02} GMT"


VOLATILE: dict[str, Callable[[int], str]] = {
    "a counter pixel": five(lambda n, v: body(n, f'<img src="http://px.example/{n}.gif?r={v}" width="1" height="1">')),
    "a pixel without sizes": five(lambda n, v: body(n, f'<img src="http://px.example/{n}.gif?r={v}">')),
    "a view count": five(lambda n, v: body(n, f"<p>Lượt xem: {n * 10 + v}</p>")),
    "a view count in a template's own words": five(lambda n, v: body(n, f"<p>Xyzzy {n * 10 + v}</p>")),
    "numbers of comments": five(lambda n, v: body(n, f'<p><a href="/c?n={v}">{v} comments</a></p>')),
    "tokens in links": five(lambda n, v: body(n, f'<p><a href="http://a.example/more?sid={v}">more</a></p>')),
    "dates of the visit": five(lambda n, v: {"pubDate": now(v, n)}),
    "one date of the visit for all": five(lambda n, v: {"pubDate": now(v)}),
    "guids made anew beside links": five(lambda n, v: {"guid": f"{v}-{n}"}),
    "guids made anew without links": five(lambda n, v: {"guid": f"{v}-{n}", "link": None}),
    "https in links without guid": five(
        lambda n, v: {"guid": None, "link": f"http{'s' * (v % 2)}://news.example/{n}.html"}
    ),
    "https in link and guid": five(
        lambda n, v: dict.fromkeys(("guid", "link"), f"http{'s' * (v % 2)}://news.example/{n}.html")
    ),
    "www. and end slash": five(
        lambda n, v: {"guid": None, "link": f"http://{'www.' * (v % 2)}news.example/{n}{'/' * (v // 2)}"}
    ),
    "the order of the query": five(
        lambda n, v: {"guid": None, "link": f"http://news.example/?{('a=1&amp;b=' + str(n), f'b={n}&amp;a=1')[v % 2]}"}
    ),
    "the feed's own title": lambda visit: feed([item(number) for number in range(1, 6)], f"Báo Huế, {visit}"),
    "the order of entries": lambda visit: feed([item(1 + (number + visit) % 5) for number in range(5)]),
    "every second visit an older copy": lambda visit: feed([item(number) for number in range(1, 6 - visit % 2)]),
}


@pytest.mark.parametrize("visits", VOLATILE.values(), ids=VOLATILE)
def test_what_changes_at_each_visit_is_no_news(desk: Desk, visits: Callable[[int], str]) -> None:
    for visit in range(4):
        desk.visit(visits(visit))
    assert (desk.inputs(), desk.articles(), desk.revisions()) == (5, 5, 5)


def test_the_only_entry_of_a_feed_that_dates_it_now_is_taken_once(desk: Desk) -> None:
    for visit in range(4):
        desk.visit(feed([item(1, pubDate=formatdate(time.time() - visit))]))
    assert (desk.inputs(), desk.articles()) == (1, 1)


def test_entries_whose_address_changes_at_each_visit_are_told_of_once(desk: Desk) -> None:
    for visit in range(4):
        links = [f"http://w{visit % 2}.news.example/{number}.html" for number in range(1, 6)]
        desk.visit(feed([item(number, guid=None, link=link) for number, link in enumerate(links, start=1)]))
    assert (desk.inputs(), desk.articles()) == (10, 5)
    for visit in range(4):
        links = [f"http://news.example/{number}.html?sid={visit}" for number in range(6, 11)]
        desk.visit(feed([item(number, link=link) for number, link in enumerate(links, start=6)]), "/tokens")
    assert (desk.inputs(), desk.articles()) == (20, 10)


def test_a_feed_that_moves_tells_its_news_only(desk: Desk) -> None:
    entries = [item(number, link=None) for number in range(1, 8)]
    for _ in range(3):
        desk.origin.pages["/new"] = Reply(body=feed(entries[:6]).encode())
        desk.visit(Reply(status=301, headers={"Location": "/new"}))
    desk.origin.pages["/new"] = Reply(body=feed(entries).encode())
    desk.visit(Reply(status=500))
    assert (desk.inputs(), desk.articles()) == (7, 7)


def test_one_entry_of_three_section_feeds_is_one_article_of_one_revision(desk: Desk) -> None:
    for section in ("a", "b", "c"):
        desk.visit(feed([item(1)], f"Báo Huế: {section}"), f"/{section}")
    assert (desk.articles(), desk.revisions()) == (1, 1)


def test_one_link_for_all_and_a_guid_twice_are_as_many_articles_as_entries(desk: Desk) -> None:
    said = [item(number, link="http://news.example/all", guid=f"g{max(number, 2)}") for number in range(1, 5)]
    for _ in range(2):
        desk.visit(feed(said))
    assert (desk.inputs(), desk.articles(), desk.revisions()) == (4, 4, 4)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"title": "Bài 1 (sửa)"}, id="headline"),
        pytest.param({"title": "Bài 100"}, id="a number in the headline"),
        pytest.param(body(1, "<p>Thêm một đoạn.</p>"), id="a paragraph more"),
        pytest.param({"description": f"<![CDATA[<p>{WORDS} 12 b.</p>]]>"}, id="a number within a sentence"),
    ],
)
def test_an_edit_of_words_and_its_reversal_are_revisions(desk: Desk, edit: dict[str, str | None]) -> None:
    for changes in ({}, edit, {}):
        desk.visit(feed([item(1, **changes), item(2)]))
    assert (desk.inputs(), desk.articles(), desk.revisions()) == (4, 2, 4)


def test_entries_that_all_get_another_number_within_their_sentences_are_revised(desk: Desk) -> None:
    for visit in range(2):
        said = [item(n, description=f"{WORDS} {chr(96 + n)}, {visit + 3} người.") for n in range(1, 6)]
        desk.visit(feed(said))
    assert (desk.articles(), desk.revisions()) == (5, 10)


def atom(shown: Sequence[int], deleted: Sequence[int] = ()) -> str:
    """Atom that shows these entries and takes those back."""
    entries = "".join(
        f"<entry><id>tag:news.example,{n}</id><title>Bài {n}</title><link href='http://news.example/{n}.html'/>"
        f"<updated>2015-11-09T05:0{n}:00Z</updated><content>{WORDS} {chr(96 + n)}.</content></entry>"
        for n in shown
    )
    tombstones = "".join(
        f"<at:deleted-entry ref='tag:news.example,{n}' when='2015-11-09T06:00:00Z'><at:comment>Bài sai</at:comment>"
        "</at:deleted-entry>"
        for n in deleted
    )
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'
    return f"<feed {spaces}><title>Báo Huế</title>{tombstones}{entries}</feed>"


def test_what_a_feed_deletes_is_withdrawn_once_with_its_reason(desk: Desk) -> None:
    desk.visit(atom([1, 2]))
    article_id = Index(desk.file).recent()[0].article_id
    for _ in range(2):
        desk.visit(atom([1], deleted=[2, 7]))
    assert (desk.inputs(), desk.articles()) == (3, 1)
    stored = Index(desk.file).get(article_id)
    assert stored is not None
    assert stored.withdrawn
    assert [one.text for one in stored.article.corrections] == ["Bài sai"]


def test_what_a_feed_shows_again_after_it_deleted_it_is_there_again(desk: Desk) -> None:
    for body in (atom([1, 2]), atom([1], deleted=[2]), atom([1, 2])):
        desk.visit(body)
    assert desk.articles() == 2
