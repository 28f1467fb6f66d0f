"""The visits that are under way: how many may begin beside them. Those that stand still take nobody's turn."""

import asyncio
from collections.abc import Callable, Iterator

from services.ingest.feed_states import Claim

MOVING, MOST = 200, 400
SLOW_S = 2.0  # after which a visit no longer counts as moving: its server or its name keeps it waiting


class InFlight:
    """Visits of one event loop, by their claims. `woken` is called when there may be room for another.

    At most `moving` of them were begun within `slow_s`, and there are never more than `most`: so hundreds of silent
    servers hold up no feed whose server answers.
    """

    def __init__(
        self, woken: Callable[[], None], *, moving: int = MOVING, most: int = MOST, slow_s: float = SLOW_S
    ) -> None:
        self._woken, self._moving, self._most, self._slow_s = woken, moving, most, slow_s
        self._visits: dict[Claim, asyncio.Task[None]] = {}
        self._timers: dict[Claim, asyncio.TimerHandle] = {}  # of those that move

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._visits)

    def __len__(self) -> int:
        return len(self._visits)

    def room(self) -> int:
        """How many visits may begin."""
        return max(0, min(self._moving - len(self._timers), self._most - len(self._visits)))

    def add(self, claim: Claim, visit: asyncio.Task[None]) -> None:
        """A visit begins."""
        self._visits[claim] = visit
        self._timers[claim] = asyncio.get_running_loop().call_later(self._slow_s, self._slow, claim)

    def remove(self, claim: Claim) -> None:
        """A visit has ended."""
        was_full = not self.room()
        self._visits.pop(claim, None)
        if (timer := self._timers.pop(claim, None)) is not None:
            timer.cancel()
        if was_full:
            self._woken()

    def cancel(self, claim: Claim) -> None:
        """End a visit, where it has not ended yet."""
        if (visit := self._visits.get(claim)) is not None:
            visit.cancel()

    def tasks(self) -> dict[Claim, asyncio.Task[None]]:
        """The visits as they are now."""
        return dict(self._visits)

    def _slow(self, claim: Claim) -> None:
        was_full = not self.room()
        del self._timers[claim]
        if was_full:
            self._woken()
