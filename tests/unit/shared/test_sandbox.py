"""Limits on a process of one's own: they raise while Python runs, and end with the block they were set for."""

import itertools
import resource
import signal
import subprocess
import sys

import pytest

from shared.errors import InputRefused
from shared.untrusted.sandbox import bounded

TOO_COSTLY = InputRefused("too costly")


def count_for_ever() -> None:
    for _ in itertools.count():
        pass


def test_what_takes_too_long_is_refused() -> None:
    with pytest.raises(InputRefused, match="too costly"), bounded(100_000, 0.05, TOO_COSTLY):
        count_for_ever()


def test_what_never_comes_back_from_c_code_is_killed() -> None:
    script = (
        "import itertools; from shared.untrusted.sandbox import bounded\n"
        "with bounded(100_000, 0.05, Exception()): sum(itertools.count())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == -signal.SIGXCPU


def test_what_takes_too_much_memory_is_refused() -> None:
    with pytest.raises(InputRefused, match="too costly"), bounded(100_000, 10, TOO_COSTLY):
        bytearray(200_000 << 20)


def test_the_limits_end_with_the_block() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with bounded(100_000, 10, TOO_COSTLY):
        assert 100_000 << 20 <= resource.getrlimit(resource.RLIMIT_AS)[0] < 200_000 << 20
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_a_process_has_mapped_for_nothing_does_not_count() -> None:
    script = (
        "import mmap; from shared.untrusted.sandbox import limit_memory\n"
        "nothing = mmap.mmap(-1, 2 << 30); limit_memory(64); bytearray(32 << 20)\n"
        "try: bytearray(128 << 20)\nexcept MemoryError: raise SystemExit(7)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 7
