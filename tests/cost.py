"""What calls cost, compared with other calls of the same run: a ratio is the same on a slow machine and a busy one."""

import math
import time
from collections.abc import Callable

LEAST_S = 0.004  # what costs less counts as this: too little to compare
TRIES = 3


def times_as_dear(call: Callable[[], object], than: Callable[[], object], *, bound: float) -> float:
    """How many times the processor time of one call another takes.

    Neighbours on the machine make either call dearer at times: above `bound` both are looked at again, and the least
    counts.
    """
    ratio = math.inf
    for _ in range(TRIES):
        ratio = min(ratio, _cost(call) / max(_cost(than), LEAST_S))
        if ratio < bound:
            break
    return ratio


def _cost(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun
