"""The filters of a list of articles and of changes, read from an address or a command line."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import get_args

from services.index.listing import Settled
from services.index.query import WrongDate, read_query
from services.web.listing import DEFAULT, GROUPS, MOST_ROWS, State, Wanted
from services.web.names import looks_like_name
from shared.clock import END_OF_TIME, now_us
from shared.errors import PermanentError
from shared.ledger.events import CHANGE_STATES, ChangeFilter
from shared.ledger.listing import Standing
from shared.source_filter import KINDS, may_be_source

STATES: tuple[State, ...] = (*get_args(Standing), *get_args(Settled))
AGO = re.compile(r"([0-9]{1,6})(s|min|h|d)")
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
LONGEST_Q = 1000


class WrongFilter(PermanentError):
    """A filter that makes no sense: its `name`, and what was expected."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filters of a list, or a problem that names the one that makes no sense."""
    source = query.get("source", "")
    publisher = query.get("publisher", "")
    if publisher and source:
        raise WrongFilter("publisher", "publisher and source cannot both be given.")
    if source and not may_be_source(source):
        raise _no_source(source)
    words = query.get("q", "").strip()
    if len(words) > LONGEST_Q:
        raise WrongFilter("q", f"q may have {LONGEST_Q} characters.")
    worker = query.get("worker", "")
    if worker and words:
        raise WrongFilter("worker", "worker and q cannot both be given.")
    if not looks_like_name(words):
        try:
            read_query(words)
        except WrongDate as error:
            raise WrongFilter("q", f"{error}.") from error
    return Wanted(
        states=_read_states(query.get("state", "all" if worker else "")),
        source=f"push:{publisher}" if publisher else source,
        since=read_since(query.get("since", "")),
        before=_read_number(query, "before", default=END_OF_TIME, least=0, most=END_OF_TIME),
        q=words,
        worker=worker,
        limit=_read_number(query, "limit", default=50, least=1, most=MOST_ROWS),
    )


def read_filter(query: Mapping[str, str]) -> ChangeFilter:
    """`state=dead,refused`, `source=push:hue` or `feed:*`, `article=…`, `worker=host`; what is not given takes all."""
    states = frozenset(state.strip() for state in query.get("state", "").split(",") if state.strip())
    unknown = states.difference(CHANGE_STATES)
    if unknown:
        detail = f"{min(unknown)[:40]!r} is no state; there are {', '.join(CHANGE_STATES)}."
        raise WrongFilter("state", detail)
    source = query.get("source", "")
    if source and not may_be_source(source):
        raise _no_source(source)
    named = {name: query.get(name, "") for name in ("article", "source", "worker")}
    return ChangeFilter(states=states, **named)


def _no_source(source: str) -> WrongFilter:
    said = f"say a kind ({', '.join(KINDS)}), one source (push:hue-daily), or how several begin (push:hue-*)"
    detail = f"{source[:40]!r} is no source; {said}."
    return WrongFilter("source", detail)


def _read_states(text: str) -> tuple[State, ...]:
    if not text.strip():
        return DEFAULT
    states: list[State] = []
    for name in (part.strip() for part in text.split(",")):
        if name not in STATES and name not in GROUPS:
            known = ", ".join((*STATES, *GROUPS))
            raise WrongFilter("state", f"{name[:40]!r} is no state; there are {known}.")
        states += GROUPS.get(name, (name,))  # type: ignore[arg-type]
    return tuple(dict.fromkeys(states))


def read_since(text: str, name: str = "since") -> int:
    """`1h`, `30min`, `2d`, or a moment with a zone (RFC 3339)."""
    if not text:
        return 0
    ago = AGO.fullmatch(text)
    if ago:
        return now_us() - int(ago[1]) * UNITS[ago[2]] * 1_000_000
    try:
        since = dt.datetime.fromisoformat(text)
        if since.tzinfo is None:
            raise ValueError("no zone")
        return int(since.timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        detail = f"{name} must be a time ago (30min, 1h, 2d) or a moment with its zone."
        raise WrongFilter(name, detail) from None


def _read_number(query: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise WrongFilter(name, f"{name} must be a whole number from {least} to {most}.")
    return int(text)
