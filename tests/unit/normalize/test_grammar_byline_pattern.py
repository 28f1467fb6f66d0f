"""A source's own pattern of bylines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.byline_pattern import Signed, WrongPattern, read_pattern, read_signed
from tests.cost import times_as_dear


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        pytest.param("Bài, ảnh: {name}", "BÀI, ẢNH:  Lê Văn Tám ", Signed(("Lê Văn Tám",)), id="whatever its case"),
        pytest.param("{name} ({agency})", "Ann Li (Reuters)", Signed(("Ann Li",), ("Reuters",)), id="an agency"),
        pytest.param("By {name} and {name}.", "By Ann Li and Bo Su.", Signed(("Ann Li", "Bo Su")), id="two"),
        pytest.param("{any} | {name}", "Hue, 3 May | Ann Li", Signed(("Ann Li",)), id="any words with figures"),
        pytest.param("Theo {any} - {name}", "Theo 3 báo - Ann Li", Signed(("Ann Li",)), id="any words"),
        pytest.param("By {name}", "By Ann Li 09/11/2015", None, id="no name has figures"),
        pytest.param("By {name}", "By ", None, id="nobody"),
        pytest.param("By {name}, Hue", "By Ann Li", None, id="the end is missing"),
    ],
)
def test_a_line_is_signed_as_the_pattern_says(pattern: str, line: str, expected: Signed | None) -> None:
    assert read_signed(line, read_pattern(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "at"),
    [
        pytest.param("By somebody", 1, id="names nobody"),
        pytest.param("{name}", 1, id="takes every line"),
        pytest.param("By {author}", 4, id="no such place"),
        pytest.param("By {name}{any}", 10, id="no end"),
        pytest.param("By {name", 4, id="a brace alone"),
        pytest.param("By {name}" + "x" * 300, 201, id="too long"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_place(pattern: str, at: int) -> None:
    with pytest.raises(WrongPattern, match=rf"character {at}\)"):
        read_pattern(pattern)


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_pattern_is_read_or_refused_never_raised(pattern: str, line: str) -> None:
    try:
        read_signed(line, read_pattern(f"{pattern}{{name}}"))
    except WrongPattern:
        return


def test_a_pattern_made_to_look_back_costs_no_more_than_its_line() -> None:
    pattern = read_pattern("a{any}a" * 20 + "{name}b")
    short, long = "a" * 100, "a" * 290
    assert (
        times_as_dear(
            lambda: [read_signed(long, pattern) for _ in range(2_000)],
            lambda: [read_signed(short, pattern) for _ in range(2_000)],
            bound=12,
        )
        < 12
    )
