"""The real service answers as its description says, and its examples work."""

import shlex
from pathlib import Path

import jsonschema_rs
import pytest

from services.web.description.document import describe
from services.web.description.operations import OPERATIONS
from services.web.keys import Keys
from services.web.problem_kinds import KINDS, example_of
from services.web.routes import ROUTES
from shared.settings import Settings
from tests.integration.described import closed, filled, hold
from tests.integration.test_web import door_of
from tests.integration.test_web_docs import run, warm_up
from tests.unit.web.stand_ins import ARTICLE, RECEIPT, SECRET, Desk, a_desk, a_line, a_stored, with_picture

EXAMPLES = 2  # of each kind for each operation, beside some fifteen hundred requests at the bounds of what is described


def test_every_schema_is_one() -> None:
    schemas = describe(ROUTES, "1.0")["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not jsonschema_rs.meta.is_valid(schema)] == []


def test_the_example_of_a_problem_is_one() -> None:
    document = closed(describe(ROUTES, "1.0"))
    for slug in KINDS:
        schema = {"$ref": f"#/components/schemas/Problem-{slug}", "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert [error.message for error in validator.iter_errors(example_of(slug))] == [], slug


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_service_answers_as_its_description_says(settings: Settings, tmp_path: Path) -> None:
    with filled(settings) as desk:
        result = hold(desk, tmp_path, EXAMPLES)
    assert result.returncode == 0, result.stdout[-20_000:]
    assert f"Tested: {len(OPERATIONS)}" in result.stdout


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = a_desk(Keys(tmp_path / "keys.json", listed=SECRET))
    desk.app_state.desk.filters.save("rubber", "q=cao su", who="an editor")
    desk.lines.receipts[RECEIPT] = [a_line("indexed")]
    desk.index.stored[ARTICLE] = with_picture(desk, a_stored())
    return desk


def test_every_example_of_the_description_works(desk: Desk) -> None:
    warm_up(desk.app_state.reading)
    told = {operation.id: operation.curl for operation in OPERATIONS.values()}
    with door_of(desk.app_state) as (port, _, _):
        answers = {
            name: run(port, ["-H", "Authorization: Bearer $KEY", *shlex.split(curl)]) for name, curl in told.items()
        }
    assert {name: status for name, status in answers.items() if status not in (200, 201, 202)} == {}
