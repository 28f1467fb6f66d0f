"""The whole desk at one moment, with its troubles: what `status`, `/v1/status` and the metrics tell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from shared.errors import CopydeskError, IntakeFull, NewerData, PermanentError
from shared.ledger import keys
from shared.ledger.connection import redis_errors, server_now_us
from shared.ledger.latency import Latency, read_latency
from shared.ledger.reader import STAGES, LedgerReader, Status
from shared.ledger.sinks import SinkStanding, read_standings
from shared.ledger.triage import Triaged, open_triage
from shared.ledger.troubles import (
    REMEDIES,
    Disk,
    Failing,
    Pause,
    Trouble,
    View,
    Worker,
    growth_a_day,
    trouble_key,
    troubles_of,
)
from shared.settings import Settings

EXPECTED = ("ingest", "normalize", "index", "watch")
DELIVERER = "deliver"
MOST_LISTED = 100
MINUTE_US = 60_000_000


class FeedCounts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many feeds there are by state (`stopped`: gone for good), and when the next is due (µs; None without any).

    `pages` is how many pages of entries wait to be read or looked at again, `pages_due_us` when the next is due.
    """

    fine: int = 0
    failing: int = 0
    stopped: int = 0
    next_due_us: int | None = None
    pages: int = 0
    pages_due_us: int | None = None


class Backlog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many inputs were in flight then; None where nobody looked. Beside what is so now: is the queue growing?"""

    ten_minutes_ago: int | None = None
    an_hour_ago: int | None = None


class Overview(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The ledger's figures, the processes that live, and what a person must look at."""

    status: Status
    workers: tuple[Worker, ...]
    troubles: tuple[Trouble, ...]
    feeds: FeedCounts = FeedCounts()
    backlog: Backlog = Backlog()
    latency: Latency = Latency()
    sinks: tuple[SinkStanding, ...] = ()
    triage: tuple[Triaged, ...] = ()

    def as_told(self) -> dict[str, Any]:
        """What `copydesk status --json` and `/v1/status` answer: the state in a word, then everything side by side."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        del told["latency"]  # buckets are for /metrics; people get the last hour, from the index
        return {"state": "degraded" if self.troubles else "ok", **told.pop("status"), **told}


class Watchman:
    """Looks at one desk through Redis alone, so that every machine tells the same."""

    def __init__(
        self,
        reader: LedgerReader,
        settings: Settings,
        *,
        check_room: Callable[[], None] = lambda: None,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self._reader = reader
        self._client: Any = reader.client
        self._settings = settings
        self._check_room = check_room
        self._clock = clock
        self._triage = open_triage(settings, reader)

    def look(self) -> Overview:
        """Ask Redis once for everything. Raises `TransientError` when it is away."""
        now = self.now()
        triaged = self._triaged(now)
        view = self._view(sum(one.count for one in triaged if one.muted), now)
        troubles = troubles_of(view, self._known())
        self._remember(troubles)
        feeds, (latency, backlog) = self._feeds(), self._course(view.now)
        return Overview(
            status=view.status,
            workers=tuple(view.workers),
            troubles=troubles,
            feeds=feeds,
            backlog=backlog,
            latency=latency,
            sinks=tuple(view.sinks),
            triage=triaged,
        )

    def now(self) -> int:
        """Redis' own time: a host whose clock is off must not take the processes of others for dead."""
        if self._clock is not None:
            return self._clock()
        with redis_errors(self._client):
            return server_now_us(self._client)

    def _triaged(self, now: int) -> tuple[Triaged, ...]:
        """What people decided on the dead; a file that nobody can read mutes nothing."""
        try:
            return self._triage.triaged(now)
        except (PermanentError, NewerData):
            return ()

    def _view(self, muted: int, now: int) -> View:
        status = self._reader.status()
        with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.WORKERS, 0, -1)
            pipe.smembers(keys.PAUSES)
            pipe.hvals(keys.FEEDS_FAILING)
            pipe.hvals(keys.PROCESSES_FAILING)
            pipe.hvals(keys.DROPS_PROBLEMS)
            pipe.llen(keys.STRAYS)
            pipe.get(keys.ARCHIVE_NEWER)
            pipe.get(keys.RECOVERY_FAILING)
            pipe.hgetall(keys.MEMORY)
            pipe.hvals(keys.SINKS)
            pipe.mget([keys.RECOVERY_BEAT, *(keys.claimed(stage) for stage in STAGES)])
            workers, pauses, feeds, processes, drops, unreadable, newer, failing, memory, sinks, moments = (
                pipe.execute()
            )
        recovery, *claims = moments
        return View(
            now=now,
            status=status,
            refusals=self._refusals(),
            memory_limit_percent=self._settings.memory_limit_percent,
            bytes_a_day=growth_a_day({int(hour): int(used) for hour, used in memory.items()}),
            sinks=read_standings(sinks, now),
            expected=self._expected() if workers else [name for name, stage in status.stages.items() if stage.queued],
            workers=self._workers([name.decode() for name in workers]),
            pauses=self._pauses([name.decode() for name in pauses]),
            last_claims={stage: int(at) for stage, at in zip(STAGES, claims, strict=True) if at},
            failing_feeds=_decoded(feeds, Failing),
            failing_processes=_decoded(processes, Failing),
            refused_drops=[_drop_line(row) for row in drops[:MOST_LISTED]],
            refused_drops_count=len(drops),
            unreadable=unreadable,
            recovery_beat=int(recovery) if recovery else None,
            failing_recovery=next(iter(_decoded([failing] if failing else [], Failing)), None),
            newer_entries=newer.decode() if newer else None,
            muted=min(muted, status.balance.dead),
        )

    def _feeds(self) -> FeedCounts:
        with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
            pipe.hlen(keys.FEEDS_HOSTS)
            pipe.zcard(keys.FEEDS_DUE)
            pipe.zrange(keys.FEEDS_DUE, 0, 0, withscores=True)
            pipe.hgetall(keys.FEEDS_FAILING)
            pipe.hlen(keys.PAGES_ROWS)
            pipe.zrange(keys.PAGES_TURNS, 0, 0, withscores=True)
            known, visited, first, told, pages, turn = pipe.execute()
            names = [name for name, row in told.items() if not msgspec.json.decode(row, type=Failing).is_silent]
            # What fails and is not due is stopped, or no feed but a list of feeds.
            failing = sum(due is not None for due in self._client.zmscore(keys.FEEDS_DUE, names)) if names else 0
        return FeedCounts(
            fine=max(0, visited - failing),
            failing=failing,
            stopped=max(0, known - visited),
            next_due_us=int(first[0][1] * 1_000_000) if first else None,
            pages=pages,
            pages_due_us=int(turn[0][1] * 1_000_000) if turn else None,
        )

    def _course(self, now: int) -> tuple[Latency, Backlog]:
        with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
            pipe.hgetall(keys.LATENCY)
            pipe.hgetall(keys.BACKLOG)
            latency, minutes = pipe.execute()
        then = {int(minute): int(count) for minute, count in minutes.items()}
        ten, hour = (_nearest(then, now // MINUTE_US - back) for back in (10, 59))
        return read_latency(latency), Backlog(ten_minutes_ago=ten, an_hour_ago=hour)

    def _expected(self) -> Sequence[str]:
        return (*EXPECTED, DELIVERER) if self._settings.sinks else EXPECTED

    def _refusals(self) -> list[str]:
        try:
            self._check_room()
        except IntakeFull as error:
            return [str(error)]
        return []

    def _workers(self, names: Sequence[str]) -> list[Worker]:
        with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(keys.worker(*name.split(":", 2)))
            records = pipe.execute()
        workers = [_worker(name, record) for name, record in zip(names, records, strict=True) if record]
        return [worker for worker in workers if worker is not None]

    def _pauses(self, names: Iterable[str]) -> list[Pause]:
        found = []
        for name in sorted(names):
            kind, _, subject = name.partition(":")
            pause = read_pause(self._client, kind, subject)
            found += [pause] if pause is not None else []
        return found

    def _known(self) -> dict[str, int]:
        with redis_errors(self._client):
            return {name.decode(): int(since) for name, since in self._client.hgetall(keys.TROUBLES).items()}

    def _remember(self, troubles: Sequence[Trouble]) -> None:
        """Keep since when each has been there; whoever looks next, from wherever, tells the same."""
        since = {trouble_key(one.code, one.subject): one.since for one in troubles}
        known = self._known()
        gone, new = [name for name in known if name not in since], {k: v for k, v in since.items() if k not in known}
        if not gone and not new:
            return
        try:
            with redis_errors(self._client), self._client.pipeline(transaction=False) as pipe:
                for name, at in new.items():
                    pipe.hsetnx(keys.TROUBLES, name, at)
                if gone:
                    pipe.hdel(keys.TROUBLES, *gone)
                pipe.execute()
        except CopydeskError:  # a full Redis takes no note; the troubles are told all the same
            return


def _nearest(minutes: Mapping[int, int], wanted: int) -> int | None:
    """What was noted in a minute, or in the one beside it: sweeps do not keep to the clock."""
    return next((minutes[at] for at in (wanted, wanted - 1, wanted + 1) if at in minutes), None)


def read_pause(client: Any, kind: str, name: str) -> Pause | None:
    """Why a stage, a sink or a source rests; None while it is open."""
    with redis_errors(client):
        record = {key.decode(): value.decode() for key, value in client.hgetall(keys.health(kind, name)).items()}
    return msgspec.convert({"kind": kind, "name": name} | record, Pause, strict=False) if record else None


def redis_away(error: CopydeskError, now: int) -> Trouble:
    """The one trouble that Redis cannot tell of itself."""
    what = str(error)
    return Trouble(code="redis-away", subject="", since=now, what=what, do=REMEDIES["redis-away"], detail=what)


def _worker(name: str, record: dict[bytes, bytes]) -> Worker | None:
    process, host, boot = name.split(":", 2)
    fields: dict[str, object] = {key.decode(): value.decode() for key, value in record.items()}
    disks = msgspec.json.decode(record.get(b"disks", b"[]"), type=tuple[Disk, ...])
    refusals = msgspec.json.decode(record.get(b"refusals", b"[]"), type=tuple[str, ...])
    fields |= {"name": process, "host": host, "boot": boot, "disks": disks, "refusals": refusals}
    try:
        return msgspec.convert(fields, Worker, strict=False)
    except msgspec.ValidationError:  # of another release
        return None


def _decoded(rows: Iterable[bytes], kind: type[Failing]) -> list[Failing]:
    return [msgspec.json.decode(row, type=kind) for row in rows]


def _drop_line(row: bytes) -> str:
    problem = msgspec.json.decode(row)
    path, reason = problem["path"], problem["reason"]
    return reason if path in reason else f"{path}: {reason}"
