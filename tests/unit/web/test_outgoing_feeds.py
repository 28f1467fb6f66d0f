"""What a reader of feeds is told while nothing can be searched, and one that sends a date which is none."""

from dataclasses import replace
from typing import NoReturn

import pytest

from services.index.engine import SearchAway
from services.index.feed_page import FeedPage, FeedWanted
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


def test_a_reader_whose_date_is_none_gets_the_page(client: Caller, desk: Desk) -> None:
    def nothing(_: FeedWanted) -> FeedPage:
        return FeedPage(shown=(), gone=(), next=None)

    with Caller(front_door(replace(desk.app_state, read_feed=nothing)), client.headers) as reader:
        answer = reader.get("/v1/search.atom", if_modified_since="Mon, 09 Nov 2015 05:34:99999999999999999999 GMT")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
