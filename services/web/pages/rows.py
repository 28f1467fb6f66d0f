"""Rows of articles for a page; while Redis is away there are none, and the page says why above them."""

import msgspec

from services.web.listing import Listing, Wanted
from services.web.state import AppState
from shared.errors import TransientError


async def rows_wanted(app_state: AppState, wanted: Wanted) -> Listing:
    """The page of articles that is wanted."""
    try:
        listing = await app_state.ask(app_state.list_articles, wanted)
        if not any(row.state == "held" for row in listing.rows):
            return listing
        return msgspec.structs.replace(listing, rows=await app_state.ask(app_state.desk.with_headlines, listing.rows))
    except TransientError:  # what is wrong stands among the troubles
        return Listing(rows=(), next=None)
