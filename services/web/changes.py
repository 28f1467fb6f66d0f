"""`GET /v1/changes?after=`: what the index decided, in order, for whoever keeps a copy of its own."""

from starlette.requests import Request
from starlette.responses import Response

from services.index.changes import Change
from services.web.bodies import moment
from services.web.links import link_to
from services.web.queries import read_count
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import publisher_of, state_of

MOST_CHANGES, USUAL, LAST_CHANGE = 1000, 100, 999_999_999


async def show_changes(request: Request) -> Response:
    """The changes after one, the oldest first: each edit and each withdrawal of the articles that this key may see.

    `after` of the answer is where to go on; nothing new came when it stays the same.
    """
    app_state, query = state_of(request), request.query_params
    after = read_count(query, "after", default=0, least=0, most=LAST_CHANGE)
    limit = read_count(query, "limit", default=USUAL, least=1, most=MOST_CHANGES)
    changes = await app_state.ask(app_state.list_changes, after, limit)
    only = only_of(publisher_of(request))
    shown = [_body(change) for change in changes if _is_seen_by(only, change)]
    return json_answer({"after": changes[-1].change if changes else after, "changes": shown})


def _is_seen_by(only: str, change: Change) -> bool:
    """May whoever sees `only` one publisher's articles ("": all) see a change: of an article that is theirs, whoever
    said it (the desk, a feed), and of their own words on any."""
    return only in ("", change.owner) or change.source == f"push:{only}"


def _body(change: Change) -> dict[str, object]:
    return {
        "change": change.change,
        "at": moment(change.at_us),
        "article": change.article_id,
        "rev": change.rev,
        "edition": change.edition,
        "kind": change.kind,
        "current": change.current,
        "source": change.source,
        "headline": change.headline,
        "links": {
            "self": link_to(f"/v1/articles/{change.article_id}@{change.rev}"),
            "article": link_to(f"/v1/articles/{change.article_id}"),
        },
    }
