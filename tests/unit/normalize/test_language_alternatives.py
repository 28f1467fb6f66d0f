"""A list of words as a pattern finds what the words one after another, the longest first, would find."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.language.alternatives import any_of

WORDS = st.lists(st.text("abF.f (é", max_size=6), max_size=12)


@given(WORDS, st.text("abF.f (éx", max_size=20))
def test_the_same_is_found_as_by_the_words_in_a_row(words: list[str], text: str) -> None:
    in_a_row = "|".join(re.escape(word) for word in sorted({*words} - {""}, key=len, reverse=True)) or "(?!)"
    for ends in ("", r"(?!\w)", "x"):
        plain, shared = (re.compile(f"(?:{one}){ends}") for one in (in_a_row, any_of(words)))
        assert [found.span() for found in shared.finditer(text)] == [found.span() for found in plain.finditer(text)]


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        pytest.param(("foto", "fotos", "fotograf"), "Fotograf: A", "Fotograf", id="the longest is tried first"),
        pytest.param(("Foto", "fotograf"), "fotograf: A", "fotograf", id="whatever the case of a shorter one"),
        pytest.param(("a.", "a"), "a.", "a.", id="signs stand for themselves"),
        pytest.param(("tin ảnh", "tin"), "tin ảnh", "tin ảnh", id="two words are one entry"),
        pytest.param((), "a", None, id="no words find nothing"),
    ],
)
def test_the_longest_word_is_found(words: tuple[str, ...], text: str, found: str | None) -> None:
    match = re.match(any_of(words), text, re.IGNORECASE)
    assert (match[0] if match is not None else None) == found
