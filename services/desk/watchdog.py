"""Nothing outlives its supervisor, not even one that was killed: a watchdog process ends what it left behind."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# A desk opens a few dozen; the system's own limit can be a thousand million, and closing them takes as many calls.
HIGHEST_DESCRIPTOR = 4096


def die_with_parent() -> Callable[[], None]:
    """What a child runs before it becomes its program: the kernel kills it when its parent is gone (Linux only).

    Its own children are the watchdog's part: the kernel tells one generation only.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def tie() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above took effect
            os._exit(1)

    return tie


class Watchdog:
    """A process that sleeps on a pipe; when the pipe closes without a word, it kills the groups it was told of.

    It keeps the descriptors in `hold` open, so that a lock on the data folder lasts until the last child is dead.
    """

    def __init__(self, hold: tuple[int, ...] = ()) -> None:
        self._hold = hold
        self._groups: set[int] = set()
        self._start()

    def add(self, group: int) -> None:
        self._groups.add(group)
        self._say(f"+{group}\n")

    def remove(self, group: int) -> None:
        self._groups.discard(group)
        self._say(f"-{group}\n")

    def check(self) -> None:
        """See that it lives: one that somebody killed is replaced, and the next takes over the whole list."""
        if os.waitpid(self.pid, os.WNOHANG)[0] == self.pid:
            os.close(self._pipe)
            self._start()
            for group in self._groups:
                self._say(f"+{group}\n")

    def close(self) -> None:
        """End it: whoever is still on its list is killed."""
        os.close(self._pipe)
        os.waitpid(self.pid, 0)

    def _start(self) -> None:
        reading, self._pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _watch(reading, (*self._hold, reading))
        os.close(reading)

    def _say(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # it has just been killed: `check` tells the next one
            os.write(self._pipe, line.encode())


def _watch(reading: int, keep: tuple[int, ...]) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    first = 0
    for last in sorted(keep):
        os.closerange(first, last)
        first = last + 1
    os.closerange(first, HIGHEST_DESCRIPTOR)
    groups: set[int] = set()
    pending = b""
    while chunk := os.read(reading, 4096):
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            (groups.add if line[:1] == b"+" else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    os._exit(0)
