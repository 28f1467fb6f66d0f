"""A terminal's second screen, ours for as long as a `with` block lasts: drawn without flicker, given back whole."""

import contextlib
import os
import select
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from services.cli.columns import columns_of, cut

OPEN, CLOSE = "\x1b[?1049h\x1b[?25l", "\x1b[0m\x1b[?25h\x1b[?1049l"
# A terminal that knows synchronized updates shows a frame at once; another ignores the words.
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
REST_OF_LINE, REST_OF_SCREEN = "\x1b[K", "\x1b[J"
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class Ended(BaseException):
    """Somebody asked the process to end: it passes every `except Exception`, so that the terminal is given back."""


class Screen:
    """Draws frames, one line of text a line, and hears keys. Lines are cut where the terminal ends."""

    def __init__(self) -> None:
        self._in, self._drawn = sys.stdin.fileno(), [""]
        self._is_new = True
        self._mode: list[Any] = termios.tcgetattr(self._in)
        self._handlers: dict[int, Any] = {}
        self._wakes = os.pipe()

    def __enter__(self) -> "Screen":
        for end in self._wakes:
            os.set_blocking(end, False)
        self._before = signal.set_wakeup_fd(self._wakes[1], warn_on_full_buffer=False)
        handlers = dict.fromkeys(ENDINGS, _end) | {signal.SIGWINCH: self._resize, signal.SIGTSTP: self._suspend}
        self._handlers = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        self._take()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before)
        for end in self._wakes:
            os.close(end)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        columns, lines = shutil.get_terminal_size()
        return max(1, columns), max(1, lines)

    @property
    def is_new(self) -> bool:
        """Whether what is drawn does not stand there any more: after a resize, or at the start."""
        return self._is_new

    def draw(self, lines: Sequence[str]) -> None:
        """Show a frame; only lines that changed are written."""
        columns, rows = self.size
        frame = [cut(line, columns) for line in lines[:rows]]
        drawn = [] if self._is_new else self._drawn
        parts = [
            f"\x1b[{number + 1};1H{_styled(line)}{REST_OF_LINE if columns_of(line) < columns else ''}"
            for number, line in enumerate(frame)
            if number >= len(drawn) or drawn[number] != line
        ]
        if len(frame) < rows and (self._is_new or len(frame) < len(drawn)):
            parts.append(f"\x1b[{len(frame) + 1};1H{REST_OF_SCREEN}")
        if parts:
            _write(f"{BEGIN}{''.join(parts)}{END}")
        self._drawn, self._is_new = frame, False

    def key(self, seconds: float) -> str:
        """The key that is pressed within some seconds; "" for none, or when a signal came."""
        ready, _, _ = select.select([self._in, self._wakes[0]], [], [], seconds)
        if self._wakes[0] in ready:
            os.read(self._wakes[0], 4096)
        if self._in not in ready:
            return ""
        pressed = os.read(self._in, 64)
        if not pressed:
            raise Ended  # the terminal is gone
        return pressed.decode("utf-8", "replace")

    def _take(self) -> None:
        tty.setcbreak(self._in)
        _write(OPEN)
        self._is_new = True

    def _give_back(self) -> None:
        with contextlib.suppress(OSError, termios.error):  # the terminal may be gone
            _write(CLOSE)
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._mode)

    def _resize(self, number: int, frame: FrameType | None) -> None:
        self._is_new = True

    def _suspend(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: the terminal is the shell's until `fg`."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._take()


def _styled(line: str) -> str:
    """A line that tells a trouble is set off in bold where the terminal's owner wants styles."""
    return f"\x1b[1m{line}\x1b[0m" if line.startswith("TROUBLE") and not os.environ.get("NO_COLOR") else line


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
