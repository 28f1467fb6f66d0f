"""Composition root of the normalize service: prefork children, each the killable place of one article at a time."""

import os

from celery import signals

from services.normalize.pipeline import import_readers
from services.normalize.tasks import read_articles
from shared.settings import Settings
from shared.source_book import SourceBook
from shared.untrusted.sandbox import limit_memory
from shared.work.batches import register
from shared.work.celery_app import make_app, open_ledger
from shared.work.liveness import WorkerRecord
from shared.work.retry import RetryPolicy
from shared.work.worker import work


def run(settings: Settings) -> int:
    """Work on the normalize queue until told to stop; gives the exit code."""
    import_readers()
    app = make_app(settings, "normalize")
    record = WorkerRecord(settings, "normalize")
    ledger = open_ledger(settings, record.boot)
    book = SourceBook(settings.sources_file)
    handle = read_articles(
        max_bytes=settings.max_input_bytes,
        cpu_s=settings.article_cpu_s,
        memory_mb=settings.article_memory_mb,
        set_for=book.applied,
    )
    register(app, "normalize", ledger, handle, RetryPolicy(max_attempts=settings.max_attempts))

    def limit_child(**_: object) -> None:
        limit_memory(settings.article_memory_mb)

    signals.worker_process_init.connect(limit_child, weak=False)
    processes = settings.normalize_processes or os.cpu_count() or 1
    return work(app, settings, record, ledger, ["--pool=prefork", f"--concurrency={processes}", "-O", "fair"])
