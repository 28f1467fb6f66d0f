"""A worker of the normalize stage whose articles say what befalls it.

`python -m tests.faults.worker SETTINGS_JSON IDLE_WAIT_S [options of a Celery worker]`

The queue, the ledger and the pool are the real ones; only the reading of an article is replaced.
"""

import os
import signal
import sys
import time
from pathlib import Path

import msgspec

from shared.archive_entries import unpack_body
from shared.errors import TransientError
from shared.ledger.calls import Claimed
from shared.settings import Settings
from shared.untrusted.sandbox import cpu_clock
from shared.work.batches import Done, each, register
from shared.work.celery_app import make_app, open_ledger
from shared.work.liveness import WorkerRecord
from shared.work.retry import RetryPolicy
from shared.work.worker import work

ARTICLE = b'{"headline":"x"}'


def befall(item: Claimed) -> Done:
    words = unpack_body(item.body, 1_000_000)
    if words.startswith(b"die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if words.startswith(b"spin"):
        with cpu_clock(0.2):
            while True:
                pass
    if words.startswith(b"flaky") and item.attempt == 1:
        raise TransientError("not yet", retry_after=0.01)
    if words.startswith(b"slow "):  # until the file it names is there
        while not Path(words[5:].decode()).exists():
            time.sleep(0.02)
    if words.startswith(b"bug"):
        raise RuntimeError("a bug")
    return Done(outcome="normalized", article=ARTICLE)


def main() -> int:
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    app = make_app(settings, "normalize", idle_wait_s=float(sys.argv[2]))
    record = WorkerRecord(settings, "normalize")
    ledger = open_ledger(settings, record.boot)
    register(app, "normalize", ledger, each(befall), RetryPolicy(max_attempts=settings.max_attempts))
    return work(app, settings, record, ledger, ["--pool=prefork", "--concurrency=2", *sys.argv[3:]])


if __name__ == "__main__":
    sys.exit(main())
