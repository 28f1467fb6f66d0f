"""How long a push waits for its 202, beside the least a door can do: append, fsync, answer."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.desk import Desk, cpu_s, free_port, running_desk, tree, until
from benchmarks.figures import Figure, percentile
from benchmarks.texts import make_texts

GOALS = {1: 1.8, 8: 1.6, 64: 1.3}
ROUNDS, EACH = 3, {1: 150, 8: 400, 64: 960}


def run() -> list[Figure]:
    """The two doors take turns, so that both meet the same machine; the desk is idle again before the other's turn."""
    texts = iter(make_texts(ROUNDS * sum(EACH.values())))
    found: list[Figure] = []
    with running_desk(COPYDESK_DISK_RESERVE_MB="1") as desk, _bare_door() as (port, pid):
        web = next(pid for pid, name in tree(desk.pid).items() if name == "web")
        for senders, goal in GOALS.items():
            product: list[float] = []
            bare: list[float] = []
            spent = {web: 0.0, pid: 0.0}
            for _ in range(ROUNDS):
                bodies = [next(texts).encode() for _ in range(EACH[senders])]
                for samples, door, process in ((product, urlsplit(desk.url).port, web), (bare, port, pid)):
                    before = cpu_s([process])
                    samples.extend(asyncio.run(_push_all(int(door or 0), desk.key, bodies, senders)))
                    spent[process] += cpu_s([process]) - before
                    _rest(desk)
            name = f"door.c{senders}"
            ratio = percentile(product, 50) / percentile(bare, 50)
            found += [
                Figure(name=f"{name}.p50", value=percentile(product, 50) * 1000, unit="ms"),
                Figure(name=f"{name}.p99", value=percentile(product, 99) * 1000, unit="ms"),
                Figure(name=f"{name}.p50_in_bare", value=ratio, unit="x", goal=goal, is_ratio=True),
                Figure(name=f"{name}.cpu_in_bare", value=spent[web] / spent[pid], unit="x", is_ratio=True),
            ]
    return found


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
