"""What handing articles on costs: a bulk beside the client alone, the whole desk with each sink, and with a dead one.

PostgreSQL and OpenSearch are started where this machine has them (`tests/engines`); else their figures are left out.
BENCH_SINKS_ARTICLES (2000) go through each desk.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks.bulks import bulks
from benchmarks.desk import Desk, cpu_s, entries, running_desk, tree, until
from benchmarks.figures import Figure, percentile
from shared.clock import now_us
from shared.sink_settings import SinkSettings
from tests.engines.__main__ import started
from tests.engines.places import PLACES, Place, told_by
from tests.engines.receiver import Receiver, receiver

ARTICLES = int(os.environ.get("BENCH_SINKS_ARTICLES", "2000"))
PUSHES = 300
DEAD = "postgresql://nobody@127.0.0.1:9/none"
KINDS = {
    "files": None,
    "redis-stream": None,
    "postgres": "DESK_TEST_POSTGRES",
    "opensearch": "DESK_TEST_OPENSEARCH",
    "object-store": "DESK_TEST_S3",
}
"""Sinks beside webhooks, each with what says that its server is there."""
SHARE = 2.0
SECOND_US = 1_000_000


def run() -> list[Figure]:
    """Bulks first, then a desk for each sink, one with a webhook, one with a sink that is dead."""
    figures: list[Figure] = []
    with servers():
        figures += bulks()
        for kind, server in KINDS.items():
            if server is None or server in os.environ:
                with PLACES[kind]() as place, _desk(kind, place) as desk:
                    figures.append(_through(desk, kind, partial(_count, place)))
    with receiver() as kept, _desk("webhook", told_by(kept)) as desk:
        figures += _delays(desk, kept)
        figures.append(_through(desk, "webhook", lambda: len(kept.events)))
    return [*figures, *_dead()]


@contextmanager
def servers() -> Iterator[None]:
    """The servers that this machine can start, in the environment as the tests of sinks look for them."""
    with started() as told:
        os.environ |= told
        yield
        for name in told:
            del os.environ[name]


@contextmanager
def _desk(name: str, place: Place) -> Iterator[Desk]:
    """A desk that hands everything on to one place."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        config.write(place.config(name))
        config.flush()
        with running_desk(
            COPYDESK_CONFIG=config.name, COPYDESK_ALLOW_NETWORKS="127.0.0.0/8", COPYDESK_DISK_RESERVE_MB="1"
        ) as desk:
            yield desk


def _count(place: Place) -> int:
    return len(place.headlines())


def _through(desk: Desk, name: str, arrived: Callable[[], int]) -> Figure:
    """ms CPU an entry of all the desk's processes, from the intake until it is in the sink."""
    intake, _ = desk.open_intake()
    pids, before_here = [desk.pid, *tree(desk.pid)], arrived()
    before = cpu_s(pids)
    inputs = entries(0, ARTICLES)
    for start in range(0, ARTICLES, 500):
        intake.take(inputs[start : start + 500])
    until(lambda: arrived() >= before_here + ARTICLES, f"not all came into {name}", every_s=0.25)
    spent = (cpu_s(pids) - before) / ARTICLES * 1000
    return Figure(name=f"sinks.{name}.desk", value=spent, unit=f"ms CPU an entry: {1000 / spent:.0f} a CPU-second")


def _delays(desk: Desk, kept: Receiver) -> list[Figure]:
    """From the index's decision until the receiver has it, of pushes that come one by one."""
    delays: list[float] = []

    def note(event: Mapping[str, Any]) -> int:
        delays.append((now_us() - event["data"]["version"]) / SECOND_US)
        return 204

    kept.answer = note
    for number in range(PUSHES):
        desk.push(f"09/11/2015 - 05:34\n\nTin số {number}\n\nHUẾ - Câu mở đầu số {number}.\n\nThân bài.")
        until(lambda: len(delays) > number, "the webhook was not told", every_s=0.002)  # noqa: B023 (asked at once)
    kept.answer = lambda _: 204
    return [
        Figure(name="sinks.webhook.delay.p50", value=percentile(delays, 50) * 1000, unit="ms", goal=1000),
        Figure(name="sinks.webhook.delay.p99", value=percentile(delays, 99) * 1000, unit="ms", goal=1000),
    ]


def _dead() -> list[Figure]:
    """What a sink that never answers adds: all that its process takes, beside all that the desk takes meanwhile."""
    with _desk("dead", Place(SinkSettings(url=DEAD), dict)) as desk:
        intake, ledger = desk.open_intake()
        names = {desk.pid: "supervisor"} | tree(desk.pid)
        before = {pid: cpu_s([pid]) for pid in names}
        for start in range(0, ARTICLES, 500):
            intake.take(entries(start, 500))
        until(lambda: ledger.balance().indexed >= ARTICLES, "the backlog was not done")
        spent = {pid: cpu_s([pid]) - before[pid] for pid in names}
    its = sum(seconds for pid, seconds in spent.items() if names[pid].startswith("deliver"))
    return [Figure(name="sinks.dead.share", value=its / (sum(spent.values()) - its) * 100, unit="% CPU", goal=SHARE)]
