"""`GET /v1/search?q=`: the index, asked as people type."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.index.engine import FACETS
from services.index.hits import CURSOR, Hit, Results
from services.index.query import WrongDate
from services.web.links import link_to
from services.web.problems import Problem
from services.web.queries import read_count, read_words, refused_parameter
from services.web.responses import json_answer
from services.web.scopes import only_of
from services.web.state import AppState, publisher_of, state_of
from shared.errors import PermanentError

LONGEST_QUERY, MOST_HITS, DEEPEST = 500, 100, 10_000


async def search_articles(request: Request) -> Response:
    """The articles that match, the best first; a key that reads its own alone finds those.

    `matched` says whether the marks on letters had to be left out, or whether `q` was taken for a name. The next page
    is asked for by its cursor, or, as far as 1,000 hits, by `offset`.
    """
    app_state, query = state_of(request), request.query_params
    q = read_words(query, "q", most=LONGEST_QUERY)
    limit = read_count(query, "limit", default=20, least=1, most=MOST_HITS)
    offset = read_count(query, "offset", default=0, least=0, most=DEEPEST)
    cursor = _read_cursor(query.get("cursor", ""))
    asked: dict[str, Any] = {"cursor": cursor} if cursor else {"offset": offset}
    if query.get("facets"):
        asked["facets"] = _read_facets(query["facets"])
    try:
        results, stories = await app_state.ask(
            _search, app_state, q, limit=limit, of=only_of(publisher_of(request)), **asked
        )
    except WrongDate as error:
        raise refused_parameter("q", f"{error}.") from error
    except PermanentError as error:
        raise Problem("not-found", f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    answer = {"q": q, "total": results.total, "matched": results.matched, "offset": offset}
    answer |= {
        "hits": [_hit(hit, stories.get(hit.article_id)) for hit in results.hits],
        "suggestion": results.suggestion,
        "cursor": results.cursor,
    }
    if "facets" in asked:
        answer["facets"] = results.facets
    if results.behind:
        answer["behind"] = results.behind
    if results.stands_in:
        answer["standsIn"] = True
    return json_answer(answer | {"links": _links(query, results)})


def _search(app_state: AppState, q: str, *, of: str, **page: Any) -> tuple[Results, dict[str, tuple[int, int]]]:
    """What is found, and in how many articles each hit's story stands; not for a key that reads its own alone."""
    results: Results = app_state.search(q, of=of, **page)
    return results, {} if of else app_state.stories.numbers([hit.article_id for hit in results.hits])


def _hit(hit: Hit, story: tuple[int, int] | None) -> dict[str, object]:
    told = {"story": {"articles": story[1]}} if story else {}
    return {
        "article": hit.article_id,
        "rev": hit.rev,
        "headline": hit.headline,
        "description": hit.description,
        "firstCreated": hit.first_created,
        "uri": hit.uri,
        "snippet": hit.snippet,
        "highlights": {"headline": hit.highlights.headline, "snippet": hit.highlights.snippet},
        "score": hit.score,
        **told,
        "links": {"article": link_to(f"/v1/articles/{hit.article_id}")},
    }


def _links(query: Mapping[str, str], results: Results) -> dict[str, str]:
    """The next page, and the search that may have been meant, where there are such."""
    same = {name: value for name, value in query.items() if name not in ("cursor", "offset")}
    more = {"next": same | {"cursor": results.cursor}} if results.cursor else {}
    more |= {"suggestion": same | {"q": results.suggestion}} if results.suggestion else {}
    return {name: link_to(f"/v1/search?{urlencode(asked)}") for name, asked in more.items()}


def _read_facets(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if not set(names) <= set(FACETS):
        raise refused_parameter("facets", f"facets must be some of {', '.join(FACETS)}, with commas between them.")
    return names


def _read_cursor(text: str) -> str:
    if text and re.fullmatch(CURSOR, text) is None:
        raise refused_parameter("cursor", "cursor must be that of the page before, as it was given.")
    return text
