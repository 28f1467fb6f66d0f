"""What went wrong, told as `application/problem+json` (RFC 9457): one table, one way to answer."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.index.engine import SearchAway
from services.web.links import link_to
from services.web.problem_kinds import BY_STATUS, KINDS
from shared.errors import FileUnreadable, InputRefused, IntakeFull, TransientError

MEDIA_TYPE = "application/problem+json"


Place = Mapping[str, str]
BODY: Place = {"pointer": "#"}  # as in RFC 9457: a JSON Pointer as a fragment, here to the whole


def in_header(name: str) -> Place:
    """A header line, as the place of what is wrong."""
    return {"header": name}


def in_parameter(name: str) -> Place:
    """A parameter of the path or the query, as the place of what is wrong."""
    return {"parameter": name}


def in_body(*members: str | int) -> Place:
    """A member of a JSON body, as the place of what is wrong: `#/url`."""
    steps = (str(member).replace("~", "~0").replace("/", "~1") for member in members)
    return {"pointer": "".join(("#", *(f"/{step}" for step in steps)))}


def in_xml(path: str) -> Place:
    """An element of an XML body, as the evidence names it: `/newsItem/itemMeta/embargoed`; "" is the whole."""
    return {"path": path} if path else BODY


class Problem(Exception):
    """An answer that is no success; `at` is where in the request, `more` adds members of its own (`accepted`)."""

    def __init__(
        self,
        slug: str,
        detail: str | None = None,
        *,
        at: Place | None = None,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(detail or KINDS[slug].title)
        self.slug = slug
        self.kind = KINDS[slug]
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more
        self.inside = ""  # what only who may see the desk is told
        if at is not None:
            self.more["errors"] = [{**at, "detail": detail or self.kind.title}]


def problem_of(error: Exception, method: str) -> Problem:
    """Tell any failure of a request as a problem; what concerns the desk's inside is logged, not told."""
    match error:
        case Problem():
            return error
        case HTTPException():
            slug = BY_STATUS.get(error.status_code, "bad-request" if error.status_code < 500 else "unforeseen")
            return Problem(slug, headers=error.headers)
        case IntakeFull():
            return Problem("intake-full", f"Nothing is taken in: {error.told}.", headers=later(error.retry_after))
        case SearchAway():
            return Problem(
                "search-away", "Nothing that answers searches is there now.", headers=later(error.retry_after)
            )
        case FileUnreadable():  # which, and why, is for who may see the desk: its pages tell it
            problem = Problem("file-unreadable", headers=later(30))
            problem.inside = str(error)
            return problem
        case TransientError():
            took_in = method not in ("GET", "HEAD")
            detail = "Nothing of yours was taken in." if took_in else "What was asked for cannot be looked up now."
            return Problem("unavailable", detail, headers=later(error.retry_after))
        case InputRefused():
            return Problem("no-article", str(error), at=BODY)
        case _:
            return Problem("unforeseen")


def later(seconds: float | None) -> dict[str, str]:
    """`Retry-After` in whole seconds, at least one."""
    return {"Retry-After": str(max(1, round(seconds or 5)))}


def told(problem: Problem) -> dict[str, object]:
    """The problem as its members, without the request it befell."""
    body: dict[str, object] = {"type": link_to(f"/problems/{problem.slug}"), "title": problem.kind.title}
    body["status"] = problem.kind.status
    if problem.detail:
        body["detail"] = problem.detail
    return body | problem.more


def answer(problem: Problem, request_id: str) -> Response:
    """The problem as a response."""
    body = told(problem) | {"instance": f"urn:uuid:{request_id}"}
    return Response(msgspec.json.encode(body) + b"\n", problem.kind.status, problem.headers, MEDIA_TYPE)


def raw_answer(problem: Problem, request_id: str) -> bytes:
    """The problem as it stands on the wire, where no application answers; it is the connection's last."""
    response = answer(problem, request_id)
    lines = [f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()]
    lines += [name + b": " + value for name, value in (*response.raw_headers, (b"connection", b"close"))]
    return b"\r\n".join((*lines, b"", bytes(response.body)))
