"""The report over the scorers' figures: tables read back, floors kept."""

import pytest

from tests.quality.report import Floor, read_floors, read_tables

PRINTED = """
### fundus / dev (113 pages)

| system | title_exact | caption_leak | errors |
|---|---|---|---|
| ours | 0.823 | 0.005 | 0 |

### htmldate / dev (488 pages)

| system | day_acc |
|---|---|
| ours | – |
"""


def test_tables_are_read_back() -> None:
    assert read_tables(PRINTED) == {
        "pages.fundus.title_exact": 0.823,
        "pages.fundus.caption_leak": 0.005,
        "pages.fundus.errors": 0.0,
    }


@pytest.mark.parametrize(
    ("floor", "holds"),
    [
        pytest.param(Floor(name="pages.aeb.shingle_f1", value=0.98, floor=0.975), True, id="above"),
        pytest.param(Floor(name="pages.aeb.shingle_f1", value=0.97, floor=0.975), False, id="below"),
        pytest.param(
            Floor(name="pages.fundus.caption_leak", value=0.01, floor=0.015), True, id="a leak under its ceiling"
        ),
        pytest.param(Floor(name="pages.fundus.caption_leak", value=0.02, floor=0.015), False, id="a leak over it"),
        pytest.param(Floor(name="pages.aeb.shingle_f1", value=None, floor=0.975), True, id="not scored"),
    ],
)
def test_floors(floor: Floor, holds: bool) -> None:
    assert floor.holds is holds


def test_every_floor_is_a_share() -> None:
    assert all(0 < floor <= 1 for floor in read_floors().values())
