"""The ledger's reading side: the line of an input, what stands where, and the balance."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from shared.clock import now_us
from shared.data_version import refuse_newer
from shared.envelope import Envelope, Event, Source, Stage, pushed_by, source_named, source_of
from shared.errors import PermanentError
from shared.identity import names_of
from shared.ledger import keys
from shared.ledger.causes import came_back
from shared.ledger.connection import Client, LedgerBroken, redis_errors, server_info

STAGES: tuple[Stage, ...] = ("normalize", "index")
LONGEST_OWNER = 24
SECOND_US = 1_000_000
PERIOD_US = 3 * 86_400 * SECOND_US
MOST_PERIODS = 123  # a year of retention and the period in which it is written
DECIDED_BY_THE_INDEX = ("indexed", "duplicate", "superseded", "withdrawn")
OUTCOMES = (*DECIDED_BY_THE_INDEX, "discarded", "refused")
SETTLED = (*OUTCOMES, "dead")  # nothing more happens to these by itself
EMBARGO = "embargo"  # the reason of what is held by one, for people and for the script that puts revisions in order


class Meta(Envelope, frozen=True, kw_only=True, omit_defaults=True):
    """What the record keeps of an input beside its state: the envelope, and its place in the archive."""

    archived: str | None = None


class InputStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One input's line as people ask for it.

    `name` is what it was called where it came from (a drop's path), `url` the address it was read from,
    `worker` who took it up last (`host:boot:pid`), `due_us` when the embargo that holds it ends, `waited_us` and
    `worked_us` how long it waited and was worked on.
    """

    receipt: str
    article: str
    rev: int
    state: str
    stage: str | None = None
    attempts: int = 0
    reason: str | None = None
    note: str | None = None
    source: Source | None = None
    name: str | None = None
    url: str | None = None
    media_type: str | None = None
    received_us: int | None = None
    worker: str | None = None
    waited_us: int | None = None
    worked_us: int | None = None
    due_us: int | None = None
    timeline: tuple[Event, ...] = ()
    duplicate_of: str | None = None
    came_back: bool = False  # it failed again after a replay


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
    """accepted = all that ended (indexed … refused) + dead + in flight + a `difference` of 0."""

    accepted: int
    indexed: int
    duplicate: int
    superseded: int
    withdrawn: int
    discarded: int
    refused: int
    dead: int
    in_flight: int
    difference: int


class Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The whole desk at one moment."""

    balance: Balance
    stages: dict[str, StageStatus]
    redis_bytes: int
    redis_max_bytes: int


class Ended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An input that is dead or was refused, why, and where it came from."""

    ref: str
    receipt: str
    stage: str
    reason: str
    note: str
    at_us: int
    source: Source | None = None
    name: str | None = None
    url: str | None = None
    came_back: bool = False

    def origin(self) -> str:
        """Where it came from, for a person: `drop hue/bai.txt`, `feed https://a.example/rss entry title`."""
        kind, source = (self.source.kind, self.source.name) if self.source else ("", "")
        named = self.name or self.url or ""
        return " ".join(part for part in (kind, "" if kind == "drop" and named else source, named) if part)


def split_ref(ref: str) -> tuple[str, int]:
    """`<id>@<rev>` taken apart; `PermanentError` when it is not of that form."""
    article, _, rev = ref.rpartition("@")
    if not article or not rev.isdigit():
        raise PermanentError(f"{ref!r} is no reference of the form id@rev")
    return article, int(rev)


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger remembers of an article: its newest revision, which publisher owns it, the publisher's version.

    `owner` is as the ledger spells it (`owner_name`), "" of nobody; `withdrawn` is the revision that took it back.
    """

    rev: int
    owner: str = ""
    version: str | None = None
    withdrawn: int | None = None


def owner_name(source: Source) -> str:
    """Whose what is pushed is; short, because it stands in every head. The desk's own operator owns nothing."""
    if not pushed_by(source):
        return ""
    owner = source_of(source)
    return owner if len(owner.encode()) <= LONGEST_OWNER else f"push:{keys.digest(owner)[:16]}"


class LedgerReader:
    """Questions about the ledger; asking changes nothing."""

    def __init__(self, client: Client) -> None:
        self.client: Any = client  # redis-py types its answers for text and bytes clients at once

    def check_version(self) -> None:
        """Raise `NewerData` for a ledger of a newer release, `PermanentError` for a Redis that no ledger can be in."""
        server_info(self.client)
        with redis_errors(self.client):
            found = self.client.get(keys.VERSION)
        refuse_newer("the ledger in Redis", int(found or 0), keys.LEDGER_VERSION)

    def receipt(self, receipt: str) -> InputStatus | None:
        """The line of one input, or None when it is unknown or its retention time is over."""
        with redis_errors(self.client):
            entry = self.client.get(keys.receipt(receipt))
        if entry is None:
            return None
        ref, *ended = entry.decode("utf-8", "replace").split(" ", 3)
        article, rev = split_ref(ref)
        if ended:
            state, at, *said_by = ended
            return InputStatus(
                receipt=receipt,
                article=article,
                rev=rev,
                state=state,
                source=source_named(*said_by),
                received_us=int(at),
                timeline=(Event(state=state, at_us=int(at)),),
                duplicate_of=ref if state == "duplicate" else None,
            )
        return self.line(ref)

    def line(self, ref: str) -> InputStatus | None:
        """The line of one revision."""
        with redis_errors(self.client):
            status = _status(ref, self.client.hgetall(keys.record(ref)))
            if status is None or status.state != "held" or status.reason != EMBARGO:
                return status
            due = self.client.zscore(keys.line("held", status.stage or ""), ref)
        return msgspec.structs.replace(status, due_us=None if due is None else round(due / SECOND_US) * SECOND_US)

    def lines(self, refs: Sequence[str]) -> list[InputStatus]:
        """The lines of several revisions in one round trip, without those that are gone."""
        with redis_errors(self.client), self.client.pipeline(transaction=False) as pipe:
            for ref in refs:
                pipe.hgetall(keys.record(ref))
            records = pipe.execute()
        lines = (_status(ref, record) for ref, record in zip(refs, records, strict=True))
        return [line for line in lines if line is not None]

    def latest(self, article: str) -> str | None:
        """The newest revision's ref, while the ledger remembers it."""
        (packed,) = self._seen([keys.head_place(article)])
        if packed:
            return f"{article}@{int(msgspec.msgpack.decode(packed)[0])}"
        with redis_errors(self.client):
            rev = self.client.hget(keys.head(article), "rev")
        return f"{article}@{rev.decode()}" if rev else None

    def head(self, article: str) -> Head | None:
        """What is remembered of an article; None where the ledger has forgotten it, or never knew it."""
        packed, packed_said = self._seen([keys.head_place(article), keys.said_place(article)])
        if packed is None:
            ref = self.latest(article)
            return None if ref is None else Head(rev=split_ref(ref)[1])
        rev, _, owner, *owned = msgspec.msgpack.decode(packed, type=list[Any])
        freed = self.freed(article) if owner else None
        is_free = freed is not None and int((owned or [0])[0] or 0) <= freed
        version, withdrawn, _ = msgspec.msgpack.decode(packed_said) if packed_said else (None, None, None)
        return Head(
            rev=int(rev or 0),
            owner="" if is_free else owner or "",
            version=version or None,
            withdrawn=int(withdrawn) if withdrawn else None,
        )

    def owner(self, address: str) -> str | None:
        """The article an address belongs to, while the ledger remembers it; with its kind (`url:…`) or without."""
        names = names_of(address)
        owners = self._seen([keys.alias_place(name) for name in names])
        with redis_errors(self.client):
            owners += self.client.mget([keys.alias(name) for name in names])
        return next((owner.decode() for owner in owners if owner), None)

    def freed(self, article: str) -> int | None:
        """When an operator gave an article's addresses free last (µs)."""
        with redis_errors(self.client):
            at = self.client.hget(keys.FREED, article)
        return None if at is None else int(at)

    def _seen(self, places: Sequence[tuple[str, str]]) -> list[bytes | None]:
        """What stands at each (bucket, field), the latest period first; one ahead, for a clock behind that of Redis."""
        period = now_us() // PERIOD_US
        with redis_errors(self.client), self.client.pipeline(transaction=False) as pipe:
            for bucket, field in places:
                for back in range(-1, MOST_PERIODS):
                    pipe.hget(keys.seen(period - back, bucket), field)
            rows = pipe.execute()
        span = MOST_PERIODS + 1
        return [next(filter(None, rows[at : at + span]), None) for at in range(0, len(rows), span)]

    def meta(self, ref: str) -> Meta | None:
        """What the record keeps of the input beside its state."""
        with redis_errors(self.client):
            return _meta(self.client.hget(keys.record(ref), "meta") or b"")

    def dead(self, limit: int = 100, offset: int = 0) -> list[Ended]:
        """Ended articles, the latest first."""
        return self._ended(keys.DEAD, limit, offset)

    def refused(self, limit: int = 100, offset: int = 0) -> list[Ended]:
        """Inputs that only their sender can mend, the latest first; the last thousand, as long as receipts are kept."""
        return self._ended(keys.REFUSALS, limit, offset)

    def _ended(self, line: str, limit: int, offset: int) -> list[Ended]:
        with redis_errors(self.client):
            rows = self.client.zrevrange(line, offset, offset + limit - 1, withscores=True)
        found = []
        for ref, at in rows:
            status = self.line(ref.decode())
            if status is not None:
                found.append(
                    Ended(
                        ref=ref.decode(),
                        receipt=status.receipt,
                        stage=status.stage or "",
                        reason=status.reason or "",
                        note=status.note or "",
                        at_us=int(at),
                        source=status.source,
                        name=status.name,
                        url=status.url,
                        came_back=status.came_back,
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
                pipe.exists(keys.health("stage", stage))
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
        since = self._since(oldest[0].decode()) if oldest else None
        return StageStatus(
            queued=waiting,
            working=working,
            retrying=retrying,
            held=held,
            messages=messages,
            paused=bool(paused),
            oldest_us=int(since) if since else None,
        )

    def _since(self, ref: str) -> bytes | None:
        """When an article came in; None of a record that makes no sense, which dies as soon as it is taken up."""
        try:
            with redis_errors(self.client):
                since: bytes | None = self.client.hget(keys.record(ref), "since")
        except LedgerBroken:
            return None
        return since


def _status(ref: str, record: Mapping[bytes, bytes]) -> InputStatus | None:
    if not record:
        return None
    article, rev = split_ref(ref)
    meta = _meta(record.get(b"meta", b""))
    timeline = events(record.get(b"log", b"").decode())
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
        name=meta.name if meta else None,
        url=meta.url if meta else None,
        media_type=meta.media_type if meta else None,
        received_us=meta.received_us if meta else None,
        timeline=timeline,
        worker=last_worker(timeline),
        waited_us=spent(timeline, working=False),
        worked_us=spent(timeline, working=True),
        came_back=came_back(timeline),
    )


def last_worker(timeline: Sequence[Event]) -> str | None:
    """Who took an input up last, as `host:boot:pid`."""
    return next((event.note for event in reversed(timeline) if event.state == "working"), None)


def _balance(counters: Mapping[str, int], stages: Iterable[StageStatus]) -> Balance:
    in_flight = sum(s.queued + s.working + s.retrying + s.held for s in stages)
    done = {name: counters.get(name, 0) for name in (*OUTCOMES, "dead")}
    accepted = counters.get("accepted", 0)
    difference = accepted - sum(done.values()) - in_flight
    return Balance(accepted=accepted, in_flight=in_flight, difference=difference, **done)


def spent(timeline: Sequence[Event], *, working: bool) -> int | None:
    """Microseconds between events in which it was worked on, or waited; None of an input that has no way behind it."""
    spans = [(is_, after.at_us - is_.at_us) for is_, after in itertools.pairwise(timeline)]
    return sum(span for is_, span in spans if (is_.state == "working") == working) if spans else None


def events(log: str) -> tuple[Event, ...]:
    """The timeline of a record, from its log lines `µs|state|stage|note`."""
    rows = (row.split("|", 3) for row in log.split("\n") if row)
    return tuple(Event(at_us=int(at), state=state, stage=stage, note=note or None) for at, state, stage, note in rows)


def _meta(packed: bytes) -> Meta | None:
    try:
        return msgspec.json.decode(packed, type=Meta)
    except msgspec.DecodeError:
        return None
