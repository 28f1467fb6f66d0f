"""Answers about lines that are kept: every reader and step asks the same of the same few lines."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONGEST = 500  # characters of what is kept; a whole text is asked about once
_MOST = 4096
_Answer = TypeVar("_Answer")


def kept_for_lines(about: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """A function of a text that keeps its answers about the last few thousand short ones."""
    known = lru_cache(maxsize=_MOST)(about)

    @wraps(about)
    def ask(text: str) -> _Answer:
        return known(text) if len(text) <= LONGEST else about(text)

    return ask
