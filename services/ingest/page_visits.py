"""Pages that publishers say have changed, and that no watched feed tells of: each is visited by itself, soon."""

from typing import Any

import msgspec
import redis

from services.ingest.redis_scripts import script_source
from shared.clock import now_us
from shared.envelope import Source
from shared.errors import IntakeFull
from shared.identity import canonical_url
from shared.ledger import keys
from shared.ledger.connection import redis_errors

LEAST_BETWEEN_S = 30  # whoever says so each second is heard, and the site is spared
MOST_WAITING = 10_000
LEASE_S = 120
CLAIMED_AT_ONCE = 10


class PageVisit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page to be visited: for whom, below which of their prefixes it may lie, when that was said (µs), which try."""

    url: str
    source: Source
    prefixes: tuple[str, ...]
    asked_us: int
    tries: int = 0

    @property
    def page(self) -> str:
        """What tells it from others."""
        return canonical_url(self.url) or self.url


class PageVisits:
    """The visits that wait, in Redis; any number of processes ask for some and make them."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._script = client.register_script(script_source("page_visits"))

    def ask(self, url: str, source: Source, prefixes: tuple[str, ...]) -> int:
        """Let a page be visited soon; gives when at the earliest (µs). Raises `IntakeFull` where too many wait."""
        visit = PageVisit(url=url, source=source, prefixes=prefixes, asked_us=now_us())
        answer = self._call("ask", visit.page, visit=_packed(visit), most=MOST_WAITING)
        if not answer:
            told = "too many pages wait for their visit"
            raise IntakeFull(told, retry_after=60, told=told)
        return int(answer[0])

    def claim(self) -> list[PageVisit]:
        """Those that are due, ours until the lease ends."""
        found = self._call("claim", "", limit=CLAIMED_AT_ONCE, lease=LEASE_S * 1_000_000)
        return [msgspec.json.decode(visit, type=PageVisit) for visit in found]

    def finish(self, visit: PageVisit) -> None:
        """It was made, or is given up; the next of this page not within half a minute."""
        self._call("finish", visit.page, visit=_packed(visit), between=LEAST_BETWEEN_S * 1000)

    def again(self, visit: PageVisit, wait_s: float) -> None:
        """Make it once more, after so many seconds."""
        following = msgspec.structs.replace(visit, tries=visit.tries + 1)
        self._call("again", visit.page, visit=_packed(visit), next=_packed(following), wait=int(wait_s * 1_000_000))

    def _call(self, command: str, page: str, **args: object) -> Any:
        names = [keys.VISITS_DUE, keys.VISITS_ASKED, keys.visited(page)]
        with redis_errors(self._client):
            answer = self._script(keys=names, args=[command, msgspec.msgpack.encode(args | {"page": page})])
        return msgspec.msgpack.decode(answer)


def _packed(visit: PageVisit) -> str:
    return msgspec.json.encode(visit).decode()
