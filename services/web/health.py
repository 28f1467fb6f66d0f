"""`/healthz` and `/readyz`: asked without a key, so they tell yes or no and nothing more."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from services.web.answers import json_answer
from services.web.house import house_of
from services.web.problems import Problem, later

log = structlog.get_logger(__name__)


async def show_health(_: Request) -> Response:
    """The loop turns: that is all a restart could mend."""
    return json_answer({"healthy": True})


async def show_readiness(request: Request) -> Response:
    """Whether a push sent now would be taken in; the log has the reason when not."""
    house = house_of(request)
    failed = await house.probe()
    if failed or house.closing.is_set():
        log.warning("readiness_failed", reasons=failed)
        raise Problem("unavailable", "The desk is not ready.", headers=later(5))
    return json_answer({"ready": True})
