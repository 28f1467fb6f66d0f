"""`/resume`: a stage, a sink or a source that rests, and why, before a person lets it work again."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.pages.render import page
from services.web.problems import Problem
from services.web.state import state_of

KINDS = ("stage", "sink", "source", "publisher")


async def show_resting(request: Request) -> Response:
    """What rests, since when and why, with the form that ends it."""
    kind, name = request.query_params.get("kind", ""), request.query_params.get("name", "")
    if kind not in KINDS:
        raise Problem("bad-request", f"kind must be one of {', '.join(KINDS)}")
    app_state = state_of(request)
    pause = await app_state.ask(app_state.desk.pause_of, kind, name)
    return page(request, "resume.html", kind=kind, name=name, pause=pause)
