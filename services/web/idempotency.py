"""`Idempotency-Key`: the same request sent again is answered as the first was, and not done again.

As in the IETF's draft (draft-ietf-httpapi-idempotency-key-header). A request that failed changed nothing and may be
sent again under its key; what succeeded is remembered for a day. Without a key, identity makes a repeat harmless.
"""

import hashlib
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus

import msgspec
import zstandard
from starlette.requests import Request
from starlette.responses import Response

from services.web.answers import GivenAnswer
from services.web.article_body import article_body
from services.web.articles import readable
from services.web.picture_addresses import with_addresses
from services.web.preferences import etag_of
from services.web.problems import Problem, in_header, later
from services.web.push_headers import bad_header
from services.web.request_body import body_digest, body_of, signature_of
from services.web.responses import json_answer
from services.web.spooling import is_spooled, spool_of
from services.web.state import AppState, publisher_of, state_of
from shared.envelope import MOST_BYTES

HEADER = "idempotency-key"
LONGEST_KEY = 255
WEBHOOK = "webhook-id\n"  # no key that a header can bring
LARGEST_ANSWER = 64 * 1024
COUNTED = (
    "content-type", "content-location", "x-article-uri", "x-article-version", "x-embargoed-until", "if-match",
)  # fmt: skip
REPEATED = ("location", "etag", "preference-applied", "retry-after", "vary")

Handler = Callable[[Request], Awaitable[Response]]


def idempotent(handler: Handler) -> Handler:
    """The handler, which does not do again what came with a key before."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        key = _read_key(request)
        if key is None:
            return await handler(request)
        app_state, publisher = state_of(request), publisher_of(request)
        place = (publisher.name, key)
        earlier = await app_state.ask(app_state.answers.begin, *place)
        if earlier is not None:
            return await _repeated(request, earlier)
        try:
            response = await handler(request)
            answered = _worth_remembering(request, response)
        except BaseException:  # whatever it was, the key is free again
            await app_state.ask(app_state.answers.forget, *place)
            raise
        if answered is None:
            await app_state.ask(app_state.answers.forget, *place)
        else:
            await app_state.ask(app_state.answers.remember, *place, answered)
        return response

    return answer


async def _repeated(request: Request, earlier: GivenAnswer) -> Response:
    """The answer of before, to the same request; raises `Problem` while it is not there, and for another request."""
    name = "Idempotency-Key" if HEADER in request.headers else "webhook-id"
    if not earlier.request:
        detail = f"The request that came first with this {name} is being answered."
        raise Problem("in-flight", detail, headers=later(1))
    await _read_through(request, state_of(request))
    if _hash_of(request) != earlier.request:
        detail = f"Another request came with this {name} before: other body, address or headers."
        raise Problem("idempotency-key-reused", detail, at=in_header(name))
    headers = dict(earlier.headers) | {"Idempotent-Replayed": "true"}
    body = zstandard.decompress(earlier.body)
    told = _told_article(body)
    if told is None:
        return Response(body, earlier.status, headers, earlier.media_type)
    stored = await readable(request, told["id"])
    return json_answer(
        article_body(with_addresses(request, stored)) | told,
        status=earlier.status,
        headers=headers | {"ETag": etag_of(stored.rev)},
    )


def _told_article(body: bytes) -> dict[str, str] | None:
    """Of an answer that holds an article, what is not the article: the rest is asked for anew each time, since it may
    have been withdrawn or erased."""
    told = msgspec.json.decode(body) if body else None
    if not isinstance(told, dict) or not isinstance(told.get("article"), dict):
        return None
    return {name: told[name] for name in ("id", "state", "receipt")}


async def _read_through(request: Request, app_state: AppState) -> None:
    """Read the body for its digest alone, by the limits of the first time."""
    if is_spooled(request):
        async with spool_of(request, app_state):
            return
    limits = app_state.settings
    async with body_of(request, app_state.room, limit=MOST_BYTES, seconds=limits.push_body_s):
        return


def _worth_remembering(request: Request, response: Response) -> GivenAnswer | None:
    """A success whose request was read to its end, and that is not too large."""
    told = _told_article(bytes(response.body)) if response.status_code < HTTPStatus.MULTIPLE_CHOICES else None
    kept = msgspec.json.encode(told | {"article": {}}) if told else bytes(response.body)
    body = zstandard.compress(kept)
    if response.status_code >= 300 or body_digest(request) is None or len(body) > LARGEST_ANSWER:
        return None
    return GivenAnswer(
        request=_hash_of(request),
        status=response.status_code,
        media_type=response.headers.get("content-type", ""),
        headers={name: response.headers[name] for name in REPEATED if name in response.headers},
        body=body,
    )


def _hash_of(request: Request) -> str:
    """All that a request says and that counts: its address, its body, and what headers tell of the body."""
    said = [request.method, request.url.path, request.url.query, *(request.headers.get(name, "") for name in COUNTED)]
    whole = "\0".join((*said, body_digest(request) or ""))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _read_key(request: Request) -> str | None:
    """The key, as the string of a structured field (`"8e03978e…"`) or bare; hashed, since it may be anything."""
    said, signature = request.headers.get(HEADER), signature_of(request)
    if said is None:  # what is signed is sent once: its id stands in for the key
        return _hashed(f"{WEBHOOK}{signature.id}") if signature is not None else None
    key = said.strip().removeprefix('"').removesuffix('"')
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise bad_header("Idempotency-Key", f"must be 1 to {LONGEST_KEY} printable characters")
    return _hashed(key)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]
