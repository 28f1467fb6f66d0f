"""COPYDESK_REQUIRE: what a machine must be able to test."""

import os

import pytest

from tests.require import lacking, required


def test_the_variable_of_this_very_run_names_only_known_things() -> None:
    required(os.environ.get("COPYDESK_REQUIRE", ""))


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="promtol"):
        required("promtol")


@pytest.mark.parametrize(
    ("required_names", "outcome"),
    [
        pytest.param("", pytest.skip.Exception, id="a skip where nothing is required"),
        pytest.param("browser", pytest.skip.Exception, id="a skip where another thing is required"),
        pytest.param("browser, promtool", pytest.fail.Exception, id="a failure where it is required"),
    ],
)
def test_what_is_lacking_skips_or_fails(
    required_names: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_REQUIRE", required_names)
    with pytest.raises(outcome):
        lacking("promtool", "is not on PATH")
