"""A real desk in a folder of its own, as a newcomer starts it; and who of it is still alive."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import wait_for
from tests.machine import command_line, free_port

COPYDESK = [sys.executable, "-P", "-m", "services.cli"]
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
PATIENCE_S = 90.0


class Folder:
    """A working folder with seeds/ and data/, and the commands run in it; `command` is how `copydesk` is called."""

    def __init__(self, path: Path, command: Sequence[str] = COPYDESK) -> None:
        self.path = path
        self._command = command
        self.data = path / "data"
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
        # The name of the folder is in what each process of the desk is called with or finds in its environment.
        self.environ |= {"COPYDESK_DATA_DIR": str(self.data), "COPYDESK_NORMALIZE_PROCESSES": "2"}
        self._runtime = Path(tempfile.mkdtemp(prefix="cd-", dir="/tmp"))  # short: a socket lies in it
        self.environ |= {"COPYDESK_WEB_PORT": str(free_port()), "XDG_RUNTIME_DIR": str(self._runtime)}
        self._ups: list[subprocess.Popen[str]] = []

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *words], cwd=self.path, env=self.environ | environ, capture_output=True, text=True,
            check=False, timeout=PATIENCE_S,
        )  # fmt: skip

    def ask(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def up(self) -> "tuple[subprocess.Popen[str], dict[str, Any]]":
        """Start `copydesk up` and wait until it says where it is."""
        with (self.path / "up.err").open("ab") as errors:
            desk = subprocess.Popen(
                [*self._command, "up", "--json"], cwd=self.path, env=self.environ, text=True, stdout=subprocess.PIPE,
                stderr=errors,
            )  # fmt: skip
        self._ups.append(desk)
        assert desk.stdout is not None
        line = desk.stdout.readline()
        assert line, (self.path / "up.err").read_text()
        return desk, json.loads(line)

    def wait_for(self, happened: Callable[[], object], failure: str, seconds: float = PATIENCE_S) -> None:
        """Wait for what the desk does; fail at once when the one that was started last has ended."""
        wait_for(happened, failure, seconds, process=self._ups[-1])

    def alive(self) -> list[int]:
        """Every process of this folder's desk, however deep."""
        mark = str(self.data).encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark in told and state != "Z":
                found.append(int(entry.name))
        return found

    def workers(self, stage: str) -> list[int]:
        """The processes of a stage."""
        return [pid for pid in self.alive() if f" work {stage}" in command_line(pid)]

    def end(self) -> None:
        """Stop at once: that nobody outlives a killed supervisor is what each test ends with."""
        for desk in self._ups:
            desk.kill()
            desk.wait()
            if desk.stdout is not None:
                desk.stdout.close()
        wait_for(lambda: not self.alive(), "the desk's processes did not end", 10)
        shutil.rmtree(self._runtime)


def make_folder(path: Path, *, seeds: bool = True) -> Folder:
    """With the shipped seeds, or an empty drop folder."""
    if seeds:
        shutil.copytree(SEEDS, path / "seeds")
        for seed in (path / "seeds").iterdir():
            os.utime(seed, (1_700_000_000, 1_700_000_000))
    else:
        (path / "seeds").mkdir()
    return Folder(path)
