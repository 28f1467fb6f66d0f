"""What went wrong, told as `application/problem+json` (RFC 9457): one table, one way to answer."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.web.links import link_to
from shared.errors import InputRefused, IntakeFull, TransientError

MEDIA_TYPE = "application/problem+json"


class Kind(msgspec.Struct, frozen=True):
    """One kind of problem: its status, its name for people, and what to do about it."""

    status: int
    title: str
    remedy: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read", "Correct what `detail` names and send it again."),
    "unauthorized": Kind(
        401, "A push key is required", "Send `Authorization: Bearer cd_…`; make a key with `copydesk keys create NAME`."
    ),
    "forbidden": Kind(
        403, "This key was not made for that", "Use a key with one of `scopes`, or ask the operator for it."
    ),
    "forged": Kind(403, "The request did not come from the desk's own page", "Load the page anew and try again."),
    "not-yours": Kind(
        403,
        "That address is another publisher's",
        "Push under your own, or ask the operator for it.",
    ),
    "beyond-prefixes": Kind(
        403,
        "That address is not among those of this key",
        "Push under the addresses your key was made for, or ask the operator to add this one to it.",
    ),
    "not-found": Kind(
        404, "There is nothing here", "Check the address; a receipt is kept for the retention time only."
    ),
    "unknown-feed": Kind(404, "No such feed is watched", "Ask the operator to add it: `copydesk feeds add URL`."),
    "not-indexed": Kind(404, "The article is not in the index yet", "Follow its receipt, or ask again a little later."),
    "method-not-allowed": Kind(405, "This address does not take that method", "See the `Allow` header."),
    "too-slow": Kind(
        408, "The body took too long to arrive", "Send it again, compressed with gzip where the line is slow."
    ),
    "not-acceptable": Kind(406, "The article has no such form", "Name one of the types in `available`, or `*/*`."),
    "outdated": Kind(
        409,
        "The desk has a newer version of this article",
        "Look at it (`links.article`), and send your change with a version greater than `storedVersion`.",
    ),
    "in-flight": Kind(
        409, "The same request is being answered", "Send it again after the time in `Retry-After`, with the same key."
    ),
    "on-its-way": Kind(409, "The article is being changed right now", "Send it again after the time in `Retry-After`."),
    "another-article": Kind(
        409, "The body names another article", "Send it to the address that it names, or take that out of the body."
    ),
    "missed": Kind(
        410, "Those changes are no longer kept", "Read the list of articles anew, then follow from its newest on."
    ),
    "withdrawn": Kind(
        410,
        "The article was withdrawn",
        "Take it down wherever you show it. Its publisher can publish it again with a greater version, or with "
        "`If-Match` and the revision in `ETag`.",
    ),
    "precondition-failed": Kind(
        412, "The article is not as the request expects it", "Look at it anew, and decide again."
    ),
    "too-large": Kind(
        413, "The body is larger than this desk takes", "Send one article at a time, without its pictures."
    ),
    "unsupported-media-type": Kind(415, "No reader for this kind of body", "Name one of the types in `accepted`."),
    "unsupported-encoding": Kind(
        415, "No such content encoding", "Send the body plain, or with `Content-Encoding: gzip`."
    ),
    "no-article": Kind(422, "The body holds no article", "See `detail` for what was looked for."),
    "not-readable": Kind(
        422, "The article could not be read", "Nobody needs to send it again: the operator looks at it (`receipt`)."
    ),
    "idempotency-key-reused": Kind(
        422, "That Idempotency-Key came with another request", "Make a key for each request."
    ),
    "too-costly": Kind(
        422, "The article costs too much to be read", "Send it smaller, or as text; `detail` has the limits."
    ),
    "over-quota": Kind(
        429, "This publisher sends more than the desk takes of it", "Send it again after the time in `Retry-After`."
    ),
    "headers-too-large": Kind(431, "The header lines are too long", "Send fewer or shorter header lines."),
    "unforeseen": Kind(500, "Something unforeseen happened", "Tell the operator the `instance`: it is in the log."),
    "intake-full": Kind(503, "The desk takes nothing in for now", "Send it again after the time in `Retry-After`."),
    "unavailable": Kind(503, "A part of the desk does not answer", "Send it again after the time in `Retry-After`."),
    "busy": Kind(503, "Too much is arriving at once", "Send it again after the time in `Retry-After`."),
}
BY_STATUS: Mapping[int, str] = {kind.status: slug for slug, kind in reversed(KINDS.items())}


class Problem(Exception):
    """An answer that is no success; `more` adds members of its own (`accepted`, `errors`)."""

    def __init__(
        self, slug: str, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail or KINDS[slug].title)
        self.slug = slug
        self.kind = KINDS[slug]
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


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
        case TransientError():
            took_in = method not in ("GET", "HEAD")
            detail = "Nothing of yours was taken in." if took_in else "What was asked for cannot be looked up now."
            return Problem("unavailable", detail, headers=later(error.retry_after))
        case InputRefused():
            return Problem("no-article", str(error))
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
