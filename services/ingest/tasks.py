"""Shell of the ingest stage: a message says that something may be due, and wakes the loop that visits feeds."""

from collections.abc import Callable, Sequence

from celery import Celery

from services.ingest.watch import FETCH_TASK
from shared.work.batches import hand_back_newer
from shared.work.celery_app import INGEST


def register_waking(app: Celery, wake: Callable[[], None]) -> None:
    """Give the app its one task: `[version, []]`. An older release named feeds; these are due again soon."""

    def fetch_feeds(version: int, _: Sequence[str]) -> None:
        hand_back_newer(INGEST, version)
        wake()

    app.task(fetch_feeds, name=FETCH_TASK, Request="shared.work.bell:BellRequest").release = _hold_nothing


def _hold_nothing(message: str, cause: str) -> None:
    """A message holds no article: what is due is in Redis."""
