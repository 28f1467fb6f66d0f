"""What a person learns of one feed: its last visits, when it is due and why, and what can be changed of it."""

import json
from typing import Any

import pytest

from services.ingest.feed_history import VISITS_KEPT, FeedVisit, last_visits
from services.ingest.feed_states import FeedState
from services.ingest.novelty import Novelty
from shared.clock import now_us
from shared.ledger.troubles import Failing
from tests.integration.feed_notes import note_state
from tests.integration.origin import Reply
from tests.integration.test_feed_desk import BROKEN, FINE, Feeds, browser, feeds, run
from tests.integration.test_feed_visits import Desk, feed, item
from tests.integration.test_feed_visits import desk as visited
from tests.integration.test_pages import desk

__all__ = ["browser", "desk", "feeds", "visited"]


def test_the_last_visits_tell_what_came_of_each_and_no_more_than_thirty_are_kept(visited: Desk) -> None:
    visited.visit(feed([item(1)]))
    visited.visit(feed([item(1), item(2), item(3)]))
    visited.visit(Reply(status=503))
    (watched,) = visited.subscriptions.list()
    client = visited.ledger.client
    visits = last_visits(client, watched)
    assert [(visit.kind, visit.news, visit.status) for visit in visits] == [
        ("failed", 0, 503), ("news", 2, 200), ("news", 1, 200)
    ]  # fmt: skip
    assert visits[0].problem is not None
    assert "503" in visits[0].problem
    for _ in range(VISITS_KEPT - 1):
        note_state(visited.states, watched, FeedState(), 600, visit=FeedVisit(at_us=now_us(), kind="same", took_ms=12))
    visited.visit(feed([item(1)]))
    visits = last_visits(client, watched)
    assert ({visit.kind for visit in visits}, len(visits)) == ({"same"}, VISITS_KEPT)
    visited.states.forget([watched.id])
    assert not last_visits(client, watched)


def test_one_feed_is_shown_with_its_visits_and_why_it_is_due(
    desk: Any, feeds: Feeds, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = feeds.find(FINE)
    state = FeedState(
        status=200, why="asked", title="Tin nhanh", added_us=fine.added_us, pace_s=1500.0,
        novelty=Novelty(seen_s=now_us() / 1_000_000, count=24.0, days=2.0),
    )  # fmt: skip
    note_state(
        feeds.states, fine, state, 600, visit=FeedVisit(at_us=now_us(), kind="news", took_ms=12, news=3, status=200)
    )
    assert run(desk, "feeds", "show", FINE) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "about 12 entries a day, worth a visit each 25 min at this hour" in told
    for words in ("Tin nhanh", "fine (200)", "(its server asked for that)", "new entries 3 200 12 ms"):
        assert words in told
    assert run(desk, "feeds", "show", BROKEN, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["url"], shown["failures"], shown["visits"]) == (BROKEN, 4, [])
    assert run(desk, "feeds", "show", "https://nobody.example/") == 1


def test_a_feed_at_another_address_is_the_same_feed(
    desk: Any, feeds: Feeds, capsys: pytest.CaptureFixture[str]
) -> None:
    before = feeds.find(FINE)
    changes = ("--url", "https://moi.example/rss", "--interval", "900", "--title", "Mới")
    assert run(desk, "feeds", "edit", FINE, *changes) == 0
    after = feeds.find("https://moi.example/rss")
    assert (after.id, after.interval_s, after.title) == (before.id, 900, "Mới")
    assert feeds.states.get(after).body_hash == "0f"
    capsys.readouterr()
    assert run(desk, "feeds", "list", "--json") == 0
    (listed,) = [one for one in json.loads(capsys.readouterr().out) if one["id"] == after.id]
    assert (listed["title"], listed["intervalS"], listed["folder"]) == ("Mới", 900, [])
    assert run(desk, "feeds", "edit", after.id, "--interval", "0") == 0
    assert feeds.find(after.id).interval_s is None
    for wrong in (
        ("--url", BROKEN),
        ("--url", "ftp://x.example/"),
        ("--interval", "1"),
        ("--zone", "Mars/Olympus"),
        (),
    ):
        assert run(desk, "feeds", "edit", after.id, *wrong) == 2
    assert feeds.find(after.id).url == after.url
    assert run(desk, "feeds", "edit", "nobody", "--interval", "60") == 1


def test_whoever_lists_the_feeds_is_told_of_a_list_that_cannot_be_read(
    desk: Any, feeds: Feeds, capsys: pytest.CaptureFixture[str]
) -> None:
    feeds.states.note_list("feeds.toml", Failing(name="feeds.toml", since=1, reason="feeds.toml: line 2", is_list=True))
    assert run(desk, "feeds", "list") == 0
    assert "a list of feeds cannot be read: feeds.toml: line 2" in capsys.readouterr().err
    for watched_feed in feeds.subscriptions.list():
        feeds.subscriptions.remove(watched_feed.id)
    assert run(desk, "feeds", "list", "--json") == 0
    assert "a list of feeds cannot be read: feeds.toml: line 2" in capsys.readouterr().err
