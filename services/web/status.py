"""`GET /v1/status` and `/metrics`: the ledger's own figures, for people and for monitors."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.web.answers import json_answer
from services.web.house import house_of
from shared.metrics import CONTENT_TYPE
from shared.status import Status


async def show_status(request: Request) -> Response:
    """Counters, queues and memory at one moment."""
    house = house_of(request)
    return json_answer(told_of(await house.ask(house.lines.status), articles=await house.ask(house.index.count)))


async def show_metrics(request: Request) -> Response:
    """The same and the door's own meters, in Prometheus' text format."""
    house = house_of(request)
    return Response(await house.ask(house.meters.exposition), headers={"Content-Type": CONTENT_TYPE})


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
