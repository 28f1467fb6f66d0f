"""Composition root of the ingest service: a loop visits feeds, a thread pages; an empty Redis is filled again."""

import functools
import threading

import redis

from services.ingest.documents import FeedDocuments
from services.ingest.feed_checks import FeedChecks
from services.ingest.feed_finder import find_feed
from services.ingest.feed_states import FeedStates
from services.ingest.fetch import FeedFetcher
from services.ingest.fetch_loop import FetchLoop
from services.ingest.grouped_intake import GroupedIntake
from services.ingest.hub_asker import HubAsker
from services.ingest.hub_subscriptions import HubSubscriptions
from services.ingest.intake import Intake, TakesInputs, open_archive
from services.ingest.page_loop import PageLoop
from services.ingest.page_queue import PageQueue
from services.ingest.page_visitor import PageVisitor
from services.ingest.page_visits import PageVisits
from services.ingest.parser_pool import ParserPool
from services.ingest.recovery import watch_over
from services.ingest.subscriptions import Subscriptions
from services.ingest.tasks import register_waking
from shared.heap import give_back_freed
from shared.settings import Settings
from shared.work.celery_app import INGEST, make_app, open_ledger
from shared.work.liveness import WorkerRecord
from shared.work.worker import work

STOP_S = 5.0


def run(settings: Settings) -> int:
    """Work on the ingest queue until told to stop; gives the exit code."""
    give_back_freed()  # names are resolved in hundreds of threads, and documents may be of 16 MiB
    app = make_app(settings, INGEST)
    ledger, archive = open_ledger(settings), open_archive(settings)
    record = WorkerRecord(settings, INGEST, folders=(archive.folder,), probes=(archive.check_writable,))
    intake = Intake(ledger, archive, settings)
    stop = threading.Event()
    queue = PageQueue(ledger.client, budget=settings.feed_page_budget)
    pages = PageLoop(settings, Subscriptions(settings), ledger.client, queue, intake)
    fetching = _fetch_loop(settings, ledger.client, intake, pages)
    register_waking(app, fetching.wake)
    feeds = threading.Thread(target=fetching.run, args=(stop,), name="feeds", daemon=True)
    feeds.start()
    reading = threading.Thread(target=pages.run, args=(stop,), name="pages", daemon=True)
    reading.start()
    visitor = PageVisitor(settings, PageVisits(ledger.client), intake)
    threading.Thread(target=visitor.run, args=(stop,), name="page-visits", daemon=True).start()
    threading.Thread(target=watch_over, args=(ledger, archive, settings, stop), name="recovery", daemon=True).start()
    look = functools.partial(
        FeedChecks(ledger.client).run, stop, lambda address, section: find_feed(settings, address, section=section)
    )
    threading.Thread(target=look, name="feed-checks", daemon=True).start()
    if settings.public_url:
        asker = HubAsker(settings, HubSubscriptions(ledger.client))
        threading.Thread(target=asker.run, args=(stop,), name="hubs", daemon=True).start()
    try:
        return work(app, settings, record, ledger, ["--pool=threads", "--concurrency=1"])
    finally:
        stop.set()
        fetching.wake()
        pages.wake()
        for visiting in (feeds, reading):
            visiting.join(STOP_S)  # what it had claimed is due again


def _fetch_loop(settings: Settings, client: redis.Redis, intake: TakesInputs, pages: PageLoop) -> FetchLoop:
    subscriptions, states = Subscriptions(settings), FeedStates(client)
    note_hub = HubSubscriptions(client).note_hub if settings.public_url else None  # no hub can call back otherwise
    documents = FeedDocuments(settings, states, GroupedIntake(intake), ParserPool(), note_hub, pages)
    return FetchLoop(settings, subscriptions, states, FeedFetcher(settings, subscriptions, states, documents))
