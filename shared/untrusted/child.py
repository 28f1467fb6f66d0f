"""The killable place: a process that answers one ask at a time over its pipes, and is ended when it takes too long.

The one that asks makes a `Child`; the process itself reads asks with `receive` and answers with `send`. What an answer
may cost (memory, processor time) it limits itself, by `shared.untrusted.sandbox`: an ask over a limit ends it, not its
parent.
"""

import contextlib
import os
import selectors
import struct
import subprocess
import time
from collections.abc import Sequence
from typing import BinaryIO

LENGTH = struct.Struct(">I")
CHUNK = 1024 * 1024


class Child:
    """Starts with the first ask, and anew after one that ended it. One ask at a time: its owner sees to that."""

    def __init__(self, command: Sequence[str], wall_s: float) -> None:
        self._command = list(command)
        self._wall_s = wall_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id; 0 while there is none."""
        return 0 if self._process is None else self._process.pid

    def ask(self, *parts: bytes) -> bytes | None:
        """The answer to these parts, each sent uncopied with its length; None when the process died on them.

        Raises `TimeoutError` after `wall_s` seconds, for what neither works nor ends, and `OSError` for a broken pipe.
        In all these cases the process has ended.
        """
        process = self._ready()
        try:
            answer = self._converse(process, parts)
        except (TimeoutError, OSError):
            self.end()
            raise
        if answer is None:
            self.end()
        return answer

    def end(self) -> None:
        """End the process; the next ask starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def abort(self) -> None:
        """End the process under what it is asked, from another thread."""
        process = self._process
        if process is not None:
            process.kill()

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        return self._process

    def _converse(self, process: subprocess.Popen[bytes], parts: Sequence[bytes]) -> bytes | None:
        """Write the ask and read the answer, both within the clock."""
        if process.stdin is None or process.stdout is None:  # cannot be: both were asked for
            return None
        deadline = time.monotonic() + self._wall_s
        os.set_blocking(process.stdin.fileno(), False)
        with selectors.DefaultSelector() as writable:
            writable.register(process.stdin, selectors.EVENT_WRITE)
            try:
                for part in parts:
                    _write(process.stdin.fileno(), LENGTH.pack(len(part)), writable, deadline)
                    _write(process.stdin.fileno(), part, writable, deadline)
            except BrokenPipeError:
                return None
        with selectors.DefaultSelector() as readable:
            readable.register(process.stdout, selectors.EVENT_READ)
            head = _read(process.stdout.fileno(), LENGTH.size, readable, deadline)
            return _read(process.stdout.fileno(), LENGTH.unpack(head)[0], readable, deadline) if head else None


def receive(stream: BinaryIO) -> bytes | None:
    """The next part that the parent has sent; None when it has gone."""
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def send(stream: BinaryIO, answer: bytes) -> None:
    """Give the parent its answer."""
    stream.write(LENGTH.pack(len(answer)))
    stream.write(answer)
    stream.flush()


def _wait(selector: selectors.BaseSelector, deadline: float) -> None:
    if not selector.select(max(deadline - time.monotonic(), 0)):
        raise TimeoutError


def _write(pipe: int, part: bytes, writable: selectors.BaseSelector, deadline: float) -> None:
    rest = memoryview(part)
    while rest:
        _wait(writable, deadline)
        rest = rest[os.write(pipe, rest[:CHUNK]) :]


def _read(pipe: int, size: int, readable: selectors.BaseSelector, deadline: float) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        _wait(readable, deadline)
        chunk = os.read(pipe, min(size - len(parts), CHUNK))
        if not chunk:
            return None
        parts += chunk
    return bytes(parts)
