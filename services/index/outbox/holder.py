"""Who delivers to a sink: the one process that holds its outbox. Another waits in reserve and takes over at its end."""

import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from services.index.outbox.deliverer import Deliverer
from services.index.outbox.outbox import Outbox
from services.index.search import Index
from services.index.sinks.sink import Sink
from services.index.sinks.writer import HeldElsewhere, lock_file
from shared.errors import TransientError
from shared.late_log import LateLog

log = LateLog(__name__)

LOCK_SUFFIX = ".lock"
LOOK_S = 1.0  # how soon a process in reserve takes over, and an outbox that could not be opened is tried again


class OutboxHolder:
    """One sink and its outbox. Two that delivered from one outbox would each hand everything on, and the slower would
    write down a place that the other has left behind: a lock beside the file lets in one.

    `deliverer` is None until the outbox is held, and `in_reserve` tells that another process holds it. `trouble` is
    why nobody can use it, else "".
    """

    def __init__(
        self, name: str, sink: Sink, file: Path, index: Index, *, sources: Sequence[str] = (), look_s: float = LOOK_S
    ) -> None:
        self.name = name
        self.deliverer: Deliverer | None = None
        self.trouble = ""
        self.in_reserve = False
        self._sink = sink
        self._file = file
        self._index = index
        self._sources = sources
        self._look_s = look_s
        self._waits_for = ""

    def run(self, stop: threading.Event) -> None:
        """Deliver from when the outbox can be held until told to stop."""
        while not stop.is_set():
            try:
                self._hold(stop)
            except HeldElsewhere as error:
                self.in_reserve, self.trouble = True, ""
                self._wait(stop, "sink_in_reserve", f"its outbox is held by {error}")
            except TransientError as error:
                self.in_reserve, self.trouble = False, str(error)
                self._wait(stop, "outbox_unusable", self.trouble)

    @property
    def listens(self) -> bool:
        """Whether it wants to be woken for what is new: not while the sink rests, or another process delivers."""
        return self.deliverer is not None and not self.deliverer.is_resting

    def wake(self) -> None:
        """There may be something new to deliver, or the end has come."""
        if self.deliverer is not None:
            self.deliverer.woken.set()

    def _hold(self, stop: threading.Event) -> None:
        lock = lock_file(self._file.with_suffix(LOCK_SUFFIX), 0o700)
        with closing(lock), closing(Outbox(self._file)) as outbox:
            self.deliverer = Deliverer(self.name, self._sink, outbox, self._index, sources=self._sources)
            self.in_reserve, self.trouble, self._waits_for = False, "", ""
            self.deliverer.run(stop)

    def _wait(self, stop: threading.Event, event: str, why: str) -> None:
        if why != self._waits_for:  # told once, not at each look
            log.warning(event, sink=self.name, reason=why)
        self._waits_for = why
        stop.wait(self._look_s)
