"""`GET /v1/stories/{article}`: who else tells an article's story, the first of them first."""

from starlette.requests import Request
from starlette.responses import Response

from services.index.stories.keeper import Member
from services.web.articles import readable
from services.web.bodies import moment
from services.web.links import link_to
from services.web.responses import json_answer
from services.web.state import state_of
from shared.envelope import source_of


async def show_story(request: Request) -> Response:
    """The articles that say the same as this one, with it among them; alone where nobody else does."""
    app_state = state_of(request)
    stored = await readable(request, request.path_params["name"])
    story = await app_state.ask(app_state.stories.of, stored.article_id)
    alone = Member(article_id=stored.article_id, at_us=stored.received_us, source=source_of(stored.came_from))
    members = story.members if story is not None else (alone,)
    links = {"self": link_to(f"/v1/stories/{stored.article_id}")}
    return json_answer({"articles": [_member(one) for one in members], "links": links})


def _member(one: Member) -> dict[str, object]:
    return {
        "article": one.article_id,
        "published": moment(one.at_us),
        "source": one.source,
        "links": {"article": link_to(f"/v1/articles/{one.article_id}")},
    }
