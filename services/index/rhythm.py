"""How fast the desk is: what was indexed minute by minute, and how long it took from receipt to the index."""

from collections.abc import Iterator, Sequence

import msgspec

from services.index.search import Index

HOUR_US = 3_600_000_000
MOST_ROWS = 200_000  # a day of a busy desk; beyond it the oldest of the span are not looked at


class Beat(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One step of time: when it began (µs), how many inputs the index settled in it, and how long they took (µs)."""

    at_us: int
    count: int
    p50_us: int
    p95_us: int


def read_rhythm(index: Index, *, since_us: int, until_us: int, step_us: int) -> list[Beat]:
    """The steps of a span, also the empty ones, the oldest first."""
    steps: dict[int, list[int]] = {}
    for at_us, took_us in _settled(index, since_us):
        if at_us < until_us:
            steps.setdefault((at_us - since_us) // step_us, []).append(took_us)
    return [
        _beat(since_us + number * step_us, sorted(steps.get(number, ())))
        for number in range((until_us - since_us) // step_us)
    ]


class LastHour(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many inputs the index settled within an hour, and how long they took from receipt; None without any."""

    settled: int
    median_seconds: float | None = None
    p95_seconds: float | None = None


def last_hour(index: Index, now: int) -> LastHour:
    """The hour that ends at `now` (µs)."""
    (beat,) = read_rhythm(index, since_us=now - HOUR_US, until_us=now, step_us=HOUR_US)
    return hour_of(beat)


def hour_of(beat: Beat) -> LastHour:
    """A beat of an hour in seconds."""
    if not beat.count:
        return LastHour(settled=0)
    return LastHour(settled=beat.count, median_seconds=beat.p50_us / 1e6, p95_seconds=beat.p95_us / 1e6)


def _settled(index: Index, since_us: int) -> Iterator[tuple[int, int]]:
    with index.reading() as database:
        if database is None:
            return
        rows = database.execute("SELECT at_us, at_us - rev FROM changes ORDER BY change DESC LIMIT ?", (MOST_ROWS,))
        for at_us, took_us in rows:
            if at_us < since_us:
                return
            yield at_us, max(0, took_us)


def _beat(at_us: int, took: Sequence[int]) -> Beat:
    if not took:
        return Beat(at_us=at_us, count=0, p50_us=0, p95_us=0)
    worst = took[min(len(took) - 1, len(took) * 95 // 100)]
    return Beat(at_us=at_us, count=len(took), p50_us=_median(took), p95_us=worst)


def _median(took: Sequence[int]) -> int:
    middle = len(took) // 2
    return took[middle] if len(took) % 2 else (took[middle - 1] + took[middle]) // 2
