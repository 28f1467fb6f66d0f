"""How an answer is written: JSON, with moments instead of microseconds."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import RedirectResponse, Response

from services.web.bodies import moment
from services.web.links import link_to
from shared.envelope import Event


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as one line of JSON."""
    return Response(msgspec.json.encode(value) + b"\n", status, headers, "application/json")


def see_other(path: str) -> RedirectResponse:
    """Send a browser on to a page of the desk."""
    return RedirectResponse(link_to(path), 303)


def send_to(address: str) -> RedirectResponse:
    """Send a browser on to another site's page."""
    return RedirectResponse(address, 303)


def stages_of(timeline: Sequence[Event]) -> list[dict[str, object]]:
    """The timeline with moments, each event without what it did not say."""
    return [_event_body(event) for event in timeline]


def _event_body(event: Event) -> dict[str, object]:
    body: dict[str, object] = {"state": event.state, "at": moment(event.at_us)}
    if event.stage:
        body["stage"] = event.stage
    if event.note and event.state != "working":  # there it names the worker's host and process: not for strangers
        body["note"] = event.note
    return body
