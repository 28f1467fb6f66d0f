"""Two machines in one: network namespaces with names and clocks of their own, and a cable between them."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.conftest import valkey_binary, wait_for
from tests.machine import free_port
from tests.require import lacking

NETWORK = "10.213.77"  # of the cable alone: it leads nowhere else


class Host:
    """One machine. `clock` is by how much its clock is off, as libfaketime reads it (`+10m`); "" for not at all."""

    def __init__(self, name: str, number: int, clock: str, folder: Path) -> None:
        self.name, self.address, self.clock = name, f"{NETWORK}.{number}", clock
        self.namespace = f"cd{os.getpid()}-{name}"
        self.folder = folder
        self.seeds = folder / f"seeds-{name}"
        self.seeds.mkdir()
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str, environ: Mapping[str, str] = {}) -> "subprocess.Popen[bytes]":
        """Start a program there, in the name of the host and by its clock."""
        inside = ["ip", "netns", "exec", self.namespace, "unshare", "--uts", "sh", "-c"]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*inside, 'hostname "$0" && exec "$@"', self.name, *command],
                cwd=self.folder, env=dict(environ) | self._faked(), stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def work(self, *stages: str, environ: Mapping[str, str]) -> None:
        """Start workers there."""
        for stage in stages:
            mine = {"COPYDESK_SEEDS_DIR": str(self.seeds), "PYTHONPATH": str(Path(__file__).parents[2])}
            self.run(sys.executable, "-P", "-m", "services.cli", "work", stage, environ={**environ, **mine})

    def drop(self, name: str, text: str) -> None:
        """Put a whole file into its drop folder."""
        part = self.seeds / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        part.rename(self.seeds / name)

    def cut(self, *, off: bool) -> None:
        """Pull the cable out, or put it back."""
        state = "down" if off else "up"
        _ip("-n", self.namespace, "link", "set", "cable", state)

    def close(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()

    def _faked(self) -> dict[str, str]:
        if not self.clock:
            return {}
        # Timers go on: it is only the time of day that is off.
        return {"LD_PRELOAD": str(fake_clock()), "FAKETIME": self.clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def fake_clock() -> Path:
    """The library that sets a program's clock, beside the program `faketime`."""
    program = shutil.which("faketime")
    found = sorted(Path(program).parents[1].glob("lib/*/faketime/libfaketimeMT.so.1")) if program else []
    if not found:
        lacking("faketime", "is not on PATH")
    return found[0]


@contextlib.contextmanager
def two_hosts(folder: Path, clock: str) -> Iterator[tuple[Host, Host]]:
    """`near` and `far`, connected; the clock of `far` is off."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        lacking("namespaces", "need the program ip, and root")
    near, far = Host("near", 1, "", folder), Host("far", 2, clock, folder)
    made = []
    try:
        for host in (near, far):
            if _ip("netns", "add", host.namespace, check=False):
                lacking("namespaces", "cannot be made here")
            made.append(host)
            _ip("-n", host.namespace, "link", "set", "lo", "up")
        peer = ("type", "veth", "peer", "name", "cable", "netns", far.namespace)
        _ip("-n", near.namespace, "link", "add", "cable", *peer)
        for host in (near, far):
            _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "cable")
            host.cut(off=False)
        yield near, far
    finally:
        for host in made:
            host.close()
            _ip("netns", "delete", host.namespace, check=False)


def start_redis(host: Host) -> tuple[str, str]:
    """A Valkey on a host: its address there, and its socket in a folder that all share."""
    port, socket = free_port(), host.folder / "s"
    options = {"--port": str(port), "--bind": host.address, "--unixsocket": str(socket), "--dir": str(host.folder)}
    options |= {"--protected-mode": "no", "--save": "", "--appendonly": "yes", "--maxmemory-policy": "noeviction"}
    host.run(valkey_binary(), *(word for option in options.items() for word in option))
    wait_for(socket.exists, "Valkey did not start", process=host.processes[-1])
    return f"redis://{host.address}:{port}/0", f"unix://{socket}"


def _ip(*words: str, check: bool = True) -> int:
    return subprocess.run(["ip", *words], capture_output=True, check=check).returncode
