"""`GET /v1/receipts/{id}`: what became of one input, now or as soon as it is settled."""

import asyncio
import contextlib
import re
from collections.abc import Collection
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from services.index.search import Answered
from services.web.bodies import moment
from services.web.change_hub import Missed
from services.web.links import link_to
from services.web.listing import as_its_own
from services.web.problems import Problem, later
from services.web.queries import read_seconds
from services.web.responses import json_answer, stages_of
from services.web.scopes import is_seen_by, only_of
from services.web.state import AppState, publisher_of, state_of
from services.web.tombstones import withdrawal_body
from services.web.unread_dates import warnings_of
from shared.envelope import is_desk
from shared.ledger.events import ChangeFilter
from shared.ledger.reader import DECIDED_BY_THE_INDEX, SETTLED, InputStatus

ID = re.compile(r"r[a-z0-9]{26}")
LONGEST_WAIT_S = 60.0
SETTLED_OR_HELD = (*SETTLED, "held")


async def show_receipt(request: Request) -> Response:
    """The line of one input; `?wait=30` answers when it is settled, or after that many seconds."""
    app_state, receipt = state_of(request), request.path_params["receipt"]
    wait = read_seconds(request.query_params, "wait", most=LONGEST_WAIT_S)
    if ID.fullmatch(receipt) is None:
        raise Problem("not-found", "No receipt has a number of this form.")
    line = await settled_line(request, app_state, receipt, wait)
    told = await told_receipt(app_state, receipt, line, only_of(publisher_of(request)))
    if told is None:
        raise Problem("not-found", "Neither the ledger nor the index knows this receipt.")
    only = only_of(publisher_of(request))
    beside = await _tombstone(app_state, told, only) or await _warnings(app_state, told, only)
    return json_answer(told.body | beside, headers=None if told.body["settled"] else later(1))


async def _tombstone(app_state: AppState, told: "Told", only: str) -> dict[str, object]:
    """Of an input whose article was taken back: when, which and why, to who may read that article."""
    if told.state not in DECIDED_BY_THE_INDEX:
        return {}
    stored = await app_state.ask(app_state.index.get, str(told.body["article"]))
    if stored is None or only not in ("", stored.owner) or not (withdrawal := withdrawal_body(stored)):
        return {}
    return {"withdrawal": withdrawal}


async def _warnings(app_state: AppState, told: "Told", only: str) -> dict[str, object]:
    """Of an input that was read: what was declared in it and could not be, to who may read the article."""
    ref = f"{told.body['article']}@{told.body['rev']}"
    if told.state == "held" and told.body.get("stage") == "index":
        article = await app_state.ask(app_state.desk.read_held, ref)
        return warnings_of(article) if article is not None else {}
    stored = await app_state.ask(app_state.index.get, ref) if told.state == "indexed" else None
    return warnings_of(stored.article) if stored is not None and only in ("", stored.owner) else {}


class Told(NamedTuple):
    """What became of an input, in a word and as its sender reads it."""

    state: str
    body: dict[str, object]


async def told_receipt(app_state: AppState, receipt: str, line: InputStatus | None, only: str) -> Told | None:
    """What became of an input: what the index decided, else its line; None where nobody knows it, or where it is
    another's than the `only` publisher whose receipts may be seen ("": all). What the desk did to an article is its
    publisher's to see, as the article is.

    A repeat is its sender's, whoever owns the article. Whose one is that an older release has settled nobody knows:
    there, who has the number has it from the answer to the push.
    """
    if line is None or line.state in DECIDED_BY_THE_INDEX:
        answered = await app_state.ask(app_state.index.receipt, receipt)
        if answered is not None:
            return Told(answered.outcome, _answered_body(receipt, answered)) if _is_theirs(only, answered) else None
    if line is not None and only:
        line = await app_state.ask(as_its_own, app_state.index.get, line)
    if line is None or (line.source is not None and not is_seen_by(only, line.source)):
        return None
    return Told(line.state, receipt_body(line))


def _is_theirs(only: str, answered: Answered) -> bool:
    said_by = answered.source or answered.said_by
    if said_by is not None and is_desk(said_by):
        return only in ("", answered.owner)
    return said_by is None or is_seen_by(only, said_by)


async def settled_line(
    request: Request, app_state: AppState, receipt: str, wait: float, *, or_held: bool = False
) -> InputStatus | None:
    """The line of an input as soon as it is settled (or held), or after that many seconds."""
    if not wait or app_state.waiters.locked():  # too many wait already: this one asks again by itself
        return await app_state.ask(app_state.ledger.receipt, receipt)
    async with app_state.waiters:
        return await _settled_line(request, app_state, receipt, wait, SETTLED_OR_HELD if or_held else SETTLED)


def receipt_body(line: InputStatus) -> dict[str, object]:
    """A line as its publisher reads it."""
    body: dict[str, object] = {
        "receipt": line.receipt,
        "article": line.article,
        "rev": line.rev,
        "state": line.state,
        "settled": line.state in SETTLED,
        "attempts": line.attempts,
        "received": moment(line.received_us),
        "stages": stages_of(line.timeline),
    }
    if line.state not in SETTLED:
        body["stage"] = line.stage
    if line.state == "held" and line.due_us is not None:
        body["embargoedUntil"] = moment(line.due_us)
    elif line.reason:
        body["problem"] = {"reason": line.reason, "detail": line.note}
    if line.duplicate_of:
        body["duplicateOf"] = line.duplicate_of
    links = {"self": link_to(f"/v1/receipts/{line.receipt}"), "article": link_to(f"/v1/articles/{line.article}")}
    return body | {"links": links}


def _answered_body(receipt: str, answered: Answered) -> dict[str, object]:
    """What the index decided: the ledger lets an article go as soon as the index answers for it."""
    body: dict[str, object] = {
        "receipt": receipt,
        "article": answered.article_id,
        "rev": answered.rev,
        "state": answered.outcome,
        "settled": True,
        "received": moment(answered.received_us),
        "stages": stages_of(answered.timeline or ()),
    }
    if answered.outcome == "duplicate":
        body["duplicateOf"] = f"{answered.article_id}@{answered.current_rev}"
    links = {"self": link_to(f"/v1/receipts/{receipt}"), "article": link_to(f"/v1/articles/{answered.article_id}")}
    return body | {"links": links}


async def _settled_line(
    request: Request, app_state: AppState, receipt: str, seconds: float, ends: Collection[str]
) -> InputStatus | None:
    """Wait for the article's changes until it is settled, the time is over, the reader is gone or the desk stops."""
    last = await app_state.changes.now()
    line = await app_state.ask(app_state.ledger.receipt, receipt)
    if line is None or line.state in ends:
        return line
    wanted = ChangeFilter(article=line.article, states=frozenset(ends))
    with contextlib.suppress(TimeoutError, Missed):
        async with asyncio.timeout(seconds):
            async for _ in app_state.changes.follow(last, wanted, app_state.closing):
                line = await app_state.ask(app_state.ledger.receipt, receipt)
                if line is None or line.state in ends or await request.is_disconnected():
                    return line
    return await app_state.ask(app_state.ledger.receipt, receipt)
