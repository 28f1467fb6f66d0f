"""The way of a data folder from one version to the next, taken once, before a process of this release works on it."""

import os
from collections.abc import Callable
from pathlib import Path

import structlog

from services.desk.data_folder import refuse_second
from services.ingest.subscriptions import Subscriptions
from shared.data_version import VERSION, check_folder, write_version
from shared.settings import Settings

log = structlog.get_logger(__name__)


def migrate(settings: Settings) -> None:
    """Bring the folder up to date; its version is written last, so that what was cut short is done again.

    The index, the ledger and the archive bring themselves up to date where they are opened. A process that may not
    write here leaves it to one that may.

    Raises `DeskIsUp` while a desk works on it, which then is of the older release.
    """
    folder = Path(settings.data_dir)
    found = check_folder(folder)
    if found >= VERSION or not os.access(folder, os.W_OK):
        return
    refuse_second(folder)
    for step in STEPS[found - 1 :]:
        step(settings)
    write_version(folder)
    log.info("data_folder_migrated", folder=str(folder), before=found, now=VERSION)


def _name_feeds_by_id(settings: Settings) -> None:
    """Entries were known by the address of their feed: of one that has moved, `feeds.json` keeps what it was called."""
    Subscriptions(settings).bring_up_to_date()


STEPS: tuple[Callable[[Settings], None], ...] = (_name_feeds_by_id,)
"""The step at place n leads from version n + 1 to the next."""
