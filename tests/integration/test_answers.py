"""The six questions of docs/monitor.md: each command of the table, asked of a desk that has the answer."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from services.cli.main import main
from services.ingest.feed_states import FeedState, FeedStates
from services.ingest.subscriptions import Subscriptions
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.calls import HOST
from shared.ledger.troubles import Failing
from tests.conftest import options_of, wait_for
from tests.integration.feed_notes import note_state
from tests.integration.test_article_list import DROP, Desk, desk

__all__ = ["desk"]

PAGE = Path(__file__).parents[2] / "docs" / "monitor.md"
ROW = re.compile(r"^\| (.+\?) \| `(curl .+?)` \| `(copydesk .+?)` \| .+ \|$", re.MULTILINE)
FEED = "https://tin.example/rss"
# What must stand in the answer of curl, and in that at the terminal.
ANSWERS = {
    "What failed in the last hour, and why?": (
        r"KeyError: 'x'.*hue/hong\.txt|hue/hong\.txt.*KeyError: 'x'",
        r"hue/hong\.txt.*KeyError",
    ),
    "Is a stage stuck?": (
        r'"code": "stage-stuck", "subject": "normalize"',
        r"stage-stuck .*1 article waits for normalize",
    ),
    "Which feed is broken?": (rf"feeds-failing.*{FEED} answered 500", rf"{FEED}.*answered 500"),
    "How long does an article take?": (
        r'"lastHour": \{"settled": 1, "medianSeconds": \d',
        r"Last hour: 1 came to the index, half within \d",
    ),
    "What did a worker do?": (r'"state": "working".*"stage": "normalize"', rf"working .*normalize .*{HOST}:"),
    "Is the queue growing?": (
        r'"inFlight": 1.*"backlog": \{"tenMinutesAgo": 40',
        r"In flight: 1 now, 40 ten minutes ago",
    ),
}


def questions() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text("utf-8").partition("## Six questions")[2].partition("\n## ")[0])


def trouble(desk: Desk) -> None:
    """One article came through, one died, one waits and nobody takes it up; a feed fails; there was more before."""
    desk.take("Một")
    desk.clean("Một")
    desk.take("Hai", DROP, aliases=("path:hue/hong.txt",), name="hue/hong.txt")
    desk.bury("KeyError: 'x'")
    desk.take("Ba")
    client, now = desk.ledger.client, now_us()
    (waiting,) = client.zrange(keys.line("waiting", "normalize"), 0, -1)
    client.hset(keys.record(waiting.decode()), "since", now - 60_000_000)
    client.set(keys.claimed("normalize"), now - 60_000_000)
    client.hset(keys.BACKLOG, now // 60_000_000 - 10, 40)
    feed = Subscriptions(desk.settings).add(FEED)
    failing = Failing(name=FEED, since=now, reason=f"{FEED} answered 500")
    states = FeedStates(client)
    states.sync([feed])
    note_state(
        states, feed, FeedState(added_us=feed.added_us, failures=9, problem=f"{FEED} answered 500"), 60.0, failing
    )


def terminal(desk: Desk, command: str, capsys: pytest.CaptureFixture[str]) -> str:
    words = [word.replace("$HOST", HOST) for word in shlex.split(command)[1:]]
    assert main([*words, *options_of(desk.settings)]) in (0, 1)
    return capsys.readouterr().out


def test_each_question_is_answered_by_its_commands(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    trouble(desk)
    asked = questions()
    assert [question for question, _, _ in asked] == list(ANSWERS)
    for question, curl, command in asked:
        told, shown = ANSWERS[question]
        address = shlex.split(curl)[1].replace("$HOST", HOST)
        answer = json.dumps(desk.ask(address.removeprefix("$DESK")), ensure_ascii=False)
        assert re.search(told, answer), f"{question}\n{answer}"
        assert re.search(shown, terminal(desk, command, capsys)), question


def test_a_worker_is_found_by_host_start_or_whole_and_not_by_half_a_name(desk: Desk) -> None:
    desk.take("Một")
    desk.clean("Một")

    def found(worker: str) -> list[Any]:
        changes: list[Any] = desk.ask(f"/v1/events?after=0-0&worker={worker}")["changes"]
        return [change["stage"] for change in changes]

    whole = desk.ledger.holder()
    start = whole.rpartition(":")[0]
    wait_for(lambda: len(found(HOST)) == 2, "the changes did not come")
    assert found(HOST) == found(start) == found(whole) == ["normalize", "index"]
    assert found(HOST[:-1]) == found("nobody") == []
