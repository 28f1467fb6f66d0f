"""The courier's side of a bell: what its worker parent does when a child died on it."""

import signal
from typing import Any

from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery.exceptions import Reject
from celery.worker.request import Request

CLOCKS = (signal.SIGPROF, signal.SIGXCPU)


class BellRequest(Request):
    """A request whose child may die. Celery puts the bell back; what the child held goes back by the ledger at once."""

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> Any:
        """Called in the parent, also when the child was killed."""
        error = exc_info.exception
        if isinstance(error, ExceptionWithTraceback):  # from a thread; a child's came unwrapped
            error = error.exc
        if isinstance(error, Reject):
            self.task.meet_newer(str(error.reason))
        if isinstance(error, WorkerLostError | TimeLimitExceeded | MemoryError):
            self.task.release(self.id, cause_of(error))
        return super().on_failure(exc_info, send_failed_event=send_failed_event, return_ok=return_ok)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """The child is about to be killed for its time."""
        if not soft:
            self.task.release(self.id, f"clock (over {timeout:.0f} s)")
        super().on_timeout(soft, timeout)


def cause_of(error: BaseException) -> str:
    """Why a child died, in a word: `memory`, `clock`, `killed` (which is memory too, most often), or `crash`."""
    told = str(error)
    if isinstance(error, MemoryError):
        return f"memory ({told})"
    if f"signal {signal.SIGKILL.value} " in f"{told} ":
        return f"killed ({told}), as the kernel does when memory is short"
    if isinstance(error, TimeLimitExceeded) or any(f"signal {number.value} " in f"{told} " for number in CLOCKS):
        return f"clock ({told})"
    return f"crash ({told})"
