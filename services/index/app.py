"""Composition root of the index service: one thread writes the one embedded index, another keeps stories beside it."""

from collections.abc import Callable, Mapping
from functools import partial

from services.index.earlier_embargoes import Until
from services.index.loss import refill_lost
from services.index.record import Record
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from services.index.stories.follower import StoryFollower
from services.index.tasks import index_articles
from shared.settings import Settings
from shared.work.batches import register
from shared.work.celery_app import make_app, open_ledger
from shared.work.liveness import WorkerRecord
from shared.work.retry import RetryPolicy
from shared.work.worker import work

RECORDS: Mapping[str, Callable[..., Record]] = {"sqlite": SqliteSink}
"""What can keep the record of all articles, by name."""
LAG_S = 0.2
"""How long words rest between two commits at the most: what comes meanwhile goes in together, and is told with them."""


def run(settings: Settings) -> int:
    """Work on the index queue until told to stop; gives the exit code. A second writer refuses to start."""
    app = make_app(settings, "index")
    record = WorkerRecord(settings, "index", folders=(settings.index_folder,))
    ledger = open_ledger(settings, record.boot)
    record_of_all = RECORDS["sqlite"](settings.index_file, lag_s=LAG_S)
    index = Index(settings.index_file)
    refill_lost(index, ledger)
    follower = StoryFollower(settings.stories_file, settings.index_file)
    register(
        app,
        "index",
        ledger,
        follower.woken_by(index_articles(record_of_all, partial(Until, ledger, index))),
        RetryPolicy(max_attempts=settings.max_attempts),
    )
    follower.start()
    return work(app, settings, record, ledger, ["--pool=threads", "--concurrency=1"])
