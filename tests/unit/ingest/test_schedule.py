"""When a feed is visited next."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.freshness import read_fresh
from services.ingest.schedule import (
    DAY_S,
    HOUR_S,
    FetchOutcome,
    Kind,
    RestTimes,
    after_rest,
    believed_period,
    next_wait,
    rest_of_others,
    why_then,
)


def wait(visit: FetchOutcome, interval: float = 900, failures: int = 0, jitter: float = 0.5) -> float | None:
    wait = next_wait(visit, interval, failures, jitter)
    return None if wait is None else round(wait, 3)


@pytest.mark.parametrize(
    ("visit", "failures", "expected"),
    [
        pytest.param(FetchOutcome(kind="news"), 0, 900, id="the feed's own interval"),
        pytest.param(FetchOutcome(kind="same", fresh_s=3600), 0, 3780, id="fresh for longer: later, never sooner"),
        pytest.param(FetchOutcome(kind="same", fresh_s=60), 0, 900, id="fresh for less"),
        pytest.param(FetchOutcome(kind="news", fresh_s=DAY_S), 0, 22680, id="fresh for at most six hours"),
        pytest.param(FetchOutcome(kind="same", period_s=DAY_S), 0, 90720, id="changes once a day, as it says"),
        pytest.param(FetchOutcome(kind="same", period_s=30 * DAY_S), 0, 90720, id="a period counts for a day at most"),
        pytest.param(FetchOutcome(kind="news", news=20, entries=20), 0, 450, id="all new: there may have been more"),
        pytest.param(FetchOutcome(kind="news", news=19, entries=20), 0, 900, id="one was known: nothing was missed"),
        pytest.param(FetchOutcome(kind="failed"), 1, 60, id="failed once: soon again"),
        pytest.param(FetchOutcome(kind="failed"), 2, 120, id="failed twice"),
        pytest.param(FetchOutcome(kind="failed"), 99, 240, id="failed often within some hours"),
        pytest.param(FetchOutcome(kind="failed", trouble="hard"), 1, 60, id="a no: soon again"),
        pytest.param(FetchOutcome(kind="failed", trouble="hard"), 2, 900, id="a second no: at the feed's pace"),
        pytest.param(FetchOutcome(kind="failed", trouble="hard"), 4, 3600, id="a no four times"),
        pytest.param(FetchOutcome(kind="failed", trouble="hard"), 99, DAY_S, id="a no for ever"),
        pytest.param(FetchOutcome(kind="failed", trouble="blocked"), 1, 1800, id="blocked: not soon"),
        pytest.param(FetchOutcome(kind="offline"), 0, 60, id="we are cut off"),
        pytest.param(FetchOutcome(kind="gone"), 1, None, id="gone"),
    ],
)
def test_next_wait(visit: FetchOutcome, failures: int, expected: float | None) -> None:
    assert wait(visit, failures=failures) == expected


def test_a_wish_of_the_server_moves_a_visit_later_only() -> None:
    assert wait(FetchOutcome(kind="failed", retry_after=3600), failures=1, jitter=0) == 3600
    assert wait(FetchOutcome(kind="failed", retry_after=1), failures=1, jitter=0) == 60
    assert wait(FetchOutcome(kind="failed", retry_after=1), interval=10, failures=1, jitter=0) == 10


def test_a_full_desk_costs_the_feed_no_more_than_the_wait() -> None:
    assert wait(FetchOutcome(kind="full", retry_after=30), failures=9, jitter=0) == 30
    assert wait(FetchOutcome(kind="full"), jitter=0) == 60


@given(
    st.sampled_from(["news", "same", "failed", "full"]),
    st.none() | st.floats(0, 1e9),
    st.none() | st.floats(0, 1e9),
    st.floats(10, DAY_S),
    st.integers(0, 10_000),
    st.floats(0, 1, exclude_max=True),
)
def test_a_visit_is_always_later_and_within_a_day_or_what_full_asks(
    kind: Kind, retry_after: float | None, fresh_s: float | None, interval: float, failures: int, jitter: float
) -> None:
    wait = next_wait(FetchOutcome(kind=kind, retry_after=retry_after, fresh_s=fresh_s), interval, failures, jitter)
    assert wait is not None
    assert wait > 0
    if kind != "full":
        assert wait <= DAY_S * 1.1
    if retry_after is not None and kind == "failed":
        assert wait >= min(retry_after, DAY_S) - 0.001


@pytest.mark.parametrize("down_s", [60.0, 600.0, 3 * 3600.0])
@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_a_server_that_comes_back_is_asked_within_five_minutes(down_s: float, jitter: float) -> None:
    at, failures = 0.0, 0
    while at < down_s:
        failures += 1
        next_one = next_wait(FetchOutcome(kind="failed"), 900, failures, jitter, failing_s=at)
        assert next_one is not None
        at += next_one
    assert at - down_s <= 300 - 30  # the visit itself may take half a minute


def test_a_server_that_stays_away_is_asked_ever_more_rarely() -> None:
    failed = FetchOutcome(kind="failed")
    waits = [next_wait(failed, 900, 99, 0.5, failing_s=days * DAY_S) or 0 for days in (0.1, 0.5, 1, 3, 9)]
    assert waits == sorted(waits)
    assert waits[-1] == DAY_S


def test_only_a_wish_of_the_host_lets_all_its_feeds_rest() -> None:
    assert rest_of_others(FetchOutcome(kind="failed", retry_after=600)) is None
    assert rest_of_others(FetchOutcome(kind="failed", retry_after=600, scope="host")) == 600
    assert rest_of_others(FetchOutcome(kind="failed", retry_after=DAY_S, scope="domain")) == 3600


@given(st.floats(60, DAY_S), st.floats(0, DAY_S), st.floats(0, DAY_S), st.floats(0, 1, exclude_max=True))
def test_what_a_server_asks_for_moves_a_visit_later_only(
    interval: float, fresh_s: float, period_s: float, jitter: float
) -> None:
    outcome = FetchOutcome(kind="same", fresh_s=fresh_s, period_s=period_s)
    wait = next_wait(outcome, interval, 0, jitter)
    assert wait is not None
    assert wait >= max(min(fresh_s, 6 * HOUR_S), period_s)
    assert (why_then(outcome, interval) == "asked") == (outcome.asked_s > interval)


MONDAY = 4 * DAY_S  # 5 January 1970, midnight


@pytest.mark.parametrize(
    ("at", "wait_s", "rest", "expected"),
    [
        pytest.param(MONDAY, HOUR_S, RestTimes(), HOUR_S, id="it never rests"),
        pytest.param(MONDAY, HOUR_S, RestTimes(hours=(1, 2)), 3 * HOUR_S, id="until its hours are over"),
        pytest.param(MONDAY, HOUR_S, RestTimes(hours=(0, 3)), HOUR_S, id="between its hours"),
        pytest.param(MONDAY, HOUR_S, RestTimes(days=(0,)), DAY_S, id="until its day is over"),
        pytest.param(
            MONDAY, HOUR_S, RestTimes(days=(0,), hours=(0, 1)), DAY_S + 2 * HOUR_S, id="its day, then its hours"
        ),
        pytest.param(MONDAY, 60, RestTimes(hours=tuple(range(24))), 60, id="who rests always is not believed"),
        pytest.param(MONDAY, 60, RestTimes(days=tuple(range(7))), 60, id="on all days neither"),
    ],
)
def test_after_rest(at: float, wait_s: float, rest: RestTimes, expected: float) -> None:
    assert after_rest(wait_s, at, rest, 0) == expected


@given(
    st.floats(0, 4e9), st.floats(0, 2 * DAY_S), st.sets(st.integers(0, 23), max_size=23),
    st.sets(st.integers(0, 6), max_size=6), st.floats(0, 1, exclude_max=True),
)  # fmt: skip
def test_a_rest_moves_a_visit_out_of_it_and_never_sooner(
    now_s: float, wait_s: float, hours: set[int], days: set[int], jitter: float
) -> None:
    wait = after_rest(wait_s, now_s, RestTimes(hours=tuple(hours), days=tuple(days)), 0)
    at = dt.datetime.fromtimestamp(now_s + wait + 0.001, dt.UTC)
    assert wait >= wait_s
    assert at.hour not in hours
    assert at.weekday() not in days
    assert after_rest(wait_s, now_s, RestTimes(hours=tuple(hours), days=tuple(days)), jitter) >= wait


def test_a_period_is_believed_until_the_feed_refutes_it() -> None:
    assert believed_period(HOUR_S, 24) == HOUR_S
    assert believed_period(HOUR_S, 60) is None
    assert believed_period(None, 1) is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age="60", must-revalidate'}, 60),
        ({"cache-control": "max-age=99999999999"}, DAY_S),
        ({"cache-control": "s-maxage=5"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": ""}, None),
        ({}, None),
        ({"expires": "Mon, 09 Nov 2015 06:34:00 GMT"}, 3600),
        ({"expires": "Mon, 09 Nov 2015 06:34:00 GMT", "cache-control": "max-age=60"}, 60),
        ({"expires": "Mon, 09 Nov 2015 04:34:00 GMT"}, 0),
        ({"expires": "Mon, 09 Nov 2099 04:34:00 GMT"}, DAY_S),
        ({"expires": "0"}, None),
    ],
)
def test_read_fresh(headers: dict[str, str], expected: float | None) -> None:
    assert read_fresh(headers, dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.UTC)) == expected
