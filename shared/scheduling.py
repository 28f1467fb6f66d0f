"""Who goes first where processors are short: those who are waited for, then those who work off a backlog."""

import contextlib
import ctypes
import os
import platform
import struct
from pathlib import Path

NICENESS = 10
SHORT_SLICE_NS = 100_000
# sched_setattr(2) has no wrapper in the libc of most systems. Its numbers by machine; elsewhere nothing is asked for.
CALL = {"x86_64": 314, "aarch64": 274}
# struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period
ATTRIBUTES = struct.Struct("=IIQiIQQQ")


def give_way() -> None:
    """Stand behind the door and Redis: who waits for a receipt comes before the backlog."""
    os.nice(NICENESS)
    _set_slice(0)
    with contextlib.suppress(OSError):  # Linux weighs sessions first, unless a container or an init system groups them
        Path("/proc/self/autogroup").write_text(str(NICENESS), encoding="ascii")


def answer_soon() -> None:
    """Take processors for short whiles only, and so be given one at once when woken; what is started here inherits it.

    Since Linux 6.6 a process that computes keeps its processor for 3 ms, however nice it is, unless who wakes asks for
    shorter slices than it has. An older kernel passes over the wish, and wakes by niceness.
    """
    _set_slice(SHORT_SLICE_NS)


def _set_slice(nanoseconds: int) -> None:
    """For this thread, and those it starts; 0 is the kernel's own choice."""
    number = CALL.get(platform.machine()) if os.uname().sysname == "Linux" else None
    if number is None:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = ATTRIBUTES.pack(ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, nanoseconds, 0, 0)
    ctypes.CDLL(None).syscall(number, 0, attributes, 0)  # refused in some container: then it is as without
