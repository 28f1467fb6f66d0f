"""`GET /v1/articles`: the articles by state, source and time, the newest first, a page after another."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.index.listing import END_OF_TIME, Settled
from services.web.listing import DEFAULT, GROUPS, MOST_ROWS, Row, State, Wanted
from services.web.queries import read_count, refused_parameter
from services.web.responses import json_answer, moment
from services.web.state import state_of
from shared.clock import now_us
from shared.ledger.listing import Standing

STATES: tuple[State, ...] = (*get_args(Standing), *get_args(Settled))
AGO = re.compile(r"([0-9]{1,6})(s|min|h|d)")
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
LONGEST_Q = 1000


async def show_articles(request: Request) -> Response:
    """A page of rows, and the address of the next."""
    app_state = state_of(request)
    wanted = read_wanted(request.query_params)
    listing = await app_state.ask(app_state.list_articles, wanted)
    links = {"self": f"/v1/articles?{request.url.query}".rstrip("?")}
    if listing.next is not None:
        following = request.url.include_query_params(before=listing.next).query
        links["next"] = f"/v1/articles?{following}"
    return json_answer({"articles": [row_body(row) for row in listing.rows], "links": links})


def row_body(row: Row) -> dict[str, object]:
    """A row with moments and seconds, and without what is not known."""
    body: dict[str, object] = msgspec.to_builtins(row)
    for micros, name in (("receivedUs", "received"), ("settledUs", "settled")):
        body[name] = moment(body.pop(micros, None))  # type: ignore[arg-type]
    for micros, name in (("waitedUs", "waitedSeconds"), ("workedUs", "workedSeconds")):
        spent = body.pop(micros, None)
        body[name] = None if spent is None else spent / 1_000_000  # type: ignore[operator]
    body["links"] = {"article": f"/v1/articles/{row.article}"} | (
        {"receipt": f"/v1/receipts/{row.receipt}"} if row.receipt else {}
    )
    return {name: value for name, value in body.items() if value is not None}


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filters of a list, or a problem that names the one that makes no sense."""
    source = query.get("source", "")
    publisher = query.get("publisher", "")
    if publisher and source:
        raise refused_parameter("publisher", "publisher and source cannot both be given.")
    words = query.get("q", "").strip()
    if len(words) > LONGEST_Q:
        raise refused_parameter("q", f"q may have {LONGEST_Q} characters.")
    return Wanted(
        states=_read_states(query.get("state", "")),
        source=f"push:{publisher}" if publisher else source,
        since=_read_since(query.get("since", "")),
        before=read_count(query, "before", default=END_OF_TIME, least=0, most=END_OF_TIME),
        q=words,
        limit=read_count(query, "limit", default=50, least=1, most=MOST_ROWS),
    )


def _read_states(text: str) -> tuple[State, ...]:
    if not text.strip():
        return DEFAULT
    states: list[State] = []
    for name in (part.strip() for part in text.split(",")):
        if name not in STATES and name not in GROUPS:
            known = ", ".join((*STATES, *GROUPS))
            raise refused_parameter("state", f"{name[:40]!r} is no state; there are {known}.")
        states += GROUPS.get(name, (name,))  # type: ignore[arg-type]
    return tuple(dict.fromkeys(states))


def _read_since(text: str) -> int:
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
        detail = "since must be a time ago (30min, 1h, 2d) or a moment with its zone."
        raise refused_parameter("since", detail) from None
