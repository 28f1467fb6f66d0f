"""What each scope opens: every route, with every scope, and whose articles a key sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Answered
from services.web.keys import Keys, Publisher
from services.web.middleware import OPEN_BELOW, OPEN_PATHS
from services.web.routes import ROUTES, front_door
from services.web.scopes import BEFORE, INCLUDED, SCOPES, Scope, is_seen_by, may, only_of
from shared.envelope import Source
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import ARTICLE, RECEIPT, REV, Desk, a_desk, a_line, a_stored

SECRET = "\n".join(f"{scope}:cd_{scope}_{'k' * 43} scope={scope}" for scope in SCOPES)
DOORS = [
    (method, route.path, getattr(route.endpoint, "scopes")[method])  # noqa: B009  # set by `by_method`
    for route in ROUTES
    if route.path not in OPEN_PATHS and not route.path.startswith(OPEN_BELOW)
    for method in sorted((route.methods or set()) - {"HEAD"})
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(Keys(tmp_path / "keys.json", listed=SECRET), max_input_bytes=1000)


@pytest.fixture
def client(desk: Desk) -> Iterator[Caller]:
    with Caller(front_door(desk.app_state), {}) as client:
        yield client


def key_of(scope: str) -> str:
    return f"Bearer cd_{scope}_{'k' * 43}"


def address(path: str) -> str:
    return path.replace("{name:path}", ARTICLE).replace("{act}", "replay").replace("{receipt}", RECEIPT)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("method", "path", "needed"), DOORS, ids=str)
def test_a_route_opens_for_its_scopes_and_for_no_other(
    client: Caller, method: str, path: str, needed: tuple[Scope, ...], scope: Scope
) -> None:
    answer = client.call(method, address(path), headers={"Authorization": key_of(scope)})
    is_open = any(may((scope,), one) for one in needed)
    assert needed
    assert (answer.status == 403 and answer.json()["type"] == "/problems/forbidden") is not is_open
    if not is_open:
        assert answer.json()["scopes"] == list(needed)
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path", "needed"), DOORS, ids=str)
def test_no_route_is_open_without_a_key(client: Caller, method: str, path: str, needed: tuple[Scope, ...]) -> None:
    assert client.call(method, address(path)).status == 401


def test_a_key_made_before_there_were_scopes_does_what_it_did(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json", listed=f"old:cd_old_{'k' * 43}")
    old = keys.check(f"cd_old_{'k' * 43}")
    assert old is not None
    assert old.scopes == BEFORE
    assert {scope for scope in SCOPES if may(old.scopes, scope)} == set(SCOPES) - {"admin"}


def test_a_publisher_sees_its_own_articles_and_no_others(client: Caller, desk: Desk) -> None:
    desk.index.stored[ARTICLE] = a_stored(name="read")
    mine = client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("read"))
    assert mine.status == 200
    desk.index.stored[ARTICLE] = a_stored(name="hanoi")
    theirs = client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("read"))
    unknown = client.get(f"/v1/articles/{'b' * 26}", Authorization=key_of("read"))
    assert (theirs.status, theirs.json()["detail"]) == (404, unknown.json()["detail"])
    assert client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("read-all")).status == 200


def test_that_an_article_of_another_waits_is_not_told(client: Caller, desk: Desk) -> None:
    desk.lines.current = a_line("held", source=Source(kind="push", name="hanoi"))
    told = client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("read")).json()
    assert told["type"] == "/problems/not-found"
    told = client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("read-all")).json()
    assert told["type"] == "/problems/not-found"
    assert client.get(f"/v1/articles/{ARTICLE}", Authorization=key_of("monitor")).json()["state"] == "held"


def test_a_receipt_of_another_is_unknown(client: Caller, desk: Desk) -> None:
    desk.lines.receipts[RECEIPT] = [a_line("working", source=Source(kind="push", name="hanoi"))]
    assert client.get(f"/v1/receipts/{RECEIPT}", Authorization=key_of("read")).status == 404
    desk.lines.receipts[RECEIPT] = [a_line("working", source=Source(kind="push", name="read"))]
    assert client.get(f"/v1/receipts/{RECEIPT}", Authorization=key_of("read")).status == 200
    desk.lines.receipts.clear()
    desk.index.answered[RECEIPT] = Answered(
        article_id=ARTICLE, rev=REV, outcome="indexed", current_rev=REV, source=Source(kind="push", name="hanoi")
    )
    assert client.get(f"/v1/receipts/{RECEIPT}", Authorization=key_of("read")).status == 404


@pytest.mark.parametrize(
    ("scopes", "only"), [(("push", "read"), "hue"), (("read-all",), ""), (("push", "monitor"), ""), (("admin",), "")]
)
def test_whose_articles_a_key_sees(scopes: tuple[Scope, ...], only: str) -> None:
    assert only_of(Publisher(name="hue", scopes=scopes)) == only


@pytest.mark.parametrize(
    ("only", "source", "seen"),
    [
        ("", None, True),
        ("", Source(kind="feed", name="x"), True),
        ("hue", Source(kind="push", name="hue"), True),
        ("hue", Source(kind="push", name="hanoi"), False),
        ("hue", Source(kind="feed", name="hue"), False),
        ("hue", None, False),
    ],
)
def test_who_sees_what_came_from_where(only: str, source: Source | None, seen: bool) -> None:
    assert is_seen_by(only, source) is seen


def test_a_scope_includes_what_those_below_it_open() -> None:
    for scope, included in INCLUDED.items():
        for below in included:
            assert set(INCLUDED[below]) <= set(included), (scope, below)
