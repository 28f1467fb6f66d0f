"""What a person must look at, as one list: the same in `copydesk status`, `/v1/status`, `/metrics` and the docs.

Pure: a view of the desk goes in, the list comes out. `shared/ledger/overview.py` looks at Redis for it.
"""

import shlex
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from shared.ledger.reader import Status
from shared.ledger.sinks import SinkStanding

Code = Literal[
    "redis-away",
    "balance-off",
    "articles-dead",
    "worker-missing",
    "stage-stuck",
    "stage-paused",
    "sink-paused",
    "deliveries-dead",
    "search-away",
    "source-paused",
    "publisher-paused",
    "releases-mixed",
    "worker-outdated",
    "archive-newer",
    "process-failing",
    "recovery-stuck",
    "intake-refusing",
    "disk-low",
    "redis-memory",
    "feeds-failing",
    "feeds-silent",
    "drops-refused",
    "messages-unreadable",
]

# What to do about each, as the docs' fault table says it too (docs/operate.md; a test compares). NAME stands for the
# subject: who reads of a trouble reads a command that works.
REMEDIES: Mapping[Code, str] = {
    "redis-away": "start Redis, or correct `redis_url`; nothing is lost meanwhile",
    "balance-off": "run `copydesk recover`; keep the archive and Redis' data, and report it",
    "articles-dead": "read `copydesk dead list`, mend the cause, then `copydesk dead replay` or `dead discard`",
    "worker-missing": "start it; its log tells why it ended",
    "stage-stuck": "look at the log of its workers; restart them if they do not answer",
    "stage-paused": "mend what the reason names; it probes by itself, `copydesk resume NAME` opens it at once",
    "sink-paused": (
        "mend what the reason names; the sink probes by itself, but one that has ended (410) "
        "only after `copydesk resume NAME`"
    ),
    "deliveries-dead": "read `copydesk sinks dead`, mend the cause, then `sinks replay` or `sinks discard`",
    "search-away": "start the engine, or mend what the reason names; the words beside the index answer meanwhile",
    "source-paused": "look at its articles in `copydesk dead list`; the source is tried again by itself",
    "publisher-paused": "tell the publisher; a trial opens it by itself, `copydesk resume push:NAME` at once",
    "releases-mixed": "finish the update: start the remaining processes anew",
    "worker-outdated": "finish the update: start this process anew with the newer release",
    "archive-newer": "start the newer release, then run `copydesk recover`",
    "process-failing": "read its log; it is started again with growing pauses",
    "recovery-stuck": "read the log of `ingest`; an emptied Redis is not refilled until it goes on",
    "intake-refusing": "let work drain, or mend what the message names; senders try again by themselves",
    "disk-low": "free some space; below the reserve nothing is taken in",
    "redis-memory": "raise Redis' `maxmemory` (`embedded_memory_mb`), or shorten `retention_days`",
    "feeds-failing": "read `copydesk feeds list`; correct or remove the feed, or restore the list",
    "feeds-silent": "look at its site; where that publishes on, tell its publisher, or give the feed its new address",
    "drops-refused": "mend or remove what `copydesk status --json` names; bring a folder back, or give the desk rights",
    "messages-unreadable": "read `copydesk dead strays`; `--clear` forgets them",
}

SILENT_US = 12_000_000  # a worker says every few seconds that it lives
STUCK_US = 10_000_000
RECOVERY_SILENT_US = 12_000_000  # whoever looks after an emptied Redis says so every 5 s
FEWEST_HOURS = 6  # of Redis' memory, before anything is said of its growth
MEMORY_WARNING_PERCENT = 70
WARNING_DAYS = 7
MOST_NAMED = 3


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that a process writes to: bytes free on its disk, and how many must stay free."""

    path: str
    free: int
    reserve: int


class Worker(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A process of the desk as it last spoke of itself. Times in µs; `taken`, `failed`: articles since its start.

    `met` is what it met that a newer release wrote: since then it takes nothing up. `refusals` say why it takes nothing
    in, or not from everybody; `search_away` why searches are not answered by the engine that is set.
    """

    name: str
    host: str
    boot: str
    pid: int
    version: str
    since: int
    beat: int
    taken: int = 0
    failed: int = 0
    disks: tuple[Disk, ...] = ()
    refusals: tuple[str, ...] = ()
    met: str = ""
    search_away: str = ""


class Pause(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stage, sink, source or publisher at rest: since when (µs), why, and whether it is `paused` or `probing`."""

    kind: Literal["stage", "sink", "source", "publisher"]
    name: str
    state: str
    since: int
    reason: str


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """A feed, a list of feeds (`is_list`) or a process that does not work: its name, since when (µs), and why.

    A feed that is silent (`is_silent`) can be read, and says nothing new for far longer than it usually does.
    """

    name: str
    since: int
    reason: str
    is_list: bool = False
    is_silent: bool = False


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The desk at one moment, as far as troubles come of it.

    `expected` are the processes that a whole desk has, `muted` how many of the dead nobody wants to hear of.
    """

    now: int
    status: Status
    refusals: Sequence[str] = ()
    memory_limit_percent: int = 80
    bytes_a_day: float | None = None
    expected: Sequence[str] = ()
    workers: Sequence[Worker] = ()
    pauses: Sequence[Pause] = ()
    sinks: Sequence[SinkStanding] = ()
    last_claims: Mapping[str, int] = {}
    failing_feeds: Sequence[Failing] = ()
    failing_processes: Sequence[Failing] = ()
    refused_drops: Sequence[str] = ()
    refused_drops_count: int = 0  # of all, of which those are the first
    unreadable: int = 0
    recovery_beat: int | None = None
    failing_recovery: Failing | None = None
    newer_entries: str | None = None
    muted: int = 0


class Trouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What is wrong `since` when (µs), and what to `do`. `subject` tells two troubles of one code apart.

    `count` and `detail` are what `what` is made of, for who says it in another language.
    """

    code: Code
    subject: str
    since: int
    what: str
    do: str
    count: int | None = None
    detail: str = ""


def troubles_of(view: View, known: Mapping[str, int] = {}) -> tuple[Trouble, ...]:
    """All troubles of a view. `known` says of each (`code subject`) since when it has been there."""
    return tuple(
        Trouble(
            code=found.code,
            subject=found.subject,
            since=min(found.since or view.now, known.get(trouble_key(found.code, found.subject), view.now)),
            what=found.what,
            do=remedy(REMEDIES[found.code], found.subject),
            count=found.number,
            detail=found.detail,
        )
        for found in _found(view)
    )


def remedy(said: str, subject: str) -> str:
    """What to do, in whichever language it is said, with the name of what it is done to."""
    return said.replace("NAME", shlex.quote(subject))


def trouble_key(code: str, subject: str) -> str:
    """What a trouble is remembered by."""
    return f"{code} {subject}".strip()


class Found(NamedTuple):
    """A trouble before anybody knows since when it has been there, unless it tells."""

    code: Code
    subject: str
    since: int | None
    what: str
    number: int | None = None
    detail: str = ""


def counted(number: int, one: str, many: str) -> str:
    """`1 article is`, `3 articles are`."""
    return f"{number} {one if number == 1 else many}"


def first_named(names: Sequence[str], count: int = 0) -> str:
    """The first few of them, and how many more there are of `count`: who reads three takes them for all."""
    left = max(count, len(names)) - MOST_NAMED
    more = f"; and {left} more" if left > 0 else ""
    return "; ".join(names[:MOST_NAMED]) + more


def _found(view: View) -> Iterator[Found]:
    yield from _of_books(view)
    yield from _of_workers(view)
    yield from _of_recovery(view)
    yield from _of_stages(view)
    yield from _of_pauses(view)
    yield from _of_sinks(view)
    yield from _of_room(view)
    yield from _of_sources(view)


def _of_books(view: View) -> Iterator[Found]:
    balance = view.status.balance
    if off := balance.difference:
        yield Found("balance-off", "", None, f"{counted(off, 'input is', 'inputs are')} unaccounted for", off)
    if (dead := balance.dead - view.muted) > 0:
        helps = "no further try will help " + ("it" if dead == 1 else "them")
        beside = f" ({view.muted} more are muted)" if view.muted else ""
        what = f"{counted(dead, 'article is', 'articles are')} dead: {helps}{beside}"
        yield Found("articles-dead", "", None, what, dead, str(view.muted) if view.muted else "")
    if newer := view.newer_entries:
        what = f"this release cannot read all of the archive: {newer}"
        yield Found("archive-newer", "", None, what, detail=newer)
    if view.unreadable:
        what = f"{counted(view.unreadable, 'message', 'messages')} could not be read by any worker"
        yield Found("messages-unreadable", "", None, what, view.unreadable)


def _of_workers(view: View) -> Iterator[Found]:
    alive = [worker for worker in view.workers if view.now - worker.beat <= SILENT_US]
    for name in view.expected:
        if not any(worker.name == name for worker in alive):
            last = max((worker.beat for worker in view.workers if worker.name == name), default=None)
            yield Found("worker-missing", name, last, f"no process of {name} has said that it lives")
    versions = sorted({worker.version for worker in alive})
    if len(versions) > 1:
        told = ", ".join(versions)
        yield Found("releases-mixed", "", None, f"processes of several releases run side by side: {told}", detail=told)
    for worker in alive:
        if worker.met:
            what = f"{worker.name} takes nothing up: {worker.met}"
            yield Found("worker-outdated", f"{worker.name} {worker.host}", None, what, detail=worker.met)
    for failing in view.failing_processes:
        what = f"{failing.name} ends again and again: {failing.reason}"
        yield Found("process-failing", failing.name, failing.since, what, detail=failing.reason)


def _of_recovery(view: View) -> Iterator[Found]:
    if view.recovery_beat is not None and view.now - view.recovery_beat > RECOVERY_SILENT_US:
        what = "nobody looks whether Redis must be refilled from the archive"
        yield Found("recovery-stuck", "", view.recovery_beat, what)
    elif view.failing_recovery is not None:
        failing = view.failing_recovery
        what = f"not all of the archive could be entered again: {failing.reason}"
        yield Found("recovery-stuck", "", failing.since, what, detail=failing.reason)


def _of_stages(view: View) -> Iterator[Found]:
    at_rest = {pause.name for pause in view.pauses if pause.kind == "stage"}
    for name, stage in view.status.stages.items():
        if name in at_rest or stage.oldest_us is None or not stage.queued:
            continue
        waited_since = max(stage.oldest_us, view.last_claims.get(name, 0))
        if view.now - waited_since > STUCK_US:
            waiting = counted(stage.queued, "article waits", "articles wait")
            what = f"{waiting} for {name} and none is taken up"
            yield Found("stage-stuck", name, waited_since, what, stage.queued)


PAUSED: Mapping[str, Code] = {
    "stage": "stage-paused",
    "sink": "sink-paused",
    "source": "source-paused",
    "publisher": "publisher-paused",
}


def _of_pauses(view: View) -> Iterator[Found]:
    for pause in view.pauses:
        what = f"{pause.kind} {pause.name} is {pause.state}: {pause.reason}"
        yield Found(PAUSED[pause.kind], pause.name, pause.since, what, detail=pause.reason)


def _of_sinks(view: View) -> Iterator[Found]:
    for sink in view.sinks:
        if sink.dead:
            what = f"sink {sink.name} will not take {counted(sink.dead, 'article', 'articles')}"
            yield Found("deliveries-dead", sink.name, None, what, sink.dead)
    if away := next((worker.search_away for worker in view.workers if worker.search_away), ""):
        yield Found(
            "search-away", "", None, f"searches are not answered by the engine that is set: {away}", detail=away
        )


def _of_room(view: View) -> Iterator[Found]:
    # Several processes may tell of one archive: each reason counts once.
    refusals = dict.fromkeys([*view.refusals, *(reason for worker in view.workers for reason in worker.refusals)])
    if refusals:
        told = first_named([*refusals])
        yield Found("intake-refusing", "", None, told, detail=told)
    for disk in nearest_full(view.workers):
        if disk.free < disk.reserve:
            free, reserve = disk.free // 1024**2, disk.reserve // 1024**2
            what = f"the disk of {disk.path} has {free} MiB left, the reserve is {reserve} MiB"
            yield Found("disk-low", disk.path, None, what, detail=f"{free} MiB < {reserve} MiB")
    yield from _of_memory(view)


def nearest_full(workers: Sequence[Worker]) -> tuple[Disk, ...]:
    """One disk for each folder: of one, several processes may tell, with reserves of their own; the nearest counts."""
    disks = sorted((disk for worker in workers for disk in worker.disks), key=lambda disk: disk.reserve - disk.free)
    return tuple({disk.path: disk for disk in disks}.values())


def growth_a_day(hours: Mapping[int, int]) -> float | None:
    """Bytes that Redis grows by in a day, from the least it used in each hour (since 1970); None while that is unknown.

    The median over pairs half a record apart: neither a backlog nor a restart says how fast what is kept grows.
    """
    record = sorted(hours.items())
    if len(record) < FEWEST_HOURS:
        return None
    half = len(record) // 2
    pairs = zip(record[:-half], record[half:], strict=True)
    return statistics.median((later[1] - then[1]) / (later[0] - then[0]) for then, later in pairs) * 24


def _of_memory(view: View) -> Iterator[Found]:
    used, most = view.status.redis_bytes, view.status.redis_max_bytes
    if not most:
        return
    room = most * view.memory_limit_percent / 100 - used
    days = max(0.0, room / view.bytes_a_day) if view.bytes_a_day and view.bytes_a_day > 0 else None
    nearly_full = used * 100 > most * min(MEMORY_WARNING_PERCENT, view.memory_limit_percent)
    if nearly_full or (days is not None and days < WARNING_DAYS):
        soon = "" if days is None else f"; at this pace it is full in {days:.1f} days"
        share = f"Redis uses {used // 1024**2} of {most // 1024**2} MiB"
        limit = f"takes no more in at {view.memory_limit_percent} %"
        told = f"{share}, and {limit}{soon}"
        yield Found("redis-memory", "", None, told, detail=told)


def _of_sources(view: View) -> Iterator[Found]:
    # A list stands for all of its feeds: it must not hide behind single ones.
    if silent := [feed for feed in view.failing_feeds if feed.is_silent]:
        named = first_named([f"{feed.name}: {feed.reason}" for feed in silent])
        since = min(feed.since for feed in silent)
        what = f"{counted(len(silent), 'feed is', 'feeds are')} silent for longer than usual: {named}"
        yield Found("feeds-silent", "", since, what, len(silent), named)
    if feeds := sorted((one for one in view.failing_feeds if not one.is_silent), key=lambda one: not one.is_list):
        named = first_named(
            [feed.reason if feed.name in feed.reason else f"{feed.name}: {feed.reason}" for feed in feeds]
        )
        fail = counted(len(feeds), "feed or list of feeds", "feeds or lists of feeds")
        since = min(feed.since for feed in feeds)
        yield Found("feeds-failing", "", since, f"{fail} cannot be read: {named}", len(feeds), named)
    if drops := view.refused_drops:
        count = max(view.refused_drops_count, len(drops))
        named = first_named(drops, count)
        left = counted(count, "file or folder is", "files or folders are")
        yield Found("drops-refused", "", None, f"{left} not taken: {named}", count, named)
