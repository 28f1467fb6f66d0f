"""Questions to the machine: processes as /proc shows them, and ports that are free."""

import contextlib
import random
import socket
from pathlib import Path

LOWEST_PORT, FIRST_GIVEN_AWAY = 12_000, 32_768
_LUCK = random.SystemRandom()  # tests beside each other must not draw alike


def children(pid: int) -> list[int]:
    """The processes a process has started and not yet reaped; none of one that has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_line(pid: int) -> str:
    """What a process was called with; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").rstrip()
    except OSError:
        return ""


def free_port() -> int:
    """A port on loopback that nobody listens on now.

    It is none of those that the machine gives away by itself: one that connections take as their own end, or another
    test at the same moment, could be gone before the server that is to have it has started.
    """
    while True:
        port = _LUCK.randrange(LOWEST_PORT, FIRST_GIVEN_AWAY)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
