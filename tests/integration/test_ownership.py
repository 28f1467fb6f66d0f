"""Whose a page is: pushes of several publishers, the page's own feed and an operator, over the real door and stages."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.cli.main import main
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.ingest.feeds import make_inputs, read_feed
from services.ingest.intake import Intake, open_archive
from services.ingest.recovery import recover
from services.normalize.tasks import read_articles
from services.web.app import open_state
from services.web.keys import Keys
from shared.clock import now_us
from shared.envelope import Source
from shared.ledger.calls import Ledger
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import options_of
from tests.integration.origin import rss
from tests.integration.test_web import ask, door_of
from tests.stages import work_off

PAGE = "https://news.example/news/1"


class Desk:
    """A door on a real socket, and the stages behind it, worked by hand."""

    def __init__(self, settings: Settings, port: int, keys: Keys) -> None:
        self.settings, self.port, self.keys = settings, port, keys
        self.ledger: Ledger = open_ledger(settings)
        self.file = settings.index_file
        self.given: dict[str, str] = {}

    def key(self, name: str, *prefixes: str) -> None:
        self.given[name] = self.keys.create(name, prefixes=prefixes)

    def push(self, who: str, words: str, page: str = PAGE, **headers: str) -> tuple[int, Any]:
        given = {"Content_Type": "text/plain", "X_Article_URI": page} | headers
        text = f"{words}\n\nThe first paragraph of {words}, which goes on for a while.\n".encode()
        status, _, told = ask(
            self.port, "POST", "/v1/articles", text, Authorization=f"Bearer {self.given[who]}", **given
        )
        self.work()
        return status, told

    def feed(self, *items: tuple[str, str], host: str = "http://www.news.example") -> None:
        document = read_feed(rss(items, link="http://news.example/news"), None, f"{host}/feed")
        source = Source(kind="feed", name=f"{host}/feed")
        intake = Intake(self.ledger, open_archive(self.settings), self.settings)
        intake.take([one.input for one in make_inputs(document, "f1", source)])
        self.work()

    def work(self) -> None:
        sink = SqliteSink(self.file)
        read = read_articles(max_bytes=self.settings.max_input_bytes, cpu_s=60)
        work_off(self.ledger, read, sink)
        sink.close()

    def headline(self, page: str = PAGE) -> str | None:
        stored = Index(self.file).get(page)
        return stored.article.headline if stored else None


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    app_state = open_state(settings, open_archive(settings))
    with door_of(app_state) as (port, _, _):
        yield Desk(settings, port, Keys(app_state.keys.path))


def test_a_page_is_the_publishers_whose_key_carries_its_prefix_whoever_came_first(desk: Desk) -> None:
    desk.key("stranger")
    assert desk.push("stranger", "Taken over")[0] == 202
    desk.key("owner", "HTTP://WWW.News.example/news/")
    assert desk.push("owner", "Ours")[0] == 202
    assert desk.headline() == "Ours"
    status, told = desk.push("stranger", "Taken again", "http://www.news.example:80/news/1/?utm_source=x")
    assert (status, told["type"]) == (403, "/problems/not-yours")
    assert "copydesk release ADDRESS" in told["detail"]
    assert "copydesk keys add NAME --prefix ADDRESS" in told["detail"]
    assert desk.headline() == "Ours"
    assert desk.push("stranger", "Elsewhere", "https://news.example/newsbox")[0] == 202


def test_a_key_with_prefixes_claims_nothing_beyond_them(desk: Desk) -> None:
    desk.key("owner", "https://news.example/news")
    for beyond in ("https://news.example/sport/1", "https://news.example/news/../sport/1", "https://m.news.example/news/1",
                   "https://news.example:8443/news/1", "https://news.example/news/..\\sport"):  # fmt: skip
        status, told = desk.push("owner", "Beyond", beyond)
        assert (status, told["type"]) == (403, "/problems/beyond-prefixes"), beyond
        assert told["title"] == "That address is not among those of this key"
        assert "copydesk keys add NAME --prefix ADDRESS" in told["detail"]
        assert "release" not in told["detail"]
    assert desk.push("owner", "A text of no page", "urn:news:1")[0] == 202
    body = {"headline": "Two", "url": PAGE, "mainEntityOfPage": "https://elsewhere.example/1", "articleBody": "Words."}
    told = ask(
        desk.port, "POST", "/v1/articles", msgspec.json.encode(body), Authorization=f"Bearer {desk.given['owner']}",
        Content_Type="application/ld+json",
    )  # fmt: skip
    assert told[0] == 202
    desk.work()
    assert (desk.headline(), desk.headline("https://elsewhere.example/1")) == ("Two", None)


def test_of_two_prefixes_the_longer_one_counts(desk: Desk) -> None:
    desk.key("portal", "https://news.example/")
    desk.key("column", "https://news.example/news/")
    assert desk.push("column", "The column's")[0] == 202
    status, told = desk.push("portal", "The portal's")
    assert (status, told["type"]) == (403, "/problems/not-yours")
    assert desk.push("portal", "The portal's", "https://news.example/sport")[0] == 202
    assert desk.push("column", "The column's", "https://news.example/sport")[0] == 403


def test_the_first_of_two_without_prefixes_owns_a_page_and_release_gives_it_free(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.key("first")
    desk.key("second")
    assert desk.push("first", "The first's")[0] == 202
    assert desk.push("second", "The second's")[0] == 403
    desk.keys.revoke("first")
    assert desk.push("second", "The second's")[0] == 403
    base = options_of(desk.settings)
    assert main(["release", "http://news.example/news/1/", *base]) == 0
    assert "it was first's" in capsys.readouterr().out
    assert desk.push("second", "The second's")[0] == 202
    assert desk.headline() == "The second's"
    desk.key("first")
    assert desk.push("first", "The first's again")[0] == 403
    assert main(["release", "https://news.example/nowhere", *base]) == 1


def test_an_address_that_another_article_has_got_since_is_freed_too(desk: Desk) -> None:
    desk.key("first")
    desk.key("second")
    link = "http://news.example/news"
    for guid, title, day in (("1", "Cầu mới khánh thành", "09"), ("2", "Giá lúa tăng mạnh", "10")):
        document = rss([("1", title)], link=link).replace(b"<guid>1<", f"<guid>{guid}<".encode())
        document = document.replace(b"Mon, 09", f"Mon, {day}".encode())
        found = make_inputs(
            read_feed(document, None, "http://f.example/"), "f1", Source(kind="feed", name="http://f.example/")
        )
        Intake(desk.ledger, open_archive(desk.settings), desk.settings).take([one.input for one in found])
        desk.work()
    assert Index(desk.file).count() == 2
    assert (desk.push("first", "Giá lúa")[0], desk.push("second", "Giá lúa tăng")[0]) == (202, 403)
    base = options_of(desk.settings)
    assert main(["release", PAGE, *base]) == 0
    assert desk.push("second", "Giá lúa tăng")[0] == 202
    assert (desk.headline(), Index(desk.file).count()) == ("Giá lúa tăng", 2)


def test_release_tells_whose_prefix_still_covers_the_page(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.key("owner", "https://news.example/news/")
    desk.push("owner", "Ours")
    base = options_of(desk.settings)
    assert main(["release", PAGE, *base]) == 0
    told = capsys.readouterr().err
    assert "keys of owner carry https://news.example/news, so nobody else can push it" in told
    assert "copydesk keys take owner --prefix https://news.example/news" in told


def test_what_was_freed_stays_free_when_the_ledger_has_forgotten_who_had_it(desk: Desk) -> None:
    desk.key("first")
    desk.key("second")
    desk.push("first", "The first's")
    for key in desk.ledger.client.keys("seen:*"):  # as after the retention time: only the index remembers
        desk.ledger.client.delete(key)
    assert desk.push("second", "The second's")[0] == 403
    stored = Index(desk.file).get(PAGE)
    assert stored is not None
    assert desk.ledger.free(stored.article_id, now_us()) == ""
    assert desk.push("second", "The second's")[0] == 202
    assert (desk.headline(), desk.push("first", "Back")[0]) == ("The second's", 403)


def test_of_two_that_claim_a_page_at_one_moment_one_gets_it(desk: Desk) -> None:
    desk.key("first")
    desk.key("second")
    gate = threading.Barrier(2)

    def push(who: str, n: int) -> int:
        gate.wait(10)
        headers = {"Content_Type": "text/plain", "X_Article_URI": f"https://news.example/race/{n}"}
        key = f"Bearer {desk.given[who]}"
        return ask(desk.port, "POST", "/v1/articles", f"{who} {n}".encode(), Authorization=key, **headers)[0]

    with ThreadPoolExecutor(2) as pool:
        for n in range(20):
            answers = [pool.submit(push, who, n) for who in ("first", "second")]
            assert sorted(answer.result() for answer in answers) == [202, 403]


def test_a_strangers_push_does_not_stand_against_the_feed_of_the_pages_own_host(desk: Desk) -> None:
    desk.key("stranger")
    desk.push("stranger", "A strangers word, far longer than what the feed itself has to say of the matter" * 5)
    desk.feed(("1", "The paper's own"))
    assert desk.headline() == "The paper's own"
    desk.push("stranger", "A strangers next word")
    assert desk.headline() == "The paper's own"
    desk.feed(("1", "The paper's correction"))
    assert desk.headline() == "The paper's correction"


def test_another_hosts_feed_does_not_speak_for_a_page(desk: Desk) -> None:
    desk.key("anyone")
    desk.push("anyone", "What was pushed")
    desk.feed(("1", "A planet's word"), host="http://planet.example")
    assert desk.headline() == "What was pushed"


def test_recovery_gives_a_page_to_the_same_publisher_as_before(desk: Desk) -> None:
    desk.key("stranger")
    desk.push("stranger", "Taken over")
    desk.key("owner", "https://news.example/")
    desk.push("owner", "Ours")
    desk.ledger.client.flushall()
    read, entered = recover(desk.ledger, open_archive(desk.settings), desk.settings)
    desk.work()
    assert (read, entered, desk.headline()) == (2, 2, "Ours")
    desk.key("third")
    assert desk.push("third", "A third's")[0] == 403
    balance = desk.ledger.balance()
    assert (balance.difference, balance.dead) == (0, 0)


def test_recovery_knows_what_was_set_free(desk: Desk) -> None:
    desk.key("first")
    desk.key("second")
    desk.push("first", "The first's")
    base = options_of(desk.settings)
    assert main(["release", PAGE, *base, "--set", f"archive_dir={desk.settings.archive_dir}"]) == 0
    desk.feed(("1", "Told between the two"))
    assert desk.push("second", "The second's")[0] == 202
    desk.ledger.client.flushall()
    desk.file.unlink()  # the index too: all there is comes from the archive
    assert recover(desk.ledger, open_archive(desk.settings), desk.settings) == (3, 3)
    desk.work()
    stored = Index(desk.file).get(PAGE)
    assert stored is not None
    assert stored.owner == "second"
    assert desk.push("first", "The first's again")[0] == 403


def test_the_operator_may_correct_any_page_and_takes_none_for_good(desk: Desk, tmp_path: Path) -> None:
    desk.key("owner", "https://news.example/")
    desk.push("owner", "Ours")
    file = tmp_path / "correction.txt"
    file.write_text("Corrected by hand\n\nThe words as they should have been.\n")
    base = options_of(desk.settings)
    base += ["--set", f"archive_dir={desk.settings.archive_dir}"]
    assert main(["push", str(file), "--uri", PAGE, *base]) == 0
    desk.work()
    assert desk.headline() == "Corrected by hand"
    assert desk.push("owner", "Ours again")[0] == 202
    assert desk.headline() == "Ours again"


def test_each_item_of_a_json_feed_and_of_a_newsml_message_is_pushed_read_and_found(desk: Desk) -> None:
    desk.key("owner", "https://news.example/")
    rows = [{"id": n, "url": f"https://news.example/{n}", "title": f"Rain {n}", "content_text": "Wet."} for n in "12"]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": rows}
    item = (
        '<newsItem guid="https://news.example/{n}"><contentMeta><headline>Snow {n}</headline></contentMeta></newsItem>'
    )
    message = '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{}</itemSet></newsMessage>'
    for body, kind in (
        (msgspec.json.encode(feed), "application/feed+json"),
        (message.format("".join(item.format(n=n) for n in "34")).encode(), "application/xml"),
    ):
        key = f"Bearer {desk.given['owner']}"
        status, _, told = ask(desk.port, "POST", "/v1/articles", body, Authorization=key, Content_Type=kind)
        assert (status, [one["state"] for one in told["receipts"]]) == (202, ["received", "received"])
    desk.work()
    heads = [desk.headline(f"http://www.news.example/{n}/") for n in "1234"]
    assert heads == ["Rain 1", "Rain 2", "Snow 3", "Snow 4"]


def test_the_command_line_pushes_each_article_of_a_file_over_http_and_straight_in(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.key("owner")
    monkeypatch.setenv("COPYDESK_KEY", desk.given["owner"])
    file = tmp_path / "news.json"
    rows = [{"uri": f"https://news.example/{n}", "headline": f"Rain {n}", "body_text": "Wet."} for n in "12"]
    file.write_bytes(msgspec.json.encode(rows))
    base = options_of(desk.settings)
    base += ["--set", f"archive_dir={desk.settings.archive_dir}", "--json"]
    assert main(["push", str(file), "--url", f"http://127.0.0.1:{desk.port}", *base]) == 0
    over_http = msgspec.json.decode(capsys.readouterr().out, type=list[dict[str, str | int]])
    assert main(["push", str(file), "--type", "application/json", *base]) == 0
    straight = msgspec.json.decode(capsys.readouterr().out, type=list[dict[str, str | int]])
    assert [one["state"] for one in over_http] == ["received", "received"]
    assert [(one["article"], one["state"]) for one in straight] == [(one["article"], "duplicate") for one in over_http]
    assert main(["push", str(file), "--type", "application/json", "--uri", "urn:1", *base]) == 1
