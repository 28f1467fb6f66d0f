"""Requests that bring articles count against their publisher's quota."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from services.web.state import publisher_of, state_of

Handler = Callable[[Request], Awaitable[Response]]


def metered(handler: Handler) -> Handler:
    """The handler, for who has not sent too much within the last minute."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        quota, name = state_of(request).quota, publisher_of(request).name
        quota.take(name)
        response = await handler(request)
        response.headers.update(quota.headers(name))
        return response

    return answer
