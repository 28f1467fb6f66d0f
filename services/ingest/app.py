"""Composition root of the ingest service: threads visit feeds and pages; an empty Redis gets the archive again."""

import functools
import threading

from services.ingest.feed_checks import FeedChecks
from services.ingest.feed_finder import find_feed
from services.ingest.fetch import open_fetcher
from services.ingest.intake import Intake, open_archive
from services.ingest.page_visitor import PageVisitor
from services.ingest.page_visits import PageVisits
from services.ingest.recovery import watch_over
from services.ingest.tasks import register_fetching
from shared.settings import Settings
from shared.work.celery_app import INGEST, make_app, open_ledger
from shared.work.liveness import WorkerRecord
from shared.work.worker import work

THREADS = 8


def run(settings: Settings) -> int:
    """Work on the ingest queue until told to stop; gives the exit code."""
    app = make_app(settings, INGEST)
    ledger, archive = open_ledger(settings), open_archive(settings)
    record = WorkerRecord(settings, INGEST, folders=(archive.folder,), probes=(archive.check_writable,))
    intake = Intake(ledger, archive, settings)
    register_fetching(app, open_fetcher(settings, ledger.client, intake))
    stop = threading.Event()
    visitor = PageVisitor(settings, PageVisits(ledger.client), intake)
    threading.Thread(target=visitor.run, args=(stop,), name="page-visits", daemon=True).start()
    threading.Thread(target=watch_over, args=(ledger, archive, settings, stop), name="recovery", daemon=True).start()
    look = functools.partial(FeedChecks(ledger.client).run, stop, functools.partial(find_feed, settings))
    threading.Thread(target=look, name="feed-checks", daemon=True).start()
    try:
        return work(app, settings, record, ledger, ["--pool=threads", f"--concurrency={THREADS}"])
    finally:
        stop.set()
