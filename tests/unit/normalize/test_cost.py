"""Reading costs as much as the input is long, whatever is repeated in it, wherever: a part of the table of pump.py."""

import pytest

from tests.pump import DOORS, EXPONENT, growth

SHORT, LONG = 6_000, 30_000
UNITS = {
    "text": ("date line", "byline", "Vietnamese byline", "brackets", "quotes", "bullet", "sentence", "wrapped"),
    "page body": (
        "open division", "open bold", "mismatched", "figure", "nested figure", "nested list", "cells", "footnote",
        "date in words", "image and line", "frame", "class", "heading tag", "break", "quote tag",
    ),
    "page head": ("meta", "JSON-LD", "open JSON-LD", "less than letter", "comment"),
    "page title": ("pipe", "dash", "colon", "name", "unknown entity"),
    "page JSON-LD": ("names and", "date line", "machine date", "backslash"),
    "feed entry": ("list", "preformatted", "credit", "date line", "entity"),
    "ninjs": ("date line", "names and", "figure", "brace"),
}  # fmt: skip


def test_every_door_is_pumped() -> None:
    assert UNITS.keys() == DOORS.keys()


@pytest.mark.parametrize(("door", "unit"), [(door, unit) for door, units in UNITS.items() for unit in units])
def test_the_cost_grows_with_the_size(door: str, unit: str) -> None:
    assert growth(door, unit, SHORT, LONG) < EXPONENT
