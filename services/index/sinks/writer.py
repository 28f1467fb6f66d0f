"""One writer at a time: a lock on a file, which ends with the process that holds it."""

import contextlib
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from shared.errors import PermanentError, TransientError, Unavailable

LOCK_NAME = "writer.lock"


class HeldElsewhere(TransientError):
    """Another process holds the lock; the message says which."""


def lock_file(path: Path, folder_mode: int = 0o777) -> IO[str]:
    """Take the lock, held until the file is closed. `HeldElsewhere` names who has it, `Unavailable` why nobody can.

    A folder that is not there yet is made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        lock = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path.parent} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read(200).strip() or "another process"
        lock.close()
        raise HeldElsewhere(holder) from error
    with contextlib.suppress(OSError):  # a full disk: the lock holds, only its holder's name is not told
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        lock.flush()
    return lock


def lock_folder(folder: Path) -> IO[str]:
    """Take the lock of an index, held until the file is closed; a second writer is told who has it."""
    try:
        return lock_file(folder / LOCK_NAME)
    except HeldElsewhere as error:
        raise PermanentError(f"{folder} is written by {error}: an index has one writer, stop that one first") from error
