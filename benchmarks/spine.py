"""The whole desk: CPU of an entry, delay of a push, an idle minute, memory, beside Celery's own no-op."""

import os
import statistics
import time

import redis

from benchmarks.desk import Desk, cpu_s, entries, proportional_mb, running_desk, tree, until
from benchmarks.figures import Figure, percentile
from benchmarks.noop import build, chain_ms, round_trip, worker

BACKLOG = 5_000
TRIPS, PUSHES = 300, 300
SETTLED_S, IDLE_S = 10, 60


def run() -> list[Figure]:
    """All figures of a desk that was started for them."""
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk:
        return [*idle(desk), *latency(desk), *backlog(desk)]


def idle(desk: Desk) -> list[Figure]:
    """CPU of a minute with nothing to do, and the memory of all processes, each shared page counted once."""
    time.sleep(SETTLED_S)  # what each process does once after its start is over
    pids = [desk.pid, *tree(desk.pid)]
    before = cpu_s(pids)
    time.sleep(IDLE_S)  # the measurement itself
    spent = (cpu_s(pids) - before) * 60 / IDLE_S * 1000
    return [
        Figure(name="idle.cpu_a_minute", value=spent, unit="ms", goal=300),
        Figure(name="idle.memory", value=sum(map(proportional_mb, pids)), unit="MB PSS", goal=220),
    ]


def backlog(desk: Desk) -> list[Figure]:
    """A backlog of short entries from the intake until search finds it, and the no-op chain beside it."""
    with worker(desk.settings.redis_url) as pid:
        chain = chain_ms(desk.settings.redis_url, pid, BACKLOG, desk.settings.batch_articles)
    spent = take(desk, 0, BACKLOG)
    total = sum(spent.values())
    return [
        Figure(name="noop.chain", value=chain, unit="ms CPU an article"),
        Figure(name="entry.cpu", value=total, unit="ms CPU an article", goal=4),
        Figure(name="entry.in_noop_chains", value=total / chain, unit="x", is_ratio=True),
        *(Figure(name=f"entry.cpu.{name}", value=ms, unit="ms") for name, ms in sorted(spent.items())),
    ]


def take(desk: Desk, first: int, count: int) -> dict[str, float]:
    """Take entries in and wait until all are indexed; CPU ms per article by process."""
    intake, ledger = desk.open_intake()
    names = {os.getpid(): "intake (here)"} | tree(desk.pid)
    before = {pid: cpu_s([pid]) for pid in names}
    indexed = ledger.balance().indexed
    inputs = entries(first, count)
    for start in range(0, count, 500):
        intake.take(inputs[start : start + 500])
    until(lambda: ledger.balance().indexed >= indexed + count, "the backlog was not done")
    spent: dict[str, float] = {}
    for pid, name in names.items():
        spent[name] = spent.get(name, 0.0) + (cpu_s([pid]) - before[pid]) / count * 1000
    return spent


def latency(desk: Desk) -> list[Figure]:
    """Pushes on an idle desk until search finds them, in units of one no-op Celery round trip."""
    client = redis.Redis.from_url(desk.settings.redis_url, socket_timeout=None)
    app = build(desk.settings.redis_url)
    with worker(desk.settings.redis_url):
        trip = statistics.median(round_trip(app, client) for _ in range(TRIPS))
    found = [_push_to_found(desk, number) / trip for number in range(PUSHES)]
    return [
        Figure(name="noop.round_trip", value=trip * 1000, unit="ms"),
        Figure(name="push.found.p50", value=percentile(found, 50), unit="round trips", goal=4, is_ratio=True),
        Figure(name="push.found.p99", value=percentile(found, 99), unit="round trips", goal=15, is_ratio=True),
    ]


def _push_to_found(desk: Desk, number: int) -> float:
    """Seconds from the push until search over HTTP finds it."""
    begun = time.perf_counter()
    desk.push(f"09/11/2015 - 05:34\n\nTin nhanh tinso{number}x\n\nHUẾ - Câu mở đầu số {number}.\n\nThân bài.")
    until(lambda: desk.finds(f"tinso{number}x"), "the push was not found", every_s=0.002)
    return time.perf_counter() - begun
