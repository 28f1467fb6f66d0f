"""Composition root of the index service: one thread writes the one embedded index."""

from pathlib import Path

from services.index.sinks.sqlite import FILE_NAME, SqliteSink
from services.index.tasks import index_articles
from shared.queue import make_app, open_ledger, register
from shared.settings import Settings
from shared.stage import RetryPolicy
from shared.worker import work


def run(settings: Settings) -> None:
    """Work on the index queue until told to stop; a second writer on the same index refuses to start."""
    app = make_app(settings, "index")
    ledger = open_ledger(settings)
    folder = Path(settings.index_dir or Path(settings.data_dir) / "index")
    sink = SqliteSink(folder / FILE_NAME)
    register(app, "index", ledger, index_articles(sink), RetryPolicy(max_attempts=settings.max_attempts))
    work(app, settings, "index", ledger, ["--pool=threads", "--concurrency=1"])
