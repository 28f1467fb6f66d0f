"""Feed documents are parsed in a process of their own, reused while it behaves, killed when it does not."""

import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import msgspec

from services.ingest.formats.feed import Feed
from shared.errors import NotAFeed, TransientError

LENGTH = struct.Struct(">I")
CHUNK = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one document may cost; one of 16 MiB takes 170 MB. `wall_s` is for what neither works nor ends."""

    cpu_s: float = 10.0
    wall_s: float = 60.0
    memory_mb: int = 384
    keep_mb: int = 128


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document; the document itself follows, uncopied, with its own length."""

    content_type: str | None
    url: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The feed, or why there is none. `last` says that the process has grown too large and ends."""

    feed: Feed | None = None
    problem: str | None = None
    last: bool = False


class FeedParser:
    """Parses one document at a time, for any number of threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._answers = msgspec.msgpack.Decoder(Answer)

    def parse(self, body: bytes, content_type: str | None, url: str) -> Feed:
        """Read a feed; raises `NotAFeed` for what is none, and for what costs more than it may."""
        ask = msgspec.msgpack.encode(Ask(content_type=content_type, url=url))
        with self._lock:
            answer = self._ask([LENGTH.pack(len(ask)), ask, LENGTH.pack(len(body)), body], url)
        if answer.feed is None:
            raise NotAFeed(answer.problem or f"{url} is no feed")
        return answer.feed

    def close(self) -> None:
        """End the process; the next document starts another."""
        with self._lock:
            self._end()

    def abort(self) -> None:
        """End the process under the document it reads, which is told as one that costs too much."""
        child = self._child
        if child is not None:
            child.kill()

    def _ask(self, parts: Sequence[bytes], url: str) -> Answer:
        child = self._ready()
        try:
            answer = self._converse(child, parts)
        except TimeoutError as error:
            self._end()
            raise NotAFeed(f"{url} takes too long to be read") from error
        except OSError as error:
            self._end()
            raise TransientError(f"{url} is not read: the parser's pipe broke") from error
        if answer is None:
            self._end()
            raise NotAFeed(f"{url} costs more to be read than it may: {self._limits.cpu_s:.0f} s or too much memory")
        decoded = self._answers.decode(answer)
        if decoded.last:
            self._end()
        return decoded

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        arguments = [sys.executable, "-m", "services.ingest.parser_child", msgspec.json.encode(self._limits).decode()]
        self._child = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        return self._child

    def _converse(self, child: subprocess.Popen[bytes], parts: Sequence[bytes]) -> bytes | None:
        """Write the ask and read the answer, both within the clock; `None` when the child died on it."""
        if child.stdin is None or child.stdout is None:  # cannot be: both were asked for
            return None
        deadline = time.monotonic() + self._limits.wall_s
        os.set_blocking(child.stdin.fileno(), False)
        with selectors.DefaultSelector() as writable:
            writable.register(child.stdin, selectors.EVENT_WRITE)
            try:
                for part in parts:
                    _write(child.stdin.fileno(), part, writable, deadline)
            except BrokenPipeError:
                return None
        with selectors.DefaultSelector() as readable:
            readable.register(child.stdout, selectors.EVENT_READ)
            head = _read(child.stdout.fileno(), LENGTH.size, readable, deadline)
            return _read(child.stdout.fileno(), LENGTH.unpack(head)[0], readable, deadline) if head else None

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


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
