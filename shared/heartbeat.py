"""The signs of life that a supervisor looks for: a file that stays young, and systemd's watchdog.

COPYDESK_HEARTBEAT names the file; containers and `copydesk up` look at its age. NOTIFY_SOCKET is systemd's own: with
`WatchdogSec` it starts a process anew that has said nothing for so long (sd_notify(3)).
"""

import contextlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path

ALIVE = b"WATCHDOG=1"


class Heartbeat:
    """One process' signs of life; none where nobody asked for them."""

    def __init__(self, file: Path | None = None, notify: str = "") -> None:
        self._file = file
        self._notify = f"\0{notify[1:]}" if notify.startswith("@") else notify  # @: a name that is no file

    def beat(self) -> None:
        """Say that this process is alive and at its work; a supervisor that has gone needs to hear nothing."""
        if self._file is not None:
            self._file.touch()
        if self._notify:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.sendto(ALIVE, socket.MSG_DONTWAIT, self._notify)


def read_heartbeat(environ: Mapping[str, str] = os.environ) -> Heartbeat:
    """The signs that whoever started this process wants."""
    file = environ.get("COPYDESK_HEARTBEAT")
    return Heartbeat(Path(file) if file else None, environ.get("NOTIFY_SOCKET", ""))
