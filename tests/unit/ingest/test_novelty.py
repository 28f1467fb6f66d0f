"""What is known of a feed's news, and how the requests of a day are shared out by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.novelty import make_papers, mean, play, play_fixed
from services.ingest.novelty import DAY_S, HOUR_S, Novelty, observe, wanted_wait, weight_of
from services.ingest.request_budget import Bounds, Budget, affordable_pace, kind_of

NOW = 20_000 * DAY_S
TIMES = st.floats(0, 4e9)


def watch(novelty: Novelty, begin: float, days: float, every_s: float, visit_s: float = HOUR_S) -> Novelty:
    """What is known after visits each hour of a feed that brings an entry each `every_s`."""
    at, entry = begin, begin + every_s
    while at < begin + days * DAY_S:
        at += visit_s
        new = []
        while entry <= at:
            new.append(entry)
            entry += every_s
        novelty = observe(novelty, at, new)
    return novelty


@pytest.mark.parametrize("every_s", [600.0, HOUR_S, 6 * HOUR_S, DAY_S])
def test_the_rate_of_a_steady_feed_is_learnt_within_a_week(every_s: float) -> None:
    assert watch(observe(Novelty(), NOW, ()), NOW, 7, every_s).rate == pytest.approx(DAY_S / every_s, rel=0.25)


@pytest.mark.parametrize("every_s", [600.0, HOUR_S, 8 * HOUR_S, 3 * DAY_S])
def test_the_first_document_tells_the_rate_by_its_dates(every_s: float) -> None:
    dates = [NOW - every_s / 2 - every_s * number for number in range(20)]
    assert observe(Novelty(), NOW, dates).rate == pytest.approx(DAY_S / every_s, rel=0.9)


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param([], id="none"),
        pytest.param([NOW - 60] * 20, id="all of them one"),
        pytest.param([NOW - number for number in range(20)], id="made at the visit"),
        pytest.param([NOW + DAY_S * number for number in range(1, 20)], id="of the future"),
        pytest.param([0.0, 1.0], id="of 1970"),
    ],
)
def test_dates_that_tell_nothing_leave_what_is_thought_of_any_feed(dates: list[float]) -> None:
    assert observe(Novelty(), NOW, dates).rate == Novelty().rate


def test_a_feed_without_dates_is_learnt_by_its_counts() -> None:
    novelty = observe(Novelty(), NOW, ())
    for hour in range(1, 7 * 24):
        novelty = observe(novelty, NOW + hour * HOUR_S, (), undated=1)
    assert novelty.rate == pytest.approx(24, rel=0.2)


def test_a_feed_is_asked_more_often_in_the_hours_in_which_it_publishes() -> None:
    novelty = observe(Novelty(), NOW, ())
    for hour in range(1, 10 * 24):
        at = NOW + hour * HOUR_S
        is_day = 6 <= (at // HOUR_S) % 24 < 18
        novelty = observe(novelty, at, [at - 60, at - 120] if is_day else [])
    noon, night = NOW + 10 * DAY_S + 10 * HOUR_S, NOW + 10 * DAY_S + 22 * HOUR_S
    assert wanted_wait(novelty, noon, 0.1, DAY_S) < wanted_wait(novelty, night, 0.1, DAY_S) / 2


@given(st.lists(st.tuples(st.floats(0, 30 * DAY_S), st.lists(TIMES, max_size=30), st.integers(0, 1000)), max_size=20))
def test_whatever_the_visits_bring_what_is_known_stays_within_sense(
    visits: list[tuple[float, list[float], int]],
) -> None:
    novelty, now = Novelty(), NOW
    for wait, dates, undated in visits:
        now += wait
        novelty = observe(novelty, now, dates, undated)
        assert 0.02 <= novelty.rate < float("inf")
        assert 0 < weight_of(novelty) < float("inf")
        assert 0 < wanted_wait(novelty, now, 1.0, DAY_S) <= DAY_S
        assert all(value >= 0 for value in (*novelty.hours, *novelty.weekdays, novelty.silence, novelty.longest))


@given(st.lists(st.floats(0.05, 300), min_size=1, max_size=40), st.floats(0.5, 200))
def test_the_pace_spends_the_budget_and_no_more(rates: list[float], each: float) -> None:
    bounds = Bounds(shortest_s=60, longest_s=30 * DAY_S)
    known = [Novelty(count=rate, days=1.0) for rate in rates]
    kinds: dict[str, int] = {}
    for novelty in known:
        kinds[kind_of(novelty, bounds)] = kinds.get(kind_of(novelty, bounds), 0) + 1
    pace = affordable_pace(kinds, 0, Budget(interval_s=1800, a_day=each * len(rates)))
    spent = sum(DAY_S / max(wanted_wait(novelty, NOW, pace, bounds.longest_s), 60.0) for novelty in known)
    assert spent <= each * len(rates) * 1.1  # kinds are told apart by a twelfth
    assert spent >= each * len(rates) * 0.85


def test_a_feed_of_a_pace_of_its_own_costs_the_others_what_it_spends() -> None:
    free, own = Bounds(shortest_s=60, longest_s=DAY_S), Bounds(shortest_s=300, longest_s=300)
    budget = Budget(interval_s=1800, a_day=480)
    alone = affordable_pace({kind_of(Novelty(), free): 10}, 0, budget)
    beside = affordable_pace({kind_of(Novelty(), free): 10, kind_of(Novelty(), own): 1}, 0, budget)
    assert beside / alone == pytest.approx(480 / (480 - 288), rel=0.05)


def test_feeds_that_nobody_has_visited_yet_count_like_any_other() -> None:
    budget = Budget(interval_s=1800)
    kinds = {kind_of(Novelty(), budget.bounds()): 10}
    assert affordable_pace(kinds, 0, budget) == pytest.approx(affordable_pace({}, 10, budget))


def test_kinds_of_another_release_count_for_nothing_until_their_feeds_are_visited() -> None:
    budget = Budget(interval_s=1800)
    kinds = {kind_of(Novelty(), budget.bounds()): 10}
    others = {"x": 3, "1:2": 4, "99999999:1:1": 5}
    assert affordable_pace(kinds | others, 0, budget) == affordable_pace(kinds, 0, budget)


@pytest.mark.parametrize(
    ("interval_s", "expected"), [(10, (10, DAY_S)), (3, (3, DAY_S)), (1800, (300, DAY_S)), (200_000, (300, 200_000))]
)
def test_the_bounds_of_a_pace_follow_the_interval(interval_s: float, expected: tuple[float, float]) -> None:
    bounds = Budget(interval_s=interval_s).bounds()
    assert (bounds.shortest_s, bounds.longest_s) == expected


def test_entries_wait_half_as_long_as_at_a_fixed_interval_of_as_many_requests() -> None:
    papers = make_papers(60, 8, seed=5)
    budget = Budget(interval_s=7200)
    ours = play(papers, 8, budget, counted_from=5)
    fixed = play_fixed(papers, 8, 3 * DAY_S * len(papers) / ours.requests, counted_from=5)
    assert mean(ours.waits) <= 0.5 * mean(fixed.waits)


def test_a_day_of_ten_thousand_feeds_holds_its_budget() -> None:
    budget = Budget(interval_s=1800, a_day=12_000)
    day = play(make_papers(10_000, 2, seed=6), 2, budget, counted_from=1)  # the first begins with a visit of each
    assert day.requests <= budget.requests(10_000)


def test_a_feed_is_silent_when_it_says_nothing_for_far_longer_than_ever() -> None:
    novelty = watch(observe(Novelty(), NOW, ()), NOW, 10, 2 * HOUR_S)
    assert not novelty.is_silent
    quiet = watch(novelty, novelty.seen_s, 1, 9 * DAY_S)
    assert not quiet.is_silent
    silent = watch(quiet, quiet.seen_s, 1.5, 9 * DAY_S)
    assert silent.is_silent
    heard = observe(silent, silent.seen_s + HOUR_S, [silent.seen_s + 60])
    assert not heard.is_silent
    again = watch(heard, heard.seen_s, 2, 9 * DAY_S)
    assert not again.is_silent  # it has been silent for as long before


def test_a_feed_that_nobody_knows_yet_is_never_silent() -> None:
    assert not watch(observe(Novelty(), NOW, ()), NOW, 30, 60 * DAY_S, visit_s=6 * HOUR_S).is_silent


def test_the_hours_in_which_nobody_looked_are_no_silence_until_the_next_visit_finds_nothing() -> None:
    novelty = watch(observe(Novelty(), NOW, ()), NOW, 10, 2 * HOUR_S)
    late = novelty.seen_s + 5 * DAY_S
    assert not observe(novelty, late, [late - DAY_S]).is_silent
    assert observe(novelty, late, []).is_silent
