"""SIGKILL for any process of a running desk while 2,000 articles come in: nothing is lost, doubled or dead."""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.index.search import Index
from shared.errors import CopydeskError
from shared.ledger.connection import connect
from shared.ledger.reader import LedgerReader
from shared.settings import Settings
from tests.conftest import wait_for
from tests.machine import children, command_line, free_port

ARTICLES, DROPS = 2000, 500
KILLS = 16
VICTIMS = ("normalize", "index", "ingest", "watch", "web", "valkey", "child", "supervisor")
CLOCKS = {
    "COPYDESK_TASK_LIMIT_S": "2",
    "COPYDESK_VISIBILITY_TIMEOUT_S": "5",
    "COPYDESK_LEASE_S": "7",
    "COPYDESK_SWEEP_S": "0.5",
    "COPYDESK_NORMALIZE_PROCESSES": "2",
    "COPYDESK_DISK_RESERVE_MB": "1",
}


class Desk:
    """`copydesk up` in a folder of its own, which a test may kill in whole or in part."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.key = ""
        self.process: subprocess.Popen[str] | None = None

    def up(self) -> None:
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "services.cli", "--json", "up", "--port", port]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")} | CLOCKS
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        greeting = json.loads(self.process.stdout.readline())
        self.key = greeting["key"] or self.key

    def lines(self) -> LedgerReader:
        desk = json.loads((self.folder / "data" / "run" / "desk.json").read_text())
        return LedgerReader(connect(Settings(redis_url=desk.get("redisUrl") or desk["redis_url"])))

    def pids(self, name: str) -> list[int]:
        """The processes of that name below the supervisor; `child` are the pool's children."""
        assert self.process is not None
        if name == "supervisor":
            return [self.process.pid]
        if name == "child":
            return [pid for parent in self.pids("normalize") for pid in children(parent)]
        wanted = {"valkey": "valkey-server"}.get(name, f" {name}" if name == "web" else f" work {name}")
        return [pid for pid in children(self.process.pid) if wanted in command_line(pid)]

    def kill(self, name: str, chance: random.Random) -> bool:
        pids = self.pids(name)
        if not pids:
            return False
        os.kill(chance.choice(pids), signal.SIGKILL)
        if name == "supervisor":
            assert self.process is not None
            self.process.wait()
            self.up()
        return True

    def push(self, words: str) -> None:
        """Push until the desk says that it has it, as a publisher would."""
        request = urllib.request.Request(
            f"{self.url}/v1/articles",
            data=words.encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "text/plain"},
        )
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status in (200, 202)
                    return
            except (OSError, urllib.error.URLError):  # its door is shut for a moment: a publisher tries again
                time.sleep(0.05)


def article(number: int) -> str:
    return (
        f"09/11/2015 - 05:34\n\nTin số {number} của buổi sáng\n\nHUẾ - Câu mở đầu số {number}.\n\nThân bài số {number}."
    )


@pytest.fixture
def desk(short_folder: Path) -> Iterator[Desk]:
    (short_folder / "seeds").mkdir()
    running = Desk(short_folder)
    running.up()
    yield running
    assert running.process is not None
    running.process.terminate()
    running.process.wait(20)


class Publishers:
    """Four that push and one that drops files, all at once, each article until the desk has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._numbers = iter(range(ARTICLES - DROPS))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._push) for _ in range(4)] + [threading.Thread(target=self._drop)]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        for thread in self._threads:
            thread.join()

    def _push(self) -> None:
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            self._desk.push(article(number))

    def _drop(self) -> None:
        seeds = self._desk.folder / "seeds"
        for number in range(ARTICLES - DROPS, ARTICLES):
            part = seeds / f".{number}.part"
            part.write_text(article(number))
            part.rename(seeds / f"{number}.txt")
            time.sleep(0.02)  # not all at once: the drops are to meet the kills


def kill_at_random(desk: Desk) -> list[str]:
    """Each kind of process in turn, at times nobody foresees; which were hit."""
    chance = random.Random(2015)
    killed = []
    for name in itertools.islice(itertools.cycle(VICTIMS), KILLS):
        time.sleep(chance.uniform(0.5, 1.5))  # the time between the kills is what is random here
        if desk.kill(name, chance):
            killed.append(name)
    return killed


def is_settled(lines: LedgerReader, index: Index) -> bool:
    try:
        return lines.balance().in_flight == 0 and index.count() >= ARTICLES
    except CopydeskError:  # a killed Valkey may still be starting
        return False


@pytest.mark.timeout(240)
def test_random_kills_lose_nothing_double_nothing_and_kill_no_article(desk: Desk) -> None:
    publishers = Publishers(desk)
    publishers.begin()
    killed = kill_at_random(desk)
    publishers.finish()
    assert len(killed) >= 12, killed
    lines, index = desk.lines(), Index(desk.folder / "data/index/copydesk.sqlite3")
    wait_for(lambda: is_settled(lines, index), f"not all articles arrived after killing {killed}", 120)
    balance = lines.balance()
    assert (balance.difference, balance.dead) == (0, 0)
    assert index.count() == ARTICLES
    headlines = {hit.headline for hit in index.recent(ARTICLES + 100)}
    assert headlines == {f"Tin số {number} của buổi sáng" for number in range(ARTICLES)}
