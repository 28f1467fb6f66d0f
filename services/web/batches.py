"""`POST /v1/batches`: many articles in one request, as lines of JSON or files of a ZIP, with a result for each item."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.web.articles import claimed
from services.web.batch_items import BatchItem, items_of
from services.web.keys import Publisher
from services.web.metering import tell_outcomes
from services.web.middleware import authenticate
from services.web.problems import BODY, Problem, in_header, problem_of, told
from services.web.push_headers import held_until, inputs_of, read_kind
from services.web.responses import json_answer
from services.web.spooling import NDJSON, ZIP, spool_of
from services.web.state import AppState, publisher_of, state_of
from services.web.taking import receipt_body, refusal
from shared.envelope import MOST_BYTES
from shared.ledger.calls import NOT_TAKEN

AT_ONCE, AT_ONCE_BYTES = 25, 4 * 1024 * 1024


async def push_batch(request: Request) -> Response:
    """Take the items in one by one; what is wrong with one is told in its result and concerns no other."""
    app_state, publisher = state_of(request), publisher_of(request)
    essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if essence not in (NDJSON, ZIP):
        raise Problem(
            "unsupported-media-type",
            f"A batch is {NDJSON} or {ZIP}.",
            at=in_header("Content-Type"),
            accepted=[NDJSON, ZIP],
        )
    held = held_until(request.headers, publisher.zone)
    # Its turn comes when its last byte is here: a sender that is slow keeps nobody else's from being taken in.
    async with spool_of(request, app_state) as spool, app_state.batches:
        authenticate(request.headers, app_state)
        most = min(app_state.settings.max_input_bytes, MOST_BYTES)
        items = items_of(essence, spool, most)
        results: list[dict[str, object]] = []
        while chunk := await app_state.read(partial(_chunk, items)):
            app_state.quota.charge(publisher.name, len(chunk))
            results += await _taken(app_state, publisher, chunk, held)
            tell_outcomes(request, results)  # what comes next may end the batch
    if not results:
        raise Problem("no-article", "The batch holds no items.", at=BODY)
    refused = sum("problem" in result for result in results)
    return json_answer({"results": results, "taken": len(results) - refused, "refused": refused})


def _chunk(items: Iterator[BatchItem]) -> list[BatchItem]:
    """The next items, as many as may stand in memory together."""
    chunk: list[BatchItem] = []
    held = 0
    for item in items:
        chunk.append(item)
        held += len(item.body)
        if len(chunk) == AT_ONCE or held >= AT_ONCE_BYTES:
            break
    return chunk


async def _taken(
    app_state: AppState, publisher: Publisher, chunk: Sequence[BatchItem], held: dt.datetime | None
) -> Sequence[dict[str, object]]:
    size = sum(len(item.body) for item in chunk)
    app_state.room.take(size)
    try:
        return await asyncio.gather(*(_result(app_state, publisher, item, held) for item in chunk))
    finally:
        app_state.room.give_back(size)


async def _result(
    app_state: AppState, publisher: Publisher, item: BatchItem, held: dt.datetime | None
) -> dict[str, object]:
    place: dict[str, object] = {"index": item.index}
    place |= {"line": item.line} if item.line is not None else {"name": item.name}
    try:
        receipts = await _receipts(app_state, publisher, item, held)
    except Exception as error:  # noqa: BLE001 - whatever it is concerns this item alone, and is told in its result
        problem = problem_of(error, "POST")
        return place | {"status": problem.kind.status, "problem": told(problem)}
    status = 200 if all(receipt["state"] == "duplicate" for receipt in receipts) else 202
    return place | {"status": status} | (receipts[0] if len(receipts) == 1 else {"receipts": receipts})


async def _receipts(
    app_state: AppState, publisher: Publisher, item: BatchItem, held: dt.datetime | None
) -> Sequence[dict[str, object]]:
    """The receipts of an item's articles, which a header of the batch may hold; raises the `Problem` where none of them
    is taken in."""
    if item.problem is not None:
        raise item.problem
    if not item.body.strip():
        raise Problem("no-article", "It is empty.", at=BODY)
    inputs = await app_state.read(partial(inputs_of, read_kind(item.media_type), item.body, {}, publisher))
    beside = app_state.keys.prefixes_beside(publisher.name)
    items = [
        await claimed(app_state, msgspec.structs.replace(given, embargoed_until=held), publisher, beside)
        for given in inputs
    ]
    receipts = await asyncio.gather(*(app_state.batcher.put(given) for given in items))
    if all(receipt.state in NOT_TAKEN for receipt in receipts):
        raise await refusal(app_state, publisher, items[0], receipts[0])
    return [receipt_body(receipt) for receipt in receipts]
