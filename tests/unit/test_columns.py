"""Tables and lines keep to their columns, whatever letters they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.columns import columns_of, cut, padded
from services.cli.printing import fitted_table


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("Chợ nổi", 7, id="Vietnamese composed"),
        pytest.param("Cho\u031b\u0323 n\u00f4\u0309i", 7, id="Vietnamese in marks"),
        pytest.param("新しい記事", 10, id="East Asia takes two"),
        pytest.param("ｆｕｌｌ", 8, id="full width"),
        pytest.param("a\u200db", 2, id="a joiner takes none"),
    ],
)
def test_columns_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_a_cut_keeps_a_letter_with_its_marks() -> None:
    assert cut("n\u00f4\u0309i dài", 3) == "n\u00f4\u0309…"
    assert cut("新しい", 4) == "新…"
    assert cut("kurz", 4) == "kurz"


@given(st.text(), st.integers(1, 40))
def test_what_is_cut_fits_and_what_is_padded_fills(text: str, room: int) -> None:
    assert columns_of(cut(text, room)) <= room
    assert columns_of(padded(cut(text, room), room)) == room


@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60), st.text(max_size=9)), max_size=4),
    st.integers(20, 90),
)
def test_a_table_keeps_to_its_room(rows: list[tuple[str, str, str]], room: int) -> None:
    table = [("WHAT", "WHERE", "N"), *rows]
    assert all(columns_of(line) <= room for line in fitted_table(table, room, right=frozenset({2})))
