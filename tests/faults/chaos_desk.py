"""The desk that the chaos run breaks: its processes by name, its Redis, its two small disks, and its clock."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
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
READY_S = 90.0
WORKERS = ("ingest", "normalize", "index")
SKEWED = ("+2", "-2")


def find_faketime() -> Path | None:
    """The library that fakes a process's clock, where it is installed."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


class Redis:
    """A Valkey of the harness' own under a clock that can be put forward; killed, it comes back within a second."""

    def __init__(self, folder: Path, faketime: Path, clock: Path) -> None:
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
        self._environ = os.environ | {"LD_PRELOAD": str(faketime), "FAKETIME_TIMESTAMP_FILE": str(clock)}
        self._environ |= {"FAKETIME_CACHE_DURATION": "1"}
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
    """`copydesk up` below `folder`, and two more normalisers whose clocks are wrong where a clock can be faked."""

    def __init__(self, folder: Path, *, disks: bool, faketime: Path | None) -> None:
        self.folder = folder
        self.faketime = faketime
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
        self._server = None if faketime is None else Redis(folder / "redis", faketime, self._clock)
        self.disks: Mapping[str, Path] = self._mount() if disks else {}

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
        for path in self.disks.values():
            subprocess.run(["umount", "--lazy", str(path)], check=False)

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

    def put_clock_forward(self, seconds: int) -> None:
        """Redis, and so the ledger, sees the new time within a second."""
        self._ahead_s += seconds
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(f"+{self._ahead_s}\n")
        fresh.replace(self._clock)

    def push(self, uri: str, text: str) -> str | None:
        """One push; the id of the article once the desk says that it has it."""
        request = urllib.request.Request(
            f"{self.url}/v1/articles",
            data=text.encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "text/plain; charset=utf-8",
                "X-Article-URI": uri,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return str(json.loads(answer.read())["article"]) if answer.status in (200, 202) else None
        except OSError:  # shut, full, cut: a publisher tries again
            return None

    def _below(self, pid: int) -> list[int]:
        return [one for child in children(pid) for one in (child, *self._below(child))]

    def _redis_url(self) -> str:
        deadline = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(OSError, ValueError, KeyError):
                return str(json.loads((self.folder / "data" / "run" / "desk.json").read_text())["redisUrl"])
            if time.monotonic() > deadline:
                raise SystemExit("the desk does not say where its Redis is")
            time.sleep(0.05)

    def _environ(self, skew: str = "") -> dict[str, str]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("COPYDESK_")}
        environ |= {"COPYDESK_DISK_RESERVE_MB": "1", "COPYDESK_ALLOW_NETWORKS": "127.0.0.0/8"}
        environ |= {"COPYDESK_FEED_INTERVAL_S": "60"}
        if self._server is not None:
            environ |= {"COPYDESK_REDIS_URL": self._server.url}
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

    def _mount(self) -> Mapping[str, Path]:
        disks = {name: self.folder / "data" / name for name in ("archive", "index")}
        for path in disks.values():
            path.mkdir(parents=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(path)], check=True)
        (self.folder / "data").chmod(0o700)
        return disks


def strike(pids: list[int], number: signal.Signals) -> bool:
    """Send a signal to these processes of ours; whether one was there to get it."""
    hit = False
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            hit = True
    return hit
