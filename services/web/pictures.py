"""`GET /v1/pictures/{article}/{name}`: a picture that came with an article, to those who may read that."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.web.articles import is_known, readable
from services.web.picture_addresses import SCHEME, addresses
from services.web.problems import Problem
from services.web.state import state_of
from shared.package import sha256_of

FOR_EVER = "private, max-age=31536000, immutable"
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


async def show_picture(request: Request) -> Response:
    """The bytes as they came, under the type that they show themselves; the same name always has the same bytes."""
    app_state, name = state_of(request), request.path_params["picture"]
    stored = await readable(request)
    address = f"{SCHEME}{name}"
    digest = sha256_of(address)
    found = await app_state.ask(app_state.pictures.find, digest) if digest and address in addresses(stored) else None
    if found is None:
        raise Problem("not-found", "The article has no such picture.")
    file, media_type = found
    headers = {"ETag": f'"{name}"', "Cache-Control": FOR_EVER}
    if is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name[:12]}.{ENDINGS[media_type]}"'
    return FileResponse(file, headers=headers, media_type=media_type)
