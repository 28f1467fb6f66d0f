"""Keeps stories in step with the index, in a thread that gives way to the writer."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from services.index.search import Index
from services.index.stories.keeper import StoryKeeper
from shared.errors import CopydeskError
from shared.late_log import LateLog
from shared.ledger.calls import Claimed
from shared.work.batches import Handler, Result

log = LateLog(__name__)

GATHER_S = 0.5  # what comes within it is compared together
IDLE_S = 30.0
AGAIN_S = 5.0


class StoryFollower:
    """Reads the index's changes and compares them; what befalls the file of stories is never an article's trouble."""

    def __init__(self, stories: Path, index: Path) -> None:
        self._stories = stories
        self._index = Index(index)
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="stories", daemon=True)

    def start(self) -> None:
        """Begin with what was indexed before."""
        self._thread.start()

    def woken_by(self, handle: Handler) -> Handler:
        """The same handler, after which stories are looked at anew."""

        def put(items: Sequence[Claimed]) -> Sequence[Result]:
            results = handle(items)
            self._woken.set()
            return results

        return put

    def _follow(self) -> None:
        while True:
            try:
                self._compare()
            except CopydeskError as error:
                log.warning("stories_wait", error=str(error))
            except Exception as error:  # whatever it is, articles are indexed without it; it is tried again
                log.error("stories_failed", exc_info=error)
            self._woken.wait(AGAIN_S)

    def _compare(self) -> None:
        keeper = StoryKeeper(self._stories, self._index)
        try:
            while True:
                self._woken.clear()
                while keeper.step():
                    pass
                if self._woken.wait(IDLE_S):
                    time.sleep(GATHER_S)
        finally:
            keeper.close()
