"""What the front door costs, and whom it still serves, while it is attacked: bombs, stalled bodies, half-open heads."""

import asyncio
import contextlib
import gzip
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.desk import Desk, running_desk, tree, until
from benchmarks.figures import Figure, percentile

BOMBS, BOMB_BYTES = 60, 16 * 1024 * 1024
STALLED, STALLED_BYTES = 20, 4 * 1024 * 1024
HALF_OPEN, NOFILE = 400, 256
FOLLOWERS, WAITERS = 200, 200
PUSHES = 20


def run() -> list[Figure]:
    """Each attack meets a desk of its own, so that none hides what another left behind."""
    return [*_bombs(), *_stalled(), *_half_open(), *_followed()]


def _bombs() -> list[Figure]:
    """Memory of the front door under bodies of 16 kB that open to 16 MiB, and to as much as a body may have."""
    figures = []
    for name, size in (("over", BOMB_BYTES), ("at", STALLED_BYTES)):
        with _door() as (desk, web):
            bomb = gzip.compress(b"\0" * size)
            request = _head(desk, len(bomb), "Content-Encoding: gzip") + bomb
            before = _peak_mb(web)
            asyncio.run(_all_at_once(desk, [request] * BOMBS))
            figures += [
                Figure(name=f"limits.bombs_{name}_limit.rss", value=_peak_mb(web), unit="MB", goal=256),
                Figure(name=f"limits.bombs_{name}_limit.grown", value=_peak_mb(web) - before, unit="MB"),
            ]
    return figures


def _stalled() -> list[Figure]:
    """Pushes of one publisher, while another's bodies lack their last byte: how many are refused, and their time."""
    with _door() as (desk, _), contextlib.ExitStack() as held:
        other = _another_key(desk)
        free = _push_times(desk, other)
        for _ in range(STALLED):
            wire = held.enter_context(_connect(desk))
            wire.sendall(_head(desk, STALLED_BYTES) + b"x" * (STALLED_BYTES - 1))
        time.sleep(2)  # until the door has read them
        beside = _push_times(desk, other)
    return [
        Figure(name="limits.stalled.refused", value=PUSHES - len(beside), unit="pushes", goal=0),
        Figure(name="limits.stalled.p50_in_free", value=_ratio(beside, free), unit="x", goal=1.5),
    ]


def _half_open() -> list[Figure]:
    """Pushes and readiness at few descriptors, while more connections than that stand open without a whole head."""
    with _door(nofile=NOFILE) as (desk, _), contextlib.ExitStack() as held:
        free = _push_times(desk, desk.key)
        before = _logged_kb(desk)
        for _ in range(HALF_OPEN):
            with contextlib.suppress(OSError):
                held.enter_context(_connect(desk, wait=0.2)).sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        beside = _push_times(desk, desk.key)
        ready = sum(_answers(desk, b"GET /readyz HTTP/1.1\r\nHost: desk\r\n\r\n", b" 200 ") for _ in range(PUSHES))
        grown = _logged_kb(desk) - before
    return [
        Figure(name="limits.half_open.pushes_refused", value=PUSHES - len(beside), unit="pushes", goal=0),
        Figure(name="limits.half_open.not_ready", value=PUSHES - ready, unit="answers", goal=0),
        Figure(name="limits.half_open.p50_in_free", value=_ratio(beside, free), unit="x"),
        Figure(name="limits.half_open.log", value=grown, unit="kB", goal=100),
    ]


def _followed() -> list[Figure]:
    """Memory that 200 followers and 200 who wait for receipts take, while articles pass; and how long ending takes."""
    with _door() as (desk, web), contextlib.ExitStack() as held:
        receipts = [_receipt_held(desk, number) for number in range(4)]
        monitor = _another_key(desk, "--scope", "monitor")
        events = "GET /v1/events HTTP/1.1\r\nHost: desk\r\nAccept: text/event-stream\r\n"
        waits = "GET /v1/receipts/{}?wait=60 HTTP/1.1\r\nHost: desk\r\n"
        for number in range(FOLLOWERS):
            held.enter_context(_connect(desk)).sendall(_with_key(events, monitor))
            asked = _with_key(waits.format(receipts[number % 4]), desk.key)
            held.enter_context(_connect(desk)).sendall(asked)
        _push_times(desk, desk.key)
        first = _rss_mb(web)
        for _ in range(10):
            _push_times(desk, desk.key)
        grown = _rss_mb(web) - first
        begun = time.monotonic()
        os.kill(desk.pid, signal.SIGINT)
        until(lambda: not Path(f"/proc/{web}/fd").exists() or not _is_alive(web), "the door did not end", 60, 0.02)
        until(lambda: not _is_alive(desk.pid), "the desk did not end", 60, 0.02)
        ended = time.monotonic() - begun
    return [
        Figure(name="limits.followed.rss", value=first, unit="MB"),
        Figure(name="limits.followed.grown", value=grown, unit="MB", goal=8),
        Figure(name="limits.followed.ending", value=ended, unit="s", goal=5),
    ]


@contextlib.contextmanager
def _door(nofile: int | None = None) -> Iterator[tuple[Desk, int]]:
    """A desk, and the process of its front door."""
    with running_desk(nofile=nofile, COPYDESK_DISK_RESERVE_MB="1") as desk:
        yield desk, next(pid for pid, name in tree(desk.pid).items() if name == "web")


def _another_key(desk: Desk, *options: str) -> str:
    return desk.command("keys", "create", "another", *options).strip().splitlines()[-1]


def _with_key(head: str, key: str) -> bytes:
    return f"{head}Authorization: Bearer {key}\r\n\r\n".encode()


def _receipt_held(desk: Desk, number: int) -> str:
    """A receipt that stays unsettled: its article waits for the end of an embargo."""
    body = b"Held until later, number %d." % number
    answer = _ask(desk, _head(desk, len(body), "X-Embargoed-Until: 2099-01-01T00:00:00Z") + body)
    return answer.partition(b'"receipt":"')[2].partition(b'"')[0].decode()


def _push_times(desk: Desk, key: str) -> list[float]:
    """Seconds to each answer of 202; a push that is answered otherwise, or not within 10 s, is not among them."""
    took = []
    for _ in range(PUSHES):
        body = f"Bài số {time.monotonic_ns()}: nâng cao chất lượng đội ngũ.".encode()
        begun = time.perf_counter()
        if _answers(desk, _head(desk, len(body), key=key) + body, b" 202 "):
            took.append(time.perf_counter() - begun)
    return took


def _answers(desk: Desk, request: bytes, status: bytes) -> bool:
    with contextlib.suppress(OSError):
        return status in _ask(desk, request).partition(b"\r\n")[0]
    return False


def _ask(desk: Desk, request: bytes) -> bytes:
    with _connect(desk, wait=10) as wire:
        wire.sendall(request)
        return wire.recv(65536)


def _connect(desk: Desk, wait: float = 10) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(desk.url).port or 0), wait)


async def _all_at_once(desk: Desk, requests: Sequence[bytes]) -> None:
    async def send(request: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(desk.url).port)
        writer.write(request)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.close()

    await asyncio.gather(*(send(request) for request in requests))


def _head(desk: Desk, length: int, *more: str, key: str = "") -> bytes:
    lines = (
        "POST /v1/articles HTTP/1.1",
        "Host: desk",
        f"Authorization: Bearer {key or desk.key}",
        "Content-Type: text/plain",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, *more, "", "")).encode()


def _logged_kb(desk: Desk) -> float:
    """What the front door has logged, the older part with it."""
    return sum(part.stat().st_size for part in (desk.folder / "data" / "log").glob("web.log*")) / 1000


def _ratio(beside: Sequence[float], free: Sequence[float]) -> float:
    return percentile(beside, 50) / percentile(free, 50) if len(beside) >= PUSHES else float("inf")


def _peak_mb(pid: int) -> float:
    return _status_mb(pid, "VmHWM")


def _rss_mb(pid: int) -> float:
    return _status_mb(pid, "VmRSS")


def _status_mb(pid: int, name: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition(f"{name}:")[2].split()[0]) / 1000


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its exit code does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
