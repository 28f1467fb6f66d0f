"""What is told of a dropped file that was not taken."""

import msgspec


class DropProblem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A file in the drop folder that was not taken, why, and since when (µs)."""

    path: str
    reason: str
    at_us: int
