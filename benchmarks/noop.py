"""Celery alone, doing nothing: the yardstick. `python -m benchmarks.noop BROKER_URL` runs its worker."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import redis
from celery import Celery

from benchmarks.desk import cpu_s, tree, until
from shared.settings import Settings
from shared.work.celery_app import make_app

HOPS = ("one", "two", "three")
REPLY = "bench:reply"


def build(redis_url: str) -> Celery:
    """An app whose task hands its ids to the next queue, and says so at the end of the chain."""
    app = make_app(Settings(redis_url=redis_url), HOPS[0])
    client = redis.Redis.from_url(redis_url)

    def hop(ids: list[int], at: int) -> None:
        if at + 1 < len(HOPS):
            app.send_task("bench.hop", args=[ids, at + 1], queue=HOPS[at + 1])
        else:
            client.rpush(REPLY, *ids)

    app.task(hop, name="bench.hop")
    return app


@contextlib.contextmanager
def worker(redis_url: str) -> Iterator[int]:
    """A prefork worker of the three queues; yields its pid once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.noop", redis_url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        round_trip(build(redis_url), redis.Redis.from_url(redis_url, socket_timeout=None))
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def round_trip(app: Celery, client: redis.Redis) -> float:
    """Seconds from sending one no-op task to its reply."""
    begun = time.perf_counter()
    app.send_task("bench.hop", args=[[0], len(HOPS) - 1], queue=HOPS[-1])
    if client.blpop([REPLY], timeout=60) is None:
        raise SystemExit("the no-op worker did not answer within 60 s")
    return time.perf_counter() - begun


def chain_ms(redis_url: str, pid: int, articles: int, batch: int) -> float:
    """CPU ms per article of the three-hop chain, over worker, publisher and Redis alike."""
    app, client = build(redis_url), redis.Redis.from_url(redis_url)
    server = int(client.info("server")["process_id"])
    client.delete(REPLY)
    pids = [os.getpid(), server, pid, *tree(pid)]
    before = cpu_s(pids)
    for first in range(0, articles, batch):
        app.send_task("bench.hop", args=[list(range(first, min(first + batch, articles))), 0], queue=HOPS[0])
    until(lambda: client.llen(REPLY) == articles, "the no-op chain did not end")
    return (cpu_s(pids) - before) / articles * 1000


if __name__ == "__main__":
    build(sys.argv[1]).worker_main(
        [
            "--quiet",
            "worker",
            f"--queues={','.join(HOPS)}",
            "--concurrency=2",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=ERROR",
        ]
    )
