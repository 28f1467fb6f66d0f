"""A terminal as a test sees it: a real pty with a program in it, and what stands on its screen."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

PATIENCE_S = 30.0
# The first terminal that the leader of a session opens becomes its own: then Ctrl-C and a new size are told to it.
TAKING = "import os, sys; os.open(os.ttyname(0), os.O_RDWR); os.execv(sys.argv[1], sys.argv[1:])"
TAKES_IT = [sys.executable, "-c", TAKING]
PART = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])|\r\n|[^\x1b]", re.DOTALL)


class Terminal:
    """Runs a program in a pty; understands as much of a terminal's language as our screens speak."""

    def __init__(self, command: Sequence[str], *, columns: int = 100, lines: int = 30, **environ: str) -> None:
        self._ours, theirs = pty.openpty()
        self.columns, self.lines = columns, lines
        self.resize(columns, lines)
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(
            [*TAKES_IT, *command], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env=_environ({"TERM": "xterm-256color", **environ}),
        )  # fmt: skip
        self.written = ""
        self.is_second = False
        self._rows: dict[int, str] = {}
        self._row = 1
        self._at = 0

    def resize(self, columns: int, lines: int) -> None:
        """As a person drags the window: the kernel tells the program."""
        self.columns, self.lines = columns, lines
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    @property
    def rows(self) -> list[str]:
        """What stands on the screen."""
        return [self._rows.get(number, "") for number in range(1, max(self._rows, default=0) + 1)]

    def until(self, is_so: Callable[[], Any]) -> None:
        """Read what the program writes until something is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, (self.rows, self.written[-500:])
            self._read(0.1)

    def end(self) -> int:
        """Wait for the program's end; gives its exit code."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0):
            pass
        return self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self.theirs)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        self.written += os.read(self._ours, 65536).decode("utf-8", "replace")
        while part := PART.match(self.written, self._at):
            self._at = part.end()
            self._take(part)
        return True

    def _take(self, part: re.Match[str]) -> None:
        private, numbers, order = part.groups()
        if order == "H":
            self._row = int(numbers.partition(";")[0])
            self._rows[self._row] = ""
        elif order == "J":
            self._rows = {number: text for number, text in self._rows.items() if number < self._row}
        elif private and numbers == "1049":
            self.is_second, self._rows = order == "h", {}
        elif order is None and part[0] not in ("\r\n", "\r", "\n"):
            self._rows[self._row] = self._rows.get(self._row, "") + part[0]


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COPYDESK_", "COLUMNS", "LINES"))}
    return kept | dict(more)
