"""Repair of the letters: what goes, what stays, and that doing it twice is doing it once."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.fields.text import mend
from services.normalize.language.folding import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Hà\u00a0Nội  mưa ", "Hà Nội mưa", id="one kind of space"),
        pytest.param("may \u200bmắn", "may mắn", id="zero width"),
        pytest.param("đảng\u00adviên", "đảngviên", id="soft hyphen"),
        pytest.param("\ufeffHuế", "Huế", id="byte order mark"),
        pytest.param(unicodedata.normalize("NFD", "Huế"), "Huế", id="NFC"),
        pytest.param("kinh tế- xã hội", "kinh tế- xã hội", id="the author's own hyphens stay"),
        pytest.param("khoá XI, Hòa", "khoá XI, Hòa", id="both styles of tone marks stay"),
        pytest.param('“Vừng ơi” "mở cửa"', '“Vừng ơi” "mở cửa"', id="both kinds of quotes stay"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="a joiner that spells stays"),
        pytest.param("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", id="a family stays together"),
    ],
)
def test_mend(text: str, expected: str) -> None:
    assert mend(text) == expected


@given(st.text())
def test_mending_twice_is_mending_once(text: str) -> None:
    assert mend(mend(text)) == mend(text)


@given(st.text())
def test_mending_adds_no_letter(text: str) -> None:
    assert set(mend(text)) <= set(unicodedata.normalize("NFC", text)) | {" "} | set(mend(text)) - set(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("hoà bình", "Hòa Bình", id="tone marks and case"),
        pytest.param("quý", "Quý", id="qu keeps its tone"),
        pytest.param("uỷ  ban", "ủy ban", id="uy"),
        pytest.param("“a” – b", '"a" - b', id="quotes and dashes"),
    ],
)
def test_fold_makes_spellings_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
