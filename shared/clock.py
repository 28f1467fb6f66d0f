"""The clock of the shells. Pure rooms get `now` as an argument."""

import datetime as dt
import time

END_OF_TIME = (1 << 63) - 1
"""The last microsecond there is."""


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def now_us() -> int:
    """Microseconds since the epoch: the unit of `rev` and of every time in the ledger."""
    return time.time_ns() // 1000


def from_us(micros: int) -> dt.datetime:
    """A ledger time as an aware moment in UTC."""
    return dt.datetime.fromtimestamp(micros / 1_000_000, dt.UTC)
