"""A worker with nothing to do: it sleeps, and wakes at once for an article or for its end."""

from pathlib import Path
from typing import Any

from tests.conftest import Server, settings_over, wait_for
from tests.faults.bench import push, running_worker

FOR_LONG_S = 600  # who is not woken sleeps past every deadline here


def test_an_idle_worker_ends_at_once_though_it_waits_for_long(shared_redis: Server, tmp_path: Path) -> None:
    desk = settings_over(shared_redis, tmp_path)
    with running_worker(desk, tmp_path, "--pool=threads", idle_wait_s=FOR_LONG_S) as worker:
        wait_for(lambda: waiting(shared_redis) == 1, "it does not wait for messages", process=worker)
        worker.terminate()
        assert worker.wait(45) == 0


def test_an_idle_worker_takes_up_what_comes_at_once(shared_redis: Server, tmp_path: Path) -> None:
    desk = settings_over(shared_redis, tmp_path, sweep_s=FOR_LONG_S)
    with running_worker(desk, tmp_path, idle_wait_s=FOR_LONG_S) as worker:
        wait_for(lambda: waiting(shared_redis) == 1, "it does not wait for messages", process=worker)
        ledger = push(desk, "good")
        wait_for(lambda: ledger.status().stages["index"].queued == 1, "it was not done", process=worker)


def waiting(server: Server) -> int:
    clients: Any = server.client().client_list()
    return sum(client["cmd"] == "brpop" for client in clients)
