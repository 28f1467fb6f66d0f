"""A PostgreSQL of one's own on loopback, from Debian's package: made for a test run, gone after it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine import free_port
from tests.require import lacking


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Start a server with its data below `folder`; gives its address. It does not run as root: then as `postgres`."""
    programs = _programs()
    as_other: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
    data, port = folder / "data", free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"

    def run(program: str, *words: str) -> None:
        command = [*as_other, str(programs / program), "-D", str(data), *words]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, timeout=120)

    run("initdb", "-U", "tests", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
    run("pg_ctl", "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql://tests@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-m", "immediate", "-w", "stop")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        lacking("postgres", "is not installed")
    return found[-1].parent
