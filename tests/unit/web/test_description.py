"""The description of the API: whole, well formed, and the same as what the routes and the kinds of problem say."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.routing import Route

from services.web.bodies import row_body
from services.web.description.document import Undescribed, describe
from services.web.description.operations import OPERATIONS, PAGES
from services.web.description.shapes import ListedArticle
from services.web.keys import Keys
from services.web.listing import Row
from services.web.problem_kinds import KINDS, MEMBERS
from services.web.problem_pages import problems_document
from services.web.problems import in_body
from services.web.routes import ROUTES, front_door
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import ARTICLE, KEY, RECEIPT, SECRET, a_desk

ROOT = Path(__file__).parents[3]
# Those that concern a place of the request: whoever answers with one says which.
OF_A_PLACE = {slug for slug, kind in KINDS.items() if "errors" in (*kind.always, *kind.members)}
# At the level of the wire there is no request yet, so no place in it; the desk's pages (a folder below) answer people.
DOORS = sorted(path for path in (ROOT / "services" / "web").glob("*.py") if path.name != "server.py")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Caller]:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET), max_input_bytes=1000)
    with Caller(front_door(desk.app_state), {}) as client:
        yield client


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return describe(ROUTES, "1.0")


def test_a_route_without_description_is_found() -> None:
    with pytest.raises(Undescribed, match="/v1/new"):
        describe([*ROUTES, Route("/v1/new", lambda _: None, methods=["GET"])], "1.0")


def test_a_description_without_route_is_found() -> None:
    with pytest.raises(Undescribed, match="/v1/search"):
        describe([route for route in ROUTES if route.path != "/v1/search"], "1.0")


def test_a_page_is_left_out_by_name_alone() -> None:
    assert {route.path for route in ROUTES} >= PAGES
    assert {path for _, path in OPERATIONS} & PAGES == set()


def test_every_operation_has_a_name_of_its_own() -> None:
    """The page of the API names each section by it, and a screen reader lists them."""
    assert [name for name, count in Counter(one.summary for one in OPERATIONS.values()).items() if count > 1] == []


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_parameters_of_a_path_are_those_it_names(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = {field["name"] for field in operation["parameters"] if field["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path)), path


def test_operations_have_names_of_their_own_and_say_what_they_need(document: dict[str, Any]) -> None:
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == len(OPERATIONS)
    for operation in operations:
        assert (operation["security"] == []) is ("Needs no key." in operation["description"])
        assert ("401" in operation["responses"]) is (operation["security"] != [])


def test_every_kind_of_problem_is_told_by_an_operation_that_answers_with_it(document: dict[str, Any]) -> None:
    told = {reference.rpartition("/Problem-")[2] for reference in references(document["paths"])}
    of_pages_and_other_methods = {"forged", "method-not-allowed"}
    within_an_answer = {"too-costly"}  # of `:validate`, which refuses nothing itself
    assert KINDS.keys() - told == of_pages_and_other_methods | within_an_answer


def test_what_a_key_that_signs_must_send_stands_where_it_may_be_refused_for_it(document: dict[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            signed = {"webhook-id", "webhook-timestamp", "webhook-signature"}
            fields = {field["name"] for field in operation["parameters"]}
            assert (signed <= fields) is ("Problem-unsigned" in str(operation["responses"])), operation["operationId"]


def test_it_is_open_and_comes_again_only_when_it_changed(client: Caller) -> None:
    told = client.get("/openapi.json")
    assert (told.status, told.json()["openapi"], told.headers["content-type"]) == (200, "3.1.0", "application/json")
    assert client.get("/openapi.json", If_None_Match=told.headers["etag"]).status == 304
    assert KEY not in told.body.decode()


def test_it_tells_the_addresses_of_a_desk_below_a_path(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json", listed=SECRET)
    desk = a_desk(keys, max_input_bytes=1000, public_url="https://news.example/desk/")
    with Caller(front_door(desk.app_state), {}) as client:
        told = client.get("/openapi.json").json()
        refused = client.get("/v1/status").json()
        page = client.get("/docs", Accept="text/html").body.decode()
    assert told["servers"] == [{"url": "/desk"}]
    schema = told["components"]["schemas"]["Problem-unauthorized"]
    assert schema["properties"]["type"]["const"] == refused["type"] == "/desk/problems/unauthorized"
    assert 'href="/desk/problems/unauthorized"' in page


def test_its_page_tells_every_operation_and_every_shape(client: Caller) -> None:
    answer = client.get("/docs")
    text = answer.body.decode()
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for operation in OPERATIONS.values():
        assert f'id="{operation.id}"' in text
    for slug in KINDS:
        assert f'href="/problems/{slug}"' in text
    for name in ("ArticleAnswer", "Receipt", "Batch"):
        assert f'id="shape-{name}"' in text


def test_every_member_of_a_row_is_described() -> None:
    row = Row(
        article=ARTICLE, rev=1, state="dead", source="push:hue", received_us=1, receipt=RECEIPT, stage="index",
        headline="x", opening="x", name="x", url="x", reason="x", note="x", attempts=1, worker="x", waited_us=1,
        worked_us=1, settled_us=1, came_back=True, passage=(("x", True),),
    )  # fmt: skip
    told = row_body(row)
    assert set(row.__struct_fields__) == {name for name, value in msgspec.structs.asdict(row).items() if value}
    assert told.keys() == {field.encode_name for field in msgspec.structs.fields(ListedArticle)}
    assert msgspec.convert(msgspec.to_builtins(told), ListedArticle).passage == [("x", True)]


@pytest.mark.parametrize("slug", KINDS)
def test_every_type_resolves_for_people_and_for_programs(client: Caller, slug: str) -> None:
    kind = KINDS[slug]
    page = client.get(f"/problems/{slug}", Accept="text/html,*/*;q=0.8")
    text = client.get(f"/problems/{slug}")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (text.status, text.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert f"<h1>{kind.status} " in page.body.decode()
    for told in (kind.meaning, kind.remedy, *(MEMBERS[name] for name in (*kind.always, *kind.members))):
        assert told in text.body.decode()


def test_the_page_of_problems_is_made_from_the_table() -> None:
    page = (ROOT / "docs" / "problems.md").read_text("utf-8")
    assert page == problems_document(), "python -m tools.problems writes it anew"


def test_whoever_refuses_for_a_place_says_which() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in DOORS
        for call in calls_of_problem(path)
        if slug_of(call) in OF_A_PLACE and not {"at", "errors"} & {word.arg for word in call.keywords}
    ]
    assert silent == []


def test_whoever_answers_with_a_kind_tells_what_it_always_tells() -> None:
    short = [
        (f"{path.relative_to(ROOT)}:{call.lineno}", name)
        for path in DOORS
        for call in calls_of_problem(path)
        if slug_of(call) in KINDS
        for name in KINDS[slug_of(call)].always
        if name not in {"errors" if word.arg == "at" else word.arg for word in call.keywords}
    ]
    assert short == []


def calls_of_problem(path: Path) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    ]


def slug_of(call: ast.Call) -> str:
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def test_a_pointer_is_a_fragment_with_its_signs_escaped() -> None:
    assert in_body("url") == {"pointer": "#/url"}
    assert in_body("items", 0, "a/b~c") == {"pointer": "#/items/0/a~1b~0c"}
