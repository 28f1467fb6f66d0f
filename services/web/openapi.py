"""`GET /openapi.json`: the API described, as OpenAPI 3.1."""

import hashlib
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from services.web.articles import is_known
from services.web.description.document import describe
from services.web.links import prefix_of
from shared.work.liveness import program_version

MEDIA_TYPE = "application/json"  # OpenAPI 3.1 has registered no type of its own for JSON that clients ask for


def description_of(app: Starlette) -> dict[str, Any]:
    """The description of an application's routes, made when it is first asked for."""
    if not hasattr(app.state, "description"):
        app.state.description = describe(app.routes, program_version(), prefix_of(app.state.app_state.settings))
    document: dict[str, Any] = app.state.description
    return document


async def show_description(request: Request) -> Response:
    """The document; it changes with the release alone."""
    body = msgspec.json.encode(description_of(request.app)) + b"\n"
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"', "Cache-Control": "no-cache"}
    if is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=MEDIA_TYPE)
