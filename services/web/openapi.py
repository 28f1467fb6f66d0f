"""`GET /openapi.json`: the API described, as OpenAPI 3.1."""

import hashlib
from typing import Any, NamedTuple

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from services.web.articles import is_known
from services.web.description.document import describe
from services.web.links import prefix_of
from shared.work.liveness import program_version

MEDIA_TYPE = "application/json"  # OpenAPI 3.1 has registered no type of its own for JSON that clients ask for


class Description(NamedTuple):
    """The document, as it is sent, and the tag that changes with it."""

    document: dict[str, Any]
    body: bytes
    etag: str


def description_of(app: Starlette) -> Description:
    """The description of an application's routes, made when it is first asked for."""
    if not hasattr(app.state, "description"):
        document = describe(app.routes, program_version(), prefix_of(app.state.app_state.settings))
        body = msgspec.json.encode(document) + b"\n"
        app.state.description = Description(document, body, f'"{hashlib.sha256(body).hexdigest()[:16]}"')
    description: Description = app.state.description
    return description


async def show_description(request: Request) -> Response:
    """The document; it changes with the release alone."""
    description = description_of(request.app)
    headers = {"ETag": description.etag, "Cache-Control": "no-cache"}
    if is_known(request.headers.get("if-none-match"), description.etag):
        return Response(status_code=304, headers=headers)
    return Response(description.body, headers=headers, media_type=MEDIA_TYPE)
