"""`/healthz` and `/readyz`: asked without a key, so they tell yes or no and nothing more."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.web.problems import Problem, later
from services.web.responses import json_answer
from services.web.state import state_of

log = structlog.get_logger(__name__)


async def show_health(_: Request) -> Response:
    """The loop turns: that is all a restart could mend."""
    return json_answer({"healthy": True})


async def show_readiness(request: Request) -> Response:
    """Whether a push sent now would be taken in; the log has the reason when not."""
    app_state = state_of(request)
    failed = await app_state.probe()
    if failed or app_state.closing.is_set():
        log.warning("readiness_failed", reasons=failed)
        raise Problem("unavailable", "The desk is not ready.", headers=later(5))
    return json_answer({"ready": True})
