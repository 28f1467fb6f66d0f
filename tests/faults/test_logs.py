"""What a worker logs while things go wrong around it: JSON lines with a level, and nothing else."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from shared.settings import Settings
from tests.conftest import Server, settings_over, wait_for
from tests.faults.bench import push, running_worker


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "worker.log").read_text().splitlines()]


def test_every_line_of_a_worker_in_trouble_is_json_with_a_level(redis_server: Server, tmp_path: Path) -> None:
    desk: Settings = settings_over(redis_server, tmp_path, task_limit_s=1, visibility_timeout_s=3, lease_s=5)
    with running_worker(desk, tmp_path) as worker:
        ledger = push(desk, "die now", "bug", "flaky", *(f"good {n}" for n in range(5)))
        ledger.client.lpush("normalize", "no message")
        wait_for(lambda: ledger.status().stages["index"].queued >= 6, "the good ones were not done", process=worker)
        redis_server.kill()
        wait_for(lambda: _has(tmp_path, "consumer: Connection"), "Celery did not miss its connection", process=worker)
        redis_server.start()
        push(desk, "one more")
        wait_for(lambda: ledger.status().stages["index"].queued >= 7, "it did not go on", process=worker)
        _end(worker)
    lines = lines_of(tmp_path)
    assert {line["level"] for line in lines} <= {"debug", "info", "warning", "error"}
    batches = [line for line in lines if line["event"] == "batch_done"]
    assert batches
    assert all(line["stage"] == "normalize" and line["n"] >= 1 for line in batches)
    assert all(line["took_ms"] >= 0 and line["worker"].count(":") == 2 for line in batches)
    assert any("RuntimeError: a bug" in line.get("exception", "") for line in lines)
    assert any(line.get("logger") == "celery.worker.consumer.consumer" for line in lines)


def _has(folder: Path, words: str) -> bool:
    return words in (folder / "worker.log").read_text()


def _end(worker: "subprocess.Popen[bytes]") -> None:
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
