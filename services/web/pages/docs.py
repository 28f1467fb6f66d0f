"""`/docs`: the description of the API as a page, made here; what it shows is what `/openapi.json` holds."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from services.web.description.document import phrase
from services.web.description.operations import OPERATIONS, TAGS
from services.web.openapi import description_of
from services.web.pages.render import fragment, page
from services.web.problem_kinds import KINDS

Json = Mapping[str, Any]


async def show_docs(request: Request) -> Response:
    """Each operation with its parameters, bodies, answers and an example, in English."""
    app = request.app
    if not hasattr(app.state, "described"):
        app.state.described = _body(description_of(app).document)
    return page(request, "docs.html", body=app.state.described)


def _body(document: Json) -> Markup:
    """What is the same for everybody: strangers may ask for it, so it is made once."""
    groups = {tag: [operation for operation in _operations(document) if operation["tags"] == [tag]] for tag in TAGS}
    shapes = {
        name: shape for name, shape in document["components"]["schemas"].items() if not name.startswith("Problem-")
    }
    kinds = {slug: kind.title for slug, kind in KINDS.items()}
    about = {"info": document["info"], "tags": TAGS, "kinds": kinds}
    return fragment(
        "docs_body.html", groups=groups, shapes=shapes, type_of=type_of, pretty=pretty, phrase=phrase, **about
    )


def _operations(document: Json) -> Iterator[dict[str, Any]]:
    for (method, path), operation in OPERATIONS.items():
        told = document["paths"][path][method.lower()]
        refusals = [int(code) for code in told["responses"] if int(code) >= 400]
        yield told | {"method": method, "path": path, "curl": operation.curl, "refusals": refusals}


def type_of(schema: Json) -> str:
    """What a member may be, in a word: `text`, `list of Step`, `[text, boolean]`, `text or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "prefixItems" in schema:
        return f"[{', '.join(map(type_of, schema['prefixItems']))}]"
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    return {"string": "text", "object": "object", "integer": "whole number"}.get(
        str(schema.get("type")), str(schema.get("type", "any"))
    )


def pretty(value: object) -> str:
    """An example as it is read: text as it is, JSON with its lines."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
