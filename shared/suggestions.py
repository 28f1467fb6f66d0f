"""What a mistyped name may have meant."""

from collections.abc import Iterable
from importlib import import_module

NEAR = 0.7  # of two names: what they have in common, by difflib


def suggest(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean feed_interval_s?` behind what nobody knows, where something known is near."""
    return hint(nearest(wrong, known))


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """Of what is known that which is spelled most alike; None where nothing is near."""
    return next(iter(import_module("difflib").get_close_matches(wrong, list(known), n=1, cutoff=NEAR)), None)


def hint(near: str | None) -> str:
    """The question, or nothing."""
    return f"; did you mean {near}?" if near else ""
