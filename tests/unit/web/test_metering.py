"""What becomes of a push counts for its publisher's fuse, however the push ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.web.fuse import Told, Verdict
from services.web.keys import Publisher
from services.web.metering import REFUSED, TAKEN, fused, tell_outcomes, tell_taken
from services.web.problems import Problem
from services.web.routes import front_door
from shared.errors import InputRefused, TransientError
from shared.ledger.reader import InputStatus
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import KEY, Desk, MemoryLines

BAD, BUSY = {"problem": {"type": "/problems/bad-request"}}, {"problem": {"type": "/problems/unavailable"}}


class NotedFuses:
    """Lets everybody in, and knows what was noted."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, bool]] = []
        self.whys: list[str] = []

    def look(self, publisher: str, /) -> Verdict:
        return Verdict(is_trial=True)

    def must_ask(self, publisher: str, /) -> bool:
        return True

    def note(self, publisher: str, outcomes: str, why: str, /, *, is_trial: bool) -> Told:
        return Told(publisher, outcomes, why, is_trial)

    def tell(self, told: Told, /) -> None:
        self.noted.append((told.outcomes, told.is_trial))
        self.whys.append(told.why)


def ended(desk: Desk, handle: Callable[[Request], Awaitable[Response]]) -> NotedFuses:
    """What a push of such a handler notes."""
    fuses = NotedFuses()
    app = SimpleNamespace(state=SimpleNamespace(app_state=replace(desk.app_state, fuses=fuses)))
    request = Request({"type": "http", "method": "POST", "app": app, "headers": [], "state": {}})
    request.state.publisher = Publisher(name="hue")

    async def push() -> None:
        await asyncio.gather(fused(handle)(request), return_exceptions=True)

    asyncio.run(push())
    return fuses


@pytest.mark.parametrize(
    ("error", "is_taken", "noted"),
    [
        pytest.param(None, False, [TAKEN], id="a success"),
        pytest.param(Problem("bad-request"), False, [REFUSED], id="a refusal"),
        pytest.param(Problem("not-readable"), True, [REFUSED], id="a refusal of what was taken in first"),
        pytest.param(InputRefused("it is empty"), False, [REFUSED], id="a refusal of the intake"),
        pytest.param(Problem("outdated"), False, [], id="no fault of the sender's"),
        pytest.param(TransientError("Redis is away"), False, [], id="the desk's own trouble"),
        pytest.param(TransientError("Redis is away"), True, [TAKEN], id="trouble after it was taken in"),
        pytest.param(KeyError("ours"), True, [TAKEN], id="a fault of ours after it was taken in"),
        pytest.param(ClientDisconnect(), False, [], id="a sender who goes before its end"),
        pytest.param(ClientDisconnect(), True, [TAKEN], id="a sender who goes before the answer"),
        pytest.param(asyncio.CancelledError(), True, [TAKEN], id="a desk that stops"),
    ],
)
def test_a_push_counts_however_it_ends(
    desk: Desk, error: BaseException | None, is_taken: bool, noted: list[str]
) -> None:
    async def handle(request: Request) -> Response:
        if is_taken:
            tell_taken(request)
        if error is not None:
            raise error
        return Response()

    fuses = ended(desk, handle)
    assert fuses.noted == [(outcome, True) for outcome in noted]
    assert fuses.whys == [why for why in fuses.whys if bool(why) is (noted == [REFUSED])]


@pytest.mark.parametrize(
    ("results", "noted"), [([BAD, BAD, {}], [REFUSED]), ([BAD, {}], [TAKEN]), ([BUSY], []), ([{}, BUSY], [TAKEN])]
)
def test_a_batch_that_breaks_off_counts_as_what_it_was_by_then(
    desk: Desk, results: list[dict[str, object]], noted: list[str]
) -> None:
    async def handle(request: Request) -> Response:
        tell_outcomes(request, results)
        raise Problem("over-quota")

    assert ended(desk, handle).noted == [(outcome, True) for outcome in noted]


def test_what_is_told_goes_on_where_the_request_is_given_up_meanwhile(desk: Desk) -> None:
    begun, go_on, told = asyncio.Event(), asyncio.Event(), asyncio.Event()
    fuses = NotedFuses()

    async def ask(question: Callable[..., object], *args: object, **more: object) -> object:
        if question == fuses.tell:
            begun.set()
            await go_on.wait()
            told.set()
        return question(*args, **more)

    async def push() -> None:
        app_state = SimpleNamespace(fuses=fuses, ask=ask)
        app = SimpleNamespace(state=SimpleNamespace(app_state=app_state))
        request = Request({"type": "http", "method": "POST", "app": app, "headers": [], "state": {}})
        request.state.publisher = Publisher(name="hue")

        async def handle(_: Request) -> Response:
            return Response()

        pushing = asyncio.ensure_future(fused(handle)(request))
        await begun.wait()
        pushing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pushing
        go_on.set()
        await asyncio.wait_for(told.wait(), 20)

    asyncio.run(push())
    assert fuses.noted == [(TAKEN, True)]


class LostLines(MemoryLines):
    """A ledger that takes in, and cannot be asked any more."""

    def receipt(self, receipt: str) -> InputStatus | None:
        raise TransientError("Redis is away")


def test_what_was_taken_in_counts_where_its_answer_cannot_be_found(desk: Desk) -> None:
    fuses = NotedFuses()
    app_state = replace(desk.app_state, fuses=fuses, ledger=LostLines())
    with Caller(front_door(app_state), {"Authorization": f"Bearer {KEY}"}) as client:
        answer = client.post("/v1/articles", b"Rubber", **{"content-type": "text/plain", "prefer": "wait=0"})
    assert (answer.status, fuses.noted) == (503, [(TAKEN, True)])
