"""`GET /v1/pictures/{article}/{name}`: a picture that came with an article, to those who may read that."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.web.articles import is_known, readable
from services.web.picture_addresses import SCHEME, addresses
from services.web.problems import Problem
from services.web.state import state_of
from shared.package import sha256_of

# The bytes of a name never change, but who keeps them must learn that their article was withdrawn.
ASKED_EACH_TIME = "private, no-cache"
ONE_PART = re.compile(r"bytes=([0-9]{1,12})-([0-9]{0,12})")
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


async def show_picture(request: Request) -> Response:
    """The bytes as they came, under the type that they show themselves; the same name always has the same bytes."""
    app_state, name = state_of(request), request.path_params["picture"]
    stored = await readable(request, request.path_params["name"])
    address = f"{SCHEME}{name}"
    digest = sha256_of(address)
    found = await app_state.ask(app_state.pictures.find, digest) if digest and address in addresses(stored) else None
    if found is None:
        raise Problem("not-found", "The article has no such picture.")
    file, media_type = found
    headers = {"ETag": f'"{name}"', "Cache-Control": ASKED_EACH_TIME}
    if is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    _drop_odd_range(request, file.stat().st_size)
    headers["Content-Disposition"] = f'inline; filename="{name[:12]}.{ENDINGS[media_type]}"'
    return FileResponse(file, headers=headers, media_type=media_type)


def _drop_odd_range(request: Request, size: int) -> None:
    """Leave a `Range` in the request only where it is one part of the file; whoever says another gets all of it.

    RFC 9110 (14.2) lets a server pass over it; Starlette would refuse it in plain text.
    """
    part = ONE_PART.fullmatch(request.headers.get("range", ""))
    first, last = (int(part[1]), int(part[2] or size)) if part else (size, 0)
    if not first <= last or first >= size:
        request.scope["headers"] = [line for line in request.scope["headers"] if line[0] != b"range"]
