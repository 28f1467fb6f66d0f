"""`GET /v1/status` and `/metrics`: the ledger's own figures, for people and for monitors."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.web.responses import json_answer
from services.web.state import state_of
from shared.ledger.reader import Status
from shared.metrics import CONTENT_TYPE


async def show_status(request: Request) -> Response:
    """Counters, queues and memory at one moment."""
    app_state = state_of(request)
    return json_answer(
        told_of(await app_state.ask(app_state.lines.status), articles=await app_state.ask(app_state.index.count))
    )


async def show_metrics(request: Request) -> Response:
    """The same and the door's own meters, in Prometheus' text format."""
    app_state = state_of(request)
    return Response(await app_state.ask(app_state.meters.exposition), headers={"Content-Type": CONTENT_TYPE})


def told_of(status: Status, *, articles: int) -> dict[str, object]:
    """What `copydesk status --json` says, and `troubles`: what a person must look at, empty on a good day."""
    troubles = troubles_of(status)
    head = {"state": "degraded" if troubles else "ok", "troubles": troubles, "articles": articles}
    body: dict[str, object] = msgspec.to_builtins(status)
    return head | body


def troubles_of(status: Status) -> list[str]:
    """In words: books that do not balance, dead articles, a stage at rest."""
    found = []
    if status.balance.difference:
        found.append(f"the balance is off by {status.balance.difference}: see `copydesk balance`")
    if status.balance.dead:
        found.append(f"{status.balance.dead} dead: see `copydesk dead list`")
    found += [f"{name} is paused after a burst of deaths" for name, stage in status.stages.items() if stage.paused]
    return found
