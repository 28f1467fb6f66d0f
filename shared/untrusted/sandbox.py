"""What a process may use at most: the kernel keeps to it where Python is not asked, inside a parser's C code."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

AGAIN_S = 0.25
ENDED_AFTER_S = 4  # of CPU beyond the limit: on a busy machine the clock strikes late
STATM = Path("/proc/self/statm")


def limit_memory(megabytes: int) -> None:
    """Bound this process's address space for good: what asks for more gets a `MemoryError`.

    The memory counts on top of what this process has mapped: a parent's threads may have mapped a gigabyte for nothing.
    """
    most = _mapped_bytes() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def resident_mb() -> float:
    """What this process holds now. `ru_maxrss` will not do where there is /proc: it starts at the parent's peak."""
    try:
        pages = int(STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / (1024 * 1024)


@contextmanager
def cpu_clock(seconds: float) -> Iterator[None]:
    """Kill this process when it burns more than `seconds` of CPU inside: a handler would not run within lxml."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def bounded(megabytes: int, seconds: float, error: Exception) -> Iterator[None]:
    """Raise `error` when what runs inside needs more memory or CPU than that; the limits end with it.

    The memory counts on top of what this process has mapped: its threads may have mapped a gigabyte that nobody uses.
    A process that stays within C code cannot raise: the kernel ends it a few seconds later.
    """

    def give_up(_: int, __: FrameType | None) -> None:
        raise error

    memory, cpu = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    last = int(used.ru_utime + used.ru_stime + seconds) + ENDED_AFTER_S
    resource.setrlimit(resource.RLIMIT_AS, (_lower(_mapped_bytes() + megabytes * 1024 * 1024, memory[1]), memory[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (_lower(last, cpu[1]), cpu[1]))
    signal.signal(signal.SIGPROF, give_up)
    # Again and again: what is raised while Python cleans up after an object is lost.
    signal.setitimer(signal.ITIMER_PROF, seconds, min(seconds, AGAIN_S))
    try:
        try:
            yield
        except MemoryError:
            raise error from None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:  # the clock may strike once more before it is stopped: a limit that stayed would end the process later
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_CPU, cpu)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def _mapped_bytes() -> int:
    """The address space that this process has now; 0 where there is no /proc."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _lower(limit: int, hard: int) -> int:
    return limit if hard == resource.RLIM_INFINITY else min(limit, hard)
