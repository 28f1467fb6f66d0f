"""One index has one writer: a lock on its folder, which ends with the process that holds it."""

import contextlib
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from shared.errors import PermanentError, Unavailable

LOCK_NAME = "writer.lock"


def lock_folder(folder: Path) -> IO[str]:
    """Take the lock, held until the file is closed; a second writer is told who has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_NAME).open("a+", encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"the index folder {folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read(200).strip() or "another process"
        lock.close()
        raise PermanentError(
            f"{folder} is written by {holder}: an index has one writer, stop that one first"
        ) from error
    with contextlib.suppress(OSError):  # a full disk: the lock holds, only its holder's name is not told
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        lock.flush()
    return lock
