"""Slices are asked for, kept by what is started, and given back by those who give way."""

import multiprocessing
import os
import platform
import re
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest

from shared.scheduling import CALL, NICENESS, SHORT_SLICE_NS, answer_soon, give_way


def slice_ns() -> int:
    """The slice the kernel says this thread has."""
    found = re.search(r"^se\.slice\s*:\s*(\d+)", Path("/proc/self/sched").read_text(), re.MULTILINE)
    if found is None:
        pytest.skip("this kernel tells no slices")
    return int(found[1])


def _answer_soon_then_give_way(told: "SimpleQueue[tuple[int, int]]") -> None:
    answer_soon()
    told.put((slice_ns(), os.getpriority(os.PRIO_PROCESS, 0)))
    give_way()
    told.put((slice_ns(), os.getpriority(os.PRIO_PROCESS, 0)))


@pytest.mark.skipif(platform.machine() not in CALL or not Path("/proc/self/sched").exists(), reason="needs Linux")
def test_who_is_waited_for_takes_short_slices_and_who_gives_way_has_the_usual_ones_again() -> None:
    usual, nice = slice_ns(), os.getpriority(os.PRIO_PROCESS, 0)
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()
    child = context.Process(target=_answer_soon_then_give_way, args=(told,))
    child.start()
    child.join(30)
    assert told.get() == (SHORT_SLICE_NS, nice)
    assert told.get() == (usual, min(19, nice + NICENESS))
