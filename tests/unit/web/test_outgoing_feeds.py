"""What a reader of feeds is told while nothing can be searched, and that the description tells it."""

from dataclasses import replace
from typing import NoReturn

import pytest

from services.index.engine import SearchAway
from services.index.feed_page import FeedWanted
from services.web.description.operations import OPERATIONS
from services.web.routes import front_door
from tests.unit.web.caller import Caller
from tests.unit.web.stand_ins import Desk


def away(_: FeedWanted) -> NoReturn:
    raise SearchAway("the words are still to be made", retry_after=5)


@pytest.mark.parametrize("ending", ["atom", "json"])
@pytest.mark.parametrize(
    ("address", "operation"), [("/v1/search", "/v1/search"), ("/v1/feeds/rubber", "/v1/feeds/{name}")]
)
def test_a_feed_of_words_waits_for_the_words(
    client: Caller, desk: Desk, address: str, operation: str, ending: str
) -> None:
    desk.app_state.desk.filters.save("rubber", "q=cao su", who="an editor")
    with Caller(front_door(replace(desk.app_state, read_feed=away)), client.headers) as reader:
        answer = reader.get(f"{address}.{ending}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "/problems/search-away"
    assert "search-away" in OPERATIONS["GET", f"{operation}.{ending}"].problems
