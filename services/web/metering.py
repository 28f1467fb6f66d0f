"""Requests that bring articles count against their publisher's quota, and what becomes of them for its fuse."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from services.web.fuse import Verdict
from services.web.problems import Problem, later, problem_of
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
        except BaseException as error:  # also of a sender who goes, and a desk that stops: what was taken in counts
            await _note(request, _outcome_of(request, error), verdict)
            raise
        await _note(request, getattr(request.state, "outcomes", (TAKEN, "")), verdict)
        return response

    return answer


def tell_taken(request: Request) -> None:
    """That something of a push was taken in: it counts as that however its answer ends, unless that is a refusal."""
    request.state.outcomes = (TAKEN, "")


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


def _outcome_of(request: Request, error: BaseException) -> tuple[str, str]:
    """What a push was that ended so: a refusal, whoever raised it, else what is known of it by then."""
    if isinstance(error, Exception):
        problem = problem_of(error, request.method)
        if problem.slug in REFUSALS:
            return REFUSED, f"{problem.slug}: {(problem.detail or problem.kind.title).rstrip('.')}"
    outcomes: tuple[str, str] = getattr(request.state, "outcomes", ("", ""))
    return outcomes


async def _note(request: Request, outcome: tuple[str, str], verdict: Verdict) -> None:
    app_state, name = state_of(request), publisher_of(request).name
    outcomes, why = outcome
    if not outcomes:
        return
    told = app_state.fuses.note(name, outcomes, why, is_trial=verdict.is_trial)
    if told is not None:  # shielded: it is told also where the request is given up meanwhile
        await asyncio.shield(app_state.ask(app_state.fuses.tell, told))
