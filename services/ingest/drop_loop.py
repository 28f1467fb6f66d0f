"""The watcher's turns over the drop folder, in a thread of their own: no feed waits for a file."""

import itertools
import threading
import time
from pathlib import Path

import structlog

from services.ingest.backoff import Backoff
from services.ingest.drop_files import DropNames
from services.ingest.drop_watch import DropWatch
from services.ingest.drops import Drops
from shared.errors import TransientError
from shared.settings import Settings

log = structlog.get_logger(__name__)

TURN_S, IDLE_TURN_S = 0.25, 1.0  # what is heard of, or comes due, ends either at once
TIDY_S = 5.0
NAMES_A_TURN = 200
MOST_WAITING = 2000
JOIN_S = 3.0


class DropLoop:
    """What finds no room in the desk waits here, or in its folder, and is offered again."""

    def __init__(self, settings: Settings, drops: Drops) -> None:
        self._drops = drops
        self._watch = DropWatch(
            Path(settings.seeds_dir), DropNames(settings.drops_ignore), drops.fresh, scan_s=settings.drops_scan_s
        )
        self._waiting: dict[str, float] = {}
        self._backoff = Backoff()
        self._tidy_due = time.monotonic() + TIDY_S
        self._stop = threading.Event()
        self._turned = 0.0
        self._thread = threading.Thread(target=self._run, name="drops", daemon=True)
        mode = self._watch.mode
        log.info("watch_started", folder=settings.seeds_dir, mode=mode.kind, reason=mode.reason)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the files at hand; documents that are not read to their end are read at the next start."""
        self._stop.set()
        self._drops.close()
        self._thread.join(timeout=JOIN_S)

    def turned_within(self, seconds: float) -> bool:
        """Whether a turn was finished so lately."""
        return self._turned > 0 and time.monotonic() - self._turned < seconds

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._turn()
                except TransientError as error:
                    self._backoff.fail("drops_waiting", error)
                except Exception:  # whatever it is, the next file may be fine, and nobody else would take it
                    log.exception("drops_failed")
                    self._stop.wait(TURN_S)
                self._turned = time.monotonic()
        finally:
            self._watch.close()
            log.info("watch_stopped", waiting=len(self._waiting))

    def _turn(self) -> None:
        """See what is worth a look, and take some of it. While the desk takes nothing, only events are listened to."""
        able = self._backoff.is_over()
        busy = self._waiting or self._drops.is_reading()
        wait_s = 0.0 if self._waiting and able else TURN_S if busy else IDLE_TURN_S
        self._waiting.update(self._watch.ready(wait_s, scan=able and len(self._waiting) < MOST_WAITING))
        if closed := self._watch.closed():
            self._drops.note_closed(closed)
        for name, why in self._drops.finished().items():
            self._watch.answer(name, why)
        if not self._backoff.is_over():
            return
        self._take_some()
        if time.monotonic() >= self._tidy_due:
            self._drops.tidy()
            self._tidy_due = time.monotonic() + TIDY_S

    def _take_some(self) -> None:
        if not self._waiting:
            return
        offers = dict(itertools.islice(self._waiting.items(), NAMES_A_TURN))
        outcomes = self._drops.take(offers)
        for name in offers:
            del self._waiting[name]
        for name, why in outcomes.items():
            self._watch.answer(name, why)
        self._backoff.succeed()
