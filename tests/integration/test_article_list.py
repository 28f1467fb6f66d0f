"""The list of articles and the live changes, over the real ledger, index and door."""

import http.client
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from services.index.sinks.sqlite import SqliteSink
from services.index.tasks import index_articles
from services.ingest.intake import open_archive
from services.normalize.tasks import read_articles
from services.web.app import open_state
from services.web.keys import Keys
from services.web.listing import Wanted
from services.web.state import AppState
from shared.article import Article
from shared.clock import now_us
from shared.envelope import Input, Source
from shared.ledger.calls import Claimed, Commit, Failure, Ledger
from shared.settings import Settings
from shared.work.batches import run_batch
from shared.work.celery_app import open_ledger
from shared.work.retry import RetryPolicy
from tests.conftest import wait_for
from tests.integration.test_web import ask, door_of
from tests.stages import holds_of, work_off

HUE = Source(kind="push", name="hue")
FEED = Source(kind="feed", name="https://tin.example/rss")
DROP = Source(kind="drop", name="")


class Desk:
    """A door over real parts, and the two workers behind it as calls."""

    def __init__(self, app_state: AppState, settings: Settings, port: int, key: str) -> None:
        self.app_state, self.settings, self.port, self.key = app_state, settings, port, key
        self.ledger: Ledger = open_ledger(settings)

    def take(self, words: str, source: Source = HUE, **more: Any) -> str:
        item = Input(source=source, media_type="text/plain", body=words.encode(), **more)
        (answer,) = self.app_state.intake.take_each([item])
        assert not isinstance(answer, Exception)
        return answer.article

    def clean(self, headline: str | None = None, article: Article | None = None) -> None:
        """Normalize all that waits, as this article or with this headline, and index it."""
        self.read(headline, article)
        with closing(SqliteSink(self.settings.index_file)) as sink:
            self.index(sink)

    def read(self, headline: str | None = None, article: Article | None = None) -> None:
        """Normalize all that waits, as this article or with this headline."""
        while taken := self.ledger.claim("normalize", "test"):
            read = [(item, article or Article(headline=headline or f"Bài {item.ref}")) for item in taken]
            self.ledger.commit("normalize", [self._cleaned(item.ref, item.token, one) for item, one in read])

    def index(self, sink: SqliteSink) -> None:
        """Put what was read into an index."""
        run_batch(
            self.ledger,
            "index",
            "test",
            index_articles(sink, holds_of(self.ledger, self.settings.index_file)),
            RetryPolicy(max_attempts=5),
        )

    def work(self) -> None:
        """Both stages do what waits, as the workers do."""
        read = read_articles(max_bytes=self.settings.max_input_bytes, cpu_s=60)
        with closing(SqliteSink(self.settings.index_file)) as sink:
            work_off(self.ledger, read, sink)

    def bury(self, note: str = "KeyError") -> None:
        (item,) = self.ledger.claim("normalize", "test")
        dead = Failure(ref=item.ref, token=item.token, verdict="dead", reason="unforeseen", note=note)
        self.ledger.fail("normalize", [dead])

    def refuse(self) -> None:
        self.refuse_these(self.ledger.claim("normalize", "test"))

    def refuse_these(self, items: Sequence[Claimed]) -> None:
        failures = [
            Failure(ref=item.ref, token=item.token, verdict="refused", reason="permanent", note="no article")
            for item in items
        ]
        self.ledger.fail("normalize", failures)

    def ask(self, path: str) -> Any:
        status, _, body = ask(self.port, "GET", path, Authorization=self.key)
        assert status == 200, body
        return body

    def names(self, query: str = "") -> list[str]:
        return [row["article"] for row in self.ask(f"/v1/articles{query}")["articles"]]

    def _cleaned(self, ref: str, token: str, article: Article) -> Commit:
        return Commit(ref=ref, token=token, outcome="normalized", article=msgspec.json.encode(article))


@contextmanager
def door_to(settings: Settings) -> Iterator[Desk]:
    """A desk that is open to a publisher who may also watch it."""
    app_state = open_state(settings, open_archive(settings))
    key = f"Bearer {Keys(app_state.keys.path).create('hue', scopes=('push', 'monitor'))}"
    with door_of(app_state) as (port, _, _):
        yield Desk(app_state, settings, port, key)


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    with door_to(settings) as door:
        yield door


def test_articles_of_every_state_stand_in_one_list_the_newest_first(desk: Desk) -> None:
    indexed = desk.take("Một")
    desk.clean("Một")
    dead = desk.take("Hai")
    desk.bury()
    refused = desk.take("Ba")
    desk.refuse()
    queued = desk.take("Bốn")
    rows = desk.ask("/v1/articles")["articles"]
    assert [row["article"] for row in rows] == [queued, refused, dead, indexed]
    assert [row["state"] for row in rows] == ["queued", "refused", "dead", "indexed"]
    assert (rows[2]["reason"], rows[2]["note"]) == ("unforeseen", "KeyError")
    assert (rows[3]["headline"], rows[3]["source"]) == ("Một", "push:hue")
    assert rows[3]["worker"].count(":") == 2
    assert rows[3]["workedSeconds"] >= 0
    assert rows[3]["links"]["receipt"].startswith("/v1/receipts/r")


def test_filters_narrow_the_list(desk: Desk) -> None:
    pushed = desk.take("Một")
    fed = desk.take("Hai", FEED, aliases=("url:https://tin.example/hai",), url="https://tin.example/hai")
    dropped = desk.take("Ba", DROP, aliases=("path:hue/ba.txt",), name="hue/ba.txt")
    desk.clean()
    waiting = desk.take("Bốn", FEED)
    assert desk.names("?source=push:hue") == desk.names("?publisher=hue") == [pushed]
    assert desk.names("?source=feed") == [waiting, fed]
    assert desk.names("?source=feed&state=indexed") == desk.names("?source=feed:*&state=indexed") == [fed]
    assert desk.names("?source=feed:https://tin.example/*") == desk.names("?source=f*") == [waiting, fed]
    assert desk.names("?source=feed:https://tin.example/x*") == []
    changes = [desk.ask(f"/v1/events?after=0-0&source={source}")["changes"] for source in ("feed", "feed:*")]
    assert changes[0] == changes[1] != []
    assert desk.names("?state=in-flight") == [waiting]
    assert desk.names("?q=hue/ba.txt") == desk.names(f"?q={dropped}") == [dropped]
    assert desk.names(f"?q={quote('https://tin.example/hai?utm_source=x')}") == [fed]
    assert desk.names("?since=1h&limit=2") == [waiting, dropped]
    assert desk.names("?since=2126-01-01T00:00:00Z") == []
    assert desk.names("?publisher=nobody") == []


def test_repeats_are_listed_where_they_are_asked_for(desk: Desk) -> None:
    first = desk.take("Một", FEED, aliases=("url:https://tin.example/1",))
    desk.clean("Một")
    desk.take("Một.", FEED, aliases=("url:https://tin.example/1",))
    desk.clean("Một")
    assert len(desk.names()) == 1
    rows = desk.ask("/v1/articles?state=duplicate")["articles"]
    assert [(row["article"], row["state"], row["headline"]) for row in rows] == [(first, "duplicate", "Một")]
    assert len(desk.names("?state=all")) == 2


def test_every_article_stands_on_exactly_one_page(desk: Desk) -> None:
    all_of_them = {desk.take(f"Bài {number}") for number in range(12)}
    desk.clean()
    all_of_them |= {desk.take(f"Đang đến {number}") for number in range(9)}
    seen: list[str] = []
    path = "/v1/articles?limit=4"
    while path:
        page = desk.ask(path)
        seen += [row["article"] for row in page["articles"]]
        path = page["links"].get("next", "")
    assert (len(seen), set(seen)) == (21, all_of_them)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("state=lost", "state"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("limit=0", "limit"),
        ("before=x", "before"),
        ("publisher=a&source=feed", "publisher"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(desk: Desk, query: str, parameter: str) -> None:
    status, _, body = ask(desk.port, "GET", f"/v1/articles?{query}", Authorization=desk.key)
    assert (status, body["errors"][0]["parameter"]) == (400, parameter)


def lines_of(desk: Desk, path: str, headers: dict[str, str], until: str, got: list[str]) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Authorization": desk.key, "Accept": "text/event-stream", **headers})
        answer = connection.getresponse()
        while not got or until not in got[-1]:
            got.append(answer.readline().decode())


def follow(desk: Desk, until: str, path: str = "/v1/events", **headers: str) -> tuple[threading.Thread, list[str]]:
    got: list[str] = []
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    thread = threading.Thread(target=lines_of, args=(desk, path, named, until, got), daemon=True)
    thread.start()
    wait_for(lambda: got, "the stream did not begin")
    return thread, got


def changes_in(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]


def test_who_follows_sees_every_step_and_can_go_on_after_a_break(desk: Desk) -> None:
    thread, got = follow(desk, '"indexed"')
    article = desk.take("Một")
    desk.clean()
    thread.join(30)
    assert not thread.is_alive()
    changes = changes_in(got)
    assert [change["state"] for change in changes] == ["received", "working", "normalized", "working", "indexed"]
    assert {change["article"] for change in changes} == {article}
    again, later = follow(desk, '"indexed"', Last_Event_ID=changes[1]["id"])
    again.join(30)
    assert changes_in(later) == changes[2:]


def test_a_follower_gets_what_it_asked_for(desk: Desk) -> None:
    thread, got = follow(desk, '"indexed"', "/v1/events?state=indexed&source=feed:*")
    desk.take("Một")
    fed = desk.take("Hai", FEED)
    desk.clean()
    thread.join(30)
    assert [(change["article"], change["state"]) for change in changes_in(got)] == [(fed, "indexed")]


def test_a_program_polls_for_changes_and_goes_on_from_the_last(desk: Desk) -> None:
    start = desk.ask("/v1/events")["last"]
    article = desk.take("Một")
    told = desk.ask(f"/v1/events?after={start}&wait=20")
    assert [(change["article"], change["state"]) for change in told["changes"]] == [(article, "received")]
    assert desk.ask(f"/v1/events?after={told['last']}") == {"changes": [], "last": told["last"]}
    assert desk.ask("/v1/events?after=0-0")["changes"] == told["changes"]


def test_changes_that_are_gone_are_told_as_such(desk: Desk) -> None:
    desk.take("Một")
    status, _, body = ask(desk.port, "GET", "/v1/events?after=5-0", Authorization=desk.key)
    assert (status, body["type"]) == (410, "/problems/missed")
    thread, _ = follow(desk, "event: missed", Last_Event_ID="5-0")
    thread.join(30)
    assert not thread.is_alive()
    status, _, body = ask(desk.port, "GET", "/v1/events?after=yesterday", Authorization=desk.key)
    assert (status, body["errors"][0]["parameter"]) == (400, "after")


def test_what_waits_for_the_end_of_its_embargo_is_known_by_its_headline_to_the_desk_alone(desk: Desk) -> None:
    article = desk.take("Tin lúc sáu giờ")
    (item,) = desk.ledger.claim("normalize", "test")
    desk.ledger.commit("normalize", [desk._cleaned(item.ref, item.token, Article(headline="Tin lúc sáu giờ"))])
    (item,) = desk.ledger.claim("index", "test")
    held = Failure(ref=item.ref, token=item.token, verdict="hold", reason="embargo", due_us=now_us() + 3_600_000_000)
    desk.ledger.fail("index", [held])
    (row,) = desk.ask("/v1/articles?state=held")["articles"]
    assert (row["article"], "headline" in row) == (article, False)
    rows = desk.app_state.list_articles(Wanted(states=("held",))).rows
    assert [row.headline for row in desk.app_state.desk.with_headlines(rows)] == ["Tin lúc sáu giờ"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/articles?since=1h&since=2h", "since"),
        ("/v1/search?q=x&q=x", "q"),
        ("/v1/events?after=0-0&after=", "after"),
    ],
)
def test_a_parameter_that_is_given_twice_is_refused(desk: Desk, path: str, name: str) -> None:
    status, _, body = ask(desk.port, "GET", path, Authorization=desk.key)
    assert (status, body["errors"][0]["parameter"]) == (400, name)
    assert "can hold only once" in body["detail"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/articles?bogus=1", "bogus"),
        ("/v1/articles?source=bogus", "source"),
        ("/v1/search?q=x&source=feed", "source"),
        ("/v1/events?after=0-0&publisher=hue", "publisher"),
        ("/v1/events?after=0-0&source=bogus:x", "source"),
        ("/v1/events?after=0-0&source=bogus:*", "source"),
        ("/v1/articles?source=bogus*", "source"),
    ],
)
def test_a_filter_that_there_is_not_is_refused_by_name(desk: Desk, path: str, name: str) -> None:
    status, _, body = ask(desk.port, "GET", path, Authorization=desk.key)
    assert (status, body["errors"][0]["parameter"]) == (400, name)
    assert f"{'bogus' if 'bogus' in path else name}" in body["detail"]
    assert "There are" in body["detail"] or "feed" in body["detail"]
