"""Messages that a worker holds though nobody works on them: each takes a hand away until it connects anew."""

from collections.abc import Iterable


class HeldMessages:
    """What was held at the last look, by the tags of deliveries; pure but for that memory."""

    def __init__(self) -> None:
        self._idle: frozenset[str] = frozenset()

    def lost(self, held: Iterable[str], at_work: Iterable[str]) -> frozenset[str]:
        """Those that nobody worked on at this look and at the one before: between two hands one is for moments only."""
        idle = frozenset(held) - frozenset(at_work)
        lost, self._idle = idle & self._idle, idle
        return lost
