"""Keeps a desk's processes running: starts, restarts, bounds their logs, and stops them all within five seconds."""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import msgspec

from services.desk.image import Forked, Program, fork
from services.desk.watchdog import Watchdog, die_with_parent
from shared.errors import PermanentError

MOST_QUICK_DEATHS = 5
TAIL_LINES = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class GaveUp(PermanentError):
    """A process that dies each time it is started."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How long, how often and how much: seconds, and bytes of a log of which one older part is kept beside it.

    A process that lives shorter than `quick_death_s` is started again with pauses that double up to `longest_pause_s`.
    At the end it is asked, asked again after `ask_again_s` and killed after `kill_s`; the last, after `last_kill_s`.
    """

    quick_death_s: float = 3.0
    first_pause_s: float = 0.2
    longest_pause_s: float = 10.0
    ask_again_s: float = 2.0
    kill_s: float = 4.0
    last_kill_s: float = 0.8
    log_bytes: int = 8 * 1024 * 1024
    log_check_s: float = 5.0


BOUNDS = Bounds()


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the desk. `last` is stopped after all others: they need it to end in order.

    With a `program` it is forked from this process, and `command` holds the program's words; else it is executed.
    """

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    last: bool = False
    program: Program | None = None


class Child:
    """A process of the desk, through all its restarts."""

    def __init__(self, spec: Spec, log: Path) -> None:
        self.spec = spec
        self.log = log
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.started = 0.0
        self.quick_deaths = 0
        self.due = 0.0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None


class Supervisor:
    """Runs children until a signal comes: `with Supervisor(log_dir) as desk: desk.start(spec); desk.tick(1.0)`.

    It has one thread: everything happens in `tick`, which waits for a signal, a death or the time given.
    """

    def __init__(
        self,
        log_dir: Path,
        hold: tuple[int, ...] = (),
        tell: Callable[[str], None] = lambda message: None,
        on_end: Callable[[str, int], None] = lambda name, pid: None,
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._bounds = bounds
        self._log_dir = log_dir
        self._tell = tell
        self._hold = hold
        self._on_end = on_end
        self._starting = False
        self._failing: dict[str, str] = {}
        self._children: dict[str, Child] = {}
        self._signals = 0
        self._logs_checked = time.monotonic()

    @property
    def stopping(self) -> bool:
        """Has somebody asked for the end (Ctrl-C, SIGTERM, a closed terminal)?"""
        return self._signals > 0

    def __enter__(self) -> Self:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._watchdog = Watchdog(self._hold)
        self._tie = die_with_parent()
        self._reading, writing = os.pipe()
        os.set_blocking(writing, False)
        os.set_blocking(self._reading, False)
        self._writing = writing
        self._old_wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        heard = [number for number in SIGNALS if not _is_held_off(number)]
        self._old_handlers = {number: signal.signal(number, self._note) for number in heard}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(self._old_wakeup)
            os.close(self._reading)
            os.close(self._writing)
            self._watchdog.close()

    def start(self, spec: Spec) -> None:
        child = Child(spec, self._log_dir / f"{spec.name}.log")
        self._children[spec.name] = child
        self._spawn(child)

    def tick(self, timeout: float) -> None:
        """Wait at most `timeout` seconds, then see to the dead, which are started again with growing pauses.

        Raises `GaveUp` for one that cannot live while `wait_until` waits for the start: later the rest goes on without.
        """
        now = time.monotonic()
        waiting = [child.due - now for child in self._children.values() if not child.alive]
        self._wait(max(0.0, min([timeout, *waiting])))
        if self.stopping:
            return
        self._watchdog.check()
        for child in self._children.values():
            self._see_to(child)
        if time.monotonic() - self._logs_checked > self._bounds.log_check_s:
            self._logs_checked = time.monotonic()
            for child in self._children.values():
                _bound(child.log, self._bounds.log_bytes)

    @property
    def failing(self) -> Mapping[str, str]:
        """The children that end again and again, and why."""
        return self._failing

    @property
    def watchdog(self) -> int:
        """The process that ends the rest if this one is killed."""
        return self._watchdog.pid

    def wait_until(self, ready: Callable[[], bool], deadline_s: float, what: str) -> None:
        """Tick until something holds; `GaveUp` when it does not in time. Returns early when the end is asked for."""
        deadline = time.monotonic() + deadline_s
        self._starting = True
        try:
            while not self.stopping and not ready():
                if time.monotonic() > deadline:
                    raise GaveUp(f"{what} was not ready within {deadline_s:.0f} s: see {self._log_dir}")
                self.tick(0.02)
        finally:
            self._starting = False

    def stop(self) -> None:
        """End all: ask, ask again, kill; what others need to end well goes last."""
        bounds, children = self._bounds, self._children.values()
        self._stop([child for child in children if not child.spec.last], bounds.ask_again_s, bounds.kill_s)
        self._stop([child for child in children if child.spec.last], bounds.last_kill_s, bounds.last_kill_s)

    def _stop(self, children: Iterable[Child], ask_again_s: float, kill_s: float) -> None:
        begun, seen = time.monotonic(), self._signals
        running = [child for child in children if child.alive]
        self._send(running, signal.SIGTERM)
        asked_again = False
        while running := [child for child in running if not self._reap(child)]:
            passed = time.monotonic() - begun
            if passed > kill_s or self._signals > max(seen, 1):  # a second Ctrl-C: now
                for child in running:
                    self._kill_group(child)
            elif passed > ask_again_s and not asked_again:
                asked_again = True
                self._send(running, signal.SIGTERM)
            self._wait(0.05)

    def _send(self, children: Iterable[Child], number: signal.Signals) -> None:
        for child in children:
            if child.process is not None:
                child.process.send_signal(number)

    def _spawn(self, child: Child) -> None:
        spec = child.spec
        environ = {**spec.environ, "COPYDESK_LOG_FILE": str(child.log.absolute())}
        if spec.program is not None:
            child.process = fork(spec.program, spec.command, environ, child.log, self._tie)
        else:
            child.process = self._execute(spec.command, environ, child.log)
        child.started = time.monotonic()
        self._watchdog.add(child.process.pid)

    def _execute(self, command: Sequence[str], environ: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
        with log.open("ab") as file:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environ,
                start_new_session=True,
                preexec_fn=self._tie,  # noqa: PLW1509 - a supervisor has one thread
            )

    def _see_to(self, child: Child) -> None:
        if child.alive and self._reap(child):
            lived = time.monotonic() - child.started
            quick = lived < self._bounds.quick_death_s
            child.quick_deaths = child.quick_deaths + 1 if quick else 0
            self._on_end(child.spec.name, child.process.pid if child.process else 0)
            if child.quick_deaths >= MOST_QUICK_DEATHS and self._starting:
                raise GaveUp(_obituary(child))
            pause = min(self._bounds.first_pause_s * 2**child.quick_deaths, self._bounds.longest_pause_s)
            child.due = time.monotonic() + (pause if quick else 0.0)
            if child.quick_deaths <= 1:
                self._tell(f"{child.spec.name} ended ({_cause(child)}) and is started again; its log: {child.log}")
            if child.quick_deaths == MOST_QUICK_DEATHS:
                self._tell(f"{_obituary(child)}\nIt is started again with growing pauses; the rest goes on.")
            if child.quick_deaths >= MOST_QUICK_DEATHS:
                self._failing[child.spec.name] = f"{_cause(child)}, {child.quick_deaths} times right after its start"
        if child.alive and time.monotonic() - child.started > self._bounds.quick_death_s:
            self._failing.pop(child.spec.name, None)
        if not child.alive and time.monotonic() >= child.due:
            self._start_again(child)

    def _start_again(self, child: Child) -> None:
        try:
            self._spawn(child)
        except OSError as error:  # no memory, process or disk is left for it: the rest goes on
            child.due = time.monotonic() + self._bounds.longest_pause_s
            self._failing[child.spec.name] = f"it cannot be started: {error.strerror or error}"

    def _reap(self, child: Child) -> bool:
        """Has it ended? Then whatever it left of its group goes too."""
        if child.process is None or child.process.poll() is None:
            return child.process is None
        self._kill_group(child)
        self._watchdog.remove(child.process.pid)
        return True

    def _kill_group(self, child: Child) -> None:
        if child.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)

    def _wait(self, timeout: float) -> None:
        if select.select([self._reading], [], [], timeout)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self._reading, 4096)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1


def _is_held_off(number: signal.Signals) -> bool:
    """`nohup copydesk up` is to outlive its terminal."""
    return number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN


def _bound(log: Path, most: int) -> None:
    """Keep one older part beside a log. Its writers open it by its name; what they write meanwhile is in that part."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > most:
            log.replace(_older(log))
            log.touch()


def _older(log: Path) -> Path:
    return log.with_suffix(".log.1")


def _cause(child: Child) -> str:
    code = (child.process.returncode if child.process is not None else 0) or 0
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _obituary(child: Child) -> str:
    lines: list[str] = []
    for part in (_older(child.log), child.log):
        with contextlib.suppress(OSError):
            lines += part.read_text(encoding="utf-8", errors="replace").splitlines()
    tail = "".join(f"\n  {line[:300]}" for line in lines[-TAIL_LINES:])
    times = f"{MOST_QUICK_DEATHS} times right after its start ({_cause(child)})"
    return f"{child.spec.name} ended {times}; its log {child.log} ends:{tail}"
