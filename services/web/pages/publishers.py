"""`/publishers`: who pushes, and what became of it."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.keys import Key, Keys
from services.web.listing import GROUPS, Wanted
from services.web.pages.grouping import grouped
from services.web.pages.render import page
from services.web.pages.rows import rows_wanted
from services.web.state import state_of
from shared.errors import Unavailable

FAILED_LOOKED_AT = 200


async def show_publishers(request: Request) -> Response:
    """Who pushes, with which keys, and what became of the last pushes."""
    app_state = state_of(request)
    keys: dict[str, list[Key]] = {}
    for key in app_state.keys.known():
        keys.setdefault(key.publisher.name, []).append(key)
    publishers = [
        {
            "name": name,
            "own_keys": own,
            "pause": await app_state.ask(app_state.desk.pause_of, "publisher", name),
            "rows": (await rows_wanted(app_state, Wanted(source=f"push:{name}", limit=8))).rows,
            "refusals": grouped((await rows_wanted(app_state, _failed_of(name))).rows),
        }
        for name, own in keys.items()
    ]
    return page(request, "publishers.html", publishers=publishers, trouble=_trouble_of(app_state.keys))


def _trouble_of(keys: Keys) -> str:
    """Why the keys on the page may not be those of the file; "" where they are."""
    try:
        keys.check_readable()
    except Unavailable as error:
        return str(error)
    return ""


def _failed_of(publisher: str) -> Wanted:
    return Wanted(states=GROUPS["failed"], source=f"push:{publisher}", limit=FAILED_LOOKED_AT)
