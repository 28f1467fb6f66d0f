"""Shell of the ingest stage: a message names up to 25 feeds of different hosts; they are visited side by side."""

import asyncio

from celery import Celery

from services.ingest.feed_states import read_claim
from services.ingest.fetch import FeedFetcher
from services.ingest.watch import FETCH_TASK
from shared.work.batches import hand_back_newer
from shared.work.celery_app import INGEST


def register_fetching(app: Celery, fetcher: FeedFetcher) -> None:
    """Give the app its one task: `[version, claims]`."""

    def fetch_feeds(version: int, claims: list[str]) -> None:  # an older release's message reads the same
        hand_back_newer(INGEST, version)
        asyncio.run(fetcher.fetch_feeds([read_claim(claim) for claim in claims]))

    app.task(fetch_feeds, name=FETCH_TASK, Request="shared.work.bell:BellRequest").release = _hold_nothing


def _hold_nothing(message: str, cause: str) -> None:
    """A visit holds no article: its feeds are due again when their lease ends."""
