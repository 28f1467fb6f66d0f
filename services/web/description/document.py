"""The API as an OpenAPI 3.1 document: from the routes with their scopes, the operations and the kinds of problem."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.routing import BaseRoute, Route

from services.web.description.bodies import Body
from services.web.description.fields import HEADERS, OF_SIGNATURE, PARAMETERS, Field
from services.web.description.operation import Answer, Operation
from services.web.description.operations import OF_ALL, OF_KEY, OPERATIONS, PAGES, TAGS
from services.web.feed_keys import IN_ADDRESS
from services.web.problem_kinds import KINDS, MEMBERS, example_of
from services.web.problems import MEDIA_TYPE
from services.web.scopes import MEANINGS, Scope
from shared.article import Article

Json = dict[str, Any]

CONVERTER = re.compile(r":[a-z]+\}")
SCHEMAS = "#/components/schemas/"
NAME, LICENCE = "Copydesk", "Apache-2.0"
ABOUT = (
    "News comes in, and is given out as clean, searchable articles. Each answer that is no success is "
    "`application/problem+json` (RFC 9457), and its `type` says what to do. Members and values may be added within "
    "`/v1`, none is taken away or gets another meaning: pass over those you do not know. Query parameters that are not "
    "described are refused."
)
# What refusals of a status carry beside their body; with a question mark where not each of them does.
OF_STATUS: Mapping[int, Sequence[str]] = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate?",),
    404: ("Retry-After",),
    408: ("Connection",),
    409: ("Retry-After",),
    410: ("ETag?",),
    415: ("Accept", "Accept-Encoding"),
    429: ("Retry-After", "RateLimit-Policy", "RateLimit"),
    503: ("Retry-After",),
}
PLACES = ("header", "parameter", "pointer", "path")
_TEXTS: Json = {"type": "string"}
_ITEMS: Json = {"type": "array", "items": _TEXTS}
_MEMBER_SCHEMAS: dict[str, Json] = {
    "errors": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": ["detail"],
            "properties": dict.fromkeys(("detail", *PLACES), _TEXTS),
            "oneOf": [{"required": [name]} for name in PLACES],
        },
    },
    "withdrawal": {"$ref": f"{SCHEMAS}TakenBack"},
    "links": {"$ref": f"{SCHEMAS}Links"},
    "embargoedUntil": {"type": ["string", "null"], "format": "date-time"},
    "troubles": {"type": "array", "items": {"$ref": f"{SCHEMAS}Trouble"}},
    "rev": {"type": ["integer", "null"]},
    "reason": {"type": ["string", "null"]},
    "storedVersion": {"type": ["string", "null"]},
    "maxBytes": {"type": "integer"},
    "maxItems": {"type": "integer"},
    "scopes": _ITEMS,
    "available": _ITEMS,
    "accepted": _ITEMS,
}


_KEYS: Json = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of the desk; its scopes are "
        + "; ".join(f"`{scope}`: {meaning}" for scope, meaning in MEANINGS.items())
        + ".",
    },
    "password": {"type": "http", "scheme": "basic", "description": "Of feeds: any name, and the key as the password."},
    "address": {
        "type": "apiKey",
        "in": "query",
        "name": IN_ADDRESS,
        "description": "Of feeds: a key with the scope `feeds` and no other, in their address.",
    },
}


class Undescribed(Exception):
    """A route and its description do not fit each other."""


def describe(routes: Sequence[BaseRoute], version: str, prefix: str = "") -> Json:
    """The whole document, of a desk that is shown below `prefix`.

    Raises `Undescribed` for a route without description, and a description without route.
    """
    scopes = _doors(routes)
    schemas, named = _schemas()
    paths: defaultdict[str, Json] = defaultdict(dict)
    for (method, path), operation in OPERATIONS.items():
        paths[path][method.lower()] = _operation(operation, scopes[method, path], named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": NAME,
            "version": version,
            "description": ABOUT,
            "license": {"name": LICENCE, "identifier": LICENCE},
        },
        "servers": [{"url": prefix or "/"}],
        "tags": [{"name": name, "description": meaning} for name, meaning in TAGS.items()],
        "paths": dict(paths),
        "components": {
            "schemas": schemas | {f"Problem-{slug}": _problem(slug, prefix) for slug in KINDS},
            "securitySchemes": _KEYS,
        },
    }


def _doors(routes: Sequence[BaseRoute]) -> Mapping[tuple[str, str], Sequence[Scope] | None]:
    """The scopes of each method of each address of the API; None where no key is needed."""
    doors: dict[tuple[str, str], Sequence[Scope] | None] = {}
    for route in routes:
        if isinstance(route, Route) and route.path not in PAGES:
            scopes = getattr(route.endpoint, "scopes", {})
            for method in (route.methods or set()) - {"HEAD"}:
                doors[method, CONVERTER.sub("}", route.path)] = scopes.get(method)
    undescribed = doors.keys() ^ OPERATIONS.keys()
    if undescribed:
        raise Undescribed(f"described without a route, or the other way round: {sorted(undescribed)}")
    return doors


def _schemas() -> tuple[Json, Mapping[Any, Json]]:
    """The shapes of all answers: those with a name, and for each how it is referred to."""
    answers = [answer for operation in OPERATIONS.values() for answer in operation.answers.values()]
    types = list(
        {repr(shape): shape for answer in answers for shape in answer.media.values() if shape is not None}.values()
    )
    parts = sorted({part for shape in types for part in _parts(shape)}, key=repr)
    refs, components = msgspec.json.schema_components([*parts, Article], ref_template=SCHEMAS + "{name}")
    by_part = dict(zip(parts, refs, strict=False))
    named = {repr(shape): _either([by_part[part] for part in _parts(shape)]) for shape in types}
    return components, named


def _parts(shape: Any) -> Sequence[Any]:
    return getattr(shape, "__args__", (shape,)) if not hasattr(shape, "__origin__") else (shape,)


def _either(refs: Sequence[Json]) -> Json:
    return refs[0] if len(refs) == 1 else {"anyOf": list(refs)}


def _operation(operation: Operation, scopes: Sequence[Scope] | None, named: Mapping[Any, Json]) -> Json:
    fields = (*operation.parameters, *(OF_SIGNATURE if "unsigned" in operation.problems else ()))
    body: Json = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": " ".join(filter(None, (operation.detail, _told_scopes(scopes)))),
        "parameters": [_parameter(PARAMETERS[name]) for name in fields],
    }
    if operation.body is not None:
        body["requestBody"] = _body(operation.body)
    answers = {str(status): _answer(answer, named) for status, answer in operation.answers.items()}
    body["responses"] = answers | dict(_refusals(problems_of(operation, scopes)))
    body["security"] = [{name: []} for name in operation.keys] if scopes else []
    return body


def problems_of(operation: Operation, scopes: Sequence[Scope] | None) -> Sequence[str]:
    """All kinds of problem that an operation may answer with."""
    slugs = {*operation.problems, *OF_ALL, *(OF_KEY if scopes else ())}
    return [slug for slug in KINDS if slug in slugs]


def _told_scopes(scopes: Sequence[Scope] | None) -> str:
    return f"Needs a key with the scope {' or '.join(f'`{scope}`' for scope in scopes)}." if scopes else "Needs no key."


def _parameter(field: Field) -> Json:
    told: Json = {"name": field.name, "in": field.place, "description": field.meaning, "schema": dict(field.schema)}
    if field.place == "path" or (field.name == "q" and "pattern" in field.schema):
        told["required"] = True
    if field.is_list:
        told |= {"style": "form", "explode": False}
    if field.example is not None:
        told["example"] = field.example
    return told


def _body(body: Body) -> Json:
    content = {
        media_type: {"schema": dict(media.schema)} | ({"example": media.example} if media.example is not None else {})
        for media_type, media in body.media.items()
    }
    return {"description": body.meaning, "required": body.required, "content": content}


def _answer(answer: Answer, named: Mapping[Any, Json]) -> Json:
    content = {
        media_type: {"schema": named[repr(shape)] if shape is not None else _TEXTS}
        for media_type, shape in answer.media.items()
    }
    told: Json = {"description": answer.meaning, "headers": _headers(answer.headers)}
    return told | ({"content": content} if content else {})


def _headers(names: Sequence[str]) -> Json:
    return {
        name: {
            "description": HEADERS[name].meaning,
            "schema": dict(HEADERS[name].schema),
            "required": HEADERS[name].always and not may,
        }
        for name, may, _ in (said.partition("?") for said in ("X-Request-ID", *names))
    }


def _refusals(slugs: Sequence[str]) -> Iterator[tuple[str, Json]]:
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for slug in slugs:
        by_status[KINDS[slug].status].append(slug)
    for status, kinds in sorted(by_status.items()):
        schema = _either([{"$ref": f"{SCHEMAS}Problem-{slug}"} for slug in kinds])
        yield (
            str(status),
            {
                "description": "; ".join(f"`{slug}`: {KINDS[slug].title}" for slug in kinds) + ".",
                "headers": _headers(OF_STATUS.get(status, ())),
                "content": {MEDIA_TYPE: {"schema": schema}},
            },
        )


def _problem(slug: str, prefix: str) -> Json:
    kind = KINDS[slug]
    own = {
        name: {"description": MEMBERS[name], **_MEMBER_SCHEMAS.get(name, _TEXTS)}
        for name in (*kind.always, *kind.members)
    }
    return {
        "title": kind.title,
        "description": f"{kind.meaning} {kind.remedy}",
        "type": "object",
        "properties": {
            "type": {"const": f"{prefix}/problems/{slug}"},
            "title": {"const": kind.title},
            "status": {"const": kind.status},
            "detail": _TEXTS,
            "instance": {"type": "string", "format": "uri"},
        }
        | own,
        "required": ["type", "title", "status", "instance", *kind.always],
        "examples": [example_of(slug) | {"type": f"{prefix}/problems/{slug}"}],
    }


def phrase(status: int) -> str:
    """`Accepted` of 202."""
    return HTTPStatus(status).phrase
