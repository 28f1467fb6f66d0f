"""Moves the archive's sealed segments into the object store that is set, once they are old enough."""

import contextlib
import importlib
import time
from collections.abc import Callable

from shared.archive import Archive
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError, TransientError
from shared.late_log import LateLog
from shared.ledger.calls import Ledger
from shared.segment_store import Objects, SegmentStore
from shared.segments import SEALED
from shared.settings import Settings, without_password

log = LateLog(__name__)

LOOK_S = 600.0
AGAIN_S = 60.0
DAY_NS = 86_400 * 10**9
PLACE = "archive_store"  # what the bucket is called among the places that may be away; no sink has such a name


def open_segment_store(settings: Settings) -> SegmentStore | None:
    """The object store of the archive; None where none is set."""
    if settings.archive_store is None:
        return None
    try:
        bucket = importlib.import_module("shared.net.object_store").Bucket
    except ModuleNotFoundError as error:
        told = f"archive_store needs {error.name}: pip install 'copydesk[object-store]'"
        raise PermanentError(told) from error
    objects: Objects = bucket(settings.archive_store, settings.archive_store_login)
    return SegmentStore(objects)


def move_sealed(archive: Archive, older_ns: int) -> int:
    """Move every sealed segment that was last written to before then; gives how many went."""
    count = 0
    archive.seal_orphans()
    for path in archive.segments():
        with contextlib.suppress(FileNotFoundError):  # another process was quicker
            if archive.store is not None and path.suffix == SEALED and path.stat().st_mtime_ns < older_ns:
                archive.store.move(path)
                count += 1
    return count


class Mover:
    """Looks now and then; what is away is told like a sink that is away."""

    def __init__(
        self, settings: Settings, ledger: Ledger, archive: Archive, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._days = settings.archive_store_days
        self._place = without_password(settings.archive_store or "")
        self._ledger = ledger
        self._archive = archive
        self._clock = clock
        self._due = 0.0
        self._may_rest = True  # as a process before this one may have said, which ended before it could take it back

    def step(self) -> None:
        """Move what is due. Never raises: where the store is away, segments stay where they are."""
        if self._clock() < self._due:
            return
        try:
            if self._archive.store is not None:
                move_sealed(self._archive, now_us() * 1000 - self._days * DAY_NS)
        except (CopydeskError, OSError) as error:
            log.warning("segments_not_moved", store=self._place, error=str(error))
            self._due = self._clock() + AGAIN_S
            self._may_rest = True
            with contextlib.suppress(TransientError):
                self._ledger.rest("sink", PLACE, f"{error}")
            return
        self._due = self._clock() + LOOK_S
        if self._may_rest:
            with contextlib.suppress(TransientError):
                self._ledger.resume("sink", PLACE)
                self._may_rest = False
