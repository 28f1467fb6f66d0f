"""A feed's hub from end to end: asked, confirmed at the real front door, believed where it signs, never a burden."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest

from services.ingest.documents import FeedDocuments
from services.ingest.feed_states import FeedState
from services.ingest.hub_asker import HubAsker
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.intake import Intake, open_archive
from services.ingest.parser_process import FeedParser
from services.ingest.websub import HubSubscription
from shared.ledger import keys
from tests.integration.feed_notes import note_state
from tests.integration.test_article_list import Desk
from tests.integration.test_feed_desk import FINE, Feeds, feeds, run
from tests.integration.test_pages import Answer, Browser, browser, desk
from tests.integration.test_web import send

__all__ = ["browser", "desk", "feeds"]
TOPIC = "https://tin.example/topic"


class Hub:
    """A hub on loopback that keeps what it is asked and answers as the test says."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                hub.asked.append({name: values[0] for name, values in form.items()})
                self.send_response(hub.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    yield made
    made.close()


class Newsroom:
    """A desk with a feed that names the hub."""

    def __init__(self, desk: Desk, feeds: Feeds, hub: Hub) -> None:
        self.feeds, self.hub, self.hubs = feeds, hub, HubSubscriptions(desk.ledger.client)
        self.feed, self.door, self.client = feeds.find(FINE), Browser(desk.port), desk.ledger.client
        settings = msgspec.structs.replace(
            desk.settings,
            public_url=f"http://127.0.0.1:{desk.port}/",
            allow_networks=(f"127.0.0.1:{hub.port}",),
            fetch_timeout_s=2,
        )
        self.asker = HubAsker(settings, self.hubs)

    def named(self) -> HubSubscription:
        found = self.hubs.get(self.feed.id)
        assert found is not None
        return found

    def subscribe(self) -> str:
        """Note the hub, ask it, and let it confirm; gives the path of the callback."""
        self.hubs.note_hub(self.feed, self.hub.url, TOPIC)
        assert self.asker.ask_due() == 1
        path = f"/websub/{self.named().token}"
        assert self.confirm(path).status == 200
        return path

    def confirm(self, path: str, **changes: str) -> Answer:
        asked = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "c1", "hub.lease_seconds": "3600"}
        return self.door.get(
            f"{path}?{urlencode(asked | {name.replace('_', '.', 1): v for name, v in changes.items()})}"
        )

    def tell(self, path: str, body: bytes = b"<feed/>", secret: str | None = None) -> int:
        secret = self.named().secret if secret is None else secret
        signature = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
        return self.door.send("POST", path, body, {"X-Hub-Signature": signature, "Content-Type": "text/xml"}).status

    def is_due_at_once(self) -> bool:
        return self.feeds.due() == {FINE}


@pytest.fixture
def newsroom(desk: Desk, feeds: Feeds, hub: Hub) -> Newsroom:
    return Newsroom(desk, feeds, hub)


def test_a_hub_is_asked_once_confirms_and_its_word_brings_the_visit_forward(newsroom: Newsroom, hub: Hub) -> None:
    path = newsroom.subscribe()
    assert [(form["hub.mode"], form["hub.topic"]) for form in hub.asked] == [("subscribe", TOPIC)]
    assert hub.asked[0]["hub.callback"].endswith(path)
    assert hub.asked[0]["hub.secret"] == newsroom.named().secret
    assert newsroom.named().state == "active"
    newsroom.hubs.note_hub(newsroom.feed, hub.url, TOPIC)
    assert newsroom.asker.ask_due() == 0
    assert newsroom.tell(path) == 202
    assert newsroom.named().told_us > 0
    assert newsroom.is_due_at_once()


def test_the_challenge_comes_back_only_for_what_was_wished(newsroom: Newsroom) -> None:
    path = newsroom.subscribe()
    answer = newsroom.confirm(path, hub_challenge="<b>c2")
    assert (answer.status, answer.text) == (200, "<b>c2")
    assert answer.headers["content-type"].startswith("text/plain")
    for changes in ({"hub_topic": "https://evil.example/"}, {"hub_mode": "unsubscribe"}, {"hub_mode": ""}):
        assert newsroom.confirm(path, **changes).status == 404
    assert newsroom.confirm("/websub/guessed").status == 404


def test_what_the_hub_did_not_sign_is_answered_alike_and_ignored(newsroom: Newsroom) -> None:
    path = newsroom.subscribe()
    assert newsroom.tell(path, secret="guessed") == 202
    assert newsroom.door.send("POST", path, b"<feed/>", {}).status == 202
    assert newsroom.feeds.due() == set()
    assert newsroom.tell("/websub/guessed", secret="x") == 410


def test_a_body_is_read_piece_by_piece_and_one_that_is_too_large_is_refused(newsroom: Newsroom, desk: Desk) -> None:
    path = newsroom.subscribe()
    assert newsroom.tell(path, b"x" * (1 << 20)) == 202
    assert newsroom.is_due_at_once()
    assert newsroom.tell(path, b"x" * (desk.settings.max_input_bytes + 1)) == 413


def test_a_call_may_pause_as_long_as_any_body(newsroom: Newsroom, desk: Desk) -> None:
    path = newsroom.subscribe()
    object.__setattr__(desk.app_state, "settings", msgspec.structs.replace(desk.settings, push_stall_s=0.5))
    head = f"POST {path} HTTP/1.1\r\nHost: desk\r\nX-Hub-Signature: sha256={'0' * 64}\r\nContent-Length: 9\r\n\r\n"
    told = send(desk.port, head.encode() + b"<feed", backoff=20)
    assert b" 408 " in told.partition(b"\r\n")[0]
    assert b"no pause above 0.5 s" in told


def test_a_flood_of_calls_is_one_visit_in_half_a_minute(newsroom: Newsroom) -> None:
    path = newsroom.subscribe()
    just_now = FeedState(added_us=newsroom.feed.added_us)
    note_state(newsroom.feeds.states, newsroom.feed, just_now, 600)
    assert {newsroom.tell(path) for _ in range(20)} == {202}
    assert newsroom.feeds.due() == set()
    assert 0 < newsroom.feeds.states.next_due_in() <= 30


def test_a_hub_that_is_away_or_says_no_is_asked_later_and_the_feed_is_visited_as_before(
    newsroom: Newsroom, hub: Hub
) -> None:
    hub.status = 503
    newsroom.hubs.note_hub(newsroom.feed, hub.url, TOPIC)
    assert newsroom.asker.ask_due() == 1
    named = newsroom.named()
    assert (named.state, named.tries) == ("asked", 1)
    assert named.problem is not None
    assert newsroom.asker.ask_due() == 0
    assert newsroom.confirm(f"/websub/{named.token}", hub_mode="denied", hub_reason="full").status == 200
    assert (newsroom.named().state, newsroom.named().problem) == ("denied", "full")


def test_another_hub_than_before_is_asked_anew_and_the_old_callback_ends(newsroom: Newsroom, hub: Hub) -> None:
    path = newsroom.subscribe()
    newsroom.hubs.note_hub(newsroom.feed, f"{hub.url}other", TOPIC)
    assert newsroom.asker.ask_due() == 1
    assert newsroom.tell(path, secret="x") == 410
    assert f"/websub/{newsroom.named().token}" != path


def test_the_callback_of_a_feed_that_was_removed_ends(newsroom: Newsroom) -> None:
    path = newsroom.subscribe()
    newsroom.feeds.states.forget([newsroom.feed.id])
    assert newsroom.tell(path, secret="x") == 410
    assert newsroom.client.hlen(keys.FEEDS_CALLBACKS) == newsroom.client.zcard(keys.FEEDS_HUBS_DUE) == 0


def test_a_call_that_ends_late_changes_nothing_that_came_meanwhile(newsroom: Newsroom) -> None:
    path = newsroom.subscribe()
    called = newsroom.named()
    assert newsroom.confirm(path, hub_lease_seconds="7200").status == 200
    renewed = newsroom.named()
    newsroom.hubs.note_told(called)
    assert newsroom.named().told_us > 0
    assert newsroom.named().ends_us == renewed.ends_us > called.ends_us
    newsroom.hubs.forget([newsroom.feed.id])
    newsroom.hubs.note_told(called)
    assert newsroom.hubs.get(newsroom.feed.id) is None


def test_a_document_that_names_its_hub_is_noted(newsroom: Newsroom, desk: Desk, parser: FeedParser) -> None:
    intake = Intake(desk.ledger, open_archive(desk.settings), desk.settings)
    documents = FeedDocuments(desk.settings, newsroom.feeds.states, intake, parser, newsroom.hubs.note_hub)
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/>'
        b'<link rel="self" href="https://tin.example/self"/></feed>'
    )
    documents.take_document(newsroom.feed, body, None, FINE)
    assert (newsroom.named().hub, newsroom.named().topic) == ("https://hub.example/", "https://tin.example/self")
    documents.take_document(newsroom.feed, body, None, FINE, '<https://header.example/>; rel="hub"')
    assert (newsroom.named().hub, newsroom.named().topic) == ("https://header.example/", "https://tin.example/self")


def test_a_person_sees_how_the_hub_stands_and_none_of_its_secrets(
    newsroom: Newsroom, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = newsroom.subscribe()
    newsroom.tell(path)
    for argv, words in (((), "active for 59 min, called"), (("--json",), '"state":"active"')):
        assert run(desk, "feeds", "show", FINE, *argv) == 0
        told = capsys.readouterr().out
        assert words in told
        assert newsroom.named().secret not in told
        assert newsroom.named().token not in told


def test_the_page_of_a_feed_tells_how_its_hub_stands(newsroom: Newsroom, browser: Browser) -> None:
    newsroom.subscribe()
    shown = browser.get(f"/feeds/one?id={newsroom.feed.id}").text
    assert f"Hub: 127.0.0.1:{newsroom.hub.port}/ · active" in shown
    assert newsroom.named().secret not in shown
    assert newsroom.named().token not in shown
