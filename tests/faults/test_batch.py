"""One bad article in a batch: the others are done, it alone is retried or dies, with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import Settings
from shared.work.celery_app import make_app, open_ledger
from tests.conftest import Server, settings_over, wait_for
from tests.faults.bench import push, running_worker


@pytest.fixture
def desk(shared_redis: Server, tmp_path: Path) -> Settings:
    return settings_over(shared_redis, tmp_path, task_limit_s=1, visibility_timeout_s=3, lease_s=5, soft_stop_s=0.1)


@pytest.fixture
def worker(desk: Settings, tmp_path: Path) -> Iterator[None]:
    with running_worker(desk, tmp_path):
        yield


@pytest.mark.parametrize("bad", ["die", "spin"])
def test_24_good_articles_and_one_that_kills_its_worker(desk: Settings, worker: None, bad: str) -> None:
    ledger = push(desk, *(f"good {n}" for n in range(12)), bad, *(f"good {n}" for n in range(12, 24)))
    wait_for(lambda: ledger.balance().dead == 1, "the bad article did not die", 40)
    wait_for(lambda: ledger.status().stages["index"].queued == 24, "the good ones were not done", 40)
    dead = ledger.dead()[0]
    assert dead.reason == "poison"
    line = ledger.line(dead.ref)
    assert line is not None
    assert line.attempts <= 3
    assert ledger.balance().difference == 0


def test_a_transient_failure_is_retried_and_a_bug_dies_at_the_second_try(desk: Settings, worker: None) -> None:
    ledger = push(desk, "good", "flaky", "bug")
    wait_for(lambda: ledger.status().stages["index"].queued == 2, "the retried article did not pass", 40)
    wait_for(lambda: ledger.balance().dead == 1, "the bug did not die", 60)
    assert ledger.dead()[0].reason == "unforeseen"
    assert "RuntimeError: a bug" in ledger.dead()[0].note
    assert ledger.balance().difference == 0


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\xff not JSON", id="no JSON at all"),
        pytest.param(b'{"body": "x"}', id="no message"),
        pytest.param(b"[1, 2]", id="JSON of another shape"),
    ],
)
def test_a_message_that_does_not_decode_is_kept_and_stops_nobody(desk: Settings, worker: None, garbage: bytes) -> None:
    ledger = open_ledger(desk)
    ledger.client.lpush("normalize", garbage)
    push(desk, "good")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "the good article was not done", 40)
    wait_for(lambda: ledger.client.llen("ledger:strays") == 1, "the message was not kept", 20)


def test_a_task_message_of_another_kind_is_kept_with_its_reason(desk: Settings, worker: None) -> None:
    ledger = open_ledger(desk)
    app = make_app(desk, "normalize")
    app.send_task("somebody.elses", args=[1], queue="normalize")
    push(desk, "good")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "the good article was not done", 40)
    wait_for(lambda: ledger.strays() != [], "the message was not kept", 20)
    assert "somebody.elses" in ledger.strays()[0]
