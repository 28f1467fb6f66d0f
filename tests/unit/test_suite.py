"""The whole suite in parts: no folder of tests is left out, and the counts of all are told as one."""

import pytest

from tests.suite import TESTS, parts, summed


def test_each_file_of_tests_is_in_one_part() -> None:
    named = [TESTS.parent / name for part in parts() for name in part]
    found = [path for name in named for path in (name.rglob("test_*.py") if name.is_dir() else [name])]
    assert sorted(found) == sorted(TESTS.rglob("test_*.py"))
    assert all(parts())


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param(["12 passed in 3.1s", "5 passed, 2 skipped in 9s"], "17 passed, 2 skipped", id="counts add up"),
        pytest.param(["4000 passed in 1s", "551 passed in 1s"], "4551 passed", id="parts are added up"),
        pytest.param(
            ["1 failed, 2 passed", "2 errors, 1 passed"], "1 failed, 3 passed, 2 errors", id="faults are told"
        ),
        pytest.param(["killed", "3 passed"], "3 passed", id="a part that broke off is silent"),
    ],
)
def test_the_closing_lines_are_told_as_one(lines: list[str], told: str) -> None:
    assert summed(lines) == told
