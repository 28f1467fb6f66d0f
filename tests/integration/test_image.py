"""Processes that are forked from the desk's own image: each must be as one that was started anew."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from services.desk.image import Program, can_fork, warm
from services.desk.supervisor import Spec, Supervisor
from tests.conftest import wait_for

pytestmark = pytest.mark.skipif(not can_fork(), reason="here the processes are executed")


def tell(words: Sequence[str]) -> int:
    """Write down who it is, then wait for a signal; the exit code is that of `end`."""
    folder = Path(words[0])
    (folder / "open").write_text(" ".join(sorted(os.listdir("/proc/self/fd"), key=int)))
    (folder / "environ").write_text("\n".join(f"{name}={value}" for name, value in os.environ.items()))
    (folder / "session").write_text(f"{os.getsid(0)} {os.getppid()} {threading.active_count()}")
    print("on standard output", flush=True)
    print("on standard error", file=sys.stderr, flush=True)
    part = folder / "part"
    part.write_text(str(os.getpid()))
    part.rename(folder / "pid")
    while not (folder / "end").exists():
        time.sleep(0.01)
    return int((folder / "end").read_text())


def fail(_: Sequence[str]) -> int:
    raise RuntimeError("a bug")


def start(desk: Supervisor, folder: Path, program: Program = tell, **environ: str) -> int:
    desk.start(Spec(name="one", command=[str(folder)], environ=environ, program=program))
    desk.wait_until((folder / "pid").exists, 10, "the process")
    return int((folder / "pid").read_text())


def again(desk: Supervisor, folder: Path, pid: int) -> Callable[[], bool]:
    """Has another taken its place?"""
    return lambda: (folder / "pid").exists() and int((folder / "pid").read_text()) != pid


def test_it_has_its_own_environment_session_log_and_no_descriptor_of_the_desk(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w"), Supervisor(tmp_path / "log") as desk:
        pid = start(desk, tmp_path, MARK="here")
        opened = (tmp_path / "open").read_text().split()
        assert opened[:3] == ["0", "1", "2"]
        assert len(opened) == 4, "the fourth is the look itself"
        assert (tmp_path / "environ").read_text() == f"MARK=here\nCOPYDESK_LOG_FILE={tmp_path}/log/one.log"
        assert (tmp_path / "session").read_text() == f"{pid} {os.getpid()} 1"
        assert (tmp_path / "log" / "one.log").read_text() == "on standard output\non standard error\n"


def test_it_is_found_by_the_words_it_runs(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "log") as desk:
        pid = start(desk, tmp_path)
        shown = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        mine = Path("/proc/self/cmdline").read_bytes()
        assert shown[0] == b"copydesk"
        assert os.fsencode(tmp_path).startswith(shown[1])
        assert len(Path(f"/proc/{pid}/cmdline").read_bytes()) == len(mine)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_signal_ends_it_and_not_the_desk(tmp_path: Path, number: signal.Signals) -> None:
    told: list[str] = []
    with Supervisor(tmp_path / "log", tell=told.append) as desk:
        pid = start(desk, tmp_path)
        os.kill(pid, number)
        desk.wait_until(again(desk, tmp_path, pid), 10, "the next one")
        assert not desk.stopping
    assert told == [f"one ended (signal {number.name}) and is started again; its log: {tmp_path}/log/one.log"]


def test_its_exit_code_is_the_programs(tmp_path: Path) -> None:
    told: list[str] = []
    with Supervisor(tmp_path / "log", tell=told.append) as desk:
        start(desk, tmp_path)
        (tmp_path / "end").write_text("70")
        desk.wait_until(lambda: bool(told), 10, "its end")
    assert "one ended (exit code 70)" in told[0]


def test_what_it_does_not_catch_stands_in_its_log(tmp_path: Path) -> None:
    told: list[str] = []
    with Supervisor(tmp_path / "log", tell=told.append) as desk:
        desk.start(Spec(name="one", command=[], environ={}, program=fail))
        desk.wait_until(lambda: bool(told), 10, "its end")
    assert "one ended (exit code 1)" in told[0]
    assert "RuntimeError: a bug" in (tmp_path / "log" / "one.log").read_text()


def test_it_ends_with_a_desk_that_was_killed(tmp_path: Path) -> None:
    desk = os.fork()
    if desk == 0:
        with Supervisor(tmp_path / "log") as running:
            start(running, tmp_path)
            while True:
                running.tick(1.0)
    wait_for((tmp_path / "pid").exists, "it did not start")
    os.kill(desk, signal.SIGKILL)
    os.waitpid(desk, 0)
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid), "it lives on", 5)


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_the_image_loads_what_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMAP_SIGTERM", "")
    warm(["services.normalize.pipeline"])
    assert "services.normalize.pipeline" in sys.modules
    assert os.environ["REMAP_SIGTERM"] == "SIGQUIT"
