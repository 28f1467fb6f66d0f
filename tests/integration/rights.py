"""Rights that count for root too, as they do for whoever runs a desk."""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

VERSION_3 = 0x20080522
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2
LIBC = ctypes.CDLL(None, use_errno=True)


def without_override(call: Callable[[], object]) -> None:
    """Call in a thread that has given up, for ever, what lets root pass over a file's rights."""

    def run() -> None:
        _give_up()
        call()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def _give_up() -> None:
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: of the first 32, then of the others
    _checked(LIBC.capget(header, sets))
    for number in (0, 1):
        sets[number] &= ~(1 << DAC_OVERRIDE | 1 << DAC_READ_SEARCH)
    _checked(LIBC.capset(header, sets))


def _checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
