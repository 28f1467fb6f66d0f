"""How what a request brought is taken in, and what its sender gets: receipts, the finished article, or why not."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from services.ingest.intake import Receipt
from services.web.article_body import article_body
from services.web.keys import Publisher
from services.web.links import link_to
from services.web.metering import tell_taken
from services.web.middleware import authenticate
from services.web.ownership import not_yours
from services.web.picture_addresses import with_addresses
from services.web.preferences import etag_of, read_wait
from services.web.problems import BODY, Problem
from services.web.receipts import settled_line, told_receipt
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import AppState, publisher_of
from services.web.targets import on_its_way
from services.web.tombstones import gone
from services.web.unread_dates import warnings_of
from shared.envelope import Input
from shared.identity import url_of
from shared.ledger.calls import NOT_TAKEN, Weighed


async def take_in(request: Request, app_state: AppState, items: Sequence[Input]) -> Sequence[Receipt]:
    """Each in by itself; an error is raised when all have their answer, so that none is left behind unasked."""
    authenticate(request.headers, app_state)  # a key that was revoked while the body came takes nothing in
    answers = await asyncio.gather(*(app_state.batcher.put(item) for item in items), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    receipts = [answer for answer in answers if not isinstance(answer, BaseException)]
    if any(receipt.state not in NOT_TAKEN for receipt in receipts):
        tell_taken(request)
    return receipts


async def answer_taken(
    request: Request, app_state: AppState, items: Sequence[Input], receipts: Sequence[Receipt]
) -> Response:
    """One receipt as it is, several as a list of such; `200` where nothing of it is new.

    With `Prefer: wait=10` one article is answered as soon as it is finished: `201` where it is new, else `200`.
    """
    if all(receipt.state in NOT_TAKEN for receipt in receipts):
        raise await refusal(app_state, publisher_of(request), items[0], receipts[0])
    wait = read_wait(request.headers)
    if len(receipts) == 1 and wait is not None:
        return await _finished(request, app_state, receipts[0], wait)
    bodies = [receipt_body(receipt) for receipt in receipts]
    status = 200 if all(receipt.state == "duplicate" for receipt in receipts) else 202
    if len(bodies) == 1:
        headers = {"Location": link_to(f"/v1/receipts/{receipts[0].receipt}")}
        return json_answer(bodies[0], status=status, headers=headers)
    return json_answer({"receipts": bodies}, status=status)


async def refusal(app_state: AppState, publisher: Publisher, item: Input, answer: Receipt | Weighed) -> Problem:
    """What an input that is not taken in is answered: what stands in its way."""
    if answer.state == "gone":
        stored = await app_state.ask(app_state.index.get, answer.article)
        return gone(answer.article, answer.rev, stored, only_of(publisher))
    return _refusal(item, answer)


def _refusal(item: Input, answer: Receipt | Weighed) -> Problem:
    links = {"article": link_to(f"/v1/articles/{answer.article}")}
    match answer.state:
        case "outdated":
            told = f"It says version {item.version}" if item.version else "It names no version"
            return Problem(
                "outdated",
                f"{told}, and the desk has version {answer.version} of this article: send a greater one.",
                storedVersion=answer.version,
                article=answer.article,
                rev=answer.rev,
                links=links,
            )
        case "changed" if item.patches and not (item.preconditions and item.preconditions.is_named):
            return on_its_way()
        case "changed":
            return changed(answer.article, answer.rev)
        case "exists":
            detail = "The article is there already, and If-None-Match: * creates only what is not."
            return Problem("precondition-failed", detail, article=answer.article, rev=answer.rev, links=links)
        case _:
            return not_yours(url_of(item.aliases))


def changed(article: str, rev: int | None) -> Problem:
    """What a change that was made upon another revision than the newest is answered."""
    detail = "The article has another revision than If-Match names."
    links = {"article": link_to(f"/v1/articles/{article}")}
    return Problem("precondition-failed", detail, article=article, rev=rev, links=links)


def receipt_body(receipt: Receipt) -> dict[str, object]:
    """A receipt as its sender gets it."""
    links = {
        "receipt": link_to(f"/v1/receipts/{receipt.receipt}"),
        "article": link_to(f"/v1/articles/{receipt.article}"),
    }
    body = {"receipt": receipt.receipt, "article": receipt.article, "rev": receipt.rev, "state": receipt.state}
    if receipt.version is not None:
        body["storedVersion"] = receipt.version
    return body | {"links": links}


async def _finished(request: Request, app_state: AppState, receipt: Receipt, wait: float) -> Response:
    """What has become of an input within that time: the article where it is in the index, else how far it is."""
    applied = {"Preference-Applied": f"wait={wait:g}"}
    state: str = receipt.state
    told = receipt_body(receipt)
    if receipt.state != "duplicate":
        line = await settled_line(request, app_state, receipt.receipt, wait, or_held=True)
        found = await told_receipt(app_state, receipt.receipt, line, "")
        state, told = (found.state, found.body) if found is not None else (state, told)
    if state in ("refused", "dead"):
        raise _came_to_nothing(state, told)
    stored = await app_state.ask(app_state.index.get, receipt.article) if state in ("indexed", "duplicate") else None
    headers = applied | {"Location": link_to(f"/v1/receipts/{receipt.receipt}")}
    is_theirs = stored is not None and only_of(publisher_of(request)) in ("", stored.owner)
    if stored is None or stored.withdrawn or not is_theirs:
        is_settled = bool(told.get("settled"))
        return json_answer(told, status=200 if is_settled else 202, headers=headers)
    is_new = state == "indexed" and len(stored.revisions) == 1
    headers |= {"Location": link_to(f"/v1/articles/{stored.article_id}"), "ETag": etag_of(stored.rev)}
    body = article_body(with_addresses(request, stored)) | {"state": state, "receipt": receipt.receipt}
    body |= warnings_of(stored.article)
    return json_answer(body, status=201 if is_new else 200, headers=headers)


def _came_to_nothing(state: str, told: dict[str, object]) -> Problem:
    """What was taken in and then found to hold no article, told at once: only its sender can mend it."""
    problem = told.get("problem")
    reason = problem.get("detail") or problem.get("reason") if isinstance(problem, dict) else None
    if state == "refused":
        return Problem("no-article", str(reason or "It holds no article."), at=BODY, receipt=told["receipt"])
    return Problem("not-readable", str(reason or "It could not be read."), at=BODY, receipt=told["receipt"])
