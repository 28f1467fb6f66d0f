"""The front door over stand-ins: what each address answers, and how each refusal is told."""

import asyncio
import gzip
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from services.index.engine import SearchAway
from services.index.search import Answered
from services.web.keys import Keys
from services.web.middleware import OPEN_BELOW
from services.web.problem_kinds import KINDS
from services.web.routes import ROUTES, front_door
from shared.envelope import MOST_BYTES, Event, SourceKind
from shared.errors import IntakeFull, TransientError
from shared.ledger.events import Change
from shared.ledger.reader import Head
from shared.ledger.troubles import Trouble
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import (
    ARTICLE,
    HUE,
    KEY,
    RECEIPT,
    REV,
    SECRET,
    Desk,
    MemoryLines,
    a_desk,
    a_line,
    a_stored,
)

TEXT = {"Content_Type": "text/plain"}


def test_a_push_is_taken_in_and_answered_with_its_receipt(client: Caller, desk: Desk) -> None:
    answer = client.post("/v1/articles", "Bằng những".encode(), **TEXT)
    assert answer.status == 202
    assert answer.headers["location"] == f"/v1/receipts/{RECEIPT}"
    assert answer.json() == {
        "receipt": RECEIPT,
        "article": ARTICLE,
        "rev": REV,
        "state": "received",
        "links": {"receipt": f"/v1/receipts/{RECEIPT}", "article": f"/v1/articles/{ARTICLE}"},
    }
    [item] = desk.intake.taken
    assert (item.source.kind, item.source.name, item.source.zone, item.source.language) == (
        "push", HUE.name, HUE.zone, HUE.language,
    )  # fmt: skip
    assert item.body.decode() == "Bằng những"


def test_the_same_again_is_a_duplicate(client: Caller) -> None:
    assert [client.post("/v1/articles", b"Bai", **TEXT).status for _ in range(2)] == [202, 200]


@pytest.mark.parametrize(
    ("body", "kind", "media_type", "alias"),
    [
        (b"<p>Bai", "text/html; charset=utf-8", "text/html; charset=utf-8", "url:https://hue.example/1"),
        (b'{"headline": "x", "uri": "a:1"}', "application/json", "application/json", "uri:hue a:1"),
        (b'{"headline": "x", "uri": "a:1"}', "application/ninjs+json", "application/ninjs+json", "uri:hue a:1"),
        (b'{"headline": "x", "url": "https://hue.example/1"}', "application/ld+json", "application/ld+json",
         "url:https://hue.example/1"),
    ],
)  # fmt: skip
def test_each_kind_of_body_goes_in_with_its_address(
    client: Caller, desk: Desk, body: bytes, kind: str, media_type: str, alias: str
) -> None:
    headers = {"Content_Type": kind, "Content_Location": "https://hue.example/1"}
    assert client.post("/v1/articles", body, **headers).status == 202
    item = desk.intake.taken[0]
    assert (item.media_type, item.aliases[0]) == (media_type, alias)
    assert item.aliases[-1] == "url:https://hue.example/1"


@pytest.mark.parametrize(
    ("kind", "name", "status"),
    [
        pytest.param("push", "hanoi", 403, id="pushed by another"),
        pytest.param("push", "hue", 202, id="pushed by the same"),
        pytest.param("feed", "https://hue.example/feed", 202, id="read from a feed"),
    ],
)
def test_a_page_stays_with_the_publisher_who_pushed_it(
    client: Caller, desk: Desk, kind: SourceKind, name: str, status: int
) -> None:
    desk.index.stored["url:https://hue.example/1"] = a_stored(kind=kind, name=name)
    headers = {"Content_Type": "text/html", "Content_Location": "https://hue.example/1"}
    answer = client.post("/v1/articles", b"<p>Bai", **headers)
    assert (answer.status, len(desk.intake.taken)) == (status, status == 202)


def test_a_gzipped_body_is_unpacked(client: Caller, desk: Desk) -> None:
    packed = gzip.compress(b"Bai " * 100)
    assert client.post("/v1/articles", packed, Content_Encoding="gzip", **TEXT).status == 202
    assert desk.intake.taken[0].body == b"Bai " * 100


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"", {}, 422, id="empty"),
        pytest.param(b" \r\n\t", {}, 422, id="white space"),
        pytest.param(b"x" * 1001, {}, 413, id="over the limit"),
        pytest.param(b"x", {"Content_Length": "5000"}, 413, id="declared over the limit"),
        pytest.param(b"x", {"Content_Length": "9" * 5000}, 413, id="declared beyond reason"),
        pytest.param(gzip.compress(b"x" * 1001), {"Content_Encoding": "gzip"}, 413, id="unpacks over the limit"),
        pytest.param(gzip.compress(bytes(10_000_000)), {"Content_Encoding": "gzip"}, 413, id="a gzip bomb"),
        pytest.param(gzip.compress(b"Bai")[:-4], {"Content_Encoding": "gzip"}, 400, id="gzip cut short"),
        pytest.param(b"x", {"Content_Encoding": "br"}, 415, id="brotli"),
        pytest.param(b"x", {"Content_Encoding": "gzip, gzip"}, 415, id="packed twice"),
        pytest.param(zlib.compress(b"x"), {"Content_Encoding": "deflate"}, 415, id="deflate"),
        pytest.param(b"a=1", {"Content_Type": "application/x-www-form-urlencoded"}, 415, id="a form"),
        pytest.param(b"x", {"Content_Type": ""}, 415, id="no type"),
        pytest.param(b'{"headline": "\xff"}', {"Content_Type": "application/json"}, 400, id="broken UTF-8"),
        pytest.param(b"{,}", {"Content_Type": "application/json"}, 400, id="broken JSON"),
        pytest.param(b'{"price": 3}', {"Content_Type": "application/json"}, 422, id="JSON that is no article"),
        pytest.param(b"x", {"X_Article_URI": "a b"}, 400, id="a uri with a space"),
        pytest.param(b"x", {"X_Filler": "x" * 20_000}, 431, id="huge headers"),
        pytest.param(b"x", {"Authorization": ""}, 401, id="no key"),
        pytest.param(b"x", {"Authorization": "Bearer cd_hue_wrong"}, 401, id="wrong key"),
        pytest.param(b"x", {"Authorization": "Bearer \xff"}, 401, id="a key that is no text"),
        pytest.param(b"x", {"Authorization": "Basic aHVlOng="}, 401, id="another scheme"),
    ],
)
def test_a_bad_push_is_refused_with_a_problem(
    client: Caller, desk: Desk, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/v1/articles", body, **(TEXT | headers))
    assert (answer.status, answer.is_problem) == (status, True)
    assert desk.intake.taken == []
    assert desk.app_state.room.held == 0


def test_a_body_in_pieces_stops_at_the_limit(client: Caller, desk: Desk) -> None:
    answer = client.call("POST", "/v1/articles", chunks=[b"x" * 600, b"x" * 600, b"x" * 600], headers=TEXT, hang=True)
    assert (answer.status, answer.is_problem) == (413, True)


def test_what_the_reader_would_refuse_is_refused_at_the_door(tmp_path: Path) -> None:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET))
    with Caller(front_door(desk.app_state), {"Authorization": f"Bearer {KEY}"}) as client:
        assert client.post("/v1/articles", b"x" * MOST_BYTES, **TEXT).status == 202
        refused = client.post("/v1/articles", b"x" * (MOST_BYTES + 1), **TEXT)
    assert (refused.status, refused.json()["maxBytes"]) == (413, MOST_BYTES)


def test_a_key_that_is_revoked_while_its_body_comes_takes_nothing_in(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    key = keys.create("hue")
    desk = a_desk(keys)

    async def send() -> int:
        pieces = iter([b"Bai", b" viet"])
        sent: list[Message] = []

        async def receive() -> Message:
            piece = next(pieces)
            if piece == b" viet":
                keys.revoke("hue")
            return {"type": "http.request", "body": piece, "more_body": piece == b"Bai"}

        async def answered(message: Message) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {key}".encode()), (b"content-type", b"text/plain")]
        scope = {"type": "http", "method": "POST", "path": "/v1/articles", "query_string": b"", "headers": headers}
        await front_door(desk.app_state)(scope, receive, answered)
        return int(sent[0]["status"])

    assert asyncio.run(send()) == 401
    assert desk.intake.taken == []


def test_an_article_that_is_indexed_between_the_two_looks_is_shown(client: Caller, desk: Desk) -> None:
    class IndexedMeanwhile(MemoryLines):
        def head(self, _article: str, /) -> Head | None:
            desk.index.stored[ARTICLE] = a_stored()
            return Head(rev=REV)

    state = replace(desk.app_state, ledger=IndexedMeanwhile(current=a_line("indexed")))
    with Caller(front_door(state), client.headers) as late:
        assert late.get(f"/v1/articles/{ARTICLE}").status == 200


def test_a_body_that_never_ends_is_given_up(client: Caller, desk: Desk) -> None:
    object.__setattr__(desk.app_state, "settings", type(desk.app_state.settings)(push_body_s=0.05))
    answer = client.call("POST", "/v1/articles", chunks=[b"x"], headers=TEXT, hang=True)
    assert (answer.status, answer.is_problem) == (408, True)


def test_bodies_that_together_are_too_much_are_asked_to_come_later(client: Caller, desk: Desk) -> None:
    desk.app_state.room.total = 10
    answer = client.post("/v1/articles", b"x" * 11, **TEXT)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert desk.app_state.room.held == 0


@pytest.mark.parametrize(
    ("error", "slug", "retry_after"),
    [
        (IntakeFull("the archive at /secret is full", retry_after=30), "intake-full", "30"),
        (TransientError("Redis at 10.0.0.1 does not answer", retry_after=5), "unavailable", "5"),
        (SearchAway("OpenSearch at 10.0.0.1 is not reached", retry_after=5), "search-away", "5"),
        (RuntimeError("a secret"), "unforeseen", None),
    ],
)
def test_trouble_inside_is_told_without_its_inside(
    client: Caller, desk: Desk, error: Exception, slug: str, retry_after: str | None
) -> None:
    desk.intake.failing = error
    answer = client.post("/v1/articles", b"Bai", **TEXT)
    assert answer.is_problem
    assert answer.json()["type"] == f"/problems/{slug}"
    assert answer.headers.get("retry-after") == retry_after
    assert not re.search(rb"secret|10\.0\.0\.1|Traceback", answer.body)


def test_what_does_not_answer_is_worded_for_who_asks(client: Caller, desk: Desk) -> None:
    desk.intake.failing = desk.lines.failing = TransientError("Redis does not answer", retry_after=5)
    pushed = client.post("/v1/articles", b"Bai", **TEXT)
    asked = client.get(f"/v1/articles/{ARTICLE}")
    assert (pushed.status, pushed.json()["detail"]) == (503, "Nothing of yours was taken in.")
    assert (asked.status, "taken in" in asked.json()["detail"]) == (503, False)


def test_what_a_refusal_points_to_needs_no_key(client: Caller) -> None:
    refused = client.get("/v1/status", Authorization="")
    assert refused.status == 401
    assert b"keys create" in client.get(refused.json()["type"], Authorization="").body


def test_a_problem_names_its_occurrence_and_explains_itself(client: Caller) -> None:
    answer = client.get("/nothing/here")
    told = answer.json()
    assert told["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert told["type"] == "/problems/not-found"
    assert KINDS["not-found"].remedy.encode() in client.get(told["type"]).body
    assert client.get("/problems/nothing").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles/../../etc/passwd",
        "/v1/articles/..%2f..%2fetc",
        "/v1/articles/" + "A" * 26,
        "/v1/receipts/r",
        "/v1/",
        "//",
        "/v1/receipts/" + "x" * 5000,
        "/v1/articles/%00",
        "/v1/search/",
        "/healthz/../v1/status",
    ],
)
def test_paths_that_lead_nowhere(client: Caller, path: str) -> None:
    answer = client.get(path)
    assert (answer.status, answer.is_problem) == (404, True)


def test_a_method_that_is_not_taken_is_told_which_are(client: Caller) -> None:
    answer = client.call("DELETE", "/v1/articles")
    assert (answer.status, answer.is_problem) == (405, True)
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert client.call("OPTIONS", "/v1/articles", headers={"Origin": "https://evil.example"}).status == 405


@pytest.mark.parametrize("route", [route.path for route in ROUTES if not route.path.startswith(OPEN_BELOW)])
def test_only_health_and_the_description_are_open_and_nothing_allows_other_origins(client: Caller, route: str) -> None:
    path = route.replace(":path", "").format(name=ARTICLE, receipt=RECEIPT, act="replay", picture="x")
    answer = client.get(path, Authorization="", Origin="https://evil.example")
    if path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
        assert answer.status == 200
    else:
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.is_problem
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


def test_an_article_comes_with_its_revision_as_etag(client: Caller, desk: Desk) -> None:
    desk.index.stored[ARTICLE] = a_stored()
    answer = client.get(f"/v1/articles/{ARTICLE}")
    told = answer.json()
    assert (answer.status, answer.headers["etag"], told["rev"]) == (200, f'"{REV}"', REV)
    assert told["article"]["headline"] == "Từng bước nâng cao"
    assert told["timeline"][0] == {"state": "received", "at": "2023-11-14T22:13:20Z"}
    again = client.get(f"/v1/articles/{ARTICLE}", If_None_Match=f'"1", W/"{REV}"')
    assert (again.status, again.body) == (304, b"")
    assert client.get(f"/v1/articles/{ARTICLE}", If_None_Match='"1"').status == 200


def test_a_withdrawn_article_is_gone(client: Caller, desk: Desk) -> None:
    desk.index.stored[ARTICLE] = a_stored(withdrawn=True)
    answer = client.get(f"/v1/articles/{ARTICLE}")
    assert (answer.status, answer.is_problem) == (410, True)


@pytest.mark.parametrize(
    ("state", "slug"),
    [("working", "not-indexed"), ("dead", "not-indexed"), (None, "not-found")],
)
def test_an_article_that_is_not_there_yet_is_told_from_one_that_never_was(
    client: Caller, desk: Desk, state: str | None, slug: str
) -> None:
    desk.lines.current = a_line(state, reason="permanent", note="It holds no text.") if state else None
    answer = client.get(f"/v1/articles/{ARTICLE}")
    assert (answer.status, answer.json()["type"]) == (404, f"/problems/{slug}")
    assert answer.json().get("state") == state
    assert ("retry-after" in answer.headers) == (state == "working")


def test_a_receipt_tells_the_stages_and_when_to_ask_again(client: Caller, desk: Desk) -> None:
    timeline = (
        Event(state="received", at_us=REV),
        Event(state="working", at_us=REV, stage="normalize", note="host:123"),
        Event(state="normalized", at_us=REV + 1, stage="normalize"),
    )
    desk.lines.receipts[RECEIPT] = [a_line("queued", stage="index", timeline=timeline, received_us=REV)]
    answer = client.get(f"/v1/receipts/{RECEIPT}")
    told = answer.json()
    assert (answer.status, answer.headers["retry-after"]) == (200, "1")
    assert (told["state"], told["stage"], told["settled"]) == ("queued", "index", False)
    assert [stage["state"] for stage in told["stages"]] == ["received", "working", "normalized"]
    assert b"host" not in answer.body


def test_a_dead_receipt_tells_why(client: Caller, desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("dead", reason="permanent", note="It holds no text.")]
    answer = client.get(f"/v1/receipts/{RECEIPT}")
    assert answer.json()["problem"] == {"reason": "permanent", "detail": "It holds no text."}
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("forgotten", [True, False], ids=["the ledger let it go", "the ledger has the bare outcome"])
def test_a_receipt_that_the_index_decided_is_answered_by_the_index(client: Caller, desk: Desk, forgotten: bool) -> None:
    assert client.get(f"/v1/receipts/{RECEIPT}").status == 404
    if not forgotten:
        desk.lines.receipts[RECEIPT] = [a_line("duplicate", stage=None)]
    desk.index.answered[RECEIPT] = Answered(article_id="b" * 26, rev=REV, outcome="duplicate", current_rev=7)
    told = client.get(f"/v1/receipts/{RECEIPT}").json()
    assert (told["state"], told["settled"], told["article"]) == ("duplicate", True, "b" * 26)
    assert told["duplicateOf"] == f"{'b' * 26}@7"


def test_waiting_for_a_receipt_ends_when_it_is_settled(client: Caller, desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("queued"), a_line("indexed")]
    desk.stream.coming += [Change(id="1-0", article=ARTICLE, rev=REV, state="indexed", at_us=REV)]
    answer = client.call("GET", f"/v1/receipts/{RECEIPT}?wait=30", chunks=[])
    assert answer.json()["state"] == "indexed"


def test_waiting_for_a_receipt_ends_with_its_time(client: Caller, desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("queued")]
    assert client.call("GET", f"/v1/receipts/{RECEIPT}?wait=0.1", chunks=[]).json()["state"] == "queued"


def test_when_too_many_wait_one_more_is_answered_at_once(client: Caller, desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("queued")]
    object.__setattr__(desk.app_state, "waiters", asyncio.Semaphore(0))
    answer = client.call("GET", f"/v1/receipts/{RECEIPT}?wait=30", chunks=[])
    assert (answer.json()["state"], answer.headers["retry-after"]) == ("queued", "1")


@pytest.mark.parametrize("wait", ["x", "-1", "nan"])
def test_a_wait_that_is_no_time_is_refused(client: Caller, wait: str) -> None:
    assert client.get(f"/v1/receipts/{RECEIPT}?wait={wait}").json()["errors"][0]["parameter"] == "wait"


def test_search_hands_on_what_was_asked(client: Caller, desk: Desk) -> None:
    told = client.get("/v1/search?q=th%E1%BB%ABa%20thi%C3%AAn&limit=5&offset=10").json()
    assert desk.index.asked == [("thừa thiên", 5, 10)]
    assert (told["total"], told["matched"], told["hits"][0]["article"]) == (1, "exact", ARTICLE)


@pytest.mark.parametrize(
    "query",
    ["", "?q=", "?q=%20", "?q=" + "x" * 501, "?q=a&limit=0", "?q=a&limit=101", "?q=a&offset=-1", "?q=a&limit=%D9%A3"],
)
def test_a_query_out_of_bounds_is_refused(client: Caller, query: str) -> None:
    answer = client.get(f"/v1/search{query}")
    assert (answer.status, answer.is_problem) == (400, True)


def test_status_names_what_a_person_must_look_at(client: Caller, desk: Desk) -> None:
    assert client.get("/v1/status").json()["state"] == "ok"
    desk.lines.troubles = (
        Trouble(code="articles-dead", subject="", since=REV, what="2 died", do="copydesk dead list"),
    )
    told = client.get("/v1/status").json()
    assert told["state"] == "degraded"
    assert told["troubles"] == [
        {
            "code": "articles-dead",
            "subject": "",
            "since": REV,
            "what": "2 died",
            "do": "copydesk dead list",
        }
    ]


def test_a_redis_that_is_away_is_the_one_trouble_status_tells(client: Caller, desk: Desk) -> None:
    desk.lines.failing = TransientError("Redis at h:6379 does not answer")
    answer = client.get("/v1/status")
    assert (answer.status, [trouble["code"] for trouble in answer.json()["troubles"]]) == (503, ["redis-away"])


def test_readiness_fails_without_a_word_about_why(client: Caller, desk: Desk) -> None:
    def away() -> None:
        raise TransientError("Redis at 10.0.0.1 does not answer")

    desk.app_state.readiness.probes = (away,)
    answer = client.get("/readyz", Authorization="")
    assert (answer.status, answer.is_problem) == (503, True)
    assert b"Redis" not in answer.body
    assert client.get("/healthz", Authorization="").status == 200


def test_readiness_is_looked_into_once_a_second_however_often_it_is_asked(client: Caller, desk: Desk) -> None:
    looks: list[int] = []
    desk.app_state.readiness.probes = (lambda: looks.append(1),)
    assert {client.get("/readyz", Authorization="").status for _ in range(20)} == {200}
    assert len(looks) < 20


def test_head_tells_what_get_would(client: Caller, desk: Desk) -> None:
    desk.index.stored[ARTICLE] = a_stored()
    assert client.call("HEAD", f"/v1/articles/{ARTICLE}").headers["etag"] == f'"{REV}"'


def test_metrics_count_pushes_and_show_no_path_that_a_stranger_typed(client: Caller) -> None:
    client.post("/v1/articles", b"Bai", **TEXT)
    client.post("/v1/articles", b"Bai", **(TEXT | {"Authorization": "Bearer x"}))
    client.call("BREW", "/coffee?for=me")
    text = client.get("/metrics").body.decode()
    assert 'copydesk_push_requests_total{code="202",publisher="hue"} 1.0' in text
    assert 'copydesk_push_requests_total{code="401",publisher=""} 1.0' in text
    assert "coffee" not in text
    assert "BREW" not in text
    assert 'copydesk_queue_messages{stage="normalize",state="ready"} 3.0' in text


def test_every_problem_is_json_with_the_five_members(client: Caller) -> None:
    told = json.loads(client.get("/v1/search").body)
    assert {"type", "title", "status", "detail", "instance"} <= told.keys()


READ_HEADERS = (
    "X-Article-URI", "X-Article-Version", "X-Embargoed-Until", "If-None-Match", "If-Match", "Prefer", "Accept",
    "Idempotency-Key",
)  # fmt: skip
HOSTILE = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE"]),
    path=st.sampled_from([route.path for route in ROUTES] + ["/v1", "/problems/{name}"]),
    name=HOSTILE,
    query=HOSTILE,
    kind=st.sampled_from(
        ["text/plain", "text/html", "application/json", "application/ld+json", "application/merge-patch+json", "x"]
    ),
    header=HOSTILE,
    named=st.sets(st.sampled_from(READ_HEADERS)),
    body=st.binary(max_size=50),
)
def test_whatever_is_asked_is_answered_and_never_unforeseen(
    client: Caller, method: str, path: str, name: str, query: str, kind: str, header: str, named: set[str], body: bytes
) -> None:
    address = re.sub(r"\{\w+(:path)?\}", quote(name, safe=""), path) + "?" + quote(query, safe="=&%")
    headers = {"Content-Type": kind, "Content-Encoding": header[:1]} | dict.fromkeys(named, header)
    answer = client.call(method, address, body=body, headers=headers)
    assert answer.status < 500
    # A page for people says it in words, and hubs read the status alone.
    assert answer.status < 400 or answer.is_problem or path in ("/login", "/websub/{token}")
