"""Any text is a query; none is an error."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.index.query import MAX_TERMS, read_query
from services.index.sinks.schema import migrate

TWO = '"cán" AND "bộ" AND ("cán bộ" OR "cán")'


@pytest.mark.parametrize(
    ("text", "exact", "plain"),
    [
        pytest.param("đảng", '"đảng"', '"dảng"', id="one word"),
        pytest.param(
            "hòa bình thế",
            '"hoà" AND "bình" AND "thế" AND ("hoà bình thế" OR "hoà bình" OR "bình thế" OR "hoà")',
            '"hoà" AND "bình" AND "thế" AND ("hoà bình thế" OR "hoà bình" OR "bình thế" OR "hoà")',
            id="words side by side count for more",
        ),
        pytest.param('"cán bộ, đảng"', '"cán bộ đảng"', '"cán bộ dảng"', id="phrase"),
        pytest.param("“cán bộ” huyện", '"cán bộ" AND "huyện"', '"cán bộ" AND "huyện"', id="typographic quotes"),
        pytest.param('"cán bộ', TWO, TWO, id="a quotation that is never closed"),
        pytest.param("a a", '"a" AND ("a a" OR "a")', '"a" AND ("a a" OR "a")', id="a word is asked once"),
        pytest.param("日本", '"日本"', '"日本"', id="a pair"),
        pytest.param("日", '"日" *', '"日" *', id="half a pair"),
        pytest.param(
            "OR b*", '"OR" AND "b" AND ("OR b" OR "OR")', '"OR" AND "b" AND ("OR b" OR "OR")', id="no operators"
        ),
    ],
)
def test_read_query(text: str, exact: str, plain: str) -> None:
    query = read_query(text)
    assert query is not None
    assert (query.exact, query.plain) == (exact, plain)


@pytest.mark.parametrize("text", ["", "  ", '"', '""', "“ ”", "👍", "\x00", "-*^:()", "\ud800"])
def test_no_word_no_query(text: str) -> None:
    assert read_query(text) is None


def test_a_query_is_bounded() -> None:
    query = read_query(" ".join(f"w{number}" for number in range(100_000)))
    assert query is not None
    assert len(query.terms) == MAX_TERMS
    assert len(query.exact) < 2000


PIECES = [
    '"',
    "AND",
    "NOT",
    "NEAR(",
    ")",
    "*",
    "^",
    "headline:",
    "-",
    "+",
    "\x00",
    "日本",
    "ไทย",
    "đ",
    "👍",
    "}",
    "x",
    " ",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join))
def test_sqlite_understands_what_is_read(text: str) -> None:
    query = read_query(text)
    if query is not None:
        for asked in (query.exact, query.plain, query.some):
            DATABASE.execute("SELECT rowid FROM exact WHERE exact MATCH ?", (asked,)).fetchall()


DATABASE = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
migrate(DATABASE)
