"""How words are made equal."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.folding import COLUMNS, FOLDING, fold, fold_asked, strip_strokes, texts_of
from services.index.words import words_of
from shared.article import Article, Block, Person


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hòa bình", "hoà bình", id="old spelling, open syllable"),
        pytest.param("hoà bình", "hoà bình", id="new spelling stays"),
        pytest.param("THỦY LỢI, KHỎE", "THUỶ LỢI, KHOẺ", id="capitals"),
        pytest.param("quý, qúy, quí", "quí, quí, quí", id="after q the u is no vowel, whoever typed it"),
        pytest.param("Lý, KỸ, my; yên, thuỳ, Nylon", "Lí, KĨ, mi; yên, thuỳ, Nylon", id="one vowel i at the end"),
        pytest.param(
            "nứơc, ĐỰƠC, tíêng, chúôi, khúyên, tuýên",
            "nước, ĐƯỢC, tiếng, chuối, khuyến, tuyến",
            id="a tone before the vowel that bears it",
        ),
        pytest.param(
            "tôí, NGƯƠÌ, mâý, ngưạ, lưú, nêú",
            "tối, NGƯỜI, mấy, ngựa, lứu, nếu",
            id="a tone behind the vowel that bears it",
        ),
        pytest.param(
            "cuả, đaị, nghiã, quaỉ, giaỉ, treò, MUÀ",
            "của, đại, nghĩa, quải, giải, trèo, MÙA",
            id="a tone on the last vowel of an open syllable",
        ),
        pytest.param(
            "quả giá hoá nước người lưới tuyển thuở nghĩa",
            "quả giá hoá nước người lưới tuyển thuở nghĩa",
            id="a tone in its place stays",
        ),
        pytest.param(
            "Goiás continuó rió été où août può",
            "Goiás continuó rió été où août può",
            id="words that are no such syllable stay",
        ),
        pytest.param("m² H₂O Ⅶ ٣ ๒๕", "m2 H2O VII 3 25", id="numbers of every form"),
        pytest.param("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth", id="what joins is nothing"),
        pytest.param("น้ำ น\u0e4d\u0e49า น\u0e49\u0e4dา", " น้ ้ำ ำ   น้ ้ำ ำ   น้ ้ำ ำ ", id="sara am in two"),
        pytest.param("hoàn toán", "hoàn toán", id="closed syllables know one spelling"),
        pytest.param(unicodedata.normalize("NFD", "Nam Đông thuế"), "Nam Đông thuế", id="decomposed"),
        pytest.param("Straße", "Straße", id="other languages keep theirs"),
        pytest.param("東京都", " 東京 京都 都 ", id="Han in pairs"),
        pytest.param("iPhone用", "iPhone 用 ", id="a run of one"),
        pytest.param("カー・ナビ", " カー ー ・ ナビ ビ ", id="a middle dot parts words"),
        pytest.param("ﬁn Ｃ５ ｶﾅ", "fin C5  カナ ナ ", id="joined, wide and narrow forms"),
        pytest.param("plain", "plain", id="ascii"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "goes_on"),
    [
        pytest.param("東京都", "東京 京都", False, id="the last letter may go on in the text"),
        pytest.param("都", "都", True, id="one letter begins a pair"),
        pytest.param("ﾅ", "ナ", True, id="one narrow letter, too"),
        pytest.param("東京 Tokyo", "東京 京  Tokyo", False, id="a run that ended is whole"),
        pytest.param("hòa", "hoà", False, id="spaced script"),
    ],
)
def test_fold_asked(text: str, expected: str, goes_on: bool) -> None:
    assert fold_asked(text) == (expected, goes_on)


def test_strokes_are_taken_off() -> None:
    assert strip_strokes("Đảng đội Łódź Ærø straße") == "Dảng dội Lódź AEro strasse"


@given(st.text())
def test_folding_again_changes_no_word(text: str) -> None:
    once = fold(text)
    if not any(ord(char) > 0xDFF for char in unicodedata.normalize("NFKC", text)):  # pairs would be paired again
        assert fold(once) == once


ARTICLE = Article(
    headline="Hòa bình",
    description="Lead\x1fwith a mark of ours\x00",
    byline="Bài, ảnh: Anh Phong",
    people=(Person(name="Anh Phong", rel=("author", "photographer")),),
    organisations=("UBND huyện",),
    sources=("TTXVN",),
    dateline="TTH",
    keywords=("Đảng",),
    section="Chính trị",
    located="Huế",
    blocks=(
        Block(type="subhead", text="Củng cố"),
        Block(type="caption", text="Sơ chế mủ cao su", byline="A. Phong"),
        Block(type="picture", href="https://x.example/1.jpg", caption="Khỏe mạnh"),
        Block(type="list", items=("một", "hai")),
        Block(type="table", rows=(("ba", "bốn"),)),
    ),
)


def test_every_word_has_its_column() -> None:
    found = dict(zip(COLUMNS, texts_of(ARTICLE), strict=True))
    assert found == {
        "headline": "Hòa bình",
        "lead": "Lead\x1fwith a mark of ours\x00",
        "body": "Củng cố\nmột\nhai\nba\nbốn",
        "captions": "Sơ chế mủ cao su\nA. Phong\nKhỏe mạnh",
        "byline": "TTH\nBài, ảnh: Anh Phong\nAnh Phong\nUBND huyện\nTTXVN",
        "keywords": "Đảng\nChính trị\nHuế",
    }


def test_other_words_need_another_folding() -> None:
    """Words can only be taken out of the index as they were put in: when this fails, raise FOLDING with it."""
    words = repr(words_of(ARTICLE)) + fold("東京都 ไทย thủy ﬁ lý qúy ² ٣ nứơc tôí cuả") + strip_strokes("đøłßþ")
    assert (FOLDING.split()[0], hashlib.sha256(words.encode()).hexdigest()[:16]) == ("3", "047a09ee1b87f1d5")


def test_every_letter_of_which_something_is_made_is_looked_at() -> None:
    """A text is folded letter by letter: what a letter becomes must not depend on which others stand beside it."""
    letters = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")]
    beside = [letter for letter in letters if fold(f"a{letter}b") != fold(f"a{letter}b \u1d2c").partition(" A")[0]]
    assert beside == []
