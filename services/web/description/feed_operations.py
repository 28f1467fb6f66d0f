"""The operations of outgoing feeds, in the terms of `operation.py`."""

from collections.abc import Mapping
from typing import Any

from services.web.description.feed_shapes import FeedList, JsonFeed
from services.web.description.operation import Answer, Operation

JSON = "application/json"
ATOM, JSON_FEED = "application/atom+xml", "application/feed+json"
OF_READERS = ("key", "password", "address")
OF_SEARCH = ("q", "source", "publisher", "since", "before", "rows", "address_key", "known", "known_since")
OF_SAVED = ("feed", "before", "rows", "address_key", "known", "known_since")
_OF_FEED = ("ETag", "Last-Modified?", "Link")


def _feed(media_type: str, shape: Any) -> Mapping[int, Answer]:
    return {
        200: Answer(meaning="A page of the feed.", media={media_type: shape}, headers=_OF_FEED),
        304: Answer(meaning="You have it already.", headers=_OF_FEED),
    }


FEED_OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("GET", "/v1/search.atom"): Operation(
        id="searchAsAtom",
        tag="Read",
        summary="What a search means, as an Atom feed",
        detail="The newest change first, with tombstones (RFC 6721) and pages (RFC 5005); without `q` all articles. "
        "Words count as typed where a mark was typed, else regardless of marks. Other parameters are refused.",
        parameters=OF_SEARCH,
        answers=_feed(ATOM, None),
        problems=("bad-request", "search-away"),
        keys=OF_READERS,
        curl='"$DESK/v1/search.atom?q=cao+su"',
    ),
    ("GET", "/v1/search.json"): Operation(
        id="searchAsJsonFeed",
        tag="Read",
        summary="What a search means, as a JSON Feed",
        parameters=OF_SEARCH,
        answers=_feed(JSON_FEED, JsonFeed),
        problems=("bad-request", "search-away"),
        keys=OF_READERS,
        curl='"$DESK/v1/search.json?source=feed"',
    ),
    ("GET", "/v1/feeds"): Operation(
        id="listFeeds",
        tag="Read",
        summary="The feeds of the desk",
        detail="Each filter that the desk has saved by name and that shows published articles.",
        parameters=("address_key",),
        answers={200: Answer(meaning="Their names and addresses.", media={JSON: FeedList})},
        problems=("bad-request",),
        keys=OF_READERS,
        curl='"$DESK/v1/feeds"',
    ),
    ("GET", "/v1/feeds/{name}.atom"): Operation(
        id="showFeedAsAtom",
        tag="Read",
        summary="A saved filter as an Atom feed",
        detail="As `/v1/search.atom`. A key with the scope `feeds` alone may stand in the address.",
        parameters=OF_SAVED,
        answers=_feed(ATOM, None),
        problems=("bad-request", "not-found", "search-away"),
        keys=OF_READERS,
        curl='"$DESK/v1/feeds/rubber.atom"',
    ),
    ("GET", "/v1/feeds/{name}.json"): Operation(
        id="showFeedAsJsonFeed",
        tag="Read",
        summary="A saved filter as a JSON Feed",
        parameters=OF_SAVED,
        answers=_feed(JSON_FEED, JsonFeed),
        problems=("bad-request", "not-found", "search-away"),
        keys=OF_READERS,
        curl='"$DESK/v1/feeds/rubber.json"',
    ),
}
