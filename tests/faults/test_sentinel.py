"""A master dies under load with the last that it took: a replica takes its place, and what was accepted is there."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.cli.commands.doctor import Finding, examine
from services.cli.context import Context
from services.cli.parsing import read_words
from services.index.search import Index
from shared.errors import CopydeskError, TransientError
from shared.ledger.connection import connect, redis_errors
from shared.ledger.reader import LedgerReader
from shared.settings import Settings, load
from tests.conftest import Server, wait_for
from tests.faults.sentinels import Replicated, replicated
from tests.faults.test_kills import CLOCKS, article
from tests.machine import free_port


@pytest.fixture
def servers(short_folder: Path) -> Iterator[Replicated]:
    (short_folder / "servers").mkdir()
    with replicated(short_folder / "servers", "s3cret") as started:
        yield started


class Desk:
    """`copydesk up` over the master that the Sentinels name."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "seeds").mkdir()
        command = [sys.executable, "-P", "-m", "services.cli", "--json", "up", "--port", str(self.port)]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")} | CLOCKS
        environ |= {"COPYDESK_REDIS_URL": redis_url}
        with (folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        self.key = json.loads(self.process.stdout.readline() or "null")["key"]
        self.lines = LedgerReader(connect(Settings(redis_url=redis_url)))
        self.index = Index(folder / "data/index/copydesk.sqlite3")
        self.accepted: list[str] = []

    def push(self, number: int) -> bool:
        """Whether the desk said that it has it."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/articles",
            data=article(number).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "text/plain"},
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                fine = answer.status in (200, 202)
        except (OSError, urllib.error.URLError):
            return False
        if fine:
            self.accepted.append(f"Tin số {number} của buổi sáng")
        return fine

    def push_until(self, done: Callable[[], bool], first: int) -> None:
        """As publishers do that never wait for an answer longer than they must; what is refused is not tried again."""
        for number in range(first, first + 100_000):
            if done():
                return
            if not self.push(number):
                time.sleep(0.05)  # not a wait for anything: a publisher that was refused does not hammer

    def is_settled(self) -> bool:
        try:
            return self.lines.balance().in_flight == 0 and self.index.count() >= len(self.accepted)
        except CopydeskError:
            return False

    def has_all(self) -> bool:
        return set(self.accepted) <= {hit.headline for hit in self.index.recent(100_000)}


@pytest.fixture
def desk(short_folder: Path, servers: Replicated) -> Iterator[Desk]:
    (short_folder / "desk").mkdir()
    running = Desk(short_folder / "desk", servers.url)
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.mark.timeout(180)
def test_a_master_that_dies_with_what_it_took_loses_nothing_that_was_accepted(desk: Desk, servers: Replicated) -> None:
    stop = threading.Event()
    load = threading.Thread(target=desk.push_until, args=(stop.is_set, 1_000))
    load.start()
    try:
        first = servers.master()
        wait_for(lambda: len(desk.accepted) >= 50, "nothing was accepted", process=desk.process)
        servers.kill(first)
        second = servers.wait_for_another(first)
        before = len(desk.accepted)
        wait_for(lambda: len(desk.accepted) >= before + 50, "it did not go on", process=desk.process)
        servers.start_server(first, follows=second)
        servers.hold_back_replicas()
        before = len(desk.accepted)
        wait_for(lambda: len(desk.accepted) >= before + 50, "nothing was accepted", process=desk.process)
        servers.kill(second)
        servers.let_replicas_follow()
        servers.wait_for_another(second)
        before = len(desk.accepted)
        wait_for(lambda: len(desk.accepted) >= before + 50, "it did not go on", process=desk.process)
    finally:
        stop.set()
        load.join()
    wait_for(desk.has_all, "something that was accepted is not there", 60, process=desk.process)
    wait_for(desk.is_settled, "it did not settle", 60, process=desk.process)
    balance = desk.lines.balance()
    assert (balance.difference, balance.dead) == (0, 0)


def test_doctor_looks_who_could_take_the_masters_place(servers: Replicated, tmp_path: Path) -> None:
    context = Context(args=read_words(["doctor"]), flags={}, loaded=load({"redis_url": servers.url}, {}, tmp_path))

    def found() -> Finding:
        return next(one for one in examine(context) if one.name == "redis replicas")

    assert (found().verdict, found().found) == ("ok", "2 replicas, min-replicas-to-write set")
    servers.server(servers.master()).config_set("min-replicas-to-write", 0)
    assert (found().verdict, found().found) == ("warn", "2 replicas, min-replicas-to-write not set")


def test_nobody_left_to_ask_is_told_by_name(servers: Replicated) -> None:
    client = connect(Settings(redis_url=servers.url))
    with redis_errors(client):
        client.set("word", "kept")
    for port in (servers.master(), *servers.sentinel_ports):
        servers.kill(port)
    with pytest.raises(TransientError, match=r"the master desk of 127\.0\.0\.1:"), redis_errors(client):
        client.get("word")


def test_a_server_that_only_follows_is_one_to_wait_for(redis_server: Server) -> None:
    client = redis_server.client()
    client.replicaof("127.0.0.1", str(free_port()))
    with pytest.raises(TransientError, match="cannot answer now"), redis_errors(client):
        client.set("word", 1)
