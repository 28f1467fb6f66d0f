"""Two publishers at one desk: what names an article, a receipt or a batch, asked with either's key of each scope.

What is another's is told no otherwise than what is not there, and nothing of it can be changed.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from services.web.description.operations import PAGES
from services.web.keys import Keys
from services.web.routes import ROUTES
from services.web.scopes import SCOPES, Scope, may
from shared.settings import Settings
from tests.conftest import Server, settings_over
from tests.integration.verbs import Answer, Newsdesk, at, news, newsdesk_of
from tests.pictures import a_form, a_jpeg

HUE, HANOI = "hue", "hanoi"
PREFIX = {HUE: "https://hue.example/", HANOI: "https://hanoi.example/"}
URI = "urn:news:1"
PATCH = "application/merge-patch+json"
UNKNOWN = "a" * 26
# What the test asks; a route of the API that names something and is not here makes it fail.
NAMING = {
    "/v1/articles", "/v1/articles:validate", "/v1/articles/{name:path}", "/v1/batches", "/v1/pings", "/v1/events",
    "/v1/receipts/{receipt}", "/v1/search", "/v1/pictures/{name}/{picture}", "/v1/changes", "/v1/stories/{name:path}",
    "/v1/search.atom", "/v1/search.json", "/v1/feeds/{name:path}.atom", "/v1/feeds/{name:path}.json",
}  # fmt: skip
NAMELESS = {"/v1/status", "/metrics", "/healthz", "/readyz", "/problems/{slug}", "/openapi.json", "/v1/feeds"}


PICTURED = (
    'Content-Disposition: form-data; name="article"; filename="a.txt"\r\nContent-Type: text/plain',
    b"The bridge is lit again\n\nThe new lights of the bridge were lit last night, after three months of work on them.",
)


def picture_of(name: str) -> bytes:
    return a_jpeg(pixels=name.encode())


class Published(NamedTuple):
    article: str
    receipt: str
    page: str
    in_batch: str
    held: str
    pictured: str
    picture: str = ""


class Two:
    """A desk with an article of each publisher, one of each in a batch, and one of each under an embargo."""

    def __init__(self, desk: Newsdesk) -> None:
        self.desk = desk
        keys = Keys(desk.app_state.keys.path)
        for name in (HUE, HANOI):
            keys.create(name, prefixes=(PREFIX[name],))
        self.keys = {(name, scope): keys.create(name, scopes=(scope,)) for name in (HUE, HANOI) for scope in SCOPES}
        pushed = {name: self._publish(name) for name in (HUE, HANOI)}
        desk.work()
        self.of = {name: self._shown(name, told) for name, told in pushed.items()}

    def _publish(self, name: str) -> Published:
        page = f"{PREFIX[name]}1.html"
        pushed = self.ask(name, "push", "POST", "/v1/articles", news(f"Rubber of {name}"), X_Article_URI=page)
        line = json.dumps(news(f"Rice of {name}", uri=f"urn:rice:{name}")).encode()
        batch = self.ask(name, "push", "POST", "/v1/batches", line, Content_Type="application/x-ndjson")
        late = "2099-01-01T00:00:00Z"
        held = self.ask(
            name, "push", "POST", "/v1/articles", news(f"Secret of {name}", uri=None), X_Embargoed_Until=late
        )
        assert (pushed.status, batch.status, held.status) == (202, 200, 202)
        in_batch = batch.body["results"][0]["receipt"]
        head = 'Content-Disposition: form-data; name="picture"; filename="a.jpg"'
        form = a_form("x-y", PICTURED, (head, picture_of(name)))
        said = {"Content_Type": "multipart/form-data; boundary=x-y", "X_Article_URI": "urn:pictured"}
        pictured = self.ask(name, "push", "POST", "/v1/articles", form, **said).body["article"]
        return Published(
            article=pushed.body["article"], receipt=pushed.body["receipt"], page=page, in_batch=in_batch,
            held=held.body["article"], pictured=pictured,
        )  # fmt: skip

    def _shown(self, name: str, told: Published) -> Published:
        shown = self.ask(name, "read", "GET", at(told.pictured)).body["article"]["leadPicture"]["href"]
        return told._replace(picture=shown.rpartition("/")[2])

    def get_bytes(self, name: str, scope: Scope, path: str) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=20)) as wire:
            wire.request("GET", path, headers={"Authorization": f"Bearer {self.keys[name, scope]}"})
            answer = wire.getresponse()
            return answer.status, answer.read()

    def ask(self, name: str, scope: Scope, method: str, path: str, body: object = b"", **headers: str) -> Answer:
        return self.desk.call(method, path, body, Authorization=f"Bearer {self.keys[name, scope]}", **headers)


@pytest.fixture(scope="module")
def two(_shared_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    _shared_server.client().flushall()
    folder: Path = tmp_path_factory.mktemp("two")
    settings: Settings = settings_over(_shared_server, folder)
    with newsdesk_of(settings) as desk:
        yield Two(desk)


def told(answer: Answer) -> dict[str, Any]:
    """A problem without the request that it befell."""
    return {name: value for name, value in answer.body.items() if name != "instance"}


def test_every_address_that_names_something_is_asked_here() -> None:
    assert {route.path for route in ROUTES} - PAGES - NAMELESS == NAMING


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("asker", "owner"), [(HUE, HUE), (HUE, HANOI), (HANOI, HUE), (HANOI, HANOI)])
def test_who_may_read_what(two: Two, asker: str, owner: str, scope: Scope) -> None:
    theirs, sees_all = two.of[owner], may((scope,), "read-all")
    is_seen = sees_all or (asker == owner and may((scope,), "read"))
    for name in (theirs.article, theirs.page):
        article = two.ask(asker, scope, "GET", at(name))
        unknown = two.ask(asker, scope, "GET", at(UNKNOWN))
        if not may((scope,), "read"):
            assert (article.status, article.slug) == (403, "forbidden")
        elif is_seen:
            assert (article.status, article.body["id"]) == (200, theirs.article)
        else:
            assert told(article) == told(unknown)
    for receipt in (theirs.receipt, theirs.in_batch):
        line = two.ask(asker, scope, "GET", f"/v1/receipts/{receipt}")
        unknown = two.ask(asker, scope, "GET", f"/v1/receipts/r{'0' * 26}")
        if scope == "feeds":
            assert (line.status, line.slug) == (403, "forbidden")
        elif sees_all or (asker == owner and scope in ("push", "read")):
            assert (line.status, line.body["receipt"]) == (200, receipt)
        else:
            assert (line.status, told(line)) == (404, told(unknown))


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("asker", "owner"), [(HUE, HUE), (HUE, HANOI), (HANOI, HUE), (HANOI, HANOI)])
def test_who_sees_whose_pictures(two: Two, asker: str, owner: str, scope: Scope) -> None:
    theirs, own = two.of[owner], two.of[asker]
    shown = two.get_bytes(asker, scope, f"/v1/pictures/{theirs.pictured}/{theirs.picture}")
    if not may((scope,), "read"):
        assert shown[0] == 403
    elif asker == owner or may((scope,), "read-all"):
        assert shown == (200, picture_of(owner))
    else:
        assert shown[0] == 404
    if asker != owner:  # the name of a picture is no way to it by an article of one's own
        assert two.get_bytes(asker, scope, f"/v1/pictures/{own.pictured}/{theirs.picture}")[0] in (403, 404)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("asker", [HUE, HANOI])
def test_lists_hold_what_a_key_may_see(two: Two, asker: str, scope: Scope) -> None:
    other = HANOI if asker == HUE else HUE
    theirs, own = two.of[other], two.of[asker]
    sees_all = may((scope,), "read-all")
    asked = (
        "/v1/articles?state=all&limit=200",
        f"/v1/articles?publisher={other}&state=all",
        f"/v1/articles?q={theirs.article}",
        f"/v1/articles?q={theirs.receipt}",
        f"/v1/articles?q={theirs.page}",
        "/v1/search?q=rubber&limit=100",
        f"/v1/search?q=%22Rubber+of+{other}%22",
        "/v1/events?after=0-0",
        f"/v1/events?after=0-0&source=push:{other}",
        f"/v1/events?after=0-0&article={theirs.article}",
    )
    for path in asked:
        answer = two.ask(asker, scope, "GET", path)
        if not may((scope,), "read"):
            assert (answer.status, answer.slug) == (403, "forbidden"), path
            continue
        assert answer.status == 200, path
        text = json.dumps(
            answer.body["hits" if "hits" in answer.body else "changes" if "changes" in answer.body else "articles"]
        )
        if not sees_all:
            assert not any(name in text for name in (theirs.article, theirs.receipt, theirs.page, theirs.held)), path
            assert f"push:{other}" not in text, path
    if may((scope,), "read"):
        mine = two.ask(asker, scope, "GET", "/v1/articles?state=all&limit=200")
        assert {own.article, own.held} <= {row["article"] for row in mine.body["articles"]}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("asker", [HUE, HANOI])
def test_feeds_hold_what_a_key_may_see(two: Two, asker: str, scope: Scope) -> None:
    other = HANOI if asker == HUE else HUE
    for path in ("/v1/search.atom?q=rubber", "/v1/search.json?q=rubber"):
        status, body = two.get_bytes(asker, scope, path)
        if not may((scope,), "read"):
            assert status == 403, path
            continue
        assert (status, f"Rubber of {asker}" in body.decode()) == (200, True), path
        assert (f"Rubber of {other}" in body.decode()) == may((scope,), "read-all"), path


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("asker", [HUE, HANOI])
def test_an_embargo_is_told_to_its_publisher_and_to_who_watches(two: Two, asker: str, scope: Scope) -> None:
    for owner in (HUE, HANOI):
        answer = two.ask(asker, scope, "GET", at(two.of[owner].held))
        if not may((scope,), "read"):
            assert answer.slug == "forbidden"
        elif may((scope,), "monitor") or asker == owner:
            assert (answer.slug, answer.body["state"]) == ("not-indexed", "held")
        else:
            assert told(answer) == told(two.ask(asker, scope, "GET", at(UNKNOWN)))


CHANGES: tuple[tuple[str, object, dict[str, str]], ...] = (
    ("PUT", news("Taken over", uri=None), {}),
    ("PATCH", {"by": "A stranger"}, {"Content_Type": PATCH}),
    ("DELETE", {"reason": "a stranger's"}, {}),
)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("asker", "owner"), [(HUE, HANOI), (HANOI, HUE)])
@pytest.mark.parametrize(
    ("method", "body", "headers"), CHANGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_nobody_changes_what_is_anothers(
    two: Two, method: str, body: object, headers: dict[str, str], asker: str, owner: str, scope: Scope
) -> None:
    theirs = two.of[owner]
    before = two.desk.stored(theirs.article)
    for name in (theirs.article, theirs.page, theirs.held):
        answer = two.ask(asker, scope, method, at(name), body, **headers)
        if scope == "push" and name != theirs.page:  # that there is an article of this id its key may not know
            assert told(answer) == told(two.ask(asker, scope, method, at(UNKNOWN), body, **headers))
            assert (answer.status, answer.slug) == (404, "not-found")
            stranger = two.ask(asker, scope, method, at(name), body, **headers, If_Match='"1"')
            assert told(stranger) == told(answer)
            continue
        assert (answer.status, answer.slug) in {(403, "not-yours"), (403, "beyond-prefixes"), (403, "forbidden")}
        assert (answer.slug == "forbidden") is (scope != "push")
        assert not {"article", "rev", "links", "storedVersion"} & answer.body.keys()
    two.desk.work()
    assert two.desk.stored(theirs.article) == before


@pytest.mark.parametrize(("asker", "owner"), [(HUE, HANOI), (HANOI, HUE)])
def test_nobody_pushes_or_pings_what_is_anothers(two: Two, asker: str, owner: str) -> None:
    theirs = two.of[owner]
    before = two.desk.stored(theirs.article)
    refused = ("not-yours", "beyond-prefixes")
    pushed = two.ask(asker, "push", "POST", "/v1/articles", news("Taken over"), X_Article_URI=theirs.page)
    ping = two.ask(asker, "push", "POST", "/v1/pings", {"url": theirs.page})
    assert pushed.slug in refused
    assert ping.slug in refused
    looked = two.ask(asker, "push", "POST", "/v1/articles:validate", news("Taken over"), X_Article_URI=theirs.page)
    assert looked.body["problem"]["type"].removeprefix("/problems/") in refused
    assert "of" not in looked.body
    line = json.dumps(news("Taken over", uri=theirs.page)).encode()
    batch = two.ask(asker, "push", "POST", "/v1/batches", line, Content_Type="application/x-ndjson")
    assert batch.body["results"][0]["problem"]["type"].removeprefix("/problems/") in refused
    two.desk.work()
    assert two.desk.stored(theirs.article) == before


def test_a_uri_is_its_publishers_own_though_both_use_it(two: Two) -> None:
    hue, hanoi = (two.ask(name, "read", "GET", at(URI)) for name in (HUE, HANOI))
    assert [answer.body["id"] for answer in (hue, hanoi)] == [two.of[HUE].article, two.of[HANOI].article]


def test_a_key_of_a_request_is_its_publishers_own_though_both_use_it(two: Two) -> None:
    answers = [
        two.ask(
            name, "push", "POST", "/v1/articles", news(f"Once of {name}", uri=f"urn:once:{name}"), Idempotency_Key="k"
        )
        for name in (HUE, HANOI)
    ]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].body["receipt"] != answers[1].body["receipt"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("asker", "owner"), [(HUE, HUE), (HUE, HANOI)])
def test_who_may_read_what_the_index_decided_and_who_else_tells_a_story(
    two: Two, asker: str, owner: str, scope: Scope
) -> None:
    theirs, sees_all = two.of[owner], may((scope,), "read-all")
    story = two.ask(asker, scope, "GET", f"/v1/stories/{theirs.article}")
    assert story.status == (200 if sees_all else 403)
    changes = two.ask(asker, scope, "GET", "/v1/changes?after=0&limit=1000")
    if not may((scope,), "read"):
        assert changes.status == 403
        return
    listed = {change["article"] for change in changes.body["changes"]}
    assert (theirs.article in listed) == (sees_all or asker == owner)
