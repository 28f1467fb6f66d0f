"""Query parameters, read within bounds or refused by name."""

import re
from collections.abc import Mapping, Sequence

from starlette.datastructures import QueryParams

from services.web.problems import Problem, in_parameter
from shared.suggestions import suggest

NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")  # as JSON writes one that is not negative
LONGEST_NUMBER = 400


def read_count(query: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    """Read "20" as a whole number from `least` to `most`."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise refused_parameter(name, f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def read_seconds(query: Mapping[str, str], name: str, *, most: float) -> float:
    """Read "30" or "2.5" as seconds; more than `most` counts as `most`, nothing as none."""
    text = query.get(name, "0")
    if len(text) > LONGEST_NUMBER or NUMBER.fullmatch(text) is None:
        raise refused_parameter(name, f"{name} must be a number of seconds.")
    return min(float(text), most)


def read_words(query: Mapping[str, str], name: str, *, most: int) -> str:
    """Read what a person typed: not empty, not endless."""
    words = query.get(name, "").strip()
    if not words or len(words) > most:
        raise refused_parameter(name, f"{name} must be 1 to {most} characters.")
    return words


def refuse_unknown(query: QueryParams, known: Sequence[str]) -> None:
    """Raise `Problem` for a parameter that there is not, or is there twice: no filter may look as if it held."""
    names = [name for name, _ in query.multi_items()]
    for name in dict.fromkeys(names):
        if name not in known:
            told = f"There are {', '.join(known)}." if known else "This address takes none."
            raise refused_parameter(
                name[:40], f"{name[:40]!r} is no parameter here{suggest(name[:40], known) or '.'} {told}"
            )
        if names.count(name) > 1:
            raise refused_parameter(name, f"{name} is given {names.count(name)} times, and can hold only once.")


def refused_parameter(name: str, detail: str) -> Problem:
    """A request whose parameter makes no sense: which, and what was expected."""
    return Problem("bad-request", detail, at=in_parameter(name))
