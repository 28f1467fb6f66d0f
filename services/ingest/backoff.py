"""How long to wait after failures in a row."""

import time

import structlog

from shared.errors import CopydeskError, IntakeFull

log = structlog.get_logger(__name__)

RETRY_S = 1.0
MAX_RETRY_S = 30.0


class Backoff:
    """Waits longer after each failure in a row, and says each failure once."""

    def __init__(self) -> None:
        self._wait_s = RETRY_S
        self._until = 0.0
        self._told = ""

    def is_over(self) -> bool:
        """Whether it is time to try again."""
        return time.monotonic() >= self._until

    def fail(self, event: str, error: CopydeskError) -> None:
        """Wait as long as a full desk asks for, else twice as long as before."""
        asked = error.retry_after if isinstance(error, IntakeFull) else None
        self._until = time.monotonic() + min(asked or self._wait_s, MAX_RETRY_S)
        self._wait_s = min(self._wait_s * 2, MAX_RETRY_S)
        if str(error) != self._told:
            log.warning(event, reason=str(error))
        self._told = str(error)

    def succeed(self) -> None:
        """Begin anew."""
        self._wait_s, self._until, self._told = RETRY_S, 0.0, ""
