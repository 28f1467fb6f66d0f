"""`GET /v1/events`: every change as it happens, as server-sent events or, for programs, as a long poll in JSON."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.web.bodies import change_body
from services.web.change_hub import Batch, Missed
from services.web.problems import Problem, in_header, in_parameter
from services.web.queries import read_seconds, refused_parameter
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import AppState, publisher_of, state_of
from services.web.wanted import WrongFilter, read_filter
from shared.ledger.events import EVENT_ID, FIRST, Change, ChangeFilter

EVENT_STREAM = "text/event-stream"
LONGEST_WAIT_S = 60.0
RETRY_MS = 2_000


async def show_events(request: Request) -> Response:
    """The changes after `Last-Event-ID` or `?after=`, else those from now on; of one `state`, `source`, `article`."""
    app_state = state_of(request)
    wanted, after = _read_filter(request), _read_place(request)
    only = only_of(publisher_of(request))
    if only:
        wanted = msgspec.structs.replace(wanted, source=f"push:{only}", worker="")  # hosts are not for strangers
    if EVENT_STREAM in request.headers.get("accept", ""):
        last = after or await app_state.changes.now()
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_event_stream(app_state, last, wanted), headers=headers, media_type=EVENT_STREAM)
    wait = read_seconds(request.query_params, "wait", most=LONGEST_WAIT_S)
    return await _polled(app_state, after, wanted, wait)


async def _event_stream(app_state: AppState, last: str, wanted: ChangeFilter) -> AsyncIterator[bytes]:
    yield b"retry: %d\n: from %s on\n\n" % (RETRY_MS, last.encode())
    try:
        async for batch in app_state.changes.follow(last, wanted, app_state.closing):
            yield b"".join(map(_event, batch.changes)) or b": nothing new\n\n"
    except Missed:
        yield b"event: missed\ndata: {}\n\n"


def _event(change: Change) -> bytes:
    return b"id: %s\nevent: change\ndata: %s\n\n" % (change.id.encode(), msgspec.json.encode(change_body(change)))


async def _polled(app_state: AppState, after: str | None, wanted: ChangeFilter, wait: float) -> Response:
    """What there is after a place, at once or when something comes; `last` is where to go on."""
    hub, last = app_state.changes, after or await app_state.changes.now()
    try:
        batch = await hub.after(last, wanted)
        if not batch.changes and wait:
            batch = await _next(hub.follow(batch.last, wanted, app_state.closing), batch, wait)
    except Missed as missed:
        raise Problem("missed", f"The oldest change that is kept is {missed}.") from missed
    return json_answer({"changes": [change_body(change) for change in batch.changes], "last": batch.last})


async def _next(batches: AsyncIterator[Batch], last: Batch, seconds: float) -> Batch:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for batch in batches:
                last = batch
                if batch.changes:
                    break
    return last


def _read_filter(request: Request) -> ChangeFilter:
    try:
        return read_filter(request.query_params)
    except WrongFilter as error:
        raise refused_parameter(error.name, str(error)) from error


def _read_place(request: Request) -> str | None:
    """Where a reader goes on; what a browser was given (`Last-Event-ID`) before what the address says."""
    last = request.headers.get("last-event-id")
    place = last or request.query_params.get("after")
    if place is None or place == FIRST or EVENT_ID.fullmatch(place):
        return place
    detail = "It must be the id of an event, as 1700000000000-0, or 0-0 for the oldest that is kept."
    raise Problem("bad-request", detail, at=in_header("Last-Event-ID") if last else in_parameter("after"))
