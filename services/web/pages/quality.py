"""`/quality`: what is read of each source, against its own past."""

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from services.web.pages.render import page
from services.web.state import state_of

PARTS = {
    "headline": "Headline",
    "date": "Date with zone",
    "byline": "Byline",
    "caption": "Captions",
    "missed": "Settings without effect",
}


async def show_quality(request: Request) -> Response:
    """What is read of each source, against its own past."""
    app_state = state_of(request)
    drifts = [
        {
            "source": drift.source,
            "changed": drift.changed,
            "now": structs.asdict(drift.now),
            "past": structs.asdict(drift.past),
        }
        for drift in await app_state.ask(app_state.desk.drift, wait=True)
    ]
    return page(request, "quality.html", drifts=drifts, parts=PARTS)
