"""Every metric in one table: its name, kind, unit and labels, what it says, and what to turn when it is off.

`shared/metrics.py` exposes these and no others; the table in docs/monitor.md is made from them (`as_table`), and the
alerts and the dashboard under `deploy/` name no other. A test holds all three.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

Kind = Literal["gauge", "counter", "histogram"]
Unit = Literal[
    "", "articles", "bytes", "processes", "requests", "seconds", "feeds", "pages", "messages", "troubles", "0 or 1"
]


class MetricDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """One metric as it is exposed. `of_door` marks what counts in one web process, and starts anew with it."""

    name: str
    kind: Kind
    unit: Unit
    meaning: str
    turn: str
    labels: tuple[str, ...] = ()
    of_door: bool = False


STATUS = "`copydesk status` says what to do"
DEFINITIONS = (
    MetricDefinition(
        name="copydesk_up",
        kind="gauge",
        unit="0 or 1",
        meaning="whether the ledger answers; when it is 0, the ledger's figures are missing but for `copydesk_trouble`",
        turn="start Redis, or correct `redis_url`",
    ),
    MetricDefinition(
        name="copydesk_build_info",
        kind="gauge",
        unit="",
        labels=("version",),
        meaning="the version that runs",
        turn="-",
        of_door=True,
    ),
    MetricDefinition(
        name="copydesk_trouble",
        kind="gauge",
        unit="troubles",
        labels=("code",),
        meaning="troubles of this kind, 0 for none; the codes stand in [operate.md](operate.md#faults)",
        turn=STATUS,
    ),
    MetricDefinition(
        name="copydesk_workers",
        kind="gauge",
        unit="processes",
        labels=("stage", "version"),
        meaning="processes that live, by stage and release",
        turn="start what is missing; finish an update that left two releases",
    ),
    MetricDefinition(
        name="copydesk_accepted_total",
        kind="counter",
        unit="articles",
        meaning="inputs accepted: archived and entered in the ledger",
        turn="none for long: are feeds, drops and publishers silent?",
    ),
    MetricDefinition(
        name="copydesk_articles_total",
        kind="counter",
        unit="articles",
        labels=("outcome",),
        meaning="inputs that came to an end: `indexed`, `duplicate`, `superseded`, `withdrawn`, `discarded`, `refused`",
        turn="many refused: `copydesk refused list`",
    ),
    MetricDefinition(
        name="copydesk_duplicates_total",
        kind="counter",
        unit="articles",
        meaning="inputs that said nothing new",
        turn="-",
    ),
    MetricDefinition(
        name="copydesk_dead_articles",
        kind="gauge",
        unit="articles",
        meaning="inputs that wait for a person: no further try will help them",
        turn="`copydesk dead list`, mend the cause, `copydesk dead replay`",
    ),
    MetricDefinition(
        name="copydesk_in_flight_articles",
        kind="gauge",
        unit="articles",
        meaning="queued, working, retrying or held",
        turn="`backlog_limit` is where pushes are refused; more `normalize_processes` empty it faster",
    ),
    MetricDefinition(
        name="copydesk_balance_difference",
        kind="gauge",
        unit="articles",
        meaning="inputs that the books cannot account for; must be 0",
        turn="`copydesk recover`, and report it",
    ),
    MetricDefinition(
        name="copydesk_queue_messages",
        kind="gauge",
        unit="articles",
        labels=("stage", "state"),
        meaning="articles in a stage: `ready`, `inflight`, `delayed` (a retry), `held` (an embargo)",
        turn="ready grows: `normalize_processes`, or more workers of the stage",
    ),
    MetricDefinition(
        name="copydesk_queue_oldest_seconds",
        kind="gauge",
        unit="seconds",
        labels=("stage",),
        meaning="how long the eldest has waited",
        turn="it grows while nothing is taken up: the stage is stuck; see its workers' log",
    ),
    MetricDefinition(
        name="copydesk_queue_batches",
        kind="gauge",
        unit="messages",
        labels=("stage",),
        meaning="messages on the queue",
        turn="-",
    ),
    MetricDefinition(
        name="copydesk_stage_paused",
        kind="gauge",
        unit="0 or 1",
        labels=("stage",),
        meaning="1 while the stage rests: what it needs is away, or its work killed workers",
        turn="mend what the reason names; `copydesk resume index` opens it at once",
    ),
    MetricDefinition(
        name="copydesk_stage_seconds",
        kind="histogram",
        unit="seconds",
        labels=("stage", "part"),
        meaning="how long articles were `waiting` for a stage, and `working` in it, until their batch was done",
        turn="waiting: more workers of the stage; working: `batch_articles`, or a slow disk",
    ),
    MetricDefinition(
        name="copydesk_article_seconds",
        kind="histogram",
        unit="seconds",
        meaning="from receipt to the index, of articles that did not rest under an embargo or among the dead",
        turn="see which part of `copydesk_stage_seconds` grew",
    ),
    MetricDefinition(
        name="copydesk_feeds",
        kind="gauge",
        unit="feeds",
        labels=("state",),
        meaning="feeds that are `fine`, `failing`, or `stopped` (gone for good, not visited any more)",
        turn="`copydesk feeds list` says why",
    ),
    MetricDefinition(
        name="copydesk_feeds_next_due_seconds",
        kind="gauge",
        unit="seconds",
        meaning="until the next feed is due; below 0 it is so long overdue; absent without feeds",
        turn="overdue for minutes: is `ingest` at work?",
    ),
    MetricDefinition(
        name="copydesk_pages",
        kind="gauge",
        unit="pages",
        meaning="pages of feeds' entries that wait to be read, or to be looked at again",
        turn="`feed_page_budget` and `feed_pages` bound them",
    ),
    MetricDefinition(
        name="copydesk_pages_next_due_seconds",
        kind="gauge",
        unit="seconds",
        meaning="until the next page may be read; below 0 it is so long overdue; absent without pages",
        turn="overdue for minutes: is `ingest` at work?",
    ),
    MetricDefinition(
        name="copydesk_disk_free_bytes",
        kind="gauge",
        unit="bytes",
        labels=("folder",),
        meaning="free on the disk of a folder that the desk writes to; of several disks the nearest to its reserve",
        turn="free some space, or move `archive_dir` or `index_dir`",
    ),
    MetricDefinition(
        name="copydesk_disk_reserve_bytes",
        kind="gauge",
        unit="bytes",
        labels=("folder",),
        meaning="what must stay free there; below it nothing is taken in",
        turn="`disk_reserve_mb`",
    ),
    MetricDefinition(
        name="copydesk_redis_bytes",
        kind="gauge",
        unit="bytes",
        meaning="memory that Redis uses",
        turn="`retention_days`",
    ),
    MetricDefinition(
        name="copydesk_redis_max_bytes",
        kind="gauge",
        unit="bytes",
        meaning="memory that it may use; 0 is without limit",
        turn="Redis' `maxmemory` (`embedded_memory_mb`)",
    ),
    MetricDefinition(
        name="copydesk_push_requests_total",
        kind="counter",
        unit="requests",
        labels=("publisher", "code"),
        meaning="pushes answered, by key and status",
        turn="4xx: the publisher; 5xx: " + STATUS,
        of_door=True,
    ),
    MetricDefinition(
        name="copydesk_http_request_seconds",
        kind="histogram",
        unit="seconds",
        labels=("method", "route", "code"),
        meaning="time to answer, by route",
        turn="the disk's fsync, or a door that has too little CPU",
        of_door=True,
    ),
)
BY_NAME = {definition.name: definition for definition in DEFINITIONS}


def as_table() -> str:
    """The table of docs/monitor.md, in Markdown."""
    rows = ["| name | kind | unit | says | what to turn |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *map(_row, DEFINITIONS)])


def series_names() -> frozenset[str]:
    """Every name that a query may use: a histogram has three."""
    return frozenset(name for definition in DEFINITIONS for name in _series(definition))


def _series(definition: MetricDefinition) -> Iterator[str]:
    ends = ("_bucket", "_sum", "_count") if definition.kind == "histogram" else ("",)
    for end in ends:
        yield definition.name + end


def _row(definition: MetricDefinition) -> str:
    labels = f"{{{','.join(definition.labels)}}}" if definition.labels else ""
    cells = (f"`{definition.name}{labels}`", definition.kind, definition.unit, definition.meaning, definition.turn)
    return f"| {' | '.join(cells)} |"
