"""What a process may use at most: the kernel keeps to it where Python is not asked, inside a parser's C code."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager


def limit_memory(megabytes: int) -> None:
    """Bound this process's address space for good: what asks for more gets a `MemoryError`."""
    most = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextmanager
def cpu_clock(seconds: float) -> Iterator[None]:
    """Kill this process when it burns more than `seconds` of CPU inside: a handler would not run within lxml."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
