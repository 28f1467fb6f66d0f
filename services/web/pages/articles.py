"""`/articles`: the list by filter and words; `/articles/all`: what a filter means, counted before an act."""

from collections import Counter
from urllib.parse import urlencode

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from services.web.listing import GROUPS, Listing
from services.web.outgoing_feeds import feed_of
from services.web.pages.grouping import MOST_GROUPED, grouped
from services.web.pages.login import checked_form, own_page
from services.web.pages.render import page
from services.web.pages.rows import rows_wanted
from services.web.problems import Problem, in_parameter
from services.web.responses import see_other
from services.web.saved_filters import FIELDS
from services.web.state import publisher_of, state_of
from services.web.wanted import WrongFilter, read_wanted
from shared.errors import PermanentError


async def show_list(request: Request) -> Response:
    """Articles by filter and by words, in one box."""
    problem, listing = "", Listing(rows=(), next=None)
    try:
        wanted = read_wanted(request.query_params)
        listing = await rows_wanted(state_of(request), wanted)
    except WrongFilter as error:
        problem = str(error)
    here = _asked(request)
    asked = dict.fromkeys(FIELDS, "") | here
    onward = urlencode(here | {"before": listing.next or ""})
    saved = await state_of(request).ask(state_of(request).desk.filters.list)
    return page(
        request, "list.html", listing=listing, asked=asked, problem=problem, here=urlencode(here), onward=onward,
        selects=True, saved=saved, feeds={one.name for one in saved if feed_of(one) is not None},
    )  # fmt: skip


async def change_filters(request: Request) -> Response:
    """Save the filter of the list under a name, or remove one."""
    form = await checked_form(request)
    filters, who = state_of(request).desk.filters, publisher_of(request).name
    if request.path_params["act"] == "remove":
        await state_of(request).ask(filters.remove, form.get("name", ""), who=who)
        return see_other(own_page(form.get("next", "/articles")))
    try:
        name, query, replace = form.get("name", ""), form.get("query", ""), bool(form.get("replace"))
        saved = await state_of(request).ask(filters.save, name, query, who=who, replace=replace)
    except PermanentError as error:
        raise Problem("bad-request", str(error)) from error
    return see_other(f"/articles?{saved.query}")


async def show_all(request: Request) -> Response:
    """How many failed articles a filter means, from where and why, before anything is done to all of them."""
    app_state, asked = state_of(request), _asked(request)
    try:
        wanted = read_wanted(request.query_params)
    except WrongFilter as error:
        raise Problem("bad-request", str(error), at=in_parameter(error.name)) from error
    states = [state for state in wanted.states if state in GROUPS["failed"]]
    listing = await rows_wanted(app_state, structs.replace(wanted, states=states, limit=MOST_GROUPED))
    return page(
        request, "all.html", refs=[f"{row.article}@{row.rev}" for row in listing.rows], groups=grouped(listing.rows),
        sources=Counter(row.source for row in listing.rows).most_common(20), more=listing.next is not None,
        dead=sum(row.state == "dead" for row in listing.rows), here=urlencode(asked),
        here_shown=", ".join(f"{name}: {value}" for name, value in asked.items()),
    )  # fmt: skip


def _asked(request: Request) -> dict[str, str]:
    """The filter of a list, as it stands in its address."""
    return {name: value for name in FIELDS if (value := request.query_params.get(name, ""))}
