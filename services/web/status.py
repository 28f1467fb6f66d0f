"""`GET /v1/status` and `/metrics`: the ledger's own figures, for people and for monitors."""

from starlette.requests import Request
from starlette.responses import Response

from services.index.rhythm import HOUR_US, Beat, hour_of
from services.web.problems import Problem, later
from services.web.responses import json_answer
from services.web.state import AppState, state_of
from shared.clock import now_us
from shared.errors import TransientError
from shared.ledger.overview import redis_away
from shared.metrics import CONTENT_TYPE


async def show_status(request: Request) -> Response:
    """Counters, queues, memory, processes and troubles at one moment; 503 with the one trouble when Redis is away."""
    app_state = state_of(request)
    try:
        overview = await app_state.ask(app_state.look)
    except TransientError as error:
        trouble = redis_away(error, now_us())
        raise Problem("unavailable", trouble.what, headers=later(error.retry_after), troubles=[trouble]) from error
    articles = await app_state.ask(app_state.index.count)
    beats = await app_state.ask(_last_hour, app_state)
    return json_answer(overview.as_told() | {"articles": articles, "lastHour": hour_of(beats)})


def _last_hour(app_state: AppState) -> Beat:
    now = now_us()
    beats = app_state.desk.rhythm(since_us=now - HOUR_US, until_us=now, step_us=HOUR_US)
    return beats[0] if beats else Beat(at_us=now, count=0, p50_us=0, p95_us=0)


async def show_metrics(request: Request) -> Response:
    """The same and the door's own meters, in Prometheus' text format."""
    app_state = state_of(request)
    return Response(await app_state.ask(app_state.meters.exposition), headers={"Content-Type": CONTENT_TYPE})
