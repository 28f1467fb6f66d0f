"""`/feeds`: the feeds, how each is doing."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.pages.render import page
from services.web.state import state_of
from shared.clock import now_us


async def show_feeds(request: Request) -> Response:
    """The feeds, the failing ones first."""
    app_state = state_of(request)
    feeds = await app_state.ask(app_state.desk.feeds)
    return page(request, "feeds.html", feeds=feeds, now=now_us())
