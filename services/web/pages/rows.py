"""Rows of articles for a page; while Redis is away there are none, and the page says why above them."""

from services.web.listing import Listing, Wanted
from services.web.state import AppState
from shared.errors import TransientError


async def rows_wanted(app_state: AppState, wanted: Wanted) -> Listing:
    """The page of articles that is wanted."""
    try:
        return await app_state.ask(app_state.list_articles, wanted)
    except TransientError:  # what is wrong stands among the troubles
        return Listing(rows=(), next=None)
