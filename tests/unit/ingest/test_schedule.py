"""When a feed is visited next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.schedule import DAY_S, FetchOutcome, Kind, next_wait, read_fresh


def wait(visit: FetchOutcome, interval: float = 900, failures: int = 0, jitter: float = 0.5) -> float | None:
    wait = next_wait(visit, interval, failures, jitter)
    return None if wait is None else round(wait, 3)


@pytest.mark.parametrize(
    ("visit", "failures", "expected"),
    [
        pytest.param(FetchOutcome(kind="news"), 0, 900, id="the feed's own interval"),
        pytest.param(FetchOutcome(kind="same", fresh_s=3600), 0, 3600, id="fresh for longer"),
        pytest.param(FetchOutcome(kind="same", fresh_s=60), 0, 900, id="fresh for less"),
        pytest.param(FetchOutcome(kind="news", fresh_s=DAY_S), 0, 21600, id="fresh for at most six hours"),
        pytest.param(FetchOutcome(kind="failed"), 1, 1800, id="failed once"),
        pytest.param(FetchOutcome(kind="failed"), 3, 7200, id="failed three times"),
        pytest.param(FetchOutcome(kind="failed"), 99, DAY_S, id="failed for ever"),
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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=600", 600),
        ('public, Max-Age="60", must-revalidate', 60),
        ("max-age=99999999999", DAY_S),
        ("s-maxage=5", None),
        ("max-age=soon", None),
        ("", None),
        (None, None),
    ],
)
def test_read_fresh(value: str | None, expected: float | None) -> None:
    assert read_fresh(value) == expected
