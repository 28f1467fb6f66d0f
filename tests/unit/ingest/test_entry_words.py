"""What of an entry's text changes by itself, and what is its words."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.entry_words import _with_even_space, is_counter, words_of
from shared.envelope import FeedEntry
from tests.cost import times_as_dear

ENTRY = FeedEntry(title="Night buses stay", content="<p>The council kept all 4 lines.</p>")


def with_content(content: str) -> FeedEntry:
    return msgspec.structs.replace(ENTRY, content=content)


@pytest.mark.parametrize(
    "line",
    [
        "1,234 views", "Views: 12", "(3) comments", "Lượt xem: 12", "12 bình luận", "Read 4 times", "3 Kommentare",
        "1 234 vues", "阅读 1234", "Просмотров: 12", "1.234 visualizações",
    ],
)  # fmt: skip
def test_a_line_that_counts_readers_is_no_words(line: str) -> None:
    assert is_counter(line)
    assert words_of(with_content(f"{ENTRY.content}<p>{line}</p>")).words == words_of(ENTRY).words


@pytest.mark.parametrize(
    "line",
    [
        "12 dead",
        "4 views of the council on buses are heard",
        "Score: 2-1",
        "25 °C",
        "$12",
        "Views",
        "",
        "7.5 points",
    ],
)
def test_a_line_that_tells_something_is_words(line: str) -> None:
    assert not is_counter(line)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('<p>The council kept all 4 lines.</p><img src="http://a.example/9" width="1">', id="a pixel"),
        pytest.param("<div>The  council kept <b>all</b> 4\u00a0lines.</div>\n", id="markup and white space"),
        pytest.param("<p>The council kept all 4 lines.</p><script>let n = 12</script><!-- 12 -->", id="no text"),
    ],
)
def test_markup_is_no_words(content: str) -> None:
    assert words_of(with_content(content)).words == words_of(ENTRY).words


def test_where_a_link_leads_counts_without_its_query() -> None:
    first, second, third = (
        words_of(with_content(f'<p>The <a href="http://a.example/{path}">council</a></p>'))
        for path in ("1?sid=7", "1?sid=8", "2")
    )
    assert first == second != third


@pytest.mark.parametrize(
    ("line", "is_calm"), [("Xyzzy 12", True), ("25 °C", False), ("All 4 lines of it run every day", False)]
)
def test_only_numbers_of_short_lines_may_change_alone(line: str, is_calm: bool) -> None:
    first, second = (
        words_of(with_content(f"<p>{said}</p>")) for said in (line, line.replace("2", "3").replace("4", "5"))
    )
    assert first.words != second.words
    assert (first.calm == second.calm) is is_calm


@given(st.text(max_size=200))
def test_any_text_has_words(text: str) -> None:
    assert words_of(with_content(text)) == words_of(with_content(text))


@pytest.mark.parametrize("piece", ["<", "<script>", "<a href=", "<!--", "1 ", "<p x='"])
def test_looking_for_words_takes_no_longer_than_the_text_is_long(piece: str) -> None:
    short, long = with_content(piece * 5_000), with_content(piece * 20_000)
    assert times_as_dear(lambda: words_of(long), than=lambda: words_of(short), bound=9) < 9


@given(st.text(" \t\xa0ab", max_size=30), st.integers(1, 3))
@settings(max_examples=20)
def test_the_space_between_words_is_even_however_long_their_line(some: str, times: int) -> None:
    line = some * (times * 100_000 // max(len(some), 1))
    assert _with_even_space(line) == " ".join(line.split())
