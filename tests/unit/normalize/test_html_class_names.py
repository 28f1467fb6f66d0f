"""Bylines, titles, credits and debris of a page: rows for the rules that read them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.normalize.grammar.credit_lines import is_credit
from services.normalize.grammar.person_names import is_organisation
from services.normalize.grammar.printed_byline import is_person, read_names
from services.normalize.html.caption_lines import split_credit
from services.normalize.html.class_names import DEBRIS_LINE, DEBRIS_START, STRONG_DEBRIS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("By Jane Doe and John Roe in Paris", ["Jane Doe", "John Roe"], id="label, two names, place"),
        pytest.param("Von Anna Berg, Jan Ohm", ["Anna Berg", "Jan Ohm"], id="German, comma"),
        pytest.param("Written by: Grant Tinsley, PhD", ["Grant Tinsley"], id="a degree is no name"),
        pytest.param("Perry Bacon Jr.", ["Perry Bacon Jr."], id="junior keeps his full stop"),
        pytest.param("Jane Doe, Senior Political Correspondent", ["Jane Doe"], id="a role is no name"),
        pytest.param("View all posts by Jane Doe", ["Jane Doe"], id="a link's words are no name"),
        pytest.param("srf/hosb; kesm", ["srf/hosb", "kesm"], id="codes of a desk stay whole"),
        pytest.param("(责编：岳弘彬、牛镛)", ["岳弘彬", "牛镛"], id="Chinese"),
        pytest.param("Text und Fotos: Anna Berg", ["Anna Berg"], id="one hand for both"),
        pytest.param("Text: Anna Berg, Fotos: Jan Ohm", ["Anna Berg"], id="who took the pictures did not write"),
        pytest.param("Jane Doe on", ["Jane Doe"], id="what is left of a date is no name"),
        pytest.param("Anna Berg Redakteurin für Wirtschaft", ["Anna Berg"], id="a role behind a name without comma"),
        pytest.param("AuthorJane Doe", ["Jane Doe"], id="a hidden label stands close"),
        pytest.param("Jane DoeFollow", ["Jane Doe"], id="a button stands close"),
        pytest.param("Jane D.", ["Jane D."], id="an initial keeps its full stop"),
        pytest.param("Autor(in): Anna Berg", ["Anna Berg"], id="both genders"),
        pytest.param("Ein Gastbeitrag von Anna Berg", ["Anna Berg"], id="guest"),
        pytest.param("取材・文＝山田太郎", ["山田太郎"], id="Japanese"),
        pytest.param("Автор: Анна Іванова", ["Анна Іванова"], id="Ukrainian"),
        pytest.param("Theo Jansen", ["Theo Jansen"], id="a first name that is a preposition elsewhere"),
        pytest.param("Auteur:", [], id="a label without a name"),
        pytest.param("Zuletzt geändert am:", [], id="what else stands in the line of the date"),
        pytest.param("admin", [], id="an account is nobody"),
        pytest.param("https://www.facebook.com/thepaper", [], id="an address is nobody"),
    ],
)
def test_read_names(text: str, names: list[str]) -> None:
    assert read_names(text) == names


@pytest.mark.parametrize(
    ("name", "person"),
    [("Jane Doe", True), ("Nguyễn Văn An", True), ("Ursula von der Leyen", True), ("渡辺洋介", True),
     ("20時01分", False), ("BBC News", False), ("Reuters", False), ("the latest news from here", False)],
)  # fmt: skip
def test_is_person(name: str, person: bool) -> None:
    assert is_person(name) is person


def test_an_outlet_is_known_by_its_own_name() -> None:
    assert is_organisation("Der Talbote", frozenset({"dertalbote"}))
    assert not is_organisation("Anna Berg", frozenset({"dertalbote"}))


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("Sơ chế mủ cao su. Ảnh: Anh Phong", "Sơ chế mủ cao su.", "Anh Phong", id="Vietnamese label"),
        pytest.param("Der Hafen am Abend. (Foto: dpa)", "Der Hafen am Abend.", "dpa", id="label in brackets"),
        pytest.param("A boat © Mary Shaw", "A boat", "Mary Shaw", id="the sign"),
        pytest.param("A boat. (Mary Shaw/Reuters)", "A boat.", "Mary Shaw/Reuters", id="name and agency in brackets"),
        pytest.param("Rejoice Ndlovu. Isithombe: Sithunyelwe", "Rejoice Ndlovu.", "Sithunyelwe", id="any label, last"),
        pytest.param("移送（潟沼義樹撮影）", "移送", "潟沼義樹", id="ja"),
        pytest.param(
            'Der "König" kommt: Besuch in Hamburg.', 'Der "König" kommt: Besuch in Hamburg.', None, id="colon"
        ),
        pytest.param(
            "The mayor (left) and his wife", "The mayor (left) and his wife", None, id="brackets in the middle"
        ),
    ],
)
def test_split_credit(text: str, caption: str, credit: str | None) -> None:
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Foto: Deja Gaston", True), ("© dpa", True), ("REUTERS", True), ("(Edu Luque)", True),
     ("Guards arriving at the Palace of Westminster (Picture: PA)", False), ("Der Hafen am Abend", False)],
)  # fmt: skip
def test_is_credit(text: str, expected: bool) -> None:
    assert is_credit(text) is expected


@pytest.mark.parametrize(
    "line", ["Lesen Sie auch", "Read more", "Anzeige", "Tin liên quan", "Leggi anche: altro", "[PR]"]
)
def test_lines_of_the_site(line: str) -> None:
    assert DEBRIS_LINE.match(line) or DEBRIS_START.match(line)


@pytest.mark.parametrize("line", ["Was es kostet", "The council shared the costs", "Anzeigen gegen drei Fahrer"])
def test_lines_of_the_article(line: str) -> None:
    assert not DEBRIS_LINE.match(line)
    assert not DEBRIS_START.match(line)


@pytest.mark.parametrize(
    ("names", "debris"),
    [(" article-sidebar ", True), (" related-posts ", True), (" shared-header ", False),
     (" img shareable-item ", False), (" social-media-embed ", False),
     (" comments-list ", True), (" article-body ", False)],
)  # fmt: skip
def test_names_of_boxes(names: str, debris: bool) -> None:
    assert bool(STRONG_DEBRIS.search(names)) is debris


@given(st.text(max_size=80))
@example("A\rAÀ")
def test_any_text_is_split_without_inventing_any(text: str) -> None:
    caption, credit = split_credit(text)
    assert caption in text
    assert set(credit or "") <= set(text) | {" ", ")"}
    for name in read_names(text):  # one in capitals is written small
        assert set(name.lower()) - {"."} <= set(text.lower()) | {" "}
