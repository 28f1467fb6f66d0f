"""When a feed is due by its present interval: by what it asks for as at its last visit."""

import pytest

from services.ingest.feed_states import FeedState
from services.ingest.novelty import Novelty
from services.ingest.repacing import SECOND_US, due_by

MINUTE_S, DAY_S = 60.0, 86_400.0
VISITED_US = 1_000 * SECOND_US


@pytest.mark.parametrize(
    ("entries", "due_after_s"),
    [
        pytest.param(0.5, DAY_S, id="a pace that a feed tells of itself holds"),
        pytest.param(40.0, 10 * MINUTE_S, id="but not what its entries refute"),
    ],
)
def test_a_changed_interval_goes_by_what_the_feed_asks_for(entries: float, due_after_s: float) -> None:
    state = FeedState(
        checked_us=VISITED_US,
        due_us=VISITED_US + int(2 * DAY_S) * SECOND_US,
        why="pace",
        period_s=DAY_S,
        novelty=Novelty(count=entries, days=1.0),
    )
    assert due_by(state, 10 * MINUTE_S, is_changed=True) == VISITED_US + int(due_after_s) * SECOND_US
