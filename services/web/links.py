"""Addresses of the desk's own, as they are told: below the path at which a proxy shows the desk (`public_url`).

Inside, every address is one of a desk at the root: the middleware takes the path away before anything looks at it.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.errors import PermanentError
from shared.settings import Settings

if TYPE_CHECKING:
    from starlette.routing import Route

# Of the request at work, and in a server's own context of its connections: what is written knows of neither.
_prefix: ContextVar[str] = ContextVar("prefix", default="")


def link_to(path: str) -> str:
    """`/desk/v1/receipts/…` for `/v1/receipts/…`, where the desk is shown below `/desk`."""
    return _prefix.get() + path


def tell_below(prefix: str) -> None:
    """Write the addresses of this request, or of all that begins here, below a path; "" is the root."""
    _prefix.set(prefix)


def prefix_of(settings: Settings) -> str:
    """The path of `public_url`, without its last slash: `/desk` of `https://news.example/desk/`."""
    return urlsplit(settings.public_url or "").path.rstrip("/")


def inner_path(path: str, prefix: str) -> str:
    """The path inside the desk: a proxy may hand on the whole one, or take the desk's away itself."""
    if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
        return path
    return path[len(prefix) :] or "/"


def check_prefix(prefix: str, routes: "Sequence[Route]") -> None:
    """Refuse a path that begins as an address of the desk itself does: nobody could tell which of both is meant."""
    first = prefix.partition("/")[2].partition("/")[0]
    if first and first in {route.path.split("/")[1].partition(":")[0] for route in routes}:
        raise PermanentError(f"public_url may not end in /{first}: the desk has addresses of that name itself")
