"""Redis away at the start or in the middle, and a worker that hears nothing: work goes on as soon as it can."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from shared.errors import TransientError
from shared.settings import Settings
from shared.work.celery_app import envelopes, make_app
from shared.work.worker import EXIT_DEAF, Liveness
from tests.conftest import Server, settings_over, wait_for
from tests.faults.bench import push, running_worker


@pytest.fixture
def server(short_folder: Path) -> Iterator[Server]:
    """A Valkey that is not running yet."""
    made = Server(short_folder)
    yield made
    made.stop()


@pytest.fixture
def desk(server: Server, tmp_path: Path) -> Settings:
    return settings_over(server, tmp_path, task_limit_s=1, visibility_timeout_s=3, lease_s=5, soft_stop_s=0.1)


@pytest.fixture
def worker(desk: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with running_worker(desk, tmp_path) as process:
        yield process


def test_a_worker_waits_for_a_redis_that_comes_late_and_survives_its_restart(
    desk: Settings, server: Server, worker: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(TransientError, match="does not answer"):
        push(desk, "too early")
    server.start()
    ledger = push(desk, *(f"good {n}" for n in range(30)))

    def done(count: int) -> bool:
        return ledger.status().stages["index"].queued == count

    wait_for(lambda: done(30), "the first articles were not done", 40, process=worker)
    server.kill()
    with pytest.raises(TransientError):
        push(desk, "while it is away")
    server.start()
    push(desk, *(f"more {n}" for n in range(30)))
    wait_for(lambda: done(60), "the later articles were not done", 40, process=worker)
    assert ledger.balance().difference == 0


def test_a_worker_with_a_message_in_hand_and_a_free_slot_outlives_redis(
    desk: Settings, server: Server, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    server.start()
    go = tmp_path / "go"
    ledger = push(desk, f"slow {go}")
    wait_for(lambda: ledger.status().stages["normalize"].working == 1, "it was not taken up", process=worker)
    server.kill()
    server.start()
    push(desk, "good")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "the free slot took nothing", process=worker)
    go.touch()
    wait_for(lambda: ledger.status().stages["index"].queued == 2, "the slow one was not done", process=worker)


def test_a_hand_whose_work_cannot_be_acknowledged_takes_up_more(desk: Settings, server: Server, tmp_path: Path) -> None:
    server.start()
    go, log, client = tmp_path / "go", tmp_path / "worker.log", server.client()
    with running_worker(desk, tmp_path, "--pool=threads", "--concurrency=1") as worker:
        ledger = push(desk, f"slow {go}")
        wait_for(lambda: ledger.status().stages["normalize"].working == 1, "it was not taken up", process=worker)
        client.delete("unacked")
        client.set("unacked", "of another kind")  # what a Redis that stands still comes to: no acknowledgement gets in
        go.touch()
        wait_for(lambda: b"Couldn't ack" in log.read_bytes(), "it was acknowledged", process=worker)
        client.delete("unacked")
        push(desk, "good")
        wait_for(lambda: ledger.status().stages["index"].queued == 2, "the hand took nothing more", process=worker)


PUSH_THOUGH_FULL = "#!lua flags=allow-oom\nreturn redis.call('LPUSH', ARGV[1], ARGV[2])"


def test_a_worker_waits_out_a_full_redis(
    desk: Settings, server: Server, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    server.start()
    ledger = push(desk, "first")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "the first was not done", process=worker)
    client = server.client()
    client.config_set("maxmemory", 1)
    message = envelopes(make_app(desk, "normalize"))["normalize"].replace('"@BODY@"', '"[]"')
    client.eval(PUSH_THOUGH_FULL, 0, "normalize", message)  # kombu has no room to note that it was delivered
    log = tmp_path / "worker.log"
    wait_for(lambda: b"OutOfMemory" in log.read_bytes(), "the full Redis was not met", process=worker)
    client.config_set("maxmemory", 0)
    push(desk, "more")
    wait_for(lambda: ledger.status().stages["index"].queued == 2, "it did not go on", process=worker)


def test_a_worker_waits_out_a_redis_that_takes_no_writes(
    desk: Settings, server: Server, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """As one does whose disk is full: it answers, and refuses every write."""
    server.start()
    ledger = push(desk, "first")
    wait_for(lambda: ledger.status().stages["index"].queued == 1, "the first was not done", process=worker)
    server.client().config_set("min-replicas-to-write", 1)
    log = tmp_path / "worker.log"
    wait_for(lambda: b"NOREPLICAS" in log.read_bytes(), "the refusal was not met", process=worker)
    server.client().config_set("min-replicas-to-write", 0)
    push(desk, "more")
    wait_for(lambda: ledger.status().stages["index"].queued == 2, "it did not go on", process=worker)


def test_a_worker_that_hears_nothing_while_work_waits_ends_itself(
    desk: Settings, server: Server, tmp_path: Path
) -> None:
    server.start()
    push(desk, "good")
    quick = msgspec.structs.replace(desk, deaf_s=1.0)
    with running_worker(quick, tmp_path, "--queues=elsewhere") as process:
        assert process.wait(30) == EXIT_DEAF


class Hands:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_silence_is_deafness_only_while_redis_answers_and_work_waits(desk: Settings, server: Server) -> None:
    server.start()
    clock = Hands()
    watch = Liveness(desk, "normalize", clock=clock)
    assert not watch.is_deaf()
    clock.now = desk.deaf_s + 1
    watch.tick()
    assert not watch.is_deaf(), "nothing waits"
    server.client().lpush("normalize", "x")
    assert not watch.is_deaf(), "it has just come"
    clock.now += desk.deaf_s + 1
    watch.tick()
    assert watch.is_deaf()
    server.stop()
    assert not watch.is_deaf(), "nobody hears anything"


def test_a_loop_that_does_not_turn_is_deaf(desk: Settings, server: Server) -> None:
    server.start()
    clock = Hands()
    watch = Liveness(desk, "normalize", clock=clock)
    clock.now = desk.deaf_s + 1
    assert watch.is_deaf()
