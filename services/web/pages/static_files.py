"""`/static/…`: our own styles and script, and the vendored files; each address changes with its content."""

import gzip
import hashlib
from functools import cache
from importlib import resources
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from services.web.links import link_to
from services.web.problems import Problem

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
}
FOLDERS = (("services.web.pages", "static"), ("services.web", "vendor"))
LIVES = "public, max-age=31536000, immutable"
DIGEST_CHARS = 12


class StaticFile(NamedTuple):
    """A file as it is served: its type, its bytes plain and packed, and the digest that stands in its address."""

    media_type: str
    plain: bytes
    packed: bytes
    digest: str


async def show_static(request: Request) -> Response:
    """A file by the address that a page names it by."""
    file = _files().get(request.path_params["name"])
    if file is None:
        raise Problem("not-found")
    is_current = request.query_params.get("v") == file.digest
    headers = {
        "Cache-Control": LIVES if is_current else "no-cache",
        "ETag": f'"{file.digest}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", "") and len(file.packed) < len(file.plain):
        return Response(file.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.plain, headers=headers, media_type=file.media_type)


def address_of(name: str) -> str:
    """`/static/desk.css?v=…`."""
    return link_to(f"/static/{name}?v={_files()[name].digest}")


@cache
def _files() -> dict[str, StaticFile]:
    found = {}
    for package, folder in FOLDERS:
        for entry in resources.files(package).joinpath(folder).iterdir():
            media_type = TYPES.get(entry.name.rpartition(".")[2])
            if media_type is not None:
                content = entry.read_bytes()
                digest = hashlib.sha256(content).hexdigest()[:DIGEST_CHARS]
                found[entry.name] = StaticFile(media_type, content, gzip.compress(content, 9, mtime=0), digest)
    return found
