"""A thread beside the watcher's loop that reads documents in turn, with readers of its own."""

import queue
import threading
from collections.abc import Callable

from services.ingest.drop_inputs import DropReaders

JOIN_S = 1.0


class DocumentLane:
    """Names of documents wait here; one document at a time stands in memory. `work` reads one, and raises nothing.

    The thread begins with the first document. The processes of its readers end with the last that waits.
    """

    def __init__(self, work: Callable[[str, DropReaders], None]) -> None:
        self._work = work
        self._names: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._readers = DropReaders()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def put(self, name: str) -> None:
        """Let a document be read after those that wait."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="documents", daemon=True)
            self._thread.start()
        self._names.put(name)

    def stop(self) -> None:
        """Read no more; the document at hand is not read to its end."""
        self._stopping.set()
        self._names.put(None)
        self._readers.abort()

    def join(self) -> None:
        """Wait a moment for the end, once told to stop. What does not end ends with the watcher's process."""
        if self._thread is not None:
            self._thread.join(timeout=JOIN_S)
            if self._thread.is_alive():  # it holds the readers, which it may have started anew
                self._readers.abort()
                return
        self._readers.close()

    def _run(self) -> None:
        while (name := self._names.get()) is not None and not self._stopping.is_set():
            self._work(name, self._readers)
            if self._names.empty():
                self._readers.close()
