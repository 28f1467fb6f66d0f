"""The processes of a desk on one machine: the embedded server first, then all others at once."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import redis

from services.desk.data_folder import Desk, describe, hold_folder
from services.desk.image import Program, can_fork, warm
from services.desk.supervisor import GaveUp, Spec, Supervisor
from services.desk.valkey import answers, find_server, runtime_folder, server_command, socket_url
from shared.clock import now_us
from shared.ledger import keys
from shared.ledger.connection import connect
from shared.ledger.reader import LedgerReader
from shared.ledger.troubles import Failing
from shared.scheduling import answer_soon
from shared.settings import Loaded, Settings, as_environment
from shared.work.liveness import forget_worker

WORKERS = ("ingest", "normalize", "index")
SOFT_STOP_S = 2.0
SERVER_DEADLINE_S = 600.0  # a long log takes its time to load; a server that cannot start is given up at once


class DeskProcesses:
    """A running desk: its settings with the Redis in use, and the supervisor that must be ticked."""

    def __init__(self, supervisor: Supervisor, settings: Settings, ended: list[int] | None = None) -> None:
        self.supervisor = supervisor
        self.settings = settings
        self._ended = [] if ended is None else ended
        self._client: Any = connect(settings)
        self._told: dict[str, bytes] = {}
        self._run = Path(settings.data_dir, "run")

    @property
    def stopping(self) -> bool:
        return self.supervisor.stopping

    def tick(self, timeout: float) -> None:
        """Let the supervisor look after the processes, and tell the desk of those that ended."""
        untold = self._ended or set(self.supervisor.failing) != set(self._told)
        self.supervisor.tick(min(timeout, 1.0) if untold else timeout)
        try:
            self._give_up_what_they_held()
            self._tell_failing()
        except redis.RedisError:  # it is away: what is to be told is told at the next tick
            return

    def _give_up_what_they_held(self) -> None:
        """A worker that ended says so no more: what it held is taken up at the next sweep."""
        while self._ended:
            forget_worker(self._client, self._ended[-1])
            self._ended.pop()

    def _tell_failing(self) -> None:
        """Keep the list of processes that cannot live where `status` finds it."""
        failing = {
            name: self._told.get(name) or msgspec.json.encode(Failing(name=name, since=now_us(), reason=reason))
            for name, reason in self.supervisor.failing.items()
        }
        if failing != self._told:
            with self._client.pipeline() as pipe:
                pipe.delete(keys.PROCESSES_FAILING)
                for name, told in failing.items():
                    pipe.hset(keys.PROCESSES_FAILING, name, told)
                pipe.execute()
            self._told = failing

    def at_work(self) -> bool:
        """Have all workers said that they take in?"""
        return all(_beat(self._run, stage).exists() for stage in WORKERS)

    def start_all(self, flags: Mapping[str, str], program: Program, *, web: bool) -> None:
        """Start everything but the server."""
        environ = {
            **os.environ,
            **as_environment(flags),
            "COPYDESK_REDIS_URL": self.settings.redis_url,
            "COPYDESK_SOFT_STOP_S": str(SOFT_STOP_S),
            "REMAP_SIGTERM": "SIGQUIT",
        }
        environ.pop("COPYDESK_REDIS_URL_FILE", None)
        environ.pop("COPYDESK_SOFT_STOP_S_FILE", None)
        for stage in WORKERS:
            beat = _beat(self._run, stage)
            beat.unlink(missing_ok=True)
            self._start(stage, ["work", stage], {**environ, "COPYDESK_HEARTBEAT": str(beat)}, program)
        self._start("watch", ["work", "watch"], environ, program)
        if self.settings.sinks:
            self._start("deliver", ["work", "deliver"], environ, program)
        for name in (*(["web"] if web else []), *(["notify"] if self.settings.notify else [])):
            self._start(name, [name], environ, program)

    def _start(self, name: str, words: Sequence[str], environ: Mapping[str, str], program: Program) -> None:
        """Forked where that is safe; else executed. -P: a folder `shared` where the desk runs must not be ours."""
        if can_fork():
            spec = Spec(name=name, command=words, environ=environ, program=program)
        else:
            command = [sys.executable, "-P", "-m", "services.cli", *words]
            spec = Spec(name=name, command=command, environ=environ)
        self.supervisor.start(spec)


@contextlib.contextmanager
def run_desk(
    loaded: Loaded,
    flags: Mapping[str, str],
    program: Program,
    *,
    tell: Callable[[str], None],
    web_url: str | None = None,
) -> Iterator[DeskProcesses]:
    """Hold the data folder, start all processes, and stop them at the end, however it comes.

    `program` is `copydesk` itself, as a function: the processes are its commands `work`, `watch` and `web`.
    """
    settings = loaded.settings
    data_dir = Path(settings.data_dir)
    embedded = loaded.origins["redis_url"] == "default"
    if not embedded:  # before anything starts: is the Redis that was set there, and one the desk can work with?
        LedgerReader(connect(settings)).check_version()
    answer_soon()  # as the server and the front door do; the workers, which are started here too, give way
    if can_fork():
        warm()  # before the watchdog is forked: it shares what is imported too
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(hold_folder(data_dir))
        socket_path = stack.enter_context(_socket(data_dir)) if embedded else None
        ended: list[int] = []
        supervisor = stack.enter_context(
            Supervisor(data_dir / "log", hold=(lock,), tell=tell, on_end=lambda _, pid: ended.append(pid))
        )
        if socket_path is not None:
            _start_server(supervisor, settings, socket_path)
            settings = msgspec.structs.replace(settings, redis_url=socket_url(socket_path))
        LedgerReader(connect(settings)).check_version()
        desk = DeskProcesses(supervisor, settings, ended)
        describe(data_dir, Desk(pid=os.getpid(), redis_url=settings.redis_url, web_url=web_url))
        if not desk.stopping:
            desk.start_all(flags, program, web=web_url is not None)
        yield desk


@contextlib.contextmanager
def _socket(data_dir: Path) -> Iterator[Path]:
    """A place for the server's socket, gone with the desk."""
    folder = runtime_folder(data_dir)
    path = folder / "valkey.sock"
    path.unlink(missing_ok=True)
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            folder.rmdir()


def _start_server(supervisor: Supervisor, settings: Settings, socket_path: Path) -> None:
    command = server_command(settings, socket_path, find_server())
    supervisor.start(Spec(name="valkey", command=command, environ=os.environ, last=True))
    try:
        supervisor.wait_until(lambda: answers(socket_path), SERVER_DEADLINE_S, "Valkey")
    except GaveUp as error:
        advice = f"If its data is damaged, move {settings.data_dir}/redis away and start again"
        raise GaveUp(f"{error}\n{advice}: every input is in the archive and comes in anew.") from error


def _beat(run: Path, stage: str) -> Path:
    return run / f"{stage}.beat"
