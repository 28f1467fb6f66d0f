"""What is told and when: once a change, after it has lasted, and again when it is over."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.notices import LONGEST, MOST_LINES, Changes, Fact, Told, changes_of, facts_of, message_of
from shared.ledger.troubles import REMEDIES, Failing, Trouble
from tests.unit.web.stand_ins import an_overview

SECOND = 1_000_000
AFTER = 60 * SECOND
NOW = 1_000 * SECOND


def fact(key: str = "disk-low /data", since: int = 0, what: str = "nearly full") -> Fact:
    return Fact(key=key, name=key, since=since, what=what, do="free some space")


def look(facts: list[Fact], told: Mapping[str, Told], now: int) -> tuple[Changes, dict[str, Told]]:
    """One look, whose message arrived: the changes, and what stands in Redis afterwards."""
    changes = changes_of(facts, told, now=now, after_us=AFTER)
    after = {**told, **changes.noted, **{one.key: Told(name=one.name, since=one.since) for one in changes.begun}}
    return changes, {key: was for key, was in after.items() if key not in changes.over}


def test_what_has_not_lasted_is_not_told() -> None:
    changes, _ = look([fact(since=NOW - AFTER + 1)], {}, NOW)
    assert changes.is_empty
    changes, _ = look([fact(since=NOW - AFTER)], {}, NOW)
    assert [one.key for one in changes.begun] == ["disk-low /data"]


def test_each_change_is_told_once() -> None:
    told: dict[str, Told] = {}
    said = []
    for now in range(NOW, NOW + 600 * SECOND, 5 * SECOND):
        changes, told = look([fact()] if now < NOW + 300 * SECOND else [], told, now)
        said += [("begun", now)] * len(changes.begun) + [("over", now)] * len(changes.over)
    assert [what for what, _ in said] == ["begun", "over"]
    assert said[1][1] == NOW + 300 * SECOND + AFTER
    assert told == {}


def test_what_flaps_is_told_once() -> None:
    told: dict[str, Told] = {}
    said = 0
    for turn in range(200):
        changes, told = look([fact()] if turn % 3 else [], told, NOW + turn * 20 * SECOND)
        said += not changes.is_empty
    assert said == 1


def test_how_long_it_lasted_is_without_the_wait() -> None:
    changes = changes_of([], {"x": Told(name="x", since=0, gone=600 * SECOND)}, now=NOW, after_us=AFTER)
    assert message_of(changes, NOW).body == "over after 10 min: x"


def test_feeds_are_told_one_by_one_and_not_twice() -> None:
    trouble = Trouble(code="feeds-failing", subject="", since=1, what="1 feeds", do="x")
    away = Trouble(code="worker-missing", subject="index", since=1, what="gone", do="start it")
    overview = an_overview()
    overview = type(overview)(status=overview.status, workers=(), troubles=(trouble, away))
    feed = Failing(name="https://a.example/rss", since=5, reason="https://a.example/rss answered 500")
    facts = facts_of(overview, [("f1", feed)])
    assert [one.key for one in facts] == ["worker-missing index", "feed f1"]
    changes = changes_of(facts, {}, now=NOW, after_us=AFTER)
    message = message_of(changes, NOW)
    assert message.title == "Copydesk: 2 troubles"
    assert message.body.splitlines()[2].startswith("feed https://a.example/rss (for 16 min): https://a.example/rss")


def test_a_silent_feed_is_told_as_that_and_what_to_do() -> None:
    silent = Failing(name="https://a.example/rss", since=5, reason="nothing new for 3.0 days", is_silent=True)
    (told,) = facts_of(an_overview(), [("f1", silent)])
    assert (told.key, told.do) == ("silent f1", REMEDIES["feeds-silent"])


def test_a_hundred_at_once_are_one_message_of_bounded_length() -> None:
    facts = [fact(f"feed {n}", what="x" * 9_999) for n in range(100)]
    message = message_of(changes_of(facts, {}, now=NOW, after_us=AFTER), NOW)
    assert message.title == "Copydesk: 100 troubles"
    assert len(message.body) < (MOST_LINES + 1) * (LONGEST + 10)
    assert message.body.endswith("... and 80 more: copydesk status")


@pytest.mark.parametrize(
    ("word", "shown"),
    [("<!channel>", "‹!channel›"), ("@everyone", "@ everyone"), ("\x1b[2J", "\\x1b[2J"), ("\u202egpj", "\\u202egpj")],
)
def test_words_of_a_feed_call_nobody_and_steer_nothing(word: str, shown: str) -> None:
    message = message_of(changes_of([fact(what=word)], {}, now=NOW, after_us=AFTER), NOW)
    assert shown in message.body and word not in message.body


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 90)), max_size=30))
def test_begun_and_over_take_turns(steps: list[tuple[bool, int]]) -> None:
    told: dict[str, Told] = {}
    said, now = [], NOW
    for is_there, seconds in steps:
        now += seconds * SECOND
        changes, told = look([fact()] if is_there else [], told, now)
        said += ["begun"] * len(changes.begun) + ["over"] * len(changes.over)
    assert said == ["begun", "over"] * (len(said) // 2) + ["begun"] * (len(said) % 2)
