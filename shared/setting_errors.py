"""A setting that cannot be used, and what its writer may have meant."""

import difflib
from collections.abc import Iterable

from shared.errors import PermanentError

NEAR = 0.7  # of two names: what they have in common, by difflib


class SettingError(PermanentError):
    """A setting that cannot be used: which one, where it was set, what was expected."""


def suggest(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean language?`, where anything is near."""
    return hint(nearest(wrong, known))


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The name that is most like a wrong one."""
    return next(iter(difflib.get_close_matches(wrong, list(known), n=1, cutoff=NEAR)), None)


def hint(near: str | None) -> str:
    """The same for a name that was found."""
    return f"; did you mean {near}?" if near else ""
