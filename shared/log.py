"""Log events as one JSON line each, to standard error; `article`, `stage` and `source` are bound by the stage.

A long-running process says `configure_process`: then libraries' records, warnings, what is printed and what nobody
caught become lines of the same kind, each with a level.
"""

import logging
import os
import stat
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from shared.harmless import harmless_json, harmless_text

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
PROCESS_STREAM = 2
MOST_REPEATS = 20
log = structlog.get_logger(__name__)


def configure(level: str = "info") -> None:
    """Set up logging for one process. A person at a terminal gets readable lines, a file or container JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            *_renderers(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level, logging.INFO)),
        logger_factory=lambda *_: _LineLogger(),
    )


def configure_process(level: str = "info") -> None:
    """Set up logging for a process that runs for long: nothing it writes is anything but a log line."""
    configure(level)
    handler = _Handler()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, LEVELS.get(level, logging.INFO)))
    logging.captureWarnings(True)
    sys.excepthook = _tell_uncaught
    threading.excepthook = _tell_thread
    if not _at_terminal():
        _LineLogger.to_descriptor = True
        _LineLogger.file = _followed()
        # Celery writes its farewell to sys.__stdout__.
        sys.stdout = sys.__stdout__ = _Printed("info")  # type: ignore[misc,assignment]
        sys.stderr = sys.__stderr__ = _Printed("warning")  # type: ignore[misc,assignment]


class FollowedFile:
    """A file that is written to by its descriptors, and opened anew by its name once somebody has renamed it.

    Who bounds a log renames it. What is written between that and the next look stands at the end of the older part.
    """

    def __init__(self, path: Path, descriptors: Sequence[int] = (1, PROCESS_STREAM)) -> None:
        self._path = path
        self._descriptors = descriptors

    def descriptor(self) -> int:
        """Where the next line goes."""
        if self._was_renamed():
            self._open_anew()
        return self._descriptors[-1]

    def _was_renamed(self) -> bool:
        opened = os.fstat(self._descriptors[-1])
        try:
            named = os.stat(self._path)
        except OSError:
            return True
        return (named.st_dev, named.st_ino) != (opened.st_dev, opened.st_ino)

    def _open_anew(self) -> None:
        try:
            fresh = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError:  # no room, no descriptor: the older part takes the line
            return
        for number in self._descriptors:
            os.dup2(fresh, number)
        os.close(fresh)


class _LineLogger:
    """Writes one line with one call of the system: from any thread, and from a signal's handler too."""

    to_descriptor = False
    file: FollowedFile | None = None

    def msg(self, line: str) -> None:
        stream: TextIO = sys.stderr  # looked up at each line: a test may have put its own in its place
        try:
            if self.file is not None:
                number = self.file.descriptor()
            else:
                number = PROCESS_STREAM if self.to_descriptor else stream.fileno()
        except OSError:  # one that lives in memory alone
            stream.write(f"{line}\n")
            return
        _write(number, f"{line}\n".encode(errors="backslashreplace"))

    log = debug = info = warning = warn = error = err = critical = fatal = exception = failure = msg


class _Handler(logging.Handler):
    """Records of libraries, as events of their own; of what one line of their code repeats, so many a minute.

    Whoever can make a library complain, a stranger at the door, must not fill the disk with it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0
        self._counts: Counter[tuple[str, int]] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        place = (record.pathname, record.lineno)
        self._begin_minute(int(record.created // 60))
        self._counts[place] += 1
        if self._counts[place] <= MOST_REPEATS:
            self._tell(record)

    def _begin_minute(self, minute: int) -> None:
        if minute == self._minute:
            return
        for (pathname, line), count in self._counts.items():
            if count > MOST_REPEATS:
                log.warning("library_repeated", place=f"{pathname}:{line}", left_out=count - MOST_REPEATS)
        self._minute = minute
        self._counts.clear()

    def _tell(self, record: logging.LogRecord) -> None:
        number = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.ERROR)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a library's own slip in its arguments must not cost the line
            message = f"{record.msg} {record.args!r}"
        log.log(number, "library_logged", logger=record.name, message=message, exc_info=record.exc_info or None)


class _Printed:
    """Stands where a stream stood: each line that is printed becomes an event."""

    encoding, errors = "utf-8", "backslashreplace"

    def __init__(self, level: str) -> None:
        self._level = LEVELS[level]
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            if line.strip():
                log.log(self._level, "line_printed", text=line)
        return len(text)

    def flush(self) -> None:
        """Lines are written as they end; what is begun waits for its end."""

    def isatty(self) -> bool:
        return False

    def reconfigure(self, **_: object) -> None:
        """There is nothing to set: lines leave as JSON in UTF-8."""


def _renderers() -> list[Any]:
    if _at_terminal():
        return [_harmless_values, structlog.dev.ConsoleRenderer()]
    return [structlog.processors.JSONRenderer(ensure_ascii=False), lambda _, __, line: harmless_json(line)]


def _harmless_values(_: Any, __: str, event: Any) -> Any:
    return {key: harmless_text(value) if isinstance(value, str) else value for key, value in event.items()}


def _at_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _tell_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.error("process_failed", error=str(error), exc_info=(kind, error, trace))


def _tell_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else ""
    log.error("thread_failed", thread=name, error=str(args.exc_value), exc_info=args.exc_value)


def _followed() -> FollowedFile | None:
    """The file that a supervisor writes our output to, when it says which, and it is one."""
    path = os.environ.get("COPYDESK_LOG_FILE")
    return FollowedFile(Path(path)) if path and stat.S_ISREG(os.fstat(PROCESS_STREAM).st_mode) else None


def _write(number: int, line: bytes) -> None:
    while line:
        line = line[os.write(number, line) :]
