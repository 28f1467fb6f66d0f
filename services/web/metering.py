"""Requests that bring articles count against their publisher's quota, and what becomes of them for its fuse."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from services.web.fuse import Verdict
from services.web.problems import Problem, later
from services.web.state import publisher_of, state_of

# The sender's own fault, which sending once more does not mend; what is busy, late or changed meanwhile is none.
REFUSALS = frozenset({
    "bad-request", "no-article", "not-readable", "too-costly", "too-large", "unsupported-media-type",
    "unsupported-encoding", "not-yours", "beyond-prefixes",
})  # fmt: skip
TAKEN, REFUSED = "0", "1"

Handler = Callable[[Request], Awaitable[Response]]


def metered(handler: Handler) -> Handler:
    """The handler, for who has not sent too much within the last minute."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        quota, name = state_of(request).quota, publisher_of(request).name
        quota.take(name)
        response = await handler(request)
        response.headers.update(quota.headers(name))
        return response

    return answer


def fused(handler: Handler) -> Handler:
    """The handler, for who does not send mostly what is refused."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        verdict = await _admitted(request)
        try:
            response = await handler(request)
        except Problem as problem:
            if problem.slug in REFUSALS:
                why = f"{problem.slug}: {(problem.detail or problem.kind.title).rstrip('.')}"
                await _note(request, REFUSED, why, verdict)
            raise
        outcomes, why = getattr(request.state, "outcomes", (TAKEN, ""))
        await _note(request, outcomes, why, verdict)
        return response

    return answer


def tell_outcomes(request: Request, results: Sequence[Mapping[str, object]]) -> None:
    """What became of a batch, which counts as one push: it was refused where most of its items were."""
    problems = [result.get("problem") for result in results]
    slugs = [str(problem["type"]).rpartition("/")[2] if isinstance(problem, dict) else "" for problem in problems]
    refusals = [slug for slug in slugs if slug in REFUSALS]
    taken = slugs.count("")
    if not refusals and not taken:  # busy or late: no fault of its sender's
        request.state.outcomes = ("", "")
    elif len(refusals) > taken:
        request.state.outcomes = (REFUSED, f"{refusals[-1]}: {len(refusals)} of the {len(results)} items of a batch")
    else:
        request.state.outcomes = (TAKEN, "")


async def _admitted(request: Request) -> Verdict:
    """Let a push in; raises `Problem` where its publisher's fuse is open, and this is no trial."""
    app_state, name = state_of(request), publisher_of(request).name
    if not app_state.fuses.must_ask(name):
        return Verdict()
    verdict = await app_state.ask(app_state.fuses.look, name)
    if verdict.wait_s:
        detail = f"{verdict.reason[:1].upper()}{verdict.reason[1:]}. Nothing of this was taken in."
        raise Problem("mostly-refused", detail, headers=later(math.ceil(verdict.wait_s)))
    return verdict


async def _note(request: Request, outcomes: str, why: str, verdict: Verdict) -> None:
    app_state, name = state_of(request), publisher_of(request).name
    if outcomes:
        await app_state.ask(app_state.fuses.note, name, outcomes, why, is_trial=verdict.is_trial)
