"""The supervisor over children of any kind: restarts, gives up, stops in time, and leaves nobody behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.desk.supervisor import Bounds, GaveUp, Spec, Supervisor
from tests.conftest import wait_for

STUBBORN = "trap '' TERM INT; echo ready; while true; do sleep 0.1; done"
# A child with a child of its own, as a prefork pool is; both write down who they are.
FAMILY = "echo $$ > {folder}/parent; sleep 1000 & echo $! > {folder}/child; wait"

PROGRAM = """
import sys
from pathlib import Path
from services.desk.supervisor import Spec, Supervisor
with Supervisor(Path(sys.argv[1]) / "log") as desk:
    desk.start(Spec(name="family", command=["sh", "-c", sys.argv[2]], environ={}))
    while not desk.stopping:
        desk.tick(1.0)
"""


def shell(name: str, script: str, *, last: bool = False) -> Spec:
    return Spec(name=name, command=["sh", "-c", script], environ={"PATH": os.environ["PATH"]}, last=last)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def number_in(path: Path, desk: "subprocess.Popen[bytes] | None" = None) -> int:
    """What a child wrote down, once it is there; `desk` is whoever supervises it in another process."""
    wait_for(lambda: path.exists() and path.read_text().strip() != "", f"nothing came into {path.name}", process=desk)
    return int(path.read_text())


def test_a_dead_child_is_started_again(tmp_path: Path) -> None:
    told: list[str] = []
    with Supervisor(tmp_path / "log", tell=told.append) as desk:
        desk.start(shell("worker", f"echo $$ >> {tmp_path}/pids; exec sleep 1000"))
        pids = tmp_path / "pids"
        desk.wait_until(pids.exists, 10, "the child")
        os.kill(number_in(pids), signal.SIGKILL)
        desk.wait_until(lambda: len(pids.read_text().split()) == 2, 10, "the next one")
        second = int(pids.read_text().split()[1])
    assert not lives(second)
    assert told == [f"worker ended (signal SIGKILL) and is started again; its log: {tmp_path}/log/worker.log"]


def test_one_that_dies_at_each_start_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "log", bounds=Bounds(longest_pause_s=0.01)) as desk:
        desk.start(shell("worker", "echo no room for me; exit 3"))
        with pytest.raises(GaveUp) as caught:
            desk.wait_until(lambda: False, 10, "never")
    assert "worker ended 5 times" in str(caught.value)
    assert "exit code 3" in str(caught.value)
    assert "no room for me" in str(caught.value)


def test_one_that_cannot_be_started_again_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/gone; exec sleep 1000\n")
    program.chmod(0o700)
    with Supervisor(tmp_path / "log") as desk:
        desk.start(Spec(name="gone", command=[str(program)], environ={"PATH": os.environ["PATH"]}))
        desk.start(shell("other", f"echo $$ > {tmp_path}/other; exec sleep 1000"))
        other = number_in(tmp_path / "other")
        pid = number_in(tmp_path / "gone")
        program.unlink()
        os.kill(pid, signal.SIGKILL)
        desk.wait_until(lambda: "gone" in desk.failing, 10, "the trouble")
        assert desk.failing == {"gone": "it cannot be started: No such file or directory"}
        assert lives(other)


def test_all_are_asked_at_once_and_the_server_only_after_them(tmp_path: Path) -> None:
    asked = "".join(f"[ -e {tmp_path}/{name}.asked ] && " for name in ("one", "two", "three"))
    script = (  # none ends before all three were asked
        f"trap ': > {tmp_path}/{{0}}.asked; until {asked}:; do sleep 0.02; done; "
        f"echo {{0}} >> {tmp_path}/order; exit' TERM; "
        f"echo up > {tmp_path}/{{0}}; while :; do sleep 0.02; done"
    )
    with Supervisor(tmp_path / "log", bounds=Bounds(kill_s=30)) as desk:
        for name, last in (("server", True), ("one", False), ("two", False), ("three", False)):
            desk.start(shell(name, script.format(name), last=last))
        desk.wait_until(lambda: all((tmp_path / n).exists() for n in ("server", "one", "two", "three")), 30, "all")
    *first, last_one = (tmp_path / "order").read_text().split()
    assert (sorted(first), last_one) == (["one", "three", "two"], "server")


def test_who_does_not_listen_is_killed_and_all_is_over_within_five_seconds(tmp_path: Path) -> None:
    assert Bounds().kill_s + Bounds().last_kill_s < 5
    with Supervisor(tmp_path / "log", bounds=Bounds(ask_again_s=0.1, kill_s=0.3, last_kill_s=0.2)) as desk:
        desk.start(shell("deaf", f"echo $$ > {tmp_path}/deaf; {STUBBORN}"))
        desk.start(shell("server", f"echo $$ > {tmp_path}/server; {STUBBORN}", last=True))
        desk.wait_until(lambda: (tmp_path / "log" / "server.log").read_text() != "", 30, "the server")
    assert not any(lives(number_in(tmp_path / name)) for name in ("deaf", "server"))


def test_what_a_dead_child_left_behind_goes_with_it(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "log") as desk:
        desk.start(shell("family", FAMILY.format(folder=tmp_path)))
        parent, child = number_in(tmp_path / "parent"), number_in(tmp_path / "child")
        os.kill(parent, signal.SIGKILL)
        desk.wait_until(lambda: not lives(child), 10, "the end of the grandchild")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_outlives_its_supervisor(tmp_path: Path, number: signal.Signals) -> None:
    desk = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), FAMILY.format(folder=tmp_path)])
    parent, child = number_in(tmp_path / "parent", desk), number_in(tmp_path / "child", desk)
    desk.send_signal(number)
    desk.wait(timeout=10)
    wait_for(lambda: not lives(parent) and not lives(child), "a child outlives its supervisor", 5)


def test_a_killed_watchdog_is_replaced(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "log") as desk:
        desk.start(shell("one", "exec sleep 1000"))
        first = desk.watchdog
        os.kill(first, signal.SIGKILL)
        desk.wait_until(lambda: desk.watchdog != first, 10, "another watchdog")
        assert lives(desk.watchdog)


CHATTY = """
import os, sys, time
from shared import log
log.configure_process()
for number in range(int(sys.argv[1])):
    log.log.info("line", number=number)
log.log.info("done", number=-1)
time.sleep(1000)
"""
LINES = 6000


def test_a_log_is_bounded_and_no_line_is_lost_meanwhile(tmp_path: Path) -> None:
    log, parts = tmp_path / "log" / "chatty.log", tmp_path / "parts"
    parts.mkdir()
    bounds = Bounds(log_bytes=20_000, log_check_s=0.0)
    with Supervisor(tmp_path / "log", bounds=bounds) as desk:
        desk.start(Spec(name="chatty", command=[sys.executable, "-c", CHATTY, str(LINES)], environ=dict(os.environ)))

        def finished() -> bool:
            with contextlib.suppress(FileNotFoundError):  # each part has a second name before the next takes the first
                older = log.with_suffix(".log.1")
                with contextlib.suppress(FileExistsError):
                    os.link(older, parts / str(older.stat().st_ino))
            return any(b'"done"' in part.read_bytes() for part in (*parts.iterdir(), log) if part.exists())

        desk.wait_until(finished, 20, "the last line")
        written = b"".join(part.read_bytes() for part in (*parts.iterdir(), log))
    numbers = sorted(json.loads(line)["number"] for line in written.splitlines() if line.startswith(b"{"))
    assert numbers == list(range(-1, LINES))
    assert len(list(parts.iterdir())) >= 3
    assert log.stat().st_size < LINES * 50
