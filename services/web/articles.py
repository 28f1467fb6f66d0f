"""`POST /v1/articles` takes one article in; `GET /v1/articles/{id}` gives it as it stands in the index."""

import re
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from services.web.middleware import recognised
from services.web.problems import Problem, later
from services.web.push_headers import addresses, page_of, read_kind
from services.web.request_body import body_of
from services.web.responses import json_answer, moment, stages_of
from services.web.state import AppState, publisher_of, state_of
from shared.envelope import MOST_BYTES, Input, Source

LARGE = 256 * 1024
ID = re.compile(r"[a-z2-7]{26}")
WAITING = frozenset({"queued", "working", "received", "normalized", "retrying", "held"})


async def push_article(request: Request) -> Response:
    """Archive and enter one article; the answer is its receipt, and by then nothing can lose it."""
    app_state, publisher = state_of(request), publisher_of(request)
    kind = read_kind(request.headers.get("content-type"))
    limits = app_state.settings
    most = min(limits.max_input_bytes, MOST_BYTES)
    async with body_of(request, app_state.room, limit=most, seconds=limits.push_body_s) as body:
        if not body or body.isspace():
            raise Problem("no-article", "The body is empty.")
        claimed = partial(addresses, kind, body, request.headers, publisher=publisher.name)
        item = Input(
            source=Source(kind="push", name=publisher.name, zone=publisher.zone, language=publisher.language),
            media_type=kind.full,
            body=body,
            aliases=claimed() if len(body) < LARGE else await app_state.read(claimed),
            url=page_of(kind, request.headers),
        )
        await _refuse_anothers(app_state, item)
        recognised(request.headers, app_state)  # a key that was revoked while the body came takes nothing in
        receipt = await app_state.batcher.put(item)
    if receipt.state == "refused":
        raise Problem("not-yours", "Another publisher has pushed the article of this address.")
    known = receipt.state == "duplicate"
    links = {"receipt": f"/v1/receipts/{receipt.receipt}", "article": f"/v1/articles/{receipt.article}"}
    told = {"receipt": receipt.receipt, "article": receipt.article, "rev": receipt.rev, "state": receipt.state}
    return json_answer(told | {"links": links}, status=200 if known else 202, headers={"Location": links["receipt"]})


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
    told = {
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
    return json_answer(told, headers=headers)


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Does the reader hold this revision already (RFC 9110, 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags


async def _refuse_anothers(app_state: AppState, item: Input) -> None:
    """Every publisher may name any page; the article that another has pushed for it stays theirs."""
    for alias in item.aliases:
        stored = await app_state.ask(app_state.index.get, alias) if alias.startswith("url:") else None
        if stored is not None and stored.source.kind == "push" and stored.source.name != item.source.name:
            raise Problem("not-yours", "Another publisher has pushed the article of this page.", address=alias[4:])


async def _not_there(app_state: AppState, article_id: str) -> Problem:
    """No such article, one on its way, or one that died: told apart by the ledger, while it remembers."""
    ref = await app_state.ask(app_state.lines.latest, article_id)
    line = await app_state.ask(app_state.lines.line, ref) if ref else None
    if line is None:
        return Problem("not-found", "Neither the index nor the ledger knows this article.")
    links = {"receipt": f"/v1/receipts/{line.receipt}"}
    if line.state in WAITING:
        return Problem("not-indexed", "It is on its way.", headers=later(1), state=line.state, links=links)
    return Problem("not-indexed", line.note or line.reason, state=line.state, reason=line.reason, links=links)
