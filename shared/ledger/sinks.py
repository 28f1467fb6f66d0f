"""How the sinks stand, as the process that delivers to them last said."""

from collections.abc import Iterable
from typing import Literal

import msgspec

SILENT_US = 12_000_000


class SinkStanding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One sink: whether it is asked, how many changes it is behind the index, how many wait for another try, and since
    when the oldest of these (µs); how many it will never take, and how many it took since its process started. `at_us`
    is when that was said: where the deliverer is silent nothing is known.
    """

    name: str
    at_us: int
    state: Literal["open", "resting"] = "open"
    delivered: int = 0
    behind: int = 0
    waiting: int = 0
    dead: int = 0
    oldest_us: int | None = None


def read_standings(rows: Iterable[bytes], now: int) -> tuple[SinkStanding, ...]:
    """The standings as they lie in Redis, by name, without those that nobody has renewed."""
    told = (msgspec.json.decode(row, type=SinkStanding) for row in rows)
    return tuple(sorted((one for one in told if now - one.at_us <= SILENT_US), key=lambda one: one.name))
