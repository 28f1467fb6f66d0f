"""The desk that the chaos run breaks: its processes by name, its Redis, its two small disks, and its clock."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

import redis

from services.index.search import Index
from shared.ledger.calls import Ledger
from shared.ledger.connection import connect
from shared.ledger.overview import Watchman
from shared.settings import Settings
from tests.conftest import valkey_binary
from tests.machine import children, command_line, free_port

DISK_MB = 96
DISKS = {
    "data": "data",
    "redis": "data/redis",
    "archive": "data/archive",
    "index": "data/index",
    "outbox": "data/index/outbox",
    "days": "days",
}
"""Folders of a desk that may lie on a small disk of their own, the outer ones first."""
READY_S = 90.0
PROGRAM = Path(__file__).parents[2]
WORKERS = ("ingest", "normalize", "index", "watch", "deliver")
SKEWED = ("+2", "-2")


def find_faketime() -> Path | None:
    """The library that fakes a process's clock, where it is installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


class Redis:
    """A Valkey of the harness' own, under a clock that can be put forward where one is given; killed, it comes back
    within a second.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        folder.mkdir()
        self.url = f"unix://{folder}/s"
        self._command = [valkey_binary(), "--port", "0", "--unixsocket", f"{folder}/s", "--dir", str(folder)]
        self._command += [
            "--save",
            "",
            "--appendonly",
            "yes",
            "--maxmemory",
            "512mb",
            "--maxmemory-policy",
            "noeviction",
        ]
        self._environ = os.environ | environ
        self._log = folder / "log"
        self._ended = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def pids(self) -> list[int]:
        return [self._process.pid] if self._process.poll() is None else []

    def end(self) -> None:
        self._ended.set()
        self._keeper.join()
        self._process.kill()
        self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(self._command, env=self._environ, stdout=log, stderr=log)

    def _keep(self) -> None:
        while not self._ended.wait(0.5):
            if self._process.poll() is not None:
                self._process = self._start()


class ChaosDesk:
    """`copydesk up` below `folder`, and two more normalisers whose clocks are wrong where a clock can be faked.

    `disks` are names of DISKS, each on a small disk of its own. `environ` adds to what the desk finds there. With
    `own_clock` all of it sees the clock that `put_clock_forward` moves; with `own_redis` its Redis is the harness'.
    `program` is the folder that its code lies in.
    """

    def __init__(
        self,
        folder: Path,
        *,
        disks: Iterable[str] = (),
        faketime: Path | None = None,
        environ: Mapping[str, str] = {},
        own_clock: bool = False,
        own_redis: bool = False,
        program: Path = PROGRAM,
    ) -> None:
        self.folder = folder
        self.faketime = faketime
        self.program = program
        self._more = dict(environ)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self.process: subprocess.Popen[str] | None = None
        self._turn = threading.Lock()
        self._skewed: list[subprocess.Popen[bytes]] = []
        self._clock = folder / "clock"
        self._ahead_s = 0
        self._clock.write_text("+0\n")
        (folder / "seeds").mkdir()
        self._own_clock = own_clock
        self._server: Redis | None = None
        if faketime is not None or own_redis:
            self._server = Redis(folder / "redis", self.faked_clock() if faketime is not None else {})
        self.redis_address = "" if self._server is None else self._server.url
        self.disks: Mapping[str, Path] = self._mount(frozenset(disks))

    def up(self) -> None:
        """Start it, and wait until it says where it is."""
        command = [sys.executable, "-m", "services.cli", "--json", "up", "--port", str(self.port)]
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environ(), stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the desk did not start: {(self.folder / 'up.log').read_text()[-2000:]}")
        self.key = json.loads(line)["key"] or self.key
        self._start_skewed()

    def end(self) -> None:
        """Stop everything, and give the disks back."""
        for worker in self._skewed:
            worker.kill()
            worker.wait()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._server is not None:
            self._server.end()
        for path in reversed([*self.disks.values()]):
            subprocess.run(["umount", "--lazy", str(path)], check=False)

    def run(self, *words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """A command, as an operator gives it in the desk's folder."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *words],
            cwd=self.folder, env=self._environ() | environ, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """A process more than the desk has by itself."""
        environ = self._environ() | {"COPYDESK_REDIS_URL": self._redis_url()}
        with (self.folder / "more.log").open("ab") as log:
            command = [sys.executable, "-m", "services.cli", *words]
            return subprocess.Popen(command, cwd=self.folder, env=environ, stdout=log, stderr=log)

    def settings(self) -> Settings:
        """The settings with which other processes reach it."""
        return Settings(
            redis_url=self._redis_url(),
            data_dir=str(self.folder / "data"),
            archive_dir=str(self.folder / "data" / "archive"),
            index_dir=str(self.folder / "data" / "index"),
        )

    def ledger(self) -> Ledger:
        settings = self.settings()
        return Ledger(connect(settings), settings)

    def redis(self) -> redis.Redis:
        return connect(self.settings())

    def watchman(self) -> Watchman:
        ledger = self.ledger()
        return Watchman(ledger, self.settings(), check_room=ledger.check_room)

    def index(self) -> Index:
        return Index(self.folder / "data" / "index" / "copydesk.sqlite3")

    def integrity(self) -> str:
        """What SQLite says of the index and of each outbox: "ok"."""
        folder = self.folder / "data" / "index"
        for path in (folder / "copydesk.sqlite3", *sorted((folder / "outbox").glob("*.sqlite3"))):
            with contextlib.closing(sqlite3.connect(path)) as database:
                told = str(database.execute("PRAGMA integrity_check").fetchone()[0])
            if told != "ok":
                return f"{path.name}: {told}"
        return "ok"

    def pids(self, name: str) -> list[int]:
        """The processes of that name; `child` are those of the pools."""
        if self.process is None or self.process.poll() is not None:
            return []
        if name == "supervisor":
            return [self.process.pid]
        if name == "valkey" and self._server is not None:
            return self._server.pids()
        if name == "child":
            return [pid for parent in self.pids("normalize") for pid in children(parent)]
        wanted = {"valkey": "valkey-server"}.get(name, f" work {name}" if name in WORKERS else f" {name}")
        return [pid for pid in self._below(self.process.pid) if wanted in command_line(pid)]

    def restart(self) -> None:
        """After its supervisor was killed: start it again on the same folder."""
        assert self.process is not None
        self.process.wait()
        with self._turn:
            self.up()

    def faked_clock(self) -> dict[str, str]:
        """What lets a process see the clock that `put_clock_forward` moves; timers go on."""
        return {
            "LD_PRELOAD": str(find_faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def put_clock_forward(self, seconds: int) -> None:
        """Who has the faked clock sees the new time within a second: Redis, and so the ledger. Below 0 it goes back."""
        self._ahead_s += seconds
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(f"{self._ahead_s:+}\n")
        fresh.replace(self._clock)

    def push(self, uri: str, text: str, version: int = 1) -> str | None:
        """One push; the id of the article once the desk says that it has it."""
        request = urllib.request.Request(
            f"{self.url}/v1/articles",
            data=text.encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "text/plain; charset=utf-8",
                "X-Article-URI": uri,
                "X-Article-Version": str(version),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return str(json.loads(answer.read())["article"]) if answer.status in (200, 202) else None
        except OSError:  # shut, full, cut: a publisher tries again
            return None

    def drop(self, name: str, text: str) -> None:
        """Put a whole file into the drop folder, as a program does that writes it under another name first."""
        part = self.folder / "seeds" / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        part.rename(part.with_name(name))

    def _below(self, pid: int) -> list[int]:
        return [one for child in children(pid) for one in (child, *self._below(child))]

    def _redis_url(self) -> str:
        deadline = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(OSError, ValueError, KeyError):
                told = json.loads((self.folder / "data" / "run" / "desk.json").read_text())
                return str(told.get("redisUrl") or told["redis_url"])
            if time.monotonic() > deadline:
                raise SystemExit("the desk does not say where its Redis is")
            time.sleep(0.05)

    def _environ(self, skew: str = "") -> dict[str, str]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
        environ |= {"COPYDESK_DISK_RESERVE_MB": "1", "COPYDESK_ALLOW_NETWORKS": "127.0.0.0/8"}
        environ |= {"COPYDESK_FEED_INTERVAL_S": "60", "PYTHONPATH": str(self.program)} | self._more
        if self.redis_address:
            environ |= {"COPYDESK_REDIS_URL": self.redis_address}
        if self._own_clock:
            environ |= self.faked_clock()
        if skew:
            environ |= {"LD_PRELOAD": str(self.faketime), "NO_FAKE_STAT": "1", "FAKETIME": skew}
        return environ

    def _start_skewed(self) -> None:
        for worker in self._skewed:
            worker.kill()
            worker.wait()
        self._skewed = []
        if self.faketime is None:
            return
        for skew in SKEWED:
            command = [sys.executable, "-m", "services.cli", "work", "normalize"]
            with (self.folder / f"skewed{skew}.log").open("ab") as log:
                self._skewed.append(
                    subprocess.Popen(command, cwd=self.folder, env=self._environ(f"{skew}s"), stdout=log, stderr=log)
                )

    def _mount(self, names: frozenset[str]) -> Mapping[str, Path]:
        disks = {name: self.folder / place for name, place in DISKS.items() if name in names}
        for path in disks.values():
            path.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(path)], check=True)
        for path in filter(Path.exists, map(self.folder.joinpath, ("data", "data/index/outbox"))):
            path.chmod(0o700)
        return disks


def strike(pids: list[int], number: signal.Signals) -> bool:
    """Send a signal to these processes of ours; whether one was there to get it."""
    hit = False
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            hit = True
    return hit
