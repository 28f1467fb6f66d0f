"""How long a push waits for its 202, beside the least a door can do: append, fsync, answer."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.desk import Desk, cpu_s, running_desk, tree, until
from benchmarks.figures import Figure, percentile
from benchmarks.texts import make_texts
from tests.machine import free_port

GOALS = {1: 2.5, 8: 2.5, 64: 1.3}
ROUNDS, EACH = 3, {1: 150, 8: 400, 64: 960}
WORKERS = ("ingest", "normalize", "index")


def run() -> list[Figure]:
    """The two doors take turns, so that both meet the same machine; the desk is idle again before the other's turn.

    `alone` is the door while the workers stand still: what a push costs without what its article costs afterwards.
    """
    texts = iter(make_texts(ROUNDS * sum(EACH.values()) + ROUNDS * EACH[1]))
    found: list[Figure] = []
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk, _bare_door() as bare:
        web = next(pid for pid, name in tree(desk.pid).items() if name == "web")
        product = (urlsplit(desk.url).port or 0, web)
        for senders, goal in GOALS.items():
            turns = _Turns(desk, senders)
            for _ in range(ROUNDS):
                bodies = [next(texts).encode() for _ in range(EACH[senders])]
                turns.take("product", product, bodies)
                turns.take("bare", bare, bodies)
                if senders == 1:
                    with _standing_still(desk):
                        turns.take("alone", product, [next(texts).encode() for _ in bodies])
                    _rest(desk)
            found += turns.figures(goal)
    return found


class _Turns:
    """What pushes took at each door, over so many connections at once."""

    def __init__(self, desk: Desk, senders: int) -> None:
        self._desk = desk
        self._senders = senders
        self._seconds: dict[str, list[float]] = {}
        self._cpu: defaultdict[str, float] = defaultdict(float)

    def take(self, name: str, door: tuple[int, int], bodies: list[bytes]) -> None:
        port, pid = door
        before = cpu_s([pid])
        self._seconds.setdefault(name, []).extend(asyncio.run(_push_all(port, self._desk.key, bodies, self._senders)))
        self._cpu[name] += cpu_s([pid]) - before
        if name == "product":
            _rest(self._desk)

    def figures(self, goal: float) -> list[Figure]:
        name, bare = f"door.c{self._senders}", percentile(self._seconds["bare"], 50)
        product = self._seconds["product"]
        ratio, cpu = percentile(product, 50) / bare, self._cpu["product"] / self._cpu["bare"]
        made = [
            Figure(name=f"{name}.p50", value=percentile(product, 50) * 1000, unit="ms"),
            Figure(name=f"{name}.p99", value=percentile(product, 99) * 1000, unit="ms"),
            Figure(name=f"{name}.p50_in_bare", value=ratio, unit="x", goal=goal, is_ratio=True),
            Figure(name=f"{name}.cpu_in_bare", value=cpu, unit="x", is_ratio=True),
        ]
        if "alone" in self._seconds:
            alone = percentile(self._seconds["alone"], 50) / bare
            made.append(Figure(name=f"{name}.alone.p50_in_bare", value=alone, unit="x", goal=1.5, is_ratio=True))
        return made


@contextlib.contextmanager
def _standing_still(desk: Desk) -> Iterator[None]:
    """The workers stand still, for less time than makes the desk take them for lost."""
    pids = [pid for pid, name in tree(desk.pid).items() if name.split()[0] in WORKERS]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def _push_all(port: int, key: str, bodies: list[bytes], senders: int) -> list[float]:
    """Push over that many connections that are kept; seconds from a request's first byte to its answer's head."""
    waiting = iter(bodies)
    took: list[float] = []

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in waiting:
            begun = time.perf_counter()
            writer.write(_head(port, key, len(body)) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            took.append(time.perf_counter() - begun)
            if not head.startswith(b"HTTP/1.1 202"):
                raise SystemExit(f"a push was answered {head[:40]!r}")
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(send() for _ in range(senders)))
    return took


def _head(port: int, key: str, length: int) -> bytes:
    lines = (
        "POST /v1/articles HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {key}",
        "Content-Type: text/plain",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _rest(desk: Desk) -> None:
    """Wait until the desk is done with what was pushed."""
    _, ledger = desk.open_intake()
    until(lambda: ledger.balance().in_flight == 0, "the pushes were not worked off")


@contextlib.contextmanager
def _bare_door() -> Iterator[tuple[int, int]]:
    """The bare door in a process of its own: its port and its pid."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="cd-bench-") as folder:
        command = [sys.executable, "-m", "benchmarks.bare_door", str(Path(folder) / "bodies"), str(port)]
        process = subprocess.Popen(command)
        try:
            until(lambda: _listens(port), "the bare door did not open", 30)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
