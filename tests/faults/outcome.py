"""What became of a fault, as a row of the table that `make faults` prints; pure."""

from collections.abc import Iterable, Sequence

import msgspec

CONSUMING_S, SETTLED_S = 30.0, 90.0
HEADS = ("fault", "what was done", "asked", "lost", "double", "corrupt", "consuming after")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `asked` counts the articles that were sent, or the tests that hold the fault.

    `consuming_s` are the seconds from the end of the fault until an article that was pushed then had come through every
    stage and into every sink; `settled_s` those until nothing was in flight and no trouble was left. None: not in time.
    A row that `tests` hold has measured neither.
    """

    fault: str
    done: str
    asked: int
    lost: int = 0
    double: int = 0
    corrupt: int = 0
    consuming_s: float | None = None
    settled_s: float | None = None
    difference: int = 0
    dead: int = 0
    tests: bool = False
    skipped: str = ""
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        """Which promises were not kept; none of a fault that this machine cannot provide."""
        if self.skipped:
            return ()
        told = [f"{count} {what}" for what, count in self._counts() if count]
        if not self.tests:
            told += _slow("consuming", self.consuming_s, CONSUMING_S) + _slow("settled", self.settled_s, SETTLED_S)
        return (*told, *self.notes)

    def _counts(self) -> Sequence[tuple[str, int]]:
        return (
            ("lost", self.lost),
            ("double", self.double),
            ("corrupt", self.corrupt),
            ("off in the balance", self.difference),
            ("dead", self.dead),
        )


def _slow(what: str, seconds: float | None, limit: float) -> list[str]:
    if seconds is None:
        return [f"not {what} in time"]
    return [f"{what} after {seconds:.0f} s"] if seconds > limit else []


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """The rows in Markdown, as docs/operate.md shows them."""
    rows = [HEADS, tuple("---" for _ in HEADS), *map(_cells, outcomes)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _cells(one: Outcome) -> tuple[str, ...]:
    if one.skipped:
        return (one.fault, one.done, "–", "–", "–", "–", f"not tried: {one.skipped}")
    seconds = "held by tests" if one.tests else "never" if one.consuming_s is None else f"{one.consuming_s:.1f} s"
    asked = f"{one.asked} tests" if one.tests else f"{one.asked:,}"
    return (one.fault, one.done, asked, str(one.lost), str(one.double), str(one.corrupt), seconds)
