"""Until when an embargo holds: one moment, or none that may be guessed."""

import datetime as dt

import pytest

from shared.embargo import embargo_end_of, names_embargo

HUE = "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("said", "zone", "until"),
    [
        pytest.param("2026-01-31T06:00:00+07:00", None, "2026-01-30T23:00", id="with its zone"),
        pytest.param("2026-01-31 06:00 +0700", None, "2026-01-30T23:00", id="written looser"),
        pytest.param("20260131T060000Z", HUE, "2026-01-31T06:00", id="its own zone goes before the source's"),
        pytest.param("2026-01-31T06:00", HUE, "2026-01-30T23:00", id="a clock in the source's zone"),
        pytest.param("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T01:30", id="the second of two strokes"),
        pytest.param("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30", id="a clock that never strikes"),
        pytest.param(4102444800, None, "2100-01-01T00:00", id="seconds since 1970"),
        pytest.param("4102444800000", None, "2100-01-01T00:00", id="milliseconds since 1970"),
    ],
)
def test_a_moment_is_read(said: object, zone: str | None, until: str) -> None:
    assert embargo_end_of(said, zone) == dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "said", ["", " ", "31.12.2099 klo 10", "2099-12-31", "20991231", "soon", 5, -1, 1e300, float("inf"), True, [], {},
             "9999-12-31T23:00:00-12:00", "0001-01-01T00:00:00+12:00"]
)  # fmt: skip
def test_what_is_no_moment_is_none(said: object) -> None:
    assert embargo_end_of(said, HUE) is None


def test_a_clock_whose_zone_nobody_knows_is_no_moment() -> None:
    assert embargo_end_of("2099-12-31T10:00", None) is None
    assert embargo_end_of("2099-12-31T10:00", "No/Such") is None


@pytest.mark.parametrize("member", ["embargoedUntil", "embargoed", "embargoed_until", "EmbargoUntil"])
def test_an_embargo_has_several_names(member: str) -> None:
    assert names_embargo(member)
    assert not names_embargo(f"{member}Of")
