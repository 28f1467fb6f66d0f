"""The warm image: what the processes of a desk need is imported once, and each of them is forked from it.

A Python of its own for each process pays the same imports five times, in seconds and in memory. Forked from one image
they share nearly all of it: the kernel copies only the pages that a process writes to.
"""

import contextlib
import ctypes
import gc
import importlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import TextIO

from shared.heap import give_back_freed

Program = Callable[[Sequence[str]], int]
"""`copydesk` as a function: the words of a command, without the program's name; gives the exit code."""

# What the processes would import by themselves, also what Celery loads only when a worker starts.
MODULES = (
    "services.cli.commands.web",
    "services.cli.commands.work",
    "services.ingest.app",
    "services.ingest.watch",
    "services.normalize.app",
    "services.index.app",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.concurrency.asynpool",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.events.state",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.loops",
    "celery.worker.pidbox",
    "celery.worker.strategy",
    "kombu.asynchronous.hub",
    "kombu.transport.redis",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
)
HIGHEST_DESCRIPTOR = 4096
HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
ARG_START, ARG_END = 48, 49  # fields of /proc/self/stat, counted from 1; the third follows the name


class Forked:
    """A process that was forked from the image, with the part of `subprocess.Popen` that a supervisor needs."""

    def __init__(self, process: ForkProcess) -> None:
        self._process = process
        self.pid = process.pid or 0
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Look whether it has ended: its exit code, below 0 for a signal; None while it lives."""
        self.returncode = self._process.exitcode
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended: then its number may be another's."""
        if self.poll() is None:
            os.kill(self.pid, number)


def can_fork() -> bool:
    """Is a fork without exec safe here? On macOS the system's own libraries forbid it."""
    return sys.platform == "linux"


def warm(modules: Sequence[str] = MODULES) -> None:
    """Import everything, and put it where the garbage collector does not write to it any more."""
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"  # read when Celery is imported
    gc.disable()
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.enable()
    give_back_freed()


def fork(
    program: Program, words: Sequence[str], environ: Mapping[str, str], log: Path, tie: Callable[[], None]
) -> Forked:
    """A process of its own that runs `copydesk WORDS`, as if it had been started anew, writing to `log`.

    The caller has one thread. Signals that come before the new process is itself wait, and then end it.
    """
    process = multiprocessing.get_context("fork").Process(target=_become, args=(program, words, environ, log, tie))
    with _signals_held():
        process.start()
    return Forked(process)


def _become(
    program: Program, words: Sequence[str], environ: Mapping[str, str], log: Path, tie: Callable[[], None]
) -> None:
    tie()
    os.setsid()
    _own_descriptors(log)
    _forget_signals()
    os.environ.clear()
    os.environ.update(environ)
    sys.argv[:] = ["copydesk", *words]
    _show_title(sys.argv)
    sys.exit(program(words))


def _own_descriptors(log: Path) -> None:
    """Nothing of the desk's own stays open here: neither its lock nor the pipe that its watchdog listens to."""
    os.closerange(3, HIGHEST_DESCRIPTOR)
    nothing, file = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for descriptor, place in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(descriptor, place)
    os.close(nothing)
    os.close(file)
    # Those that were there may write elsewhere by now, to a terminal or into a test's own file.
    sys.stdout = sys.__stdout__ = _stream(1)  # type: ignore[misc,assignment]
    sys.stderr = sys.__stderr__ = _stream(2)  # type: ignore[misc,assignment]


def _stream(descriptor: int) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _forget_signals() -> None:
    """As in a new process: what the desk does on a signal is not for its children; what it ignores they ignore."""
    signal.set_wakeup_fd(-1)
    for number in HEARD:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _show_title(words: Sequence[str]) -> None:
    """What `ps` shows: the words, written over those that the desk itself was called with, as far as they have room."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = (int(fields[place - 3]) for place in (ARG_START, ARG_END))
        title = b"\0".join(os.fsencode(word) for word in words)[: end - start - 1]
        ctypes.memmove(start, title.ljust(end - start, b"\0"), end - start)
