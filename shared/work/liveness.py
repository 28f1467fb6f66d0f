"""What a long-running process says of itself: a record in Redis that ends by itself soon after the process does."""

import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import redis
import structlog

from shared.clock import now_us
from shared.errors import CopydeskError
from shared.ledger import keys
from shared.ledger.connection import connect, server_now_us
from shared.ledger.troubles import Disk
from shared.settings import Settings

log = structlog.get_logger(__name__)

BEAT_S = 2.5
TTL_S = 8
HOST = socket.gethostname()
REMEMBERED_S = 7 * 86_400


class Tally(NamedTuple):
    """How many articles a process has taken up since it started, and how many of them it failed for good."""

    taken: int
    failed: int


def make_boot() -> str:
    """A name for this start of a process: host and pid come again, in a container always."""
    return secrets.token_hex(6)


class WorkerRecord:
    """The record `worker:<name>:<host>:<boot>`, renewed every few seconds by a thread of its own.

    Each of `probes` raises a `CopydeskError` while this process can take nothing in, `check_search` while the engine
    of its searches is away; the record says why. What a stage takes up and fails is counted as it claims; any other
    process sets its `tally`, which gives both of them.
    """

    def __init__(
        self,
        settings: Settings,
        name: str,
        *,
        boot: str | None = None,
        folders: Sequence[Path] = (),
        probes: Sequence[Callable[[], None]] = (),
        check_search: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.boot = boot or make_boot()
        self._settings = settings
        self._folders = folders
        self._probes = probes
        self._check_search = check_search
        self._reserve = settings.disk_reserve_mb * 1024 * 1024
        self._client: Any = connect(settings)
        self._since = now_us()
        self.met = ""
        self.tally: Callable[[], Tally] | None = None
        self._release = program_version()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="worker-record", daemon=True)

    def start(self) -> None:
        """Say at once that the process lives, and go on saying it."""
        self._thread.start()

    def stop(self) -> None:
        """The process ends in order: its record goes, so that what it holds is taken up at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)  # a beat on its way would bring the record back
        try:
            self._client.delete(self._key())
        except redis.RedisError:  # it ends by itself within seconds
            return

    def meet_newer(self, what: str) -> None:
        """Note what this process met that a newer release wrote: from now on it takes nothing up, and says why."""
        if self.met:
            return
        self.met = what
        log.error("worker_outdated", worker=self.name, met=what, release=program_version())
        try:
            self.beat()
        except redis.RedisError:  # the next beat says it
            return

    def beat(self) -> None:
        """Write the record once. The first of another release than the last notes that the release changed."""
        release, now = self._release, server_now_us(self._client)
        with self._client.pipeline(transaction=False) as pipe:
            pipe.hset(self._key(), mapping=self._record(release, now))
            pipe.expire(self._key(), TTL_S)
            pipe.zadd(keys.WORKERS, {self._member(): now})
            pipe.zremrangebyscore(keys.WORKERS, "-inf", now - REMEMBERED_S * 1_000_000)
            pipe.set(keys.RELEASE, release, get=True)
            *_, before = pipe.execute()
        if before is not None and before.decode() != release:
            self._client.set(keys.RELEASE_CHANGED, now)

    def _record(self, release: str, now: int) -> Mapping[str, str | int | bytes]:
        counts = self.tally()._asdict() if self.tally is not None else {}
        return {
            **counts,
            "version": release,
            "pid": os.getpid(),
            "since": self._since,
            "met": self.met,
            "beat": now,
            "disks": msgspec.json.encode([disk for folder in self._folders if (disk := self._disk(folder))]),
            "refusals": msgspec.json.encode([told for probe in self._probes if (told := _trouble_of(probe))]),
            "searchAway": _trouble_of(self._check_search),
        }

    def _disk(self, folder: Path) -> Disk | None:
        try:
            return Disk(path=str(folder), free=shutil.disk_usage(folder).free, reserve=self._reserve)
        except OSError:  # the folder is not there yet
            return None

    def _keep(self) -> None:
        while not self._stop.is_set():
            try:
                self.beat()
            except redis.RedisError as error:
                log.debug("worker_record_postponed", error=str(error))
            except Exception as error:  # whatever it is: who stops speaking is taken for dead
                log.error("worker_record_failed", exc_info=error)
            self._stop.wait(
                BEAT_S - time.time() % BEAT_S
            )  # all at once: one wake of the machine, one sync of Redis' log

    def _member(self) -> str:
        return f"{self.name}:{HOST}:{self.boot}"

    def _key(self) -> str:
        return keys.worker(self.name, HOST, self.boot)


def _trouble_of(probe: Callable[[], None]) -> str:
    """Why a probe is not content; empty where it is."""
    try:
        probe()
    except CopydeskError as error:
        return str(error)
    return ""


def forget_worker(client: Any, pid: int) -> None:
    """A process of this host has ended: what it held is taken up at the next sweep."""
    for member in client.zrange(keys.WORKERS, 0, -1):
        name, host, boot = member.decode().split(":", 2)
        key = keys.worker(name, host, boot)
        if host == HOST and client.hget(key, "pid") == str(pid).encode():
            client.delete(key)


def program_version() -> str:
    """The release that runs."""
    try:
        return version("copydesk")
    except PackageNotFoundError:
        return "unknown"
