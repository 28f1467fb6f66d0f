"""Texts that are cut say so, and end after a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.excerpts import excerpt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("ten signs.", "ten signs.", id="what fits"),
        pytest.param(" ten\n signs. ", "ten signs.", id="blanks do not count"),
        pytest.param("seven more", "seven more", id="just so"),
        pytest.param("sixteen and more", "sixteen …", id="in the middle of a word"),
        pytest.param("sixteens and more", "sixteens …", id="a word that just fits"),
        pytest.param("no https://news.example/", "no https …", id="a word that is most of it"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_is_left_of_a_text(text: str, shown: str) -> None:
    assert excerpt(text, 10) == shown


@given(st.text(), st.integers(min_value=3, max_value=50))
def test_it_is_never_longer_and_cut_no_more_the_second_time(text: str, most: int) -> None:
    shown = excerpt(text, most)
    assert len(shown) <= most
    assert excerpt(shown, most) == shown
