"""How long entries wait for their visit, in simulated time: a pace by novelty beside a fixed one of equal cost."""

import heapq
import math
import random
from collections import Counter
from collections.abc import Sequence

import msgspec

from benchmarks.figures import Figure
from services.ingest.novelty import DAY_S, HOUR_S, Novelty, observe, wanted_wait
from services.ingest.request_budget import Bounds, Budget, affordable_pace, kind_of

HALF_HOUR = 1800.0
SOLVED_S = 600.0  # a desk learns each half minute what it can afford
SHOWN = 20  # entries of a document
# How much of a day's news comes in each hour of a newsroom's day, and on a day of its weekend.
BY_HOUR = (1, 1, 1, 1, 2, 6, 12, 19, 20, 19, 17, 15, 11, 12, 14, 17, 18, 15, 12, 10, 8, 7, 4, 2)
WEEKEND = 0.5


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that is played: when its entries come (s, in order), and whether it dates them."""

    entries: Sequence[float]
    is_dated: bool


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: requests, and for how long each entry waited (s)."""

    requests: int
    waits: Sequence[float]


def run() -> list[Figure]:
    """Three weeks of a hundred feeds, of which the first is not counted; and one day of ten thousand."""
    papers = make_papers(120, 21, seed=1)
    budget = Budget(interval_s=HALF_HOUR)
    ours = play(papers, 21, budget, counted_from=7)
    fixed = play_fixed(papers, 21, 14 * DAY_S * len(papers) / ours.requests, counted_from=7)
    ratio = mean(ours.waits) / mean(fixed.waits)
    spent = ours.requests / (14 * budget.requests(len(papers)))
    large = Budget(interval_s=HALF_HOUR, a_day=10 * 10_000)
    day = play(make_papers(10_000, 2, seed=2), 2, large, counted_from=1)
    return [
        Figure(name="novelty.wait", value=mean(ours.waits) / 60, unit="min an entry waits"),
        Figure(name="novelty.wait.fixed", value=mean(fixed.waits) / 60, unit="min at a fixed pace"),
        Figure(name="novelty.in_fixed", value=ratio, unit="x", goal=0.5, is_ratio=True),
        Figure(name="novelty.spent", value=100 * spent, unit="% of the requests of a day", goal=100),
        Figure(name="novelty.spent.10k", value=day.requests / large.requests(10_000) * 100, unit="%", goal=100),
    ]


def make_papers(count: int, days: int, *, seed: int) -> list[Paper]:
    """Feeds as there are: from one entry in three weeks to 150 a day, most by a newsroom's clock, some in bundles."""
    chance = random.Random(seed)
    return [_make_paper(chance, days) for _ in range(count)]


def _make_paper(chance: random.Random, days: int) -> Paper:
    rate = math.exp(chance.uniform(math.log(0.05), math.log(150)))
    zone, even = chance.choice((0, 0, 7, 7, 7, -5)), chance.random() < 0.15
    bundle = chance.choice((1, 1, 4))
    entries = []
    for hour in range(days * 24):
        local = hour + zone
        share = 1 / 24 if even else BY_HOUR[local % 24] / sum(BY_HOUR) * (WEEKEND if (local // 24) % 7 in (2, 3) else 1)
        at = chance.expovariate(1.0)
        while at < rate * share / bundle:  # the next of a Poisson process whose unit is one bundle
            moment = (hour + at / (rate * share / bundle)) * HOUR_S
            entries += [moment + chance.uniform(0, 40) for _ in range(bundle)]
            at += chance.expovariate(1.0)
    return Paper(entries=sorted(moment for moment in entries if moment < days * DAY_S), is_dated=chance.random() > 0.1)


def play(papers: Sequence[Paper], days: int, budget: Budget, *, counted_from: float = 0, seed: int = 3) -> Played:
    """Visit feeds at the pace that the budget affords."""
    chance, bounds, begin = random.Random(seed), budget.bounds(), counted_from * DAY_S
    known, kinds = [Novelty()] * len(papers), [""] * len(papers)
    counts, seen, waits, requests = Counter[str](), [0] * len(papers), list[float](), 0
    due = [(chance.uniform(0, min(budget.interval_s, DAY_S)), number) for number in range(len(papers))]
    heapq.heapify(due)
    pace, solved = 1.0, -math.inf
    while due[0][0] < days * DAY_S:
        now, number = due[0]
        if now - solved > SOLVED_S:
            pace, solved = affordable_pace(counts, len(papers) - sum(counts.values()), budget), now
        new, seen[number] = _read(papers[number], seen[number], now)
        known[number] = _note(known[number], papers[number], new, now)
        counts[kinds[number]] -= bool(kinds[number])
        kinds[number] = kind_of(known[number], bounds)
        counts[kinds[number]] += 1
        requests += now >= begin
        waits += [now - moment for moment in new if moment >= begin]
        heapq.heapreplace(due, (now + _wait(known[number], now, pace, bounds) * chance.uniform(0.9, 1.1), number))
    return Played(requests=requests, waits=waits)


def _wait(known: Novelty, now: float, pace: float, bounds: Bounds) -> float:
    return max(wanted_wait(known, now, pace, bounds.longest_s), bounds.shortest_s)


def _read(paper: Paper, seen: int, now: float) -> tuple[Sequence[float], int]:
    """What a document shows that the last one did not."""
    until = seen
    while until < len(paper.entries) and paper.entries[until] <= now:
        until += 1
    return paper.entries[seen:until], until


def _note(known: Novelty, paper: Paper, new: Sequence[float], now: float) -> Novelty:
    if not paper.is_dated:
        return observe(known, now, (), len(new))
    return observe(known, now, new[-SHOWN:], max(0, len(new) - SHOWN))


def play_fixed(papers: Sequence[Paper], days: int, interval_s: float, *, counted_from: float = 0) -> Played:
    """Visit each feed so often, whatever it brings."""
    chance, begin, waits, requests = random.Random(4), counted_from * DAY_S, list[float](), 0
    for paper in papers:
        now, seen = chance.uniform(0, interval_s), 0
        while now < days * DAY_S:
            new, seen = _read(paper, seen, now)
            requests += now >= begin
            waits += [now - moment for moment in new if moment >= begin]
            now += interval_s * chance.uniform(0.9, 1.1)
    return Played(requests=requests, waits=waits)


def mean(values: Sequence[float]) -> float:
    """The mean of some values, of which there is one."""
    return sum(values) / len(values)
