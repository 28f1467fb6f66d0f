"""A thread's work that is done again and again: what goes wrong in one turn does not end it."""

import threading
from collections.abc import Callable

import structlog

from shared.errors import TransientError

log = structlog.get_logger(__name__)


def repeat(turn: Callable[[], object], stop: threading.Event, every_s: float, *, postponed: str, failed: str) -> None:
    """Take a turn every so many seconds until told to stop.

    `postponed` is the event of a turn for which something was away, `failed` of one that broke.
    """
    while not stop.wait(every_s):
        try:
            turn()
        except TransientError as error:
            log.warning(postponed, reason=str(error))
        except Exception as error:  # whatever it is: the thread must live, or this work is never done any more
            log.error(failed, exc_info=error)
