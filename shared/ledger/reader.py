"""The ledger's reading side: the line of an input, what stands where, and the balance."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import redis

from shared.envelope import Event, Source, Stage
from shared.errors import PermanentError
from shared.ledger import keys
from shared.ledger.connection import redis_errors

STAGES: tuple[Stage, ...] = ("normalize", "index")
OUTCOMES = ("indexed", "duplicate", "superseded", "withdrawn", "discarded")


class Meta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the record keeps of an input beside its state. `archived` is its place in the archive."""

    receipt: str
    source: Source
    media_type: str
    received_us: int
    sha: str
    aliases: tuple[str, ...] = ()
    archived: str | None = None
    url: str | None = None
    name: str | None = None


class InputStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One input's line as people ask for it."""

    receipt: str
    article: str
    rev: int
    state: str
    stage: str | None = None
    attempts: int = 0
    reason: str | None = None
    note: str | None = None
    source: Source | None = None
    media_type: str | None = None
    received_us: int | None = None
    timeline: tuple[Event, ...] = ()
    duplicate_of: str | None = None


class StageStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How much stands in one stage. `messages` counts those on the queue, `oldest_us` when the eldest was entered."""

    queued: int
    working: int
    retrying: int
    held: int
    messages: int
    oldest_us: int | None
    paused: bool


class Balance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """accepted = indexed + duplicate + superseded + withdrawn + discarded + dead + in flight + a `difference` of 0."""

    accepted: int
    indexed: int
    duplicate: int
    superseded: int
    withdrawn: int
    discarded: int
    dead: int
    in_flight: int
    difference: int


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole desk at one moment."""

    balance: Balance
    stages: dict[str, StageStatus]
    redis_bytes: int
    redis_max_bytes: int


class Dead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An article that no further try will help, and why."""

    ref: str
    receipt: str
    stage: str
    reason: str
    note: str
    at_us: int
    source: Source | None = None


def split_ref(ref: str) -> tuple[str, int]:
    """`<id>@<rev>` taken apart; `PermanentError` when it is not of that form."""
    article, _, rev = ref.rpartition("@")
    if not article or not rev.isdigit():
        raise PermanentError(f"{ref!r} is no reference of the form id@rev")
    return article, int(rev)


class LedgerReader:
    """Questions about the ledger; asking changes nothing."""

    def __init__(self, client: redis.Redis) -> None:
        self.client: Any = client  # redis-py types its answers for text and bytes clients at once

    def receipt(self, receipt: str) -> InputStatus | None:
        """The line of one input, or None when it is unknown or its retention time is over."""
        with redis_errors(self.client):
            entry = self.client.get(keys.receipt(receipt))
        if entry is None:
            return None
        ref, *ended = entry.decode().split(" ")
        article, rev = split_ref(ref)
        if ended:
            state, at = ended[0], int(ended[1])
            event = Event(state=state, at_us=at)
            return InputStatus(
                receipt=receipt,
                article=article,
                rev=rev,
                state=state,
                received_us=at,
                timeline=(event,),
                duplicate_of=ref if state == "duplicate" else None,
            )
        return self.line(ref)

    def line(self, ref: str) -> InputStatus | None:
        """The line of one revision."""
        article, rev = split_ref(ref)
        with redis_errors(self.client):
            record = self.client.hgetall(keys.record(ref))
        if not record:
            return None
        meta = _meta(record.get(b"meta", b""))
        return InputStatus(
            receipt=record.get(b"receipt", b"").decode(),
            article=article,
            rev=rev,
            state=record.get(b"state", b"unknown").decode(),
            stage=record[b"stage"].decode() if b"stage" in record else None,
            attempts=int(record.get(b"attempts", 0)),
            reason=record[b"reason"].decode() if b"reason" in record else None,
            note=record[b"note"].decode() or None if b"note" in record else None,
            source=meta.source if meta else None,
            media_type=meta.media_type if meta else None,
            received_us=meta.received_us if meta else None,
            timeline=events(record.get(b"log", b"").decode()),
        )

    def latest(self, article: str) -> str | None:
        """The newest revision's ref, while the ledger remembers it."""
        with redis_errors(self.client):
            rev = self.client.hget(keys.head(article), "rev")
        return f"{article}@{rev.decode()}" if rev else None

    def owner(self, address: str) -> str | None:
        """The article an address belongs to, while the ledger remembers it; with its kind (`url:…`) or without."""
        names = [address, *(f"{kind}:{address}" for kind in ("uri", "url", "path"))]
        with redis_errors(self.client):
            owners = self.client.mget([keys.alias(name) for name in names])
        return next((owner.decode() for owner in owners if owner), None)

    def meta(self, ref: str) -> Meta | None:
        """What the record keeps of the input beside its state."""
        with redis_errors(self.client):
            return _meta(self.client.hget(keys.record(ref), "meta") or b"")

    def dead(self, limit: int = 100, offset: int = 0) -> list[Dead]:
        """Dead articles, the latest first."""
        with redis_errors(self.client):
            rows = self.client.zrevrange(keys.DEAD, offset, offset + limit - 1, withscores=True)
        found = []
        for ref, at in rows:
            line = self.line(ref.decode())
            if line is not None:
                found.append(
                    Dead(
                        ref=ref.decode(),
                        receipt=line.receipt,
                        stage=line.stage or "",
                        reason=line.reason or "",
                        note=line.note or "",
                        at_us=int(at),
                        source=line.source,
                    )
                )
        return found

    def strays(self, limit: int = 100) -> list[str]:
        """Messages that no worker could read, the latest first: `µs|queue|reason|bytes`."""
        with redis_errors(self.client):
            return [row.decode("utf-8", "replace") for row in self.client.lrange(keys.STRAYS, 0, limit - 1)]

    def balance(self) -> Balance:
        """The equation of rule 7, read at one moment."""
        return self.status().balance

    def status(self) -> Status:
        """Counters, queues and memory, read at one moment."""
        with redis_errors(self.client), self.client.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.BALANCE)
            for stage in STAGES:
                for line in ("waiting", "working", "retrying", "held"):
                    pipe.zcard(keys.line(line, stage))
                pipe.llen(stage)
                pipe.exists(keys.paused(stage))
                pipe.zrange(keys.line("waiting", stage), 0, 0)
            pipe.info("memory")
            counters, *rows, memory = pipe.execute()
        stages: dict[str, StageStatus] = {stage: self._stage(rows[7 * i : 7 * i + 7]) for i, stage in enumerate(STAGES)}
        return Status(
            balance=_balance({k.decode(): int(v) for k, v in counters.items()}, stages.values()),
            stages=stages,
            redis_bytes=int(memory["used_memory"]),
            redis_max_bytes=int(memory["maxmemory"]),
        )

    def _stage(self, row: list[Any]) -> StageStatus:
        waiting, working, retrying, held, messages, paused, oldest = row
        since = self.client.hget(keys.record(oldest[0].decode()), "since") if oldest else None
        return StageStatus(
            queued=waiting,
            working=working,
            retrying=retrying,
            held=held,
            messages=messages,
            paused=bool(paused),
            oldest_us=int(since) if since else None,
        )


def _balance(counters: Mapping[str, int], stages: Iterable[StageStatus]) -> Balance:
    in_flight = sum(s.queued + s.working + s.retrying + s.held for s in stages)
    done = {name: counters.get(name, 0) for name in (*OUTCOMES, "dead")}
    accepted = counters.get("accepted", 0)
    difference = accepted - sum(done.values()) - in_flight
    return Balance(accepted=accepted, in_flight=in_flight, difference=difference, **done)


def events(log: str) -> tuple[Event, ...]:
    """The timeline of a record, from its log lines `µs|state|stage|note`."""
    rows = (row.split("|", 3) for row in log.split("\n") if row)
    return tuple(Event(at_us=int(at), state=state, stage=stage, note=note or None) for at, state, stage, note in rows)


def _meta(packed: bytes) -> Meta | None:
    try:
        return msgspec.json.decode(packed, type=Meta)
    except msgspec.DecodeError:
        return None
