"""Dropped files are opened in a process of their own, which ends with what costs more than it may."""

import os
import sys
from collections.abc import Iterator

import msgspec

from services.ingest.containers.parts import Limits, Part
from shared.errors import InputRefused, TransientError
from shared.untrusted.child import Child


class ChildLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost to be opened, all its parts together; `wall_s` is for what neither works nor ends."""

    cpu_s: float = 20.0
    wall_s: float = 60.0
    memory_mb: int = 384


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A file is to be opened, whose bytes follow, or a ZIP that lies at `place`; without limits, its next part."""

    name: str = ""
    place: str = ""
    limits: Limits | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The next part; neither part nor problem: there is no more."""

    part: Part | None = None
    problem: str = ""


class FileOpener:
    """Opens one file at a time, for one thread."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        command = [sys.executable, "-m", "services.ingest.containers.child"]
        command.append(msgspec.json.encode(self._limits).decode())
        self._child = Child(command, self._limits.wall_s)
        self._answers = msgspec.msgpack.Decoder(Answer)

    @property
    def pid(self) -> int:
        """The process's id; 0 while there is none."""
        return self._child.pid

    def open(self, name: str, body: bytes, limits: Limits) -> Iterator[Part]:
        """The parts of a file; raises `InputRefused` once nothing more of it can be taken. Take all before the next."""
        yield from self._parts(name, Ask(name=name, limits=limits), body)

    def open_in_place(self, name: str, descriptor: int, limits: Limits) -> Iterator[Part]:
        """The parts of a ZIP that is open here, read where it lies; raises as `open` does."""
        place = f"/proc/{os.getpid()}/fd/{descriptor}"
        yield from self._parts(name, Ask(name=name, place=place, limits=limits), b"")

    def _parts(self, name: str, ask: Ask, body: bytes) -> Iterator[Part]:
        answer = self._ask(name, ask, body)
        while answer.part is not None:
            yield answer.part
            answer = self._ask(name, Ask(), b"")
        if answer.problem:
            raise InputRefused(answer.problem)

    def close(self) -> None:
        """End the process; the next file starts another."""
        self._child.end()

    def abort(self) -> None:
        """End the process under the file it opens, which is told as one that costs too much."""
        self._child.abort()

    def _ask(self, name: str, ask: Ask, body: bytes) -> Answer:
        try:
            answer = self._child.ask(msgspec.msgpack.encode(ask), body)
        except TimeoutError as error:
            raise InputRefused(f"{name} takes too long to be opened") from error
        except OSError as error:
            raise TransientError(f"{name} is not opened: the pipe of its process broke") from error
        if answer is None:
            raise InputRefused(
                f"{name} costs more to be opened than it may: {self._limits.cpu_s:.0f} s or too much memory"
            )
        return self._answers.decode(answer)
