"""The fuse of a publisher: over several doors, for refusals at once and late ones, opened by a trial or by a person."""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from services.cli.main import main
from services.web.fuse import LONGEST_S, PAUSE_S, Fuses, Told
from services.web.keys import Keys
from shared.errors import TransientError
from shared.ledger import keys as redis_keys
from shared.ledger.connection import connect
from shared.settings import Settings
from tests.e2e.newsroom import Newsroom, open_newsroom

PUSHES = 10


class Clock:
    """Seconds, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 2.0  # so that each note is told at once
        return self.now


class TimedFuses(Fuses):
    """Fuses whose Redis has the time that the test sets."""

    us = 1_700_000_000_000_000

    def _call(self, command: str, publisher: str, **more: object) -> Any:
        return super()._call(command, publisher, now=self.us, **more)


@pytest.fixture
def client(settings: Settings) -> redis.Redis:
    return redis.Redis.from_url(settings.redis_url)


@pytest.fixture
def fuses(client: redis.Redis) -> TimedFuses:
    return TimedFuses(client, Settings(fuse_pushes=PUSHES), Clock())


def note(fuses: Fuses, outcomes: str, *, is_trial: bool = False, publisher: str = "hue") -> None:
    for outcome in outcomes:
        why = "no-article: it is empty" if outcome == "1" else ""
        told = fuses.note(publisher, outcome, why, is_trial=is_trial)
        if told is not None:
            fuses.tell(told)


@pytest.mark.parametrize(
    ("outcomes", "is_open"),
    [
        pytest.param("1" * 9, False, id="too few to tell"),
        pytest.param("1" * 10, True, id="all refused"),
        pytest.param("0101010101", False, id="half of them"),
        pytest.param("1101010101", True, id="more than half"),
        pytest.param("1" * 5 + "0" * 10 + "1" * 5, False, id="only the last count"),
        pytest.param("1" * 5 + "0" * 10 + "1" * 6, True, id="and they do"),
        pytest.param("0" * 50 + "1" * 6, True, id="of one who was good before"),
    ],
)
def test_more_than_half_of_the_last_refused_opens_it(fuses: TimedFuses, outcomes: str, is_open: bool) -> None:
    note(fuses, outcomes)
    verdict = fuses.look("hue")
    assert (verdict.wait_s > 0) is is_open
    assert fuses.look("hanoi").wait_s == 0


def test_it_tells_how_many_and_why(fuses: TimedFuses, client: redis.Redis) -> None:
    note(fuses, "0001" + "1" * 6)
    assert fuses.look("hue").reason == "7 of its last 10 pushes were refused, the last: no-article: it is empty"
    assert client.smembers(redis_keys.PAUSES) == {b"publisher:hue"}


def test_why_is_cut_after_a_word(fuses: TimedFuses) -> None:
    for _ in range(PUSHES):
        told = fuses.note("hue", "1", "no-article: " + "nothing " * 40, is_trial=False)
        if told is not None:
            fuses.tell(told)
    assert fuses.look("hue").reason.endswith("nothing nothing …")


def test_one_trial_at_a_time_closes_it_or_makes_it_wait_longer(fuses: TimedFuses) -> None:
    note(fuses, "1" * 10)
    assert fuses.look("hue").wait_s == PAUSE_S
    fuses.us += PAUSE_S * 1_000_000
    assert fuses.look("hue").is_trial
    assert fuses.look("hue").wait_s > 0, "one at a time"
    note(fuses, "1", is_trial=True)
    assert fuses.look("hue").wait_s == 2 * PAUSE_S
    for _ in range(8):
        fuses.us += LONGEST_S * 1_000_000
        assert fuses.look("hue").is_trial
        note(fuses, "1", is_trial=True)
    assert fuses.look("hue").wait_s == LONGEST_S
    fuses.us += LONGEST_S * 1_000_000
    assert fuses.look("hue").is_trial
    note(fuses, "0", is_trial=True)
    assert (fuses.look("hue").wait_s, fuses.look("hue").is_trial) == (0, False)
    note(fuses, "1" * 9)
    assert fuses.look("hue").wait_s == 0, "what was before counts no more"


def test_what_came_in_before_it_opened_says_nothing_new(fuses: TimedFuses) -> None:
    note(fuses, "1" * 10)
    note(fuses, "0000")
    assert fuses.look("hue").wait_s == PAUSE_S


def test_another_door_knows_it(fuses: TimedFuses, client: redis.Redis) -> None:
    other = TimedFuses(client, Settings(fuse_pushes=PUSHES), Clock())
    note(fuses, "1" * 5)
    note(other, "1" * 5)
    assert fuses.look("hue").wait_s == other.look("hue").wait_s == PAUSE_S


def test_what_is_refused_later_counts_too(fuses: TimedFuses, client: redis.Redis) -> None:
    note(fuses, "0000")
    client.hset(redis_keys.REFUSED, "push:hue", 4)
    note(fuses, "0000")
    assert fuses.look("hue").wait_s == 0
    client.hset(redis_keys.REFUSED, "push:hue", 8)
    note(fuses, "00")
    assert fuses.look("hue").reason == "8 of its last 10 pushes were refused"


def test_a_hundred_percent_never_opens_it(client: redis.Redis) -> None:
    fuses = TimedFuses(client, Settings(fuse_pushes=PUSHES, fuse_percent=100), Clock())
    note(fuses, "1" * 30)
    assert fuses.look("hue").wait_s == 0


def test_redis_is_asked_about_once_a_second(client: redis.Redis) -> None:
    clock = [0.0]
    fuses = Fuses(client, Settings(fuse_pushes=PUSHES), lambda: clock[0])
    assert fuses.must_ask("hue")
    fuses.look("hue")
    assert not fuses.must_ask("hue")
    note(fuses, "0")
    asked = int(client.info("commandstats")["cmdstat_evalsha"]["calls"])
    for _ in range(100):
        assert fuses.note("hue", "0", "", is_trial=False) is None
    assert fuses.note("hue", "1", "", is_trial=True) == Told("hue", "1", is_trial=True)
    assert int(client.info("commandstats")["cmdstat_evalsha"]["calls"]) == asked
    clock[0] += 1
    assert fuses.must_ask("hue")
    assert fuses.note("hue", "0", "", is_trial=False) is not None


class HeldFuses(Fuses):
    """Fuses whose first word to Redis waits until the test lets it fail."""

    def __init__(self, client: redis.Redis, clock: list[float]) -> None:
        super().__init__(client, Settings(fuse_pushes=PUSHES), lambda: clock[0])
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.told: list[str] = []

    def _call(self, command: str, publisher: str, **more: object) -> Any:
        self.told.append(str(more["outcomes"]))
        if len(self.told) == 1:
            self.begun.set()
            self.go_on.wait(20)
            raise TransientError("Redis is away")
        return super()._call(command, publisher, **more)


def test_what_is_noted_while_another_is_told_is_told_with_it_later(client: redis.Redis) -> None:
    clock = [1000.0]
    fuses = HeldFuses(client, clock)
    with ThreadPoolExecutor(1) as thread:
        first = thread.submit(note, fuses, "1")
        assert fuses.begun.wait(20)
        note(fuses, "01")
        fuses.go_on.set()
        first.result()
    clock[0] += 1
    note(fuses, "0")
    assert fuses.told == ["1", "1010"]


def test_while_redis_is_away_nobody_is_kept_out(tmp_path: Path) -> None:
    fuses = Fuses(connect(Settings(redis_url=f"unix://{tmp_path}/none")), Settings())
    told = fuses.note("hue", "1" * 60, "", is_trial=False)
    assert told is not None
    fuses.tell(told)
    assert fuses.look("hue").wait_s == 0


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with open_newsroom(fuse_pushes=PUSHES) as opened:
        yield opened


def ask(
    room: Newsroom, key: str, method: str, path: str, body: bytes = b"", kind: str = "text/plain"
) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", room.port, timeout=20)) as wire:
        wire.request(method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": kind})
        answer = wire.getresponse()
        return answer.status, (dict(answer.headers), json.loads(answer.read()))


def test_a_publisher_gone_wrong_is_kept_out_and_told_and_let_in_by_a_person(
    room: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    key, other = (Keys(room.app_state.keys.path).create(name, scopes=("push",)) for name in ("wrong", "right"))
    lines = b"no JSON\n" * (PUSHES + 5)
    status, (_, told) = ask(room, key, "POST", "/v1/batches", lines, "application/x-ndjson")
    assert (status, told["taken"]) == (200, 0)
    assert ask(room, key, "POST", "/v1/articles", b"The first good one")[0] == 202, "a batch counts as one push"
    until = time.monotonic() + 30
    while ask(room, key, "POST", "/v1/articles", b"no JSON", "application/json")[0] == 400:
        assert time.monotonic() < until
    status, (headers, problem) = ask(room, key, "POST", "/v1/articles", b"A good one")
    assert (status, problem["type"], 1 <= int(headers["retry-after"]) <= PAUSE_S) == (
        429,
        "/problems/mostly-refused",
        True,
    )
    assert re.search(r"\d+ of its last 10 pushes were refused, the last: bad-request", problem["detail"])
    assert ask(room, key, "POST", "/v1/articles:validate", b"A good one")[0] == 200
    assert ask(room, other, "POST", "/v1/articles", b"Another's")[0] == 202
    status, (_, desk) = ask(room, room.key, "GET", "/v1/status")
    (trouble,) = [one for one in desk["troubles"] if one["code"] == "publisher-paused"]
    (command,) = re.findall("`copydesk (.+)`", trouble["do"])
    assert (trouble["subject"], command) == ("wrong", "resume push:wrong")
    names = ("redis_url", "data_dir", "archive_dir", "index_dir")
    flags = [word for name in names for word in ("--set", f"{name}={getattr(room.settings, name)}")]
    assert main([*flags, *command.split()]) == 0
    assert "works again" in capsys.readouterr().out
    assert ask(room, key, "POST", "/v1/articles", b"A good one")[0] == 202
    assert ask(room, key, "POST", "/v1/articles", b" ")[0] == 422, "a new start: what was before counts no more"
    assert ask(room, key, "POST", "/v1/articles", b"One more")[0] == 202
