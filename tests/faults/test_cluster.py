"""A Redis Cluster, or a Sentinel where a server should be: every process says so and ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from shared.data_version import make_folder
from shared.errors import PermanentError
from shared.ledger.calls import Ledger
from shared.ledger.connection import IsCluster, connect, connect_to_look, redis_errors
from shared.settings import Settings
from tests.conftest import valkey_binary, wait_for
from tests.machine import free_port

PROCESSES = (
    "up", "web", "work ingest", "work normalize", "work index", "work watch", "work deliver", "notify", "status",
    "balance", "demo", "doctor", "recover",
)  # fmt: skip


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of a node."""
    process, port = _node(tmp_path)
    yield f"redis://127.0.0.1:{port}/0"
    process.kill()
    process.wait()


def _node(folder: Path, attempts: int = 5) -> tuple[subprocess.Popen[bytes], int]:
    """A node that answers, and its port: one that was free may be another's by the time the node takes it."""
    port, bus = free_port(), free_port()  # else the bus is 10,000 higher, which may be no port
    command = [valkey_binary(), "--port", str(port), "--cluster-port", str(bus), "--cluster-enabled", "yes"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--dir", str(folder), "--save", "", "--cluster-config-file", f"nodes-{port}.conf"],
            stdout=log, stderr=log,
        )  # fmt: skip
    client = redis.Redis(port=port)
    wait_for(lambda: process.poll() is not None or _answers(client), "the node did not start")
    if process.poll() is None:
        return process, port
    assert attempts > 1, (folder / "server.log").read_text()
    return _node(folder, attempts - 1)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


@pytest.mark.timeout(120)
def test_every_process_refuses_a_cluster(cluster: str, tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
    environ |= {
        "COPYDESK_REDIS_URL": cluster,
        "COPYDESK_WEB_PORT": str(free_port()),
        "COPYDESK_NOTIFY": "json://127.0.0.1:9",
    }
    environ |= {"COPYDESK_SINKS": "copy=files:///tmp/none"}
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("Tin đầu\n\nHUẾ - Một câu.\n", encoding="utf-8")
    make_folder(tmp_path / "data")
    started = {
        words: subprocess.Popen(
            [sys.executable, "-P", "-m", "services.cli", *words.split()],
            cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for words in PROCESSES
    }  # fmt: skip
    for words, process in started.items():
        told, _ = process.communicate(timeout=90)
        assert process.returncode == 2, (words, told)
        assert "is a cluster" in told, (words, told)


def test_whatever_is_asked_of_a_cluster_is_told_as_that(cluster: str) -> None:
    settings = Settings(redis_url=cluster)
    for client in (connect(settings), connect_to_look(settings)):
        with pytest.raises(IsCluster), redis_errors(client):
            client.get("word")
        with pytest.raises(IsCluster), redis_errors(client):
            client.exists("a", "b")
    with pytest.raises(IsCluster):
        Ledger(connect(settings), settings).sweep()


def test_a_sentinel_in_a_servers_place_is_told_with_what_to_write(tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "sentinel.conf"
    file.write_text(f"port {port}\ndir {tmp_path}\nsentinel monitor desk 127.0.0.1 1 1\n")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([valkey_binary(), str(file), "--sentinel"], stdout=log, stderr=log)
    try:
        wait_for(lambda: _answers(redis.Redis(port=port)), "it did not start", process=process)
        ledger = Ledger(connect(Settings(redis_url=f"redis://127.0.0.1:{port}")), Settings())
        with pytest.raises(PermanentError, match="is a Sentinel: name it in redis_url as redis"):
            ledger.check_version()
    finally:
        process.kill()
        process.wait()
