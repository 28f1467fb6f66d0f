"""How far stated sureness and what came out right lie apart: the expected calibration error of a field."""

from collections.abc import Iterable

import msgspec

BINS = 10


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Statements of about one sureness: how many, how sure they were in the mean, which share was right."""

    count: int
    stated: float
    right: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """The bins from the least sure to the surest, and the expected calibration error (0 to 1) over all of them."""

    bins: tuple[Bin, ...]
    error: float

    def __str__(self) -> str:
        """One line a bin, as tables of the quality report print it."""
        lines = [f"{one.stated:.2f} -> {one.right:.2f} ({one.count})" for one in self.bins]
        return "\n".join([*lines, f"expected calibration error {self.error:.3f}"])


def calibrate(statements: Iterable[tuple[float, bool]], bins: int = BINS) -> Calibration:
    """Compare statements, each how sure (0 to 1) and whether it was right, in bins of equal width.

    The error is the mean distance of stated and right over the bins, weighed by their counts.
    """
    sorted_in: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for sure, right in statements:
        sorted_in[min(bins - 1, max(0, int(sure * bins)))].append((sure, right))
    made = tuple(
        Bin(
            count=len(inside),
            stated=sum(sure for sure, _ in inside) / len(inside),
            right=sum(right for _, right in inside) / len(inside),
        )
        for inside in sorted_in
        if inside
    )
    total = sum(one.count for one in made)
    error = sum(one.count * abs(one.stated - one.right) for one in made) / total if total else 0.0
    return Calibration(bins=made, error=error)
