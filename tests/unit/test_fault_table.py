"""When a row of the fault table is a broken promise, and what the table says of it."""

from typing import Any

import pytest

from tests.faults.outcome import Outcome, table
from tests.faults.rows import ROWS
from tests.faults.scene import compare


def outcome(**more: Any) -> Outcome:
    kept: dict[str, Any] = {"fault": "F1", "done": "kills", "asked": 10, "consuming_s": 1.0, "settled_s": 2.0}
    return Outcome(**kept | more)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        pytest.param({}, (), id="all is there in time"),
        pytest.param({"lost": 1}, ("1 lost",), id="lost"),
        pytest.param({"double": 2}, ("2 double",), id="double"),
        pytest.param({"corrupt": 3}, ("3 corrupt",), id="corrupt"),
        pytest.param({"difference": -1}, ("-1 off in the balance",), id="books"),
        pytest.param({"dead": 1}, ("1 dead",), id="dead"),
        pytest.param({"consuming_s": None}, ("not consuming in time",), id="never again"),
        pytest.param({"consuming_s": 31.0}, ("consuming after 31 s",), id="too late"),
        pytest.param({"settled_s": None}, ("not settled in time",), id="a trouble is left"),
        pytest.param({"notes": ("a trouble is left",)}, ("a trouble is left",), id="anything told"),
        pytest.param({"tests": True, "consuming_s": None, "settled_s": None}, (), id="tests measure no time"),
        pytest.param({"skipped": "no disk", "consuming_s": None}, (), id="what cannot be had here"),
    ],
)
def test_a_row_is_broken_by_whatever_was_not_kept(change: dict[str, Any], broken: tuple[str, ...]) -> None:
    assert outcome(**change).broken == broken


def test_the_table_is_markdown() -> None:
    assert table([outcome(asked=1234), outcome(skipped="no disk")])[2:] == [
        "| F1 | kills | 1,234 | 0 | 0 | 0 | 1.0 s |",
        "| F1 | kills | – | – | – | – | not tried: no disk |",
    ]


def test_what_a_place_shows_is_held_against_what_was_sent() -> None:
    found = compare(
        "index", {"a": "one", "b": "other", "x": "more", "y": "more"}, {"a": "one", "b": "two", "c": "three"}, 1
    )
    assert (found.lost, found.double, found.corrupt) == (1, 1, 1)


def test_every_fault_has_a_name_of_its_own_and_each_of_the_fourteen_is_there() -> None:
    names = [row.fault for row in ROWS]
    assert len(names) == len(set(names))
    assert {name.partition(" ")[0] for name in names} >= {f"F{number}" for number in range(1, 15)}
