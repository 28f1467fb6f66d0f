"""Small files of the data volume that are replaced whole, by one writer at a time: keys, feeds, settings, decisions."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def one_writer(path: Path, lock_name: str = "") -> Iterator[None]:
    """Keep all others out who write this file, also those of other processes. Raises `OSError`.

    The lock lies beside the file, whose own bytes are others after each change.
    """
    with locked(path.with_name(lock_name or f".{path.name}.lock")):
        yield


@contextlib.contextmanager
def locked(lock: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a lock, alone or `shared` with others who share it. Raises `OSError`."""
    with open(lock, "a", opener=open_private) as held:
        fcntl.flock(held, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def replace_whole(path: Path, content: bytes) -> None:
    """Let the file hold this, for its owner's eyes alone: after a crash it is the old one or the new. Raises `OSError`.

    The folder is synced too: what a caller was told is kept must be found after the power failed.
    """
    written = path.with_name(f".{path.name}.{os.getpid()}-{time.monotonic_ns()}.new")
    try:
        with told_as(path):
            with open(written, "xb", opener=open_private) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    sync_path(path.parent)


@contextlib.contextmanager
def told_as(path: Path) -> Iterator[None]:
    """Let an `OSError` name the file that is to be replaced: of what is written beside it nobody has heard."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does; None where there is none to be seen."""
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino  # a change of rights is one of ctime alone


def sync_file(path: Path) -> None:
    """Let a file outlast a crash, what it holds and that it is there. Raises `OSError`."""
    sync_path(path)
    sync_path(path.parent)


def sync_path(path: Path) -> None:
    """Let what a file holds, or the names that were given or taken in a folder, outlast a crash. Raises `OSError`."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_private(path: str, flags: int) -> int:
    """The opener of files that are made for their owner's eyes alone."""
    return os.open(path, flags, 0o600)
