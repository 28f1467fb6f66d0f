"""What differs from how words are usually written tells each word as typed from the same with other marks."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.fulltext import marks
from services.index.fulltext.fields import SHAPE
from services.index.fulltext.marks import Mark, mark_asked, marks_of
from services.index.words import without_marks

FORMS = ("công", "cộng", "cong", "của", "cửa", "cua", "the", "thế", "hoà", "nato", "2026", "日本", "ελλαδα", "ελλάδα")


def has(words: list[str], asked: str) -> bool:
    kept, mark = marks_of(" ".join(words), without_marks(" ".join(words))).split(), mark_asked(asked)
    return without_marks(asked) in map(without_marks, words) and (mark.term in kept) == mark.is_wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("công của nato", set(), id="as usual"),
        pytest.param("cộng", {"cộng", "-cong"}, id="another form alone"),
        pytest.param("công cộng", {"cộng"}, id="another form beside the usual one"),
        pytest.param("the", {"the", "-the"}, id="a word of another language that is usual with marks in ours"),
        pytest.param("łódź", {"łódź", "-lodz"}, id="a word that is in no list is usual without marks"),
        pytest.param("日本", set(), id="a script without marks"),
    ],
)
def test_only_what_is_unusual_is_kept(text: str, expected: set[str]) -> None:
    assert set(marks_of(text, without_marks(text)).split()) == expected


def test_what_is_asked_of_the_marks() -> None:
    assert mark_asked("công") == Mark(term="-cong", is_wanted=False)
    assert mark_asked("cộng") == Mark(term="cộng", is_wanted=True)


def test_another_list_of_usual_words_needs_another_shape() -> None:
    """What was kept as unusual is told by the list it was kept with: when this fails, raise SHAPE with it."""
    usual = Path(marks.__file__).with_name("usual_words.txt").read_bytes()
    assert (SHAPE.split()[0], hashlib.sha256(usual).hexdigest()[:16]) == ("3", "7cb9b3e8e4438782")


@given(st.lists(st.sampled_from(FORMS)), st.sampled_from(FORMS))
def test_a_word_is_told_from_all_its_other_forms(words: list[str], asked: str) -> None:
    assert has(words, asked) == (asked in words)
