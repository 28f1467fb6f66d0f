"""What can break on one machine, one entry a fault: kills, freezes, a lost or full Redis, full disks, wrong clocks."""

import contextlib
import functools
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import redis

from tests.faults.chaos_desk import ChaosDesk, strike

PROCESSES = ("web", "watch", "ingest", "normalize", "index", "child", "valkey")
FULL_S = 6.0
OUTAGE_MINUTES, STEPS = 20, 10

Strike = Callable[[ChaosDesk, random.Random], bool]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that breaks. `strike` does it and says whether there was anything to break."""

    name: str
    strike: Strike
    needs: str = ""


def usable(faults: Iterable[Fault], desk: ChaosDesk) -> list[Fault]:
    """Those that this machine can provide: a disk of its own needs root, a clock of its own libfaketime."""
    there = {"": True, "disks": bool(desk.disks), "clock": desk.faketime is not None and bool(desk.disks)}
    return [fault for fault in faults if there[fault.needs]]


def kill(name: str, desk: ChaosDesk, chance: random.Random) -> bool:
    """SIGKILL to one process of that name."""
    pids = desk.pids(name)
    return bool(pids) and strike([chance.choice(pids)], signal.SIGKILL)


def kill_supervisor(desk: ChaosDesk, _: random.Random) -> bool:
    """SIGKILL to `copydesk up` itself; it is started again on the same folder."""
    if not strike(desk.pids("supervisor"), signal.SIGKILL):
        return False
    desk.restart()
    return True


def freeze(name: str, desk: ChaosDesk, chance: random.Random) -> bool:
    """SIGSTOP to all processes of that name for some seconds."""
    pids = desk.pids(name)
    if not strike(pids, signal.SIGSTOP):
        return False
    time.sleep(chance.uniform(2, 8))  # how long the freeze lasts is the fault
    strike(pids, signal.SIGCONT)
    return True


def empty_redis(desk: ChaosDesk, _: random.Random) -> bool:
    """FLUSHALL in mid-flight."""
    with contextlib.suppress(redis.RedisError):
        desk.redis().flushall()
        return True
    return False


def fill_redis(desk: ChaosDesk, _: random.Random) -> bool:
    """Redis has no byte left for some seconds."""
    client: Any = desk.redis()
    with contextlib.suppress(redis.RedisError):
        before = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", int(client.info("memory")["used_memory"]))
        time.sleep(FULL_S)  # how long it is full is the fault
        client.config_set("maxmemory", before)
        return True
    return False


@contextlib.contextmanager
def full(disk: Path) -> Iterator[None]:
    """No byte left on a disk for as long as the block lasts."""
    filler = disk / ".filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 1024 * 1024)
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 512)
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def fill_disk(name: str, desk: ChaosDesk, _: random.Random) -> bool:
    """The disk of the archive or the index is full for some seconds."""
    with full(desk.disks[name]):
        time.sleep(FULL_S)  # how long it is full is the fault
    return True


def outage(name: str, desk: ChaosDesk, _: random.Random) -> bool:
    """The disk is full for twenty minutes, of which the clock skips nearly all."""
    with full(desk.disks[name]):
        for _step in range(STEPS):
            desk.put_clock_forward(OUTAGE_MINUTES * 60 // STEPS)
            time.sleep(1.5)  # each step must be seen: the clock is looked up once a second
    return True


FAULTS: tuple[Fault, ...] = (
    *(Fault(name=f"kill {name}", strike=functools.partial(kill, name)) for name in PROCESSES),
    *(Fault(name=f"freeze {name}", strike=functools.partial(freeze, name)) for name in PROCESSES),
    Fault(name="kill supervisor", strike=kill_supervisor),
    Fault(name="empty redis", strike=empty_redis),
    Fault(name="full redis", strike=fill_redis),
    Fault(name="full archive", strike=functools.partial(fill_disk, "archive"), needs="disks"),
    Fault(name="full index", strike=functools.partial(fill_disk, "index"), needs="disks"),
    Fault(name="archive full for 20 minutes", strike=functools.partial(outage, "archive"), needs="clock"),
    Fault(name="index full for 20 minutes", strike=functools.partial(outage, "index"), needs="clock"),
)
