"""`POST /v1/articles` takes articles in; `GET /v1/articles/{id}` gives it as it stands in the index."""

import asyncio
import re
from collections.abc import Sequence
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.ingest.intake import Receipt
from services.web.keys import Publisher
from services.web.middleware import authenticate
from services.web.ownership import may_claim, not_yours
from services.web.problems import Problem, later
from services.web.push_headers import inputs_of, read_kind
from services.web.request_body import body_of
from services.web.responses import json_answer, moment, stages_of
from services.web.state import AppState, publisher_of, state_of
from shared.envelope import MOST_BYTES, Input
from shared.identity import url_of
from shared.ledger.reader import SETTLED

LARGE = 256 * 1024
ID = re.compile(r"[a-z2-7]{26}")


async def push_article(request: Request) -> Response:
    """Archive and enter the articles of one body; the answer is their receipts, and by then nothing can lose them."""
    app_state, publisher = state_of(request), publisher_of(request)
    kind = read_kind(request.headers.get("content-type"))
    limits = app_state.settings
    most = min(limits.max_input_bytes, MOST_BYTES)
    async with body_of(request, app_state.room, limit=most, seconds=limits.push_body_s) as body:
        if not body or body.isspace():
            raise Problem("no-article", "The body is empty.")
        reading = partial(inputs_of, kind, body, request.headers, publisher)
        inputs = reading() if len(body) < LARGE else await app_state.read(reading)
        beside = app_state.keys.prefixes_beside(publisher.name)
        items = [await _claimed(app_state, item, publisher, beside) for item in inputs]
        authenticate(request.headers, app_state)  # a key that was revoked while the body came takes nothing in
        receipts = await _put(app_state, items)
    return _answer(items, receipts)


async def _put(app_state: AppState, items: Sequence[Input]) -> Sequence[Receipt]:
    """Each in by itself; an error is raised when all have their answer, so that none is left behind unasked."""
    answers = await asyncio.gather(*(app_state.batcher.put(item) for item in items), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


def _answer(items: Sequence[Input], receipts: Sequence[Receipt]) -> Response:
    """One receipt as it is, several as a list of such; `200` where nothing of it is new."""
    if all(receipt.state == "refused" for receipt in receipts):
        raise not_yours(url_of(items[0].aliases))
    bodies = [_receipt_body(receipt) for receipt in receipts]
    status = 200 if all(receipt.state == "duplicate" for receipt in receipts) else 202
    if len(bodies) == 1:
        (only,) = receipts
        return json_answer(bodies[0], status=status, headers={"Location": f"/v1/receipts/{only.receipt}"})
    return json_answer({"receipts": bodies}, status=status)


def _receipt_body(receipt: Receipt) -> dict[str, object]:
    links = {"receipt": f"/v1/receipts/{receipt.receipt}", "article": f"/v1/articles/{receipt.article}"}
    body = {"receipt": receipt.receipt, "article": receipt.article, "rev": receipt.rev, "state": receipt.state}
    return body | {"links": links}


async def show_article(request: Request) -> Response:
    """The canonical article with its timeline; `ETag` is its revision."""
    app_state, article_id = state_of(request), request.path_params["article_id"]
    if ID.fullmatch(article_id) is None:
        raise Problem("not-found", "No article has an id of this form.")
    stored = await app_state.ask(app_state.index.get, article_id)
    if stored is None:
        problem = await _not_there(app_state, article_id)
        # It may have been indexed between the two looks: who has heard "done" from the ledger asks the index once more.
        stored = await app_state.ask(app_state.index.get, article_id)
        if stored is None:
            raise problem
    if stored.withdrawn:
        raise Problem("withdrawn", "Its publisher withdrew it.", article=article_id, rev=stored.rev)
    etag = f'"{stored.rev}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    body = {
        "id": stored.article_id,
        "rev": stored.rev,
        "received": moment(stored.received_us),
        "indexed": moment(stored.indexed_us),
        "article": stored.article,
        "timeline": stages_of(stored.timeline),
        "source": stored.source,
        "receipts": stored.receipts,
        "revisions": [
            {"rev": past.rev, "indexed": moment(past.indexed_us), "version": past.version} for past in stored.revisions
        ],
        "links": {"self": f"/v1/articles/{article_id}"},
    }
    return json_answer(body, headers=headers)


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Does the reader hold this revision already (RFC 9110, 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


async def _claimed(app_state: AppState, item: Input, publisher: Publisher, beside: Sequence[str]) -> Input:
    """The input with the addresses it may claim; `beside` are the prefixes of other publishers.

    Whose an article is the ledger decides when it takes them; what it has forgotten since the index still knows.
    """
    aliases, own = may_claim(item.aliases, publisher, beside)
    pages = () if own else [alias for alias in aliases if alias.startswith("url:")]
    for alias in pages:
        stored = await app_state.ask(app_state.index.get, alias)
        if stored is None or stored.owner in ("", publisher.name):
            continue
        freed = await app_state.ask(app_state.ledger.freed, stored.article_id)
        if freed is None or freed < stored.owned_us:
            raise not_yours(alias[4:])
    return msgspec.structs.replace(item, aliases=aliases, own=own)


async def _not_there(app_state: AppState, article_id: str) -> Problem:
    """No such article, one on its way, or one that died: told apart by the ledger, while it remembers."""
    ref = await app_state.ask(app_state.ledger.latest, article_id)
    line = await app_state.ask(app_state.ledger.line, ref) if ref else None
    if line is None:
        return Problem("not-found", "Neither the index nor the ledger knows this article.")
    links = {"receipt": f"/v1/receipts/{line.receipt}"}
    if line.state not in SETTLED:
        return Problem("not-indexed", "It is on its way.", headers=later(1), state=line.state, links=links)
    return Problem("not-indexed", line.note or line.reason, state=line.state, reason=line.reason, links=links)
