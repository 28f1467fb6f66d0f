"""`GET /v1/articles`: the articles by state, source and time, the newest first, a page after another."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.web.bodies import row_body
from services.web.links import link_to
from services.web.queries import refused_parameter
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import publisher_of, state_of
from services.web.wanted import WrongFilter, read_wanted


async def show_articles(request: Request) -> Response:
    """A page of rows, and the address of the next."""
    app_state = state_of(request)
    try:
        wanted = read_wanted(request.query_params)
    except WrongFilter as error:
        raise refused_parameter(error.name, str(error)) from error
    only = only_of(publisher_of(request))
    if only:
        wanted = msgspec.structs.replace(wanted, source=f"push:{only}")
    listing = await app_state.ask(app_state.list_articles, wanted)
    links = {"self": link_to(f"/v1/articles?{request.url.query}".rstrip("?"))}
    if listing.next is not None:
        following = request.url.include_query_params(before=listing.next).query
        links["next"] = link_to(f"/v1/articles?{following}")
    # Who worked on it is a host and a process of the desk: not for strangers.
    rows = [msgspec.structs.replace(row, worker=None) if only else row for row in listing.rows]
    told = {"unknown": wanted.q} if listing.unknown else {}
    return json_answer({"articles": [row_body(row) for row in rows], **told, "links": links})
