"""The stream of changes: every step of every article, in order, for all who follow along.

The ledger's script writes it with the change itself. It is capped (`events_kept`): who was away for long reads the list
of articles anew.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from shared.envelope import DESK, source_of
from shared.ledger import keys
from shared.ledger.connection import Client, redis_errors
from shared.source_filter import takes_source

EVENT_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
FIRST = "0-0"
AT_ONCE = 500
LOOKED_AT = 20_000  # changes that are read to tell what a worker took up: a fraction of a second
_DESK = source_of(DESK)
CHANGE_STATES = (
    "received", "queued", "working", "retrying", "held", "normalized", "indexed", "duplicate", "superseded",
    "withdrawn", "refused", "dead", "discarded", "released", "paused", "resumed",
)  # fmt: skip


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One step of an article, or, without an `article`, of a stage, a sink or a source at rest.

    `id` is its place in the stream and grows; `source` is `push:<publisher>`, `feed:<address>` or `drop:<folder>`.
    `state` is what the article is now (`received`, `queued`, `working`, `retrying`, `held`, `normalized`, `indexed`,
    `duplicate`, `superseded`, `withdrawn`, `refused`, `dead`, `discarded`, `released`), or `paused` and `resumed`;
    `note` is the reason, or which worker has it in hand. `own` are the sources whose the article is, where the desk
    itself speaks of it (`source`).
    """

    id: str
    state: str
    at_us: int
    article: str = ""
    rev: int = 0
    source: str = ""
    stage: str = ""
    note: str = ""
    own: tuple[str, ...] = ()


class ChangeFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes somebody wants; a field left empty takes all.

    `source` is as filters name it: who speaks, or whose the article is; `worker` who took it up: `host`, `host:start` …
    """

    article: str = ""
    source: str = ""
    states: frozenset[str] = frozenset()
    worker: str = ""

    def takes(self, change: Change) -> bool:
        """Whether a change is wanted."""
        if self.article and change.article != self.article:
            return False
        if self.worker and not (change.state == "working" and f"{change.note}:".startswith(f"{self.worker}:")):
            return False
        if not any(takes_source(self.source, name) for name in (change.source, *change.own)):
            return False
        return not self.states or change.state in self.states


def _nobodys(_article: str) -> tuple[str, ...]:
    return ()


class EventStream:
    """Reads the stream; reading changes nothing. `whose` tells by which sources an article is known, for those that the
    desk itself changed; without it nobody asks."""

    def __init__(self, client: Client, whose: Callable[[str], tuple[str, ...]] = _nobodys) -> None:
        self._client: Any = client  # redis-py types its answers for text and bytes clients at once
        self._whose = whose

    def last_id(self) -> str:
        """The place of the newest change; `0-0` where nothing was written yet."""
        with redis_errors(self._client):
            rows = self._client.xrevrange(keys.EVENTS, count=1)
        return rows[0][0].decode() if rows else FIRST

    def first_id(self) -> str:
        """The place of the oldest change that is still kept."""
        with redis_errors(self._client):
            rows = self._client.xrange(keys.EVENTS, count=1)
        return rows[0][0].decode() if rows else FIRST

    def after(self, last: str, limit: int = AT_ONCE) -> list[Change]:
        """The changes after a place, the oldest first."""
        with redis_errors(self._client):
            return self._changes(self._client.xrange(keys.EVENTS, min=f"({last}", count=limit))

    def latest(self, limit: int = AT_ONCE) -> list[Change]:
        """The newest changes, the oldest first."""
        with redis_errors(self._client):
            return self._changes(reversed(self._client.xrevrange(keys.EVENTS, count=limit)))

    def taken_by(self, worker: str, limit: int, look: int = LOOKED_AT) -> list[str]:
        """What a worker took up among the last changes (`look`), as `id@rev`, the latest first, each once."""
        wanted, refs, last = ChangeFilter(worker=worker), dict[str, None](), "+"
        for _ in range(0, look, AT_ONCE):
            with redis_errors(self._client):
                rows = self._client.xrevrange(keys.EVENTS, max=last, count=AT_ONCE)
            refs |= {f"{change.article}@{change.rev}": None for change in self._changes(rows) if wanted.takes(change)}
            if len(rows) < AT_ONCE or len(refs) >= limit:
                break
            last = f"({rows[-1][0].decode()}"
        return list(refs)[:limit]

    def wait(self, last: str, seconds: float, limit: int = AT_ONCE) -> list[Change]:
        """The changes after a place, as soon as there is one; none when the time is over."""
        with redis_errors(self._client):
            answer = self._client.xread({keys.EVENTS: last}, count=limit, block=max(1, int(seconds * 1000)))
        return self._changes(answer[0][1]) if answer else []

    def follow(self, last: str, goes_on: Callable[[], bool] = lambda: True, look_s: float = 1.0) -> Iterator[Change]:
        """Every change after a place, as it comes, for as long as `goes_on`."""
        while goes_on():
            for change in self.wait(last, look_s):
                last = change.id
                yield change

    def _changes(self, rows: Sequence[Any] | Iterator[Any]) -> list[Change]:
        changes = [_change(place.decode(), fields) for place, fields in rows]
        return [
            msgspec.structs.replace(change, own=self._whose(change.article))
            if change.source == _DESK and change.article
            else change
            for change in changes
        ]


def place_of(event_id: str) -> tuple[int, int]:
    """A place in the stream as numbers that order."""
    at, _, sequence = event_id.partition("-")
    return int(at), int(sequence or 0)


def _change(place: str, fields: dict[bytes, bytes]) -> Change:
    told = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
    article, _, rev = told.get("ref", "").rpartition("@")
    return Change(
        id=place,
        article=article or rev,
        rev=int(rev) if article else 0,
        source=told.get("source", ""),
        state=told.get("state", ""),
        stage=told.get("stage", ""),
        note=told.get("note", ""),
        at_us=int(told.get("at", 0)),
    )
