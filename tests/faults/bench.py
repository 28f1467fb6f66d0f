"""What the fault tests share: a worker whose articles say what befalls it, and a push into its queue."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.ingest.intake import Intake
from shared.archive import Archive
from shared.envelope import Input, Source
from shared.ledger.calls import Ledger
from shared.settings import Settings
from shared.work.celery_app import WAIT_S, open_ledger

PUSH = Source(kind="push", name="desk")


def push(desk: Settings, *words: str) -> Ledger:
    """Take each in as an article of its own; gives the ledger to ask what became of them."""
    ledger = open_ledger(desk)
    inputs = [Input(source=PUSH, media_type="text/plain", body=w.encode()) for w in words]
    Intake(ledger, Archive(Path(desk.archive_dir or "")), desk).take(inputs)
    return ledger


@contextlib.contextmanager
def running_worker(
    desk: Settings, folder: Path, *arguments: str, idle_wait_s: float = WAIT_S
) -> Iterator[subprocess.Popen[bytes]]:
    """`tests.faults.worker` in a session of its own, ended with the block."""
    settings = msgspec.json.encode(desk).decode()
    command = [sys.executable, "-m", "tests.faults.worker", settings, str(idle_wait_s), *arguments]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
