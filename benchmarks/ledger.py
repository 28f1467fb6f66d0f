"""What Redis spends on an article in the ledger's calls, beside a script that writes a record, a line and an event."""

import contextlib
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import redis

from benchmarks.desk import entries, until
from benchmarks.figures import Figure
from services.desk.valkey import find_server, server_command, socket_url
from services.ingest.intake import Intake, open_archive
from shared.envelope import Stage
from shared.ledger.calls import BATCHES, Commit, Ledger, Outcome
from shared.settings import Settings
from shared.work.celery_app import open_ledger

COUNT, ROUNDS = 2_000, 5
ARTICLE = b"x" * 900  # a short article as canonical JSON, compressed
LEAST = """
for i = 2, #ARGV do
  redis.call('HSET', 'least:' .. ARGV[1] .. i, 'state', 'queued', 'body', ARGV[i])
  redis.call('ZADD', 'least', i, ARGV[1] .. i)
  redis.call('XADD', 'least:events', 'MAXLEN', '~', 1000, '*', 'state', 'queued')
end
"""


def run() -> list[Figure]:
    """Entries taken in, cleaned and indexed in full batches; the clock is that of the server's own processor time."""
    rounds = []
    with open_server() as (settings, pid):
        ledger = open_ledger(settings)
        intake = Intake(ledger, open_archive(settings), settings)
        intake.take(entries(0, settings.batch_articles))  # the script is known, the segment open
        for first in range(COUNT, COUNT * (ROUNDS + 1), COUNT):
            inputs = entries(first, COUNT)
            rounds.append(
                {
                    "least": _spent(pid, partial(_write_least, ledger.client, settings.batch_articles, first)),
                    "accept": _spent(pid, partial(intake.take, inputs)),
                    "normalize": _spent(pid, partial(_work_off, ledger, "normalize", "normalized")),
                    "index": _spent(pid, partial(_work_off, ledger, "index", "indexed")),
                }
            )
    spent = {name: min(taken[name] for taken in rounds) for name in rounds[0]}  # the least disturbed of each
    least = spent.pop("least")
    whole = sum(spent.values())
    return [
        Figure(name="ledger.least", value=least, unit="µs CPU an article"),
        *(Figure(name=f"ledger.{name}", value=took, unit="µs CPU an article") for name, took in spent.items()),
        Figure(name="ledger.in_least", value=whole / least, unit="x", is_ratio=True),
    ]


def _write_least(client: redis.Redis, batch: int, begin: int) -> None:
    script = client.register_script(LEAST)
    for first in range(begin, begin + COUNT, batch):
        script(args=[first, *[ARTICLE] * batch])


def _work_off(ledger: Ledger, stage: Stage, outcome: Outcome) -> None:
    number = 0
    while claimed := ledger.claim(stage, f"{stage}-{number}"):
        ledger.commit(stage, [Commit(ref=c.ref, token=c.token, outcome=outcome, article=ARTICLE) for c in claimed])
        number += 1
    if number < COUNT // (25 * BATCHES[stage]):
        raise SystemExit(f"{stage} had only {number} claims to make")


def _spent(pid: int, work: Callable[[], object]) -> float:
    """µs an article that the server's threads were on a processor."""
    before = _cpu_ns(pid)
    work()
    return (_cpu_ns(pid) - before) / COUNT / 1000


def _cpu_ns(pid: int) -> int:
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir())


@contextlib.contextmanager
def open_server() -> Iterator[tuple[Settings, int]]:
    """A server as `copydesk up` starts it, alone: settings that point to it, and its pid."""
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as name:
        folder = Path(name)
        socket = folder / "v.sock"
        settings = Settings(
            redis_url=socket_url(socket),
            data_dir=name,
            archive_dir=str(folder / "archive"),
            disk_reserve_mb=1,
        )
        (folder / "log").mkdir()
        process = subprocess.Popen(server_command(settings, socket, find_server()))
        try:
            until(socket.exists, "the server did not open", 30)
            yield settings, process.pid
        finally:
            process.terminate()
            process.wait(10)
