"""How long a line is, which words it has, and where a part of it stands in the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.document import QUOTE_LENGTH, Line, Piece, make_evidence, open_document, size, span, words
from services.normalize.readers.plain_text import read
from services.normalize.readings import RuleId
from tests.unit.normalize.inputs import raw


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("   ", 0, id="blanks"),
        pytest.param("one", 1, id="a word"),
        pytest.param("one two  three", 3, id="words whatever stands between"),
        pytest.param("Phà ra đảo chạy lại", 5, id="Vietnamese has a space between syllables"),
        pytest.param("渡轮恢复通航", 3, id="six Han letters are about two words and one run"),
        pytest.param("フェリーが再開", 3, id="kana and Han alike"),
        pytest.param("เรือข้ามฟาก", 5, id="Thai letters and marks"),
        pytest.param("페리가 다시 간다", 3, id="Korean has spaces"),
        pytest.param("Паром снова ходит", 3, id="Cyrillic has spaces"),
    ],
)
def test_the_size_of_a_line_is_its_words_or_what_its_letters_would_make(text: str, count: int) -> None:
    assert size(text) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("— … !", [], id="signs alone"),
        pytest.param("GD&TĐ - Tàu 3.000 tấn", ["GD&TĐ", "Tàu", "3.000", "tấn"], id="signs within words"),
        pytest.param("It's half-open.", ["It's", "half-open"], id="apostrophe and hyphen"),
        pytest.param("It’s open", ["It’s", "open"], id="a curly apostrophe"),
        pytest.param("a_b", ["a", "b"], id="a low line is no letter"),
        pytest.param("end. Next", ["end", "Next"], id="a stop ends a word"),
    ],
)
def test_words_keep_the_signs_within_them(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=60))
def test_every_word_stands_in_its_line_in_order(text: str) -> None:
    at = 0
    for word in words(text):
        at = text.index(word, at) + len(word)


def line(printed: str, mended: str, start: int | None = 10) -> Line:
    """A line of an input, printed in one way and mended to another."""
    end = None if start is None else start + len(printed)
    return Line(piece=Piece(text=printed, start=start, end=end), text=mended)


@pytest.mark.parametrize(
    ("printed", "mended", "part", "place"),
    [
        pytest.param("By Anna", "By Anna", None, (10, 17), id="the whole line"),
        pytest.param("By Anna", "By Anna", (3, 7), (13, 17), id="its end"),
        pytest.param("By Anna", "By Anna", (0, 2), (10, 12), id="its beginning"),
        pytest.param("By  Anna", "By Anna", (3, 7), (14, 18), id="behind a space that was mended"),
        pytest.param("By\tAnna", "By Anna", (3, 7), (13, 17), id="behind a tab read as a space"),
        pytest.param("B\u00ady Anna", "By Anna", (0, 2), (10, 13), id="round a soft hyphen"),
        pytest.param("By Anna", "By Anna", (3, 3), (10, 17), id="nothing of it is all of it"),
        pytest.param("By Anna", "Other words", (0, 5), (10, 17), id="words that are not in it"),
    ],
)
def test_a_part_of_a_mended_line_is_found_in_what_was_printed(
    printed: str, mended: str, part: tuple[int, int] | None, place: tuple[int, int]
) -> None:
    assert span(line(printed, mended), part) == place


def test_a_line_of_a_page_has_no_place_in_characters() -> None:
    assert span(line("By Anna", "By Anna", None), (3, 7)) == (None, None)


def test_evidence_quotes_at_most_two_hundred_letters_and_says_where_all_of_it_stands() -> None:
    printed = "word " * 100
    document = open_document(raw(), printed, read(printed, raw()))
    seen = make_evidence(document, "headline", line(printed.strip(), printed.strip(), 0), RuleId.FIRST_LINE)
    assert seen.quote == printed[:QUOTE_LENGTH]
    assert (seen.start, seen.end) == (0, len(printed.strip()))
    assert (seen.field, seen.rule, seen.sure) == ("headline", "the first line", RuleId.FIRST_LINE.sure)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a\nb", [("a", 0), ("b", 0)], id="lines"),
        pytest.param("a\n\nb", [("a", 0), ("b", 1)], id="a blank line before"),
        pytest.param("a\n\n\nb", [("a", 0), ("b", 2)], id="two blank lines before"),
        pytest.param("a\r\nb", [("a", 0), ("b", 0)], id="lines of another system"),
        pytest.param("\n\na", [("a", 2)], id="blank lines on top"),
    ],
)
def test_a_text_is_taken_apart_into_lines_and_the_blanks_before_them(text: str, lines: list[tuple[str, int]]) -> None:
    pieces = read(text, raw()).pieces
    assert [(piece.text, piece.gap) for piece in pieces] == lines
    assert [text[piece.start : piece.end] for piece in pieces] == [piece.text for piece in pieces]
