"""Whether there is room for more: the backlog and Redis' memory against their limits."""

import time

from shared.errors import IntakeFull
from shared.ledger.reader import LedgerReader, Status
from shared.settings import Settings

ROOM_S = 1.0


class Room:
    """What a reader sees of the room that is left."""

    def __init__(self, reader: LedgerReader, settings: Settings) -> None:
        self._reader, self._settings = reader, settings
        self._seen: Status | None = None
        self._looked = 0.0

    def check(self) -> None:
        """Raise `IntakeFull` when the backlog or Redis' memory is over its limit; looks at most once a second."""
        if self._seen is None or time.monotonic() - self._looked > ROOM_S:
            self._seen, self._looked = self._reader.status(), time.monotonic()
        in_flight, limit = self._seen.balance.in_flight, self._settings.backlog_limit
        if in_flight > limit:
            full = f"{in_flight} articles are in flight, over the limit of {limit}"
            raise IntakeFull(full, retry_after=30, told=full)
        used, most, share = self._seen.redis_bytes, self._seen.redis_max_bytes, self._settings.memory_limit_percent
        if most and used * 100 > most * share:
            full = f"Redis uses more than {share} % of its memory"
            raise IntakeFull(full, retry_after=30, told=full)
