"""A pinged page is visited by itself: over a real server, Redis, archive and ledger."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ingest.intake import Intake, open_archive
from services.ingest.page_visitor import BACKOFF_S, TRIES, PageVisitor
from services.ingest.page_visits import LEASE_S, LEAST_BETWEEN_S, PageVisits
from services.web.keys import Keys
from shared.envelope import MOST_BYTES, Source
from shared.errors import IntakeFull
from shared.identity import canonical_prefix
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.settings import Settings
from shared.work.celery_app import open_ledger
from tests.conftest import Server, settings_over
from tests.integration.origin import Origin, Reply
from tests.integration.test_web import ask, door_of
from tests.unit.web.stand_ins import a_desk

HUE = Source(kind="push", name="hue", zone="Asia/Ho_Chi_Minh", language="vi")
PAGE = b"<html><body><article><h1>Mot dau de</h1><p>Mot cau cua bai.</p></article></body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


class TimedVisits(PageVisits):
    """Visits whose Redis has the time that the test sets."""

    us = 1_700_000_000_000_000

    def _call(self, command: str, page: str, **args: object) -> Any:
        return super()._call(command, page, now=self.us, **args)

    def pass_s(self, seconds: float) -> None:
        self.us += int(seconds * 1_000_000)


class Desk:
    """A visitor with all that stands behind it."""

    def __init__(self, settings: Settings, origin: Origin) -> None:
        self.origin = origin
        self.ledger, self.archive = open_ledger(settings), open_archive(settings)
        self.redis: Any = connect(settings)
        self.visits = TimedVisits(self.redis)
        self.visitor = PageVisitor(settings, self.visits, Intake(self.ledger, self.archive, settings))

    def ask(self, path: str, *prefixes: str) -> int:
        below = prefixes or (self.origin.url("/"),)
        return self.visits.ask(self.origin.url(path), HUE, tuple(filter(None, map(canonical_prefix, below))))

    def inputs(self) -> list[Any]:
        return [entry.envelope for _, entry in self.archive.entries()]

    def waiting(self) -> int:
        return int(self.redis.zcard(keys.VISITS_DUE))


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path, origin: Origin) -> Desk:
    changes = {"allow_networks": (f"127.0.0.1:{origin.port}",), "fetch_timeout_s": 2}
    return Desk(settings_over(shared_redis, tmp_path, **changes), origin)


def test_a_page_becomes_an_article_of_the_publisher_who_spoke_of_it(desk: Desk, origin: Origin) -> None:
    origin.pages["/a.html?utm_source=x"] = Reply(headers=HTML, body=PAGE)
    desk.ask("/a.html?utm_source=x")
    assert desk.visitor.visit_due() == 1
    (envelope,) = desk.inputs()
    assert (envelope.source, envelope.own, envelope.media_type) == (HUE, True, "text/html; charset=utf-8")
    assert envelope.aliases == (f"url:https://127.0.0.1:{origin.port}/a.html",)
    assert envelope.url == origin.url("/a.html")
    assert (desk.waiting(), desk.visitor.visit_due()) == (0, 0)


def test_the_same_page_twice_is_visited_once_within_half_a_minute(desk: Desk, origin: Origin) -> None:
    origin.pages["/a.html"] = Reply(headers=HTML, body=PAGE)
    assert desk.ask("/a.html") == desk.ask("/a.html?utm_source=x") == desk.visits.us
    desk.visitor.visit_due()
    wait_us = desk.ask("/a.html") - desk.visits.us
    assert 0 < wait_us <= LEAST_BETWEEN_S * 1_000_000
    assert desk.visitor.visit_due() == 0
    desk.visits.us += wait_us
    assert desk.visitor.visit_due() == 1
    assert desk.ledger.balance().accepted == 1, "the same words again are a duplicate"


def test_what_is_asked_while_a_visit_runs_is_visited_once_more(desk: Desk, origin: Origin) -> None:
    def page(_: object) -> Reply:
        desk.ask("/a.html")
        return Reply(headers=HTML, body=PAGE)

    origin.pages["/a.html"] = page
    desk.ask("/a.html")
    desk.visitor.visit_due()
    origin.pages["/a.html"] = Reply(headers=HTML, body=PAGE.replace(b"Mot cau", b"Hai cau"))
    desk.visits.pass_s(LEAST_BETWEEN_S)
    assert desk.visitor.visit_due() == 1
    assert len(desk.inputs()) == 2


def test_a_failure_that_passes_is_tried_again_a_few_times(desk: Desk, origin: Origin) -> None:
    origin.pages["/a.html"] = Reply(status=503)
    desk.ask("/a.html")
    for number in range(TRIES):
        assert desk.visitor.visit_due() == 1, number
        assert desk.visitor.visit_due() == 0
        desk.visits.pass_s(BACKOFF_S * 2**number)
    assert (desk.waiting(), desk.inputs()) == (0, [])


def test_a_visitor_that_died_leaves_its_visits_to_others(desk: Desk, origin: Origin) -> None:
    origin.pages["/a.html"] = Reply(headers=HTML, body=PAGE)
    desk.ask("/a.html")
    assert len(desk.visits.claim()) == 1
    assert desk.visitor.visit_due() == 0
    desk.visits.pass_s(LEASE_S)
    assert desk.visitor.visit_due() == 1


@pytest.mark.parametrize(
    ("reply", "prefix"),
    [
        pytest.param(Reply(status=404), "/", id="not there"),
        pytest.param(Reply(headers={"Content-Type": "application/rss+xml"}, body=b"<rss/>"), "/", id="a feed"),
        pytest.param(Reply(headers={"Content-Type": "image/jpeg"}, body=b"\xff\xd8"), "/", id="a picture"),
        pytest.param(Reply(body=PAGE), "/", id="of no type"),
        pytest.param(Reply(headers=HTML, body=b" "), "/", id="empty"),
        pytest.param(Reply(headers=HTML, body=b"x" * (MOST_BYTES + 1)), "/", id="too large"),
        pytest.param(
            Reply(status=302, headers={"Location": "/elsewhere/b.html"}), "/news/", id="leads out of the prefix"
        ),
        pytest.param(Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), "/", id="leads inside"),
    ],
)  # fmt: skip
def test_what_is_no_page_of_theirs_is_not_taken(desk: Desk, origin: Origin, reply: Reply, prefix: str) -> None:
    origin.pages["/news/a.html"] = reply
    origin.pages["/elsewhere/b.html"] = Reply(headers=HTML, body=PAGE)
    desk.ask("/news/a.html", origin.url(prefix))
    assert desk.visitor.visit_due() == 1
    assert (desk.waiting(), desk.inputs()) == (0, [])


def test_a_page_that_moved_within_the_prefix_is_known_by_both_addresses(desk: Desk, origin: Origin) -> None:
    origin.pages["/news/a.html"] = Reply(status=301, headers={"Location": "/news/b.html"})
    origin.pages["/news/b.html"] = Reply(headers=HTML, body=PAGE)
    desk.ask("/news/a.html", origin.url("/news/"))
    desk.visitor.visit_due()
    assert [alias.rpartition("/")[2] for alias in desk.inputs()[0].aliases] == ["a.html", "b.html"]


def test_only_so_many_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.page_visits.MOST_WAITING", 2)
    desk.ask("/1")
    desk.ask("/2")
    desk.ask("/2")
    with pytest.raises(IntakeFull):
        desk.ask("/3")


@pytest.mark.parametrize(
    ("path", "status"), [("https://hue.example/tin/a.html", 202), ("https://hue.example/the-thao/a.html", 403)]
)
def test_the_answer_tells_what_will_happen(tmp_path: Path, path: str, status: int) -> None:
    key = "cd_hue_" + "k" * 43
    asked: list[tuple[str, Source, tuple[str, ...]]] = []

    def ask_visit(*visit: Any) -> int:
        asked.append(visit)
        return 1_700_000_000_000_000

    desk = a_desk(
        Keys(tmp_path / "keys.json", listed=f"hue:{key} prefix=https://hue.example/tin/\nold:cd_old_{'o' * 43}")
    )
    object.__setattr__(desk.app_state, "ping", lambda _: [])
    object.__setattr__(desk.app_state, "ask_visit", ask_visit)
    with door_of(desk.app_state) as (port, _, _):
        body, kind = json.dumps({"url": path}).encode(), {"Content-Type": "application/json"}
        found, _, told = ask(port, "POST", "/v1/pings", body, **kind)
        old = ask(
            port,
            "POST",
            "/v1/pings",
            b'{"url": "https://other.example/"}',
            **kind,
            Authorization=f"Bearer cd_old_{'o' * 43}",
        )
    assert found == status
    assert (old[0], old[2]["type"]) == (404, "/problems/unknown-feed")
    if status == 202:
        assert told == {"feeds": [], "page": {"url": path, "due": "2023-11-14T22:13:20Z"}}
        assert asked == [(path, Source(kind="push", name="hue"), ("https://hue.example/tin",))]
