"""Until when an embargo holds: one moment, or none that may be guessed."""

import datetime as dt
from collections.abc import Iterator

import pytest

from shared.embargo import embargo_end_of, embargo_members, every_member, is_over, latest, names_embargo

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
    ],
)
def test_a_moment_is_read(said: object, zone: str | None, until: str) -> None:
    assert embargo_end_of(said, zone) == dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "said", ["", " ", "31.12.2099 klo 10", "2099-12-31", "20991231", "soon", 5, -1, 4073515200, "4073515200",
             "4102444800000", 1e300, float("inf"), True, [], {},
             "9999-12-31T23:00:00-12:00", "0001-01-01T00:00:00+12:00"]
)  # fmt: skip
def test_what_is_no_moment_is_none(said: object) -> None:
    assert embargo_end_of(said, HUE) is None


def test_a_clock_whose_zone_nobody_knows_is_no_moment() -> None:
    assert embargo_end_of("2099-12-31T10:00", None) is None
    assert embargo_end_of("2099-12-31T10:00", "No/Such") is None


@pytest.mark.parametrize(
    "member",
    ["embargoedUntil", "embargoed", "embargoed_until", "EmbargoUntil", "schema:embargoedUntil", "embargoed-until"],
)
def test_an_embargo_has_several_names(member: str) -> None:
    assert names_embargo(member)
    assert not names_embargo(f"{member}Of")


NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("said", "zone", "over"),
    [
        pytest.param("2026-01-31T12:00Z", None, True, id="the very moment"),
        pytest.param("2026-01-31T12:00:01Z", None, False, id="a second ahead"),
        pytest.param("2026-01-31T19:00", HUE, True, id="a clock in the zone of its source"),
        pytest.param("2026-01-31T00:00", None, True, id="a clock that has struck in the last of all zones"),
        pytest.param("2026-01-31T00:01", None, False, id="a clock that has not"),
        pytest.param("20260131", None, True, id="a day that has begun"),
        pytest.param("20260201", None, False, id="a day that has not"),
        pytest.param("20260201", "Pacific/Kiritimati", True, id="a day that has begun where its source is"),
        pytest.param("20260131", "No/Such", False, id="a zone that nobody knows"),
        pytest.param("soon", None, False, id="no moment at all"),
    ],
)
def test_what_is_over_is_so_wherever_it_is_read(said: str, zone: str | None, *, over: bool) -> None:
    assert is_over(said, zone, NOON) is over


def test_the_latest_of_several_counts() -> None:
    assert latest() is latest(None) is None
    assert latest(NOON, None, NOON - dt.timedelta(1)) == NOON


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"embargoed": "a", "Embargo_Until": 5, "headline": "embargo"}', [("embargoed", "a"), ("Embargo_Until", 5)]),
        (b'{"embargoed": null, "b": {"embargoed": "inside"}}', [("embargoed", None)]),
        (b'{"embargoed": "a", "embargoed": "b"}', [("embargoed", ["a", "b"])]),
        (b'{"embargoed": "a", "embargoed": "a"}', [("embargoed", "a")]),
        (b'["embargoed"]', []),
        (b"{embargoed", []),
    ],
)
def test_members_that_name_one(body: bytes, named: list[tuple[str, object]]) -> None:
    assert list(embargo_members(body)) == named


def test_an_object_is_gone_through_no_more_often_for_many_names_of_embargoes() -> None:
    rounds = 0

    class Pairs(list[tuple[str, object]]):
        def __iter__(self) -> Iterator[tuple[str, object]]:
            nonlocal rounds
            rounds += 1
            return super().__iter__()

    members = every_member(Pairs((f"embargo{'_' * count}", "a") for count in range(100)))
    assert (len(members), rounds) == (100, 2)
