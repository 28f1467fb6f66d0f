"""`GET /v1/search?q=`: the index, asked as people type."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.links import link_to
from services.web.queries import read_count, read_words, refuse_unknown
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import publisher_of, state_of

FOUND_BY = ("q", "limit", "offset")
LONGEST_QUERY, MOST_HITS, DEEPEST = 500, 100, 10_000


async def search_articles(request: Request) -> Response:
    """The articles that match, the best first; a key that reads its own alone finds those.

    `matched` says whether the marks on letters had to be left out, or whether `q` was taken for a name.
    """
    app_state, query = state_of(request), request.query_params
    refuse_unknown(query, FOUND_BY)
    q = read_words(query, "q", most=LONGEST_QUERY)
    limit = read_count(query, "limit", default=20, least=1, most=MOST_HITS)
    offset = read_count(query, "offset", default=0, least=0, most=DEEPEST)
    results = await app_state.ask(app_state.search, q, limit=limit, offset=offset, of=only_of(publisher_of(request)))
    hits = [
        {
            "article": hit.article_id,
            "rev": hit.rev,
            "headline": hit.headline,
            "description": hit.description,
            "firstCreated": hit.first_created,
            "uri": hit.uri,
            "snippet": hit.snippet,
            "score": hit.score,
            "links": {"article": link_to(f"/v1/articles/{hit.article_id}")},
        }
        for hit in results.hits
    ]
    return json_answer({"q": q, "total": results.total, "matched": results.matched, "offset": offset, "hits": hits})
