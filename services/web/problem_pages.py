"""`/problems/{slug}`: what a problem's `type` points to, as a page or as text; and all of them as docs/problems.md."""

from collections.abc import Iterator

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.web.pages.render import page
from services.web.problem_kinds import KINDS, MEMBERS, Kind, example_of
from services.web.problems import Problem

HEAD = """# Problems

Every answer that is no success is `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):
`type`, `title`, `status`, `detail` and `instance`, by which the operator finds it in the log. `GET` of the `type`
answers with what stands below. Where one place of the request is to blame, `errors` points at it: at a `header`, a
`parameter` of the path or the query, at the `path` of an element of XML, or by a `pointer` into the body.

This page is made from `services/web/problem_kinds.py` (`python -m tools.problems`).

"""


async def explain_problem(request: Request) -> Response:
    """Its meaning, what to do and what else it tells; a page for who accepts HTML."""
    slug = request.path_params["slug"]
    kind = KINDS.get(slug)
    if kind is None:
        raise Problem("not-found", "There is no such kind of problem.")
    if "text/html" in request.headers.get("accept", ""):
        members = [(name, MEMBERS[name]) for name in (*kind.always, *kind.members)]
        return page(request, "explained.html", slug=slug, kind=kind, members=members, example=_example(slug))
    told = (f"{kind.status} {kind.title}", kind.meaning, kind.remedy, *_members(kind), _example(slug))
    text = "\n\n".join(told)
    return PlainTextResponse(f"{text}\n", headers={"Vary": "Accept"})


def _members(kind: Kind) -> Iterator[str]:
    lines = [f"{name}: {MEMBERS[name]}" for name in (*kind.always, *kind.members)]
    if lines:
        yield "\n".join(lines)


def _example(slug: str) -> str:
    return msgspec.json.format(msgspec.json.encode(example_of(slug)), indent=2).decode()


def problems_document() -> str:
    """docs/problems.md: every kind of problem, from the table that the front door answers by."""
    return HEAD + "\n".join(_section(slug, kind) for slug, kind in KINDS.items())


def _section(slug: str, kind: Kind) -> str:
    lines = [f"## {slug}", "", f"`{kind.status}` {kind.title}. {kind.meaning}", "", f"*What to do:* {kind.remedy}", ""]
    for name in (*kind.always, *kind.members):
        may = "" if name in kind.always else " (not always)"
        lines.append(f"* `{name}`{may}: {MEMBERS[name]}")
    if kind.always or kind.members:
        lines.append("")
    lines += ["```json", _example(slug), "```", ""]
    return "\n".join(lines)
