"""How the sinks stand, as the process that delivers to them last said."""

from collections.abc import Iterable
from typing import Literal

import msgspec


class SinkStanding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One sink: whether it is asked, how many changes it is behind the index, how many wait for another try, and since
    when the oldest of these (µs); how many it will never take, and how many it took since the process started."""

    name: str
    state: Literal["open", "resting"] = "open"
    delivered: int = 0
    behind: int = 0
    waiting: int = 0
    dead: int = 0
    oldest_us: int | None = None


def read_standings(rows: Iterable[bytes]) -> tuple[SinkStanding, ...]:
    """The standings as they lie in Redis, by name."""
    return tuple(sorted((msgspec.json.decode(row, type=SinkStanding) for row in rows), key=lambda one: one.name))
