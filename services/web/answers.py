"""How an answer is written: JSON, with moments instead of microseconds."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from shared.clock import from_us
from shared.messages import Event


def json_answer(told: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON; a GET and a HEAD tell the same length."""
    return Response(msgspec.json.encode(told), status, headers, "application/json")


def moment(micros: int | None) -> dt.datetime | None:
    """A ledger time as people write it."""
    return None if micros is None else from_us(micros)


def stages_of(timeline: Sequence[Event]) -> list[dict[str, object]]:
    """The timeline with moments, each event without what it did not say."""
    return [_without_none(state=e.state, stage=e.stage or None, at=moment(e.at_us), note=e.note) for e in timeline]


def _without_none(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
