"""Memory that is free goes back to the system: glibc keeps a heap for each few threads, and large pieces once used."""

import contextlib
import ctypes

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
ARENAS = 2
LARGE = 512 * 1024  # bytes; each such piece is mapped by itself, and gone when it is free


def give_back_freed() -> None:
    """Have few heaps and give large pieces back; for a process of many threads, or of few large documents."""
    with contextlib.suppress(AttributeError, OSError):  # another libc gives memory back as it thinks best
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, ARENAS)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
