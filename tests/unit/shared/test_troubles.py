"""Each trouble is told when its cause is there, and not when it is not."""

import pytest
from msgspec.structs import replace

from shared.ledger.reader import Balance, StageStatus, Status
from shared.ledger.troubles import (
    RECOVERY_SILENT_US,
    REMEDIES,
    SILENT_US,
    STUCK_US,
    Code,
    Disk,
    Failing,
    Pause,
    View,
    Worker,
    growth_a_day,
    remedy,
    troubles_of,
)

NOW = 1_700_000_000_000_000
MIB = 1024 * 1024
PROCESSES = ("ingest", "normalize", "index", "watch")


def a_status(
    *, dead: int = 0, difference: int = 0, queued: int = 0, oldest: int | None = None, used: int = 1
) -> Status:
    stage = StageStatus(queued=queued, working=0, retrying=0, held=0, messages=0, oldest_us=oldest, paused=False)
    balance = Balance(
        accepted=20, indexed=10, duplicate=2, superseded=1, withdrawn=0, discarded=0, refused=0, dead=dead, in_flight=6,
        difference=difference,
    )  # fmt: skip
    return Status(balance=balance, stages={"normalize": stage}, redis_bytes=used * MIB, redis_max_bytes=100 * MIB)


def a_worker(name: str, *, beat: int = NOW, version: str = "1.0", disks: tuple[Disk, ...] = ()) -> Worker:
    return Worker(name=name, host="h", boot="b", pid=1, version=version, since=NOW - 60, beat=beat, disks=disks)


def a_view(**changes: object) -> View:
    values: dict[str, object] = {
        "now": NOW,
        "status": a_status(),
        "expected": PROCESSES,
        "workers": [a_worker(name) for name in PROCESSES],
    }
    return View(**(values | changes))  # type: ignore[arg-type]


def codes(view: View) -> list[str]:
    return [trouble.code for trouble in troubles_of(view)]


def test_a_desk_that_works_has_no_trouble() -> None:
    assert codes(a_view()) == []


FULL_DISK = (Disk(path="/data", free=10, reserve=20),)
SOME_DISK = (Disk(path="/data", free=20, reserve=20),)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"status": a_status(difference=1)}, "balance-off", id="books that do not balance"),
        pytest.param({"status": a_status(dead=1)}, "articles-dead", id="a dead article"),
        pytest.param({"unreadable": 1}, "messages-unreadable", id="a message that nobody could read"),
        pytest.param(
            {"workers": [a_worker(n, beat=NOW - SILENT_US - 1 if n == "index" else NOW) for n in PROCESSES]},
            "worker-missing",
            id="a worker that fell silent",
        ),
        pytest.param(
            {"workers": [a_worker(n, version="1.1" if n == "index" else "1.0") for n in PROCESSES]},
            "releases-mixed",
            id="two releases",
        ),
        pytest.param(
            {"failing_processes": [Failing(name="web", since=NOW, reason="exit code 1")]},
            "process-failing",
            id="a process that ends again and again",
        ),
        pytest.param({"recovery_beat": NOW - 61_000_000}, "recovery-stuck", id="nobody looks after an emptied Redis"),
        pytest.param(
            {"status": a_status(queued=1, oldest=NOW - STUCK_US - 1)}, "stage-stuck", id="work that nobody takes up"
        ),
        pytest.param(
            {"pauses": [Pause(kind="stage", name="index", state="paused", since=NOW - 5, reason="its disk is full")]},
            "stage-paused",
            id="a stage at rest",
        ),
        pytest.param(
            {"pauses": [Pause(kind="sink", name="search", state="probing", since=NOW - 5, reason="refused")]},
            "sink-paused",
            id="a sink at rest",
        ),
        pytest.param(
            {"pauses": [Pause(kind="source", name="push:hue", state="paused", since=NOW - 5, reason="3 died")]},
            "source-paused",
            id="a source at rest",
        ),
        pytest.param(
            {"workers": [*map(a_worker, PROCESSES), replace(a_worker("web"), search_away="it is not reached")]},
            "search-away",
            id="an engine that does not answer",
        ),
        pytest.param({"refusals": ["100001 articles are in flight"]}, "intake-refusing", id="no room"),
        pytest.param({"workers": [a_worker(n, disks=FULL_DISK) for n in PROCESSES]}, "disk-low", id="a full disk"),
        pytest.param({"status": a_status(used=71)}, "redis-memory", id="Redis nearly full"),
        pytest.param(
            {"status": a_status(used=51), "memory_limit_percent": 50},
            "redis-memory",
            id="near the intake's own limit",
        ),
        pytest.param({"status": a_status(used=10), "bytes_a_day": 15 * MIB}, "redis-memory", id="full within days"),
        pytest.param(
            {"failing_feeds": [Failing(name="https://a.example/", since=NOW, reason="404")]},
            "feeds-failing",
            id="a feed that fails",
        ),
        pytest.param(
            {"failing_feeds": [Failing(name="https://a.example/", since=NOW, reason="nothing new", is_silent=True)]},
            "feeds-silent",
            id="a feed that is silent",
        ),
        pytest.param({"refused_drops": ["a.pdf is of a kind that is not read"]}, "drops-refused", id="a refused drop"),
    ],
)
def test_each_cause_is_told_by_its_code(change: dict[str, object], code: Code) -> None:
    (trouble,) = troubles_of(a_view(**change))
    assert (trouble.code, trouble.do) == (code, remedy(REMEDIES[code], trouble.subject))
    assert trouble.what


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"workers": [a_worker(n, beat=NOW - SILENT_US) for n in PROCESSES]}, id="a beat that is just due"),
        pytest.param({"workers": [a_worker(n, disks=SOME_DISK) for n in PROCESSES]}, id="a disk at its reserve"),
        pytest.param({"status": a_status(queued=1, oldest=NOW - STUCK_US)}, id="work that waits for a moment"),
        pytest.param(
            {"status": a_status(queued=9, oldest=NOW - 60 * STUCK_US), "last_claims": {"normalize": NOW - 1}},
            id="a long backlog that is worked on",
        ),
        pytest.param({"status": a_status(used=70)}, id="Redis at seventy percent"),
        pytest.param({"status": a_status(used=10), "bytes_a_day": 10 * MIB}, id="room for a week"),
        pytest.param({"recovery_beat": NOW - RECOVERY_SILENT_US}, id="a look that is just due"),
    ],
)
def test_what_is_within_its_bounds_is_no_trouble(change: dict[str, object]) -> None:
    assert codes(a_view(**change)) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param({"status": a_status(dead=1)}, "1 article is dead: no further try will help it", id="one"),
        pytest.param({"status": a_status(dead=2)}, "2 articles are dead: no further try will help them", id="two"),
        pytest.param({"unreadable": 1}, "1 message could not be read by any worker", id="one message"),
        pytest.param({"refused_drops": ["a.pdf: no"]}, "1 file or folder is not taken: a.pdf: no", id="one file"),
    ],
)
def test_one_is_told_otherwise_than_many(change: dict[str, object], what: str) -> None:
    (trouble,) = troubles_of(a_view(**change))
    assert trouble.what == what


def test_a_paused_stage_is_not_told_to_be_stuck_as_well() -> None:
    pause = Pause(kind="stage", name="normalize", state="paused", since=NOW - 5, reason="many deaths")
    assert codes(a_view(status=a_status(queued=1, oldest=NOW - 2 * STUCK_US), pauses=[pause])) == ["stage-paused"]


def test_a_trouble_keeps_the_moment_it_was_first_seen() -> None:
    (trouble,) = troubles_of(a_view(unreadable=2), {"messages-unreadable": NOW - 7})
    assert trouble.since == NOW - 7


def test_days_until_full_count_to_the_limit_of_the_intake() -> None:
    (trouble,) = troubles_of(a_view(status=a_status(used=60), bytes_a_day=10 * MIB))
    assert "full in 2.0 days" in trouble.what


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param({}, None, id="nothing is known"),
        pytest.param({n: n * MIB for n in range(5)}, None, id="too little is known"),
        pytest.param({n: n * MIB for n in range(24)}, 24 * MIB, id="one MiB an hour"),
        pytest.param({n: (n + 300 * (n == 12)) * MIB for n in range(24)}, 24 * MIB, id="a backlog of an hour"),
        pytest.param({n: n * MIB for n in (0, 1, 2, 20, 21, 22)}, 24 * MIB, id="hours without a desk"),
        pytest.param(dict.fromkeys(range(24), 9 * MIB), 0.0, id="it stands still"),
        pytest.param({n: (99 - n) * MIB for n in range(24)}, -24 * MIB, id="it shrinks"),
    ],
)
def test_how_fast_redis_grows(hours: dict[int, int], expected: float | None) -> None:
    assert growth_a_day(hours) == expected


def test_a_redis_that_shrinks_is_never_full() -> None:
    assert codes(a_view(status=a_status(used=60), bytes_a_day=-10.0 * MIB)) == []


def test_a_list_of_feeds_that_fails_is_named_before_any_feed() -> None:
    feeds = [Failing(name=f"https://{name}.example/", since=NOW, reason="404") for name in "abcd"]
    broken = Failing(name="feeds.toml", since=NOW, reason="feeds.toml: line 2", is_list=True)
    (trouble,) = troubles_of(a_view(failing_feeds=[*feeds, broken]))
    assert trouble.what.startswith("5 feeds or lists of feeds cannot be read: feeds.toml: line 2; https://a.example/")


def test_of_more_than_three_it_is_told_how_many_are_not_named() -> None:
    feeds = [Failing(name=f"https://{name}.example/", since=NOW, reason="404") for name in "abcd"]
    (trouble,) = troubles_of(a_view(failing_feeds=feeds))
    assert trouble.what.endswith("https://c.example/: 404; and 1 more")
    (trouble,) = troubles_of(a_view(failing_feeds=feeds[:3]))
    assert "more" not in trouble.what
    (trouble,) = troubles_of(a_view(refused_drops=[f"{name}.pdf is not read" for name in "abcde"]))
    assert trouble.what.endswith("c.pdf is not read; and 2 more")
    (trouble,) = troubles_of(a_view(refused_drops=["a.pdf", "b.pdf", "c.pdf", "d.pdf"], refused_drops_count=500))
    assert trouble.what == "500 files or folders are not taken: a.pdf; b.pdf; c.pdf; and 497 more"
