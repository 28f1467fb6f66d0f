"""`/dead`: what no further try helps, and what only its sender can mend, by cause."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from services.web.listing import Wanted
from services.web.pages.grouping import MOST_GROUPED, Group, grouped
from services.web.pages.render import page
from services.web.pages.rows import rows_wanted
from services.web.state import state_of
from shared.ledger.listing import Standing


async def show_dead(request: Request) -> Response:
    """What no further try helps, and what only its sender can mend, by cause."""
    app_state = state_of(request)
    state: Standing = "refused" if request.query_params.get("state") == "refused" else "dead"
    listing = await rows_wanted(app_state, Wanted(states=(state,), limit=MOST_GROUPED))
    groups: Sequence[Group] = grouped(listing.rows)
    return page(request, "dead.html", groups=groups, state=state, more=listing.next is not None)
