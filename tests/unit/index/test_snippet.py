"""The passage that speaks for a hit."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.snippet import LEAD_IN, LENGTH, PLAIN, find_passage, plain_letters

PASSAGES = (
    "Bằng những giải pháp thiết thực, hiệu quả.",
    "Ban Thường vụ Huyện ủy Nam Đông thường xuyên củng cố các tổ chức cơ sở Đảng.",
    "Hoa nở. Hòa bình lập lại.",
)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param(("củng cố",), PASSAGES[1], id="as typed"),
        pytest.param(("nam", "dong"), PASSAGES[1], id="without marks"),
        pytest.param(("hòa",), PASSAGES[2], id="marks"),
        pytest.param(("hoa", "binh"), PASSAGES[2], id="as typed wins, even in part"),
        pytest.param(("xyz",), PASSAGES[0], id="found elsewhere: the beginning"),
        pytest.param(("ang",), PASSAGES[0], id="a piece of a word is no word"),
        pytest.param((), PASSAGES[0], id="not searched for"),
    ],
)
def test_find_passage(terms: tuple[str, ...], expected: str) -> None:
    assert find_passage(PASSAGES, terms).text == expected


def test_a_long_passage_is_cut_between_words() -> None:
    passage = "một hai ba bốn " * 50 + "Nam Đông " + "năm sáu bảy tám " * 50
    cut = find_passage([passage], ["nam dong"]).text
    assert "Nam Đông" in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert len(cut) <= LENGTH + 4
    assert set(cut.split()) <= {*passage.split(), "…"}


def test_a_cut_shows_some_words_before_the_one_that_was_found() -> None:
    passage = "năm sáu bảy tám " * 20 + "một hai ba bốn Nam Đông " + "năm sáu bảy tám " * 20
    lead_in, _, rest = find_passage([passage], ["nam dong"]).text.partition("Nam Đông")
    assert lead_in.endswith("một hai ba bốn ")
    assert LEAD_IN // 2 < len(lead_in) <= LEAD_IN + 2
    assert len(rest) > LENGTH // 2


def test_only_the_top_of_a_very_long_text_is_read() -> None:
    passages = (f"đoạn {number}" for number in itertools.count())
    assert find_passage(passages, ["xyz"]).text == "đoạn 0"
    assert "cuối" not in find_passage(["dài " * 10_000_000 + "cuối"], ["cuối"]).text


def test_scripts_without_spaces_are_found_inside() -> None:
    assert find_passage(["A.", "昨日東京で会議が開かれた"], ["京で会"]).text == "昨日東京で会議が開かれた"


@given(st.lists(st.text()), st.lists(st.text(min_size=1).filter(str.strip)))
def test_any_passage_any_term(passages: list[str], terms: list[str]) -> None:
    find_passage(passages, terms)


def test_letters_become_the_same_by_either_way() -> None:
    letters = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")]
    assert [letter for letter in letters if plain_letters(letter) != letter.translate(PLAIN)] == []


def test_a_letter_that_is_not_usual_changes_nothing_for_those_beside_it() -> None:
    assert plain_letters("Đường “Hoà” Я") == "duong “hoa” я"
