"""Lets the word index follow the record: in the step that wrote, or in a thread of its own a moment later."""

import contextlib
import threading
import time

from services.index.fulltext.writer import WordsWriter
from shared.errors import CopydeskError
from shared.late_log import LateLog

log = LateLog(__name__)

LOOK_S = 2.0  # how often it looks by itself whether somebody asked for the words to be made anew
REST_S = 5.0  # after trouble with the files
PATIENCE_S = 1.0  # a batch waits so much longer for its words than they rest: merges and a busy disk take their time
SHARE = 2
"""It rests so many times as long as its last commit took, but no longer than its lag: a push that comes alone is found
at once, and of a burst what came meanwhile goes in together."""


class Follower:
    """Follows in the calling thread where `lag_s` is None; else in its own, which rests at most so many seconds."""

    def __init__(self, writer: WordsWriter, lag_s: float | None) -> None:
        self._writer = writer
        self._lag_s = lag_s
        self._bell, self._stop = threading.Event(), threading.Event()
        self._told, self._followed = 0, 0
        self._turn = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_behind = False
        if lag_s is None:
            self._follow()
        else:
            with contextlib.suppress(CopydeskError):  # told by its first step
                writer.open()
            self._thread = threading.Thread(target=self._run, args=(lag_s,), name="words", daemon=True)
            self._thread.start()

    def tell(self, *, more: bool = False) -> None:
        """Something was decided. Returns when it can be found; at once where there is `more` to come, which then goes
        in together with it; and soon while there is trouble with the words."""
        if self._lag_s is None:
            self._follow()
            return
        with self._turn:
            self._told += 1
            mine = self._told
        self._bell.set()
        if more:
            return
        with self._turn:
            self._turn.wait_for(lambda: self._followed >= mine or self._is_behind, self._lag_s + PATIENCE_S)

    def close(self) -> None:
        """End after the step in hand."""
        self._stop.set()
        self._bell.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._writer.close()
        except CopydeskError as error:  # what was not put in is put in by the next writer
            log.warning("words_unclosed", error=str(error))

    def _run(self, lag_s: float) -> None:
        more = True
        while not self._stop.is_set():
            if not more:
                self._bell.wait(LOOK_S)
            self._bell.clear()
            begun, told = time.monotonic(), self._told
            more = self._follow(once=True)
            if not more or self._writer.is_making:
                with self._turn:
                    self._followed = told
                    self._turn.notify_all()
            if self._is_behind:
                self._stop.wait(REST_S)
            elif not more:
                self._stop.wait(min(lag_s, SHARE * (time.monotonic() - begun)))

    def _follow(self, *, once: bool = False) -> bool:
        """Put in what there is; true where there is more. Trouble is told once, and nothing is lost by it."""
        try:
            if once:
                more = self._writer.step()
            else:
                self._writer.catch_up()
                more = False
        except CopydeskError as error:
            if not self._is_behind:
                log.warning("words_behind", error=str(error))
            self._is_behind = True
            return False
        if self._is_behind:
            log.warning("words_follow_again")
        self._is_behind = False
        return more
