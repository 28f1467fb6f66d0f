"""Many articles in one request, each with a result of its own; and a ping, upon which a feed is visited."""

import io
import json
import zipfile
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from services.ingest.feed_states import FeedStates
from services.ingest.subscriptions import Subscriptions
from services.web.batch_items import MOST_ITEMS, items_of
from services.web.problems import Problem
from services.web.spooling import ZIP
from shared.clock import now_us
from shared.ledger import keys
from shared.settings import Settings
from tests.integration.feed_notes import note_state
from tests.integration.verbs import Answer, Newsdesk, news, newsdesk_of

LINES = {"Content_Type": "application/x-ndjson"}
PACKED = {"Content_Type": "application/zip"}


@pytest.fixture
def desk(settings: Settings) -> Iterator[Newsdesk]:
    with newsdesk_of(settings) as made:
        yield made


def lines(*items: object) -> bytes:
    return b"\n".join(item if isinstance(item, bytes) else json.dumps(item).encode() for item in items)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return packed.getvalue()


def send(desk: Newsdesk, body: bytes, **headers: str) -> Answer:
    return desk.call("POST", "/v1/batches", body, **headers)


def test_each_line_has_a_result_of_its_own(desk: Newsdesk) -> None:
    desk.push(news("Theirs", uri="https://hue.example/1"), "hanoi")
    items = [news(f"News {n}", uri=f"urn:n:{n}") for n in range(60)]
    items[7] = {"price": 3}
    items[9] = news("Mine?", uri="https://hue.example/1")
    body = lines(*items[:30], b"", b"{broken", b"x" * (desk.settings.max_input_bytes + 9), *items[30:], items[0])
    told = send(desk, body, **LINES)
    assert (told.status, told.body["taken"], told.body["refused"]) == (200, 59, 4)
    results = told.body["results"]
    assert [result["index"] for result in results] == list(range(63))
    assert (results[0]["status"], results[0]["line"], results[0]["state"]) == (202, 1, "received")
    assert results[0]["links"]["receipt"] == f"/v1/receipts/{results[0]['receipt']}"
    refused = {result["line"]: result["problem"]["type"] for result in results if "problem" in result}
    assert refused == {
        8: "/problems/no-article",
        10: "/problems/not-yours",
        32: "/problems/bad-request",
        33: "/problems/too-large",
    }
    assert (results[62]["status"], results[62]["state"], results[62]["article"]) == (
        200,
        "duplicate",
        results[0]["article"],
    )
    desk.work()
    assert desk.found("news") == 58
    assert send(desk, b"\n\n", **LINES).status == 422
    assert send(desk, b"\n".join([b"{}"] * (MOST_ITEMS + 1)), **LINES).body["maxItems"] == MOST_ITEMS
    assert send(desk, b"{}", Content_Type="application/json").status == 415


def test_each_file_of_a_zip_has_a_result_of_its_own(desk: Newsdesk) -> None:
    files = {
        "folder/": b"",
        "folder/one.txt": "Cao su\n\nĐược mùa.".encode(),
        "two.json": json.dumps(news("Two")).encode(),
        "page.html": b"<html><h1>Three</h1><p>Some words of it.</p></html>",
        "photo.jpg": b"\xff\xd8",
        "../up.txt": b"up",
        "/etc/passwd.txt": b"root",
        "c:\\x.txt": b"x",
        "empty.txt": b"",
        "bomb.txt": b"0" * 40_000_000,
    }
    told = send(desk, zipped(files), **PACKED).body
    statuses = {result["name"]: result["status"] for result in told["results"]}
    assert statuses == {
        "folder/one.txt": 202,
        "two.json": 202,
        "page.html": 202,
        "photo.jpg": 415,
        "../up.txt": 400,
        "/etc/passwd.txt": 400,
        "c:\\x.txt": 400,
        "empty.txt": 422,
        "bomb.txt": 413,
    }
    desk.work()
    assert desk.found("cao su") == 1


def test_a_zip_that_lies_is_refused(settings: Settings) -> None:
    honest = zipped({"a.txt": b"One word of it."})
    end = honest.rfind(b"PK\x05\x06")
    for body in (
        b"PK\x03\x04 no zip at all",
        honest[:-30],
        honest[:end] + b"PK\x06\x07" + b"\0" * 16 + honest[end:],
        honest[: end + 12] + (1 << 30).to_bytes(4, "little") + honest[end + 16 :],
        zipped({f"{n}.txt": b"x" for n in range(MOST_ITEMS + 1)}),
    ):
        with pytest.raises(Problem):
            list(items_of(ZIP, io.BytesIO(body), 1000))
    torn = bytearray(zipped({"a.txt": b"One word of it." * 50, "b.txt": b"Two words of it."}))
    torn[40] ^= 0xFF
    first, second = items_of(ZIP, io.BytesIO(bytes(torn)), 1000)
    assert (first.problem is not None, second.body) == (True, b"Two words of it.")
    (small,) = items_of(ZIP, io.BytesIO(zipped({"a.txt": b"0" * 100_000})), 1000)
    assert small.problem is not None and small.problem.slug == "too-large"


def test_a_ping_brings_the_visit_of_a_feed_forward(desk: Newsdesk) -> None:
    subscriptions, states = Subscriptions(desk.settings), FeedStates(desk.ledger.client)
    feed = subscriptions.add("https://hue.example/rss")
    states.sync(subscriptions.list())
    note_state(states, feed, states.get(feed), 3600.0)

    def due() -> float:
        return float(desk.ledger.client.zscore(keys.FEEDS_DUE, feed.id) or 0) - now_us() / 1_000_000

    assert due() > 3000
    told = desk.call("POST", "/v1/pings", {"url": "https://hue.example/2015/11/rubber.html"})
    assert (told.status, [ping["feed"] for ping in told.body["feeds"]]) == (202, ["https://hue.example/rss"])
    assert due() < 31, "not at once: it was visited just now"
    note_state(states, feed, states.get(feed), 3600.0)
    form = urlencode({"hub.mode": "publish", "hub.url": "https://hue.example/rss"}).encode()
    assert desk.call("POST", "/v1/pings", form, Content_Type="application/x-www-form-urlencoded").status == 202
    assert due() < 31
    assert desk.call("POST", "/v1/pings", {"url": "https://hanoi.example/1"}).slug == "unknown-feed"
    desk.key("saigon", "https://saigon.example/")
    assert desk.call("POST", "/v1/pings", {"url": "https://hue.example/rss"}, "saigon").slug == "beyond-prefixes"
    for bad in ({"url": "file:///etc/passwd"}, {"url": 3}, {}, b"x"):
        assert desk.call("POST", "/v1/pings", bad).status == 400
    note_state(states, feed, states.get(feed), None)  # it answered 410
    assert desk.call("POST", "/v1/pings", {"url": "https://hue.example/rss"}).slug == "unknown-feed"
