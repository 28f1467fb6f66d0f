"""The desk that is up on a data folder: who holds it, and where its Redis and its front door are."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from shared.data_version import make_folder
from shared.errors import PermanentError
from shared.settings import Loaded, Settings

# After a killed desk its watchdog still holds the folder, for as long as it takes to end what was left.
LOCK_PATIENCE_S = 2.0


class Desk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A running desk, as it describes itself in `<data_dir>/run/desk.json`."""

    pid: int
    redis_url: str
    web_url: str | None = None


class DeskIsUp(PermanentError):
    """Another desk works on this data folder."""


def find_desk(data_dir: Path) -> Desk | None:
    """The desk that is up on the folder; None when what the file tells of has ended."""
    try:
        with Path(data_dir, "run", "desk.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        pass
    except OSError:
        return None
    try:
        return msgspec.json.decode(Path(data_dir, "run", "desk.json").read_bytes(), type=Desk)
    except (OSError, msgspec.MsgspecError):  # it holds the folder but has not yet written where it is
        return None


def refuse_second(data_dir: Path) -> None:
    """Raise `DeskIsUp` when a desk is up on the folder."""
    desk = find_desk(data_dir)
    if desk is not None and _is_alive(desk.pid):
        raise _refusal(data_dir, desk)


def reach(loaded: Loaded) -> Settings:
    """The settings, with the Redis of the running desk where none was set."""
    settings = loaded.settings
    if loaded.origins["redis_url"] != "default":
        return settings
    desk = find_desk(Path(settings.data_dir))
    return settings if desk is None else msgspec.structs.replace(settings, redis_url=desk.redis_url)


@contextlib.contextmanager
def hold_folder(data_dir: Path) -> Iterator[int]:
    """Be the only desk on the folder. Gives the lock's descriptor, which a watchdog may hold on to."""
    folder = data_dir / "run"
    try:
        make_folder(data_dir)
        folder.mkdir(exist_ok=True)
        lock = os.open(folder / "desk.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PermanentError(f"the data folder {data_dir} cannot be written: {error.strerror}") from error
    try:
        _lock(lock, data_dir)
        try:
            yield lock
        finally:
            with contextlib.suppress(OSError):
                (folder / "desk.json").unlink()
    finally:
        os.close(lock)


def describe(data_dir: Path, desk: Desk) -> None:
    """Let other commands find this desk."""
    path = data_dir / "run" / "desk.json"
    fresh = path.with_suffix(".tmp")
    fresh.write_bytes(msgspec.json.encode(desk))
    fresh.replace(path)


def _lock(lock: int, data_dir: Path) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            refuse_second(data_dir)
            if time.monotonic() > deadline:
                raise _refusal(data_dir, None) from None
        time.sleep(0.02)


def _refusal(data_dir: Path, desk: Desk | None) -> DeskIsUp:
    who = f"process {desk.pid}" if desk else "another process"
    where = f", at {desk.web_url}" if desk and desk.web_url else ""
    return DeskIsUp(
        f"a desk is already up on the data folder {data_dir} ({who}{where}): "
        "stop it first, or give this one another folder with --data-dir"
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
