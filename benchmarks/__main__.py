"""`make bench`: CPU per article, latency, memory and Redis bytes, each beside Celery's own no-op in the same run."""

import os
import statistics
import time

import redis

from benchmarks.desk import Desk, cpu_s, entries, resident_mb, running_desk, tree, until
from benchmarks.noop import build, chain_ms, round_trip, worker
from services.index.search import Index
from shared import log as logging

BACKLOG = 5_000
LONG_RUN, SAMPLES = 20_000, 4
PUSHES = 60
IN_FLIGHT = 1_000


def main() -> None:
    logging.configure("error")
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk:
        latency(desk)
        backlog(desk)
        memory(desk)
        redis_bytes(desk)


def backlog(desk: Desk) -> None:
    """A backlog of short entries from the intake until search finds it, and the no-op chain beside it."""
    print(f"Backlog of {BACKLOG} short entries, from intake to searchable")
    with worker(desk.settings.redis_url) as pid:
        single = chain_ms(desk.settings.redis_url, pid, 300, 1)
        batched = chain_ms(desk.settings.redis_url, pid, BACKLOG, desk.settings.batch_articles)
    print(f"  Celery's no-op chain, one article a message:   {single:.2f} ms CPU per article")
    less = f"({single / batched:.1f} times less; goal 8)"
    print(f"  the same, {desk.settings.batch_articles} a message:                       {batched:.2f} ms {less}")
    spent = take(desk, 0, BACKLOG)
    total = sum(spent.values())
    print(f"  Copydesk, over all processes:                  {total:.2f} ms CPU per article (goal 4)")
    for name, ms in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"    {name:<18} {ms:.2f} ms")


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


def latency(desk: Desk) -> None:
    """One push on an idle desk until search finds it, in units of one no-op Celery round trip."""
    print(f"One push on an idle desk until search finds it ({PUSHES} pushes)")
    client = redis.Redis.from_url(desk.settings.redis_url)
    app = build(desk.settings.redis_url)
    with worker(desk.settings.redis_url):
        trips = sorted(round_trip(app, client) for _ in range(PUSHES))
    trip = statistics.median(trips)
    times = []
    for number in range(PUSHES):
        begun = time.perf_counter()
        desk.push(f"09/11/2015 - 05:34\n\nTin nhanh tinso{number}x\n\nHUẾ - Câu mở đầu số {number}.\n\nThân bài.")
        while not desk.finds(f"tinso{number}x"):
            time.sleep(0.002)
        times.append(time.perf_counter() - begun)
    times.sort()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"  no-op Celery round trip p50:                   {trip * 1000:.1f} ms (wall, this run only)")
    in_trips = f"{p50 / trip:.1f} / {p99 / trip:.1f} round trips (goals 30 / 100)"
    print(f"  push to found p50 / p99:                       {in_trips}")


def memory(desk: Desk) -> None:
    """Resident memory of each process while 20,000 articles pass."""
    print(f"Resident MB after each {LONG_RUN // SAMPLES} of {LONG_RUN} articles")
    rows: dict[str, list[float]] = {}
    for sample in range(SAMPLES):
        take(desk, BACKLOG + sample * LONG_RUN // SAMPLES, LONG_RUN // SAMPLES)
        for pid, name in sorted(tree(desk.pid).items()):
            if "child" not in name or name == "normalize child":
                rows.setdefault(f"{name} {pid}" if "child" in name else name, []).append(resident_mb(pid))
    for name, samples in rows.items():
        print(f"  {name:<26} " + "  ".join(f"{mb:6.0f}" for mb in samples))
    print(f"  articles in the index: {Index(desk.folder / 'data/index/copydesk.sqlite3').count()}")


def redis_bytes(desk: Desk) -> None:
    """What one article takes of Redis while it is in flight, and once it is done."""
    intake, ledger = desk.open_intake()
    client = redis.Redis.from_url(desk.settings.redis_url)
    done = ledger.balance().indexed
    client.set("ledger:paused:normalize", 1)
    before = used(client)
    intake.take(entries(BACKLOG + LONG_RUN, IN_FLIGHT))
    flying = used(client)
    client.delete("ledger:paused:normalize")
    print("Bytes of Redis per article")
    print(f"  in flight:  {(flying - before) / IN_FLIGHT:.0f}")
    client.zunionstore("ledger:held:normalize", {"ledger:held:normalize": 0.0})  # due now: the pause is over
    until(lambda: ledger.balance().indexed >= done + IN_FLIGHT, "the paused articles were not done")
    print(f"  once done:  {(used(client) - before) / IN_FLIGHT:.0f} (record: receipt_days, addresses: retention_days)")


def used(client: redis.Redis) -> int:
    return int(client.info("memory")["used_memory"])


if __name__ == "__main__":
    main()
