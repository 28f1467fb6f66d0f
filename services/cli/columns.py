"""How much room text takes at a terminal: letters of East Asia take two columns, marks on letters none."""

import os
import sys
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
WIDE = frozenset({"W", "F"})
WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})
UNKNOWN = 100


def terminal_columns() -> int:
    """How wide the terminal is: as it says, or as `COLUMNS` does."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or UNKNOWN if sys.__stdout__ else UNKNOWN
    except (OSError, ValueError):
        return UNKNOWN


def columns_of(text: str) -> int:
    """How many columns a line takes."""
    return len(text) if text.isascii() else sum(map(_columns_of_letter, text))


def cut(text: str, room: int) -> str:
    """A line in at most `room` columns, with `…` where something is left out; a letter keeps its marks."""
    if columns_of(text) <= room:
        return text
    return "".join(_first_letters(text, room - len(ELLIPSIS))).rstrip() + ELLIPSIS if room > 0 else ""


def padded(text: str, room: int, *, right: bool = False) -> str:
    """A line in exactly `room` columns, or as it is where it takes more."""
    blanks = " " * (room - columns_of(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def _first_letters(text: str, room: int) -> Iterator[str]:
    for letter in text:
        room -= _columns_of_letter(letter)
        if room < 0:
            return
        yield letter


def _columns_of_letter(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in WIDE else 1
