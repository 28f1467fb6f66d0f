"""Whether settings of a source can be used: the first thing that is wrong with them, and where."""

from services.normalize.grammar.byline_pattern import WrongPattern, read_pattern
from shared.errors import PermanentError
from shared.hints import SELECTED, Hints
from shared.untrusted.selectors import (
    MOST_PARTS,
    MOST_UNNAMED,
    Selector,
    WrongSelector,
    parts_of,
    read_selectors,
)

MOST_LEFT_OUT, LONGEST_WORDS = 20, 200


class WrongHint(PermanentError):
    """A setting that cannot be used; `field` names it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


def check_hints(hints: Hints) -> None:
    """Raise `WrongHint` for the first setting that cannot be used; zone and language are checked by `check_source`."""
    if len(hints.leave_out) > MOST_LEFT_OUT:
        raise WrongHint("leave_out", f"at most {MOST_LEFT_OUT} selectors, not {len(hints.leave_out)}")
    named = [(name, getattr(hints, name)) for name in SELECTED if getattr(hints, name)]
    every: list[Selector] = []
    for field, text in (*named, *(("leave_out", text) for text in hints.leave_out)):
        try:
            every += read_selectors(text)
        except WrongSelector as error:
            raise WrongHint(field, f"{text[:80]!r} is no selector that is understood: {error}") from error
    parts, unnamed = parts_of(every)
    if parts > MOST_PARTS or unnamed > MOST_UNNAMED:
        raise WrongHint(
            "selectors",
            f"all together have {parts} parts, of which {unnamed} name no element, class, id or attribute; they may "
            f"have {MOST_PARTS} and {MOST_UNNAMED}",
        )
    _check_words(hints)


def _check_words(hints: Hints) -> None:
    if hints.byline_pattern:
        try:
            read_pattern(hints.byline_pattern)
        except WrongPattern as error:
            raise WrongHint("byline_pattern", str(error)) from error
    for field in ("agency", "credit"):
        words = getattr(hints, field) or ""
        if len(words) > LONGEST_WORDS or not words.isprintable():
            raise WrongHint(field, f"words of one line, at most {LONGEST_WORDS} characters")
