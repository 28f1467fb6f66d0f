"""How a feed is doing, in one word."""

import pytest
from msgspec.structs import replace

from services.ingest.feed_alarm import Alarm, soothe, sound
from services.ingest.feed_states import FeedState
from services.ingest.novelty import Novelty
from services.ingest.schedule import Scope
from services.ingest.standing import State, standing_of
from services.ingest.subscriptions import Subscription
from services.ingest.visit_rules import failing_of, note_failure, note_success, scope_of
from shared.errors import PermanentError, TransientError
from shared.net.http import RequestRefused

DAY_US = 86_400_000_000
NOW = 20_000 * DAY_US
FEED = Subscription(id="f", url="https://news.example/rss")
FINE = FeedState(status=200)


@pytest.mark.parametrize(
    ("state", "feed", "word", "reason"),
    [
        pytest.param(FeedState(), FEED, "new", None, id="never visited"),
        pytest.param(FINE, FEED, "fine", None, id="read"),
        pytest.param(
            FeedState(failures=2, trouble="soft", problem="no answer"), FEED, "soft", "no answer", id="no answer"
        ),
        pytest.param(FeedState(failures=1, trouble="hard", problem="no feed"), FEED, "hard", "no feed", id="no feed"),
        pytest.param(FeedState(failures=1, trouble="blocked", status=403), FEED, "blocked", "403", id="refused"),
        pytest.param(FeedState(failures=1, status=503), FEED, "soft", "503", id="noted by an older release"),
        pytest.param(FeedState(stopped=True, failures=1, problem="answered 410"), FEED, "gone", "410", id="ended"),
        pytest.param(FeedState(why="offline", problem="no route"), FEED, "offline", "no route", id="cut off"),
        pytest.param(replace(FINE, novelty=Novelty(silence=99.0)), FEED, "silent", "nothing new", id="silent"),
        pytest.param(replace(FINE, restless=5), FEED, "restless", "last 5 visits", id="edits everything"),
        pytest.param(
            replace(FINE, moved="https://lan:x@new.example/rss", moves=1), FEED, "moving",
            "to https://new.example/rss; it is believed the third time, by visits that nobody asked for (1 of 3)",
            id="says that it moved, and no password in it",
        ),
        pytest.param(
            FINE, replace(FEED, moved_from="https://old.example/rss", moved_us=NOW - DAY_US), "moved", "old.example",
            id="moved yesterday",
        ),
        pytest.param(
            FINE, replace(FEED, moved_from="https://old.example/rss", moved_us=NOW - 31 * DAY_US), "fine", None,
            id="moved long ago",
        ),
    ],
)  # fmt: skip
def test_standing(state: FeedState, feed: Subscription, word: State, reason: str | None) -> None:
    standing = standing_of(feed, state, NOW)
    assert standing.state == word
    assert (standing.reason is None) == (reason is None)
    assert (reason or "") in (standing.reason or "")


@pytest.mark.parametrize(
    ("status", "retry_after", "set_for_it", "expected"),
    [
        pytest.param(429, None, None, "host", id="too many: the host counts"),
        pytest.param(429, 60.0, "domain", "domain", id="as it is set"),
        pytest.param(429, 60.0, "feed", "feed", id="a gateway's"),
        pytest.param(503, 60.0, None, "feed", id="of the site behind a gateway"),
        pytest.param(503, 60.0, "host", "host", id="a busy server, as it is set"),
        pytest.param(403, 60.0, None, "feed", id="a no for some time"),
        pytest.param(503, None, "host", "feed", id="nothing was asked for"),
        pytest.param(None, None, "domain", "feed", id="nobody answered"),
    ],
)
def test_for_whom_a_wish_counts(
    status: int | None, retry_after: float | None, set_for_it: Scope | None, expected: Scope
) -> None:
    assert scope_of(status, retry_after, set_for_it) == expected


def test_what_may_pass_is_told_the_third_time_and_a_no_at_once() -> None:
    state = FeedState()
    for told in (False, False, True, True):
        state = note_failure(state, TransientError("no answer"), NOW)
        assert (failing_of(FEED, state, NOW) is not None) is told
    refused = note_failure(FeedState(), RequestRefused("answered 404", status=404), NOW)
    assert failing_of(FEED, refused, NOW) is not None
    assert failing_of(FEED, note_success(refused), NOW) is None


def test_a_feed_that_fails_by_turns_is_told_once() -> None:
    state, told = FeedState(), []
    for _ in range(6):
        state = note_failure(state, PermanentError("no feed"), NOW)
        told.append(failing_of(FEED, state, NOW) is not None)
        state = note_success(state)
        told.append(failing_of(FEED, state, NOW) is not None)
    changes = sum(before != after for before, after in zip([False, *told], told, strict=False))
    assert changes == 3  # told, over, and told again: then it stays told while it fails by turns
    for _ in range(8):
        state = note_success(state)
    assert failing_of(FEED, state, NOW) is None


def test_an_alarm_of_long_ago_makes_none_last_longer() -> None:
    alarm = soothe(sound(Alarm(), "no feed", NOW))
    assert sound(alarm, "no feed", NOW + 2 * DAY_US).left == 1
    assert sound(alarm, "no feed", NOW + DAY_US // 2).left == 2


def test_silence_is_told_until_something_comes() -> None:
    state = replace(FINE, news_us=NOW - 3 * DAY_US, novelty=Novelty(silence=20.0, usual=6.5))
    told = failing_of(FEED, state, NOW)
    assert told is not None
    assert (told.is_silent, told.since) == (True, NOW - 3 * DAY_US)
    assert told.reason == "nothing new for 3.0 days; it brought 6.5 entries a day before"
    assert failing_of(FEED, replace(state, novelty=Novelty(silence=0.0, longest=20.0)), NOW) is None
