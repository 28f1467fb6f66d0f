"""A pattern of a module costs nothing before it is asked, and then what any pattern costs."""

import re

import pytest

from shared.patterns import pattern_of


def test_a_pattern_is_made_at_its_first_use_and_once() -> None:
    made: list[str] = []

    def source() -> str:
        made.append("made")
        return r"(?P<day>\d+)\s+May"

    day = pattern_of(source, re.IGNORECASE)
    assert made == []
    assert [match["day"] for match in day.finditer("4 MAY, 5 may")] == ["4", "5"]
    assert day.search("no day") is None
    assert day.sub("-", "6 May") == "-"
    assert made == ["made"]


def test_the_words_of_a_pattern_are_known_without_making_it() -> None:
    assert pattern_of(r"(never closed").pattern == r"(never closed"


def test_an_error_in_a_pattern_is_told_at_its_first_use() -> None:
    broken = pattern_of(r"(never closed")
    with pytest.raises(re.error):
        broken.search("text")


def test_bytes_have_patterns_too() -> None:
    assert pattern_of(rb"\xc3.").findall(b"a\xc3\xa9") == [b"\xc3\xa9"]
