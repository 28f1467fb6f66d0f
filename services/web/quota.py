"""How many articles a minute one publisher may send, as `push_rate` says; told in every answer before it hurts.

As in the IETF's draft (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` is the rule, `RateLimit` what is left.
"""

import math
import time
from collections.abc import Callable

from services.web.problems import Problem, later

MINUTE_S = 60.0
NAME = "articles"


class Quota:
    """A bucket for each publisher: full it holds a minute's articles, and it fills within a minute.

    What came in one request is charged when it is known: a large batch may overdraw it, and the next one waits longer.
    """

    def __init__(self, per_minute: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, publisher: str) -> None:
        """Take one article's part; raises `Problem` (429) where nothing is left, and then takes nothing."""
        if self.per_minute is None:
            return
        level = self._level(publisher)
        if level < 1:
            wait = math.ceil((1 - level) * MINUTE_S / self.per_minute)
            detail = f"This publisher may send {self.per_minute} articles a minute; nothing of this was taken in."
            raise Problem("over-quota", detail, headers=later(wait) | self.headers(publisher))
        self._levels[publisher] = (level - 1, self._clock())

    def charge(self, publisher: str, count: int) -> None:
        """Take the part of so many more articles, whether it is there or not."""
        if self.per_minute is not None and count > 0:
            self._levels[publisher] = (self._level(publisher) - count, self._clock())

    def headers(self, publisher: str) -> dict[str, str]:
        """What a publisher is told of it: the rule, what is left, and in how many seconds all of it is there again."""
        if self.per_minute is None:
            return {}
        level = self._level(publisher)
        full_in = math.ceil((self.per_minute - level) * MINUTE_S / self.per_minute)
        return {
            "RateLimit-Policy": f'"{NAME}";q={self.per_minute};w={MINUTE_S:.0f}',
            "RateLimit": f'"{NAME}";r={max(0, int(level))};t={full_in}',
        }

    def _level(self, publisher: str) -> float:
        if self.per_minute is None:
            return math.inf
        level, at = self._levels.get(publisher, (float(self.per_minute), self._clock()))
        return min(float(self.per_minute), level + (self._clock() - at) * self.per_minute / MINUTE_S)
