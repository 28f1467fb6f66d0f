"""Values that documents declare, read without trusting any type: texts, objects, addresses of pictures, paragraphs."""

import pytest
from lxml import html

from services.normalize.readers.json_document import code_at, listed, objects_at, parse_json, text_at, texts_at
from services.normalize.readers.markup_parts import address_of, is_counter, paragraphs, source_of, without_way_back
from shared.errors import NotAnArticle


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(" words ", "words", id="a text without its blanks"),
        pytest.param("", None, id="nothing"),
        pytest.param("  ", None, id="blanks"),
        pytest.param(7, None, id="a number is no words"),
        pytest.param(7.5, None, id="nor is a fraction"),
        pytest.param(float("inf"), None, id="nor is what no number reaches"),
        pytest.param(True, None, id="true is no word"),
        pytest.param(None, None, id="null"),
        pytest.param(["words"], None, id="a list"),
        pytest.param({"name": "words"}, None, id="an object"),
    ],
)
def test_a_value_is_a_text_or_none(value: object, text: str | None) -> None:
    assert text_at(value) == text


@pytest.mark.parametrize(
    ("value", "code"),
    [(" 7a ", "7a"), (7, "7"), (10**400, str(10**400)), (7.5, "7.5"), (float("inf"), None), (True, None), ([7], None)],
)
def test_a_code_may_be_a_number(value: object, code: str | None) -> None:
    assert code_at(value) == code


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("a", [("", "a")], id="one"),
        pytest.param(["a", "b"], [("[0]", "a"), ("[1]", "b")], id="several, each at its place"),
        pytest.param(["a", None, "b"], [("[0]", "a"), ("[2]", "b")], id="a gap keeps the places"),
        pytest.param([["a"]], [], id="a list in a list"),
        pytest.param(None, [], id="null"),
        pytest.param([], [], id="an empty list"),
    ],
)
def test_texts_come_with_their_paths(value: object, found: list[tuple[str, str]]) -> None:
    assert texts_at(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param({"a": 1}, [("", {"a": 1})], id="one"),
        pytest.param([{"a": 1}, "words", {"b": 2}], [("[0]", {"a": 1}), ("[2]", {"b": 2})], id="those of a list"),
        pytest.param("words", [], id="a text is none"),
        pytest.param(None, [], id="null"),
    ],
)
def test_objects_come_with_their_paths(value: object, found: list[tuple[str, dict[str, object]]]) -> None:
    assert objects_at(value) == found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="an object"),
        pytest.param('{"a": "x\ny"}', {"a": "x\ny"}, id="a bare line break in a text"),
        pytest.param('{"a": NaN}', {"a": None}, id="what is no number"),
        pytest.param('{"a": "\\ud83d\\ude00"}', {"a": "😀"}, id="two halves are a letter"),
        pytest.param('{"a": "\\ud83d"}', {"a": "\ufffd"}, id="a half alone is told as unreadable"),
        pytest.param('{"\\udc00": 1}', {"\ufffd": 1}, id="a half in a key"),
    ],
)
def test_json_is_read_with_whole_letters(text: str, value: object) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize("text", ["", "{", "words", '{"a":', "[" * 100_000])
def test_what_is_no_json_is_no_article(text: str) -> None:
    with pytest.raises(NotAnArticle, match="JSON"):
        parse_json(text)


def test_keys_are_listed_as_in_a_sentence() -> None:
    assert listed(("headline", "body_text", "body_html")) == "headline, body_text or body_html"


@pytest.mark.parametrize(
    ("link", "base", "address"),
    [
        pytest.param("/a.jpg", "https://p.example/x/y", "https://p.example/a.jpg", id="from the root"),
        pytest.param("a.jpg", "https://p.example/x/y", "https://p.example/x/a.jpg", id="beside the page"),
        pytest.param("//q.example/a.jpg", "https://p.example/", "https://q.example/a.jpg", id="of another host"),
        pytest.param("https://q.example/a.jpg", None, "https://q.example/a.jpg", id="whole already"),
        pytest.param("a.jpg", None, "a.jpg", id="without a base"),
        pytest.param("javascript:alert(1)", None, None, id="a program"),
        pytest.param("data:image/png;base64,AA", None, None, id="the picture itself"),
        pytest.param("mailto:a@p.example", None, None, id="a letterbox"),
        pytest.param("a picture.jpg", None, None, id="with a blank"),
        pytest.param("http://[", None, None, id="no address at all"),
        pytest.param("", "https://p.example/", None, id="nothing"),
        pytest.param(None, "https://p.example/", None, id="none"),
    ],
)
def test_an_address_is_made_whole_or_none(link: str | None, base: str | None, address: str | None) -> None:
    assert address_of(link, base) == address


@pytest.mark.parametrize(
    ("markup", "source"),
    [
        pytest.param("<img src='/a.jpg'>", "/a.jpg", id="its own"),
        pytest.param("<img src='data:image/gif;base64,R0' data-src='/a.jpg'>", "/a.jpg", id="loaded later"),
        pytest.param("<img data-lazy-src=' /a.jpg '>", "/a.jpg", id="of a plug-in"),
        pytest.param("<img src='' data-original='/a.jpg'>", "/a.jpg", id="an empty one first"),
        pytest.param("<img src='/a.jpg' data-src='/b.jpg'>", "/a.jpg", id="its own before others"),
        pytest.param("<img>", None, id="none"),
    ],
)
def test_a_picture_shows_what_it_will_load(markup: str, source: str | None) -> None:
    assert source_of(html.fragment_fromstring(markup)) == source


@pytest.mark.parametrize(
    ("markup", "counts"),
    [
        pytest.param("<img width=1 height=1>", True, id="a point"),
        pytest.param("<img width=0>", True, id="nothing to see"),
        pytest.param("<img width=640 height=1>", True, id="a line"),
        pytest.param("<img width=640 height=480>", False, id="a photograph"),
        pytest.param("<img>", False, id="of no told size"),
        pytest.param("<img width='100%'>", False, id="a share of the page"),
        pytest.param("<img class='wp-smiley emoji'>", True, id="a letter of the text"),
    ],
)
def test_a_picture_too_small_to_be_seen_is_none(markup: str, counts: object) -> None:
    assert is_counter(html.fragment_fromstring(markup)) is counts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("one\ntwo", ["one two"], id="a break joins"),
        pytest.param("one\n\ntwo", ["one", "two"], id="an empty line parts"),
        pytest.param("one\n \n\ntwo\nthree", ["one", "two three"], id="blanks are empty"),
        pytest.param("\n\none\n\n", ["one"], id="edges say nothing"),
        pytest.param("  one   two ", ["one two"], id="blanks are one"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_an_empty_line_parts_paragraphs(text: str, parts: list[str]) -> None:
    assert list(paragraphs(text)) == parts


@pytest.mark.parametrize("arrow", ["↩", "↩︎", "↑"])
def test_a_note_loses_the_arrow_back_to_its_mark(arrow: str) -> None:
    assert without_way_back(f"A note. {arrow}").strip() == "A note."
    assert without_way_back("A note.") == "A note."
