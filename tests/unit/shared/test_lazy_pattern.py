"""Patterns compiled late behave as those compiled at once."""

import re

import pytest

import services.normalize.pipeline  # noqa: F401  # brings every pattern of the normaliser
from shared.lazy_pattern import compile_all, lazy, lazy_bytes


@pytest.mark.parametrize("method", ["search", "match", "fullmatch", "findall", "finditer", "split"])
def test_a_late_pattern_finds_the_same(method: str) -> None:
    def found(pattern: re.Pattern[str]) -> list[str]:
        result = getattr(pattern, method)("Ab ab")
        return [str(part) for part in result] if isinstance(result, list) else [repr(result)[:20]]

    for _ in range(2):
        assert found(lazy("a(b)", re.IGNORECASE)) == found(re.compile("a(b)", re.IGNORECASE))


def test_a_late_pattern_knows_what_it_is() -> None:
    pattern = lazy("(?P<day>[0-9]+)")
    assert (pattern.pattern, pattern.groups, dict(pattern.groupindex)) == ("(?P<day>[0-9]+)", 1, {"day": 1})
    assert pattern.sub("x", "12") == "x"
    assert lazy_bytes(b"a").sub(b"x", b"a") == b"x"


def test_every_late_pattern_compiles() -> None:
    lazy("a")
    assert compile_all() > 0
    assert compile_all() == 0
