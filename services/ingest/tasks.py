"""Shell of the ingest stage: a message names up to 25 feeds of different hosts; they are visited side by side."""

import asyncio

from celery import Celery

from services.ingest.fetch import FeedFetcher
from services.ingest.watch import FETCH_TASK
from shared.envelope import VERSION


def register_fetching(app: Celery, visitor: FeedFetcher) -> None:
    """Give the app its one task: `[version, feed ids]`."""

    def fetch_feeds(version: int, ids: list[str]) -> None:
        if version != VERSION:
            raise ValueError(f"message version {version} is not {VERSION}: this worker is of another release")
        asyncio.run(visitor.fetch_feeds(ids))

    app.task(fetch_feeds, name=FETCH_TASK)
