"""The kernel's news of a folder and of all below it (Linux): what was closed, moved in, made, or given other rights."""

import contextlib
import ctypes
import os
import select
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

CLOSED, MOVED_FROM, MOVED_TO, CREATED = 0x8, 0x40, 0x80, 0x100
RIGHTS, DELETED_SELF, MOVED_SELF = 0x4, 0x400, 0x800
UNMOUNTED, OVERFLOWN, IGNORED, IS_FOLDER = 0x2000, 0x4000, 0x8000, 0x40000000
ONLY_FOLDERS, NO_LINKS = 0x1000000, 0x2000000
WANTED = CLOSED | MOVED_FROM | MOVED_TO | CREATED | RIGHTS | DELETED_SELF | MOVED_SELF | ONLY_FOLDERS
GONE = DELETED_SELF | MOVED_SELF | UNMOUNTED | IGNORED
EVENT = struct.Struct("iIII")  # struct inotify_event: wd, mask, cookie, len; then the name
BUFFER = 256 * 1024

Kind = Literal["whole", "made", "rights", "folder"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a name below the folder.

    `whole`: its writer closed it, or it was moved in. `made`: it was made and may be open. `rights`: rights or owner
    changed. `folder`: a folder came, with whatever is in it.
    """

    name: str
    kind: Kind


class Listener:
    """Hears of changes in a folder and all below it, until the folder itself ends or moves.

    `takes` says of a sub-folder's name whether it is listened to. Raises `OSError` when the kernel has no room for it.
    """

    def __init__(self, folder: Path, takes: Callable[[str], bool]) -> None:
        self._folder = folder
        self._takes = takes
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._names: dict[int, str] = {}
        self._root = -1
        self.ended = False
        self.missed = False
        self._kernel = self._call(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        try:
            self._root = self._add("")
            self._listen_below("")
        except OSError:
            self.close()
            raise

    def wait(self, seconds: float) -> list[Change]:
        """What happened since the last call; waits for the first. Sets `ended`, and `missed` when news were lost."""
        if self.ended:
            return []
        poll = select.poll()  # `select` knows no descriptor above 1023
        poll.register(self._kernel, select.POLLIN)
        return list(dict.fromkeys(self._read())) if poll.poll(seconds * 1000) else []

    def close(self) -> None:
        """Hear no more."""
        self.ended = True
        if self._kernel >= 0:
            os.close(self._kernel)
            self._kernel = -1

    def _read(self) -> Iterator[Change]:
        try:
            news = os.read(self._kernel, BUFFER)
        except BlockingIOError:
            return
        at = 0
        while at < len(news):
            watch, mask, _, length = EVENT.unpack_from(news, at)
            at += EVENT.size + length
            yield from self._understand(watch, mask, os.fsdecode(news[at - length : at].rstrip(b"\0")))

    def _understand(self, watch: int, mask: int, last: str) -> Iterator[Change]:
        if mask & OVERFLOWN:
            self.missed = True
        elif mask & GONE:
            self.ended = self.ended or watch == self._root
            if mask & IGNORED:
                self._names.pop(watch, None)
        elif watch in self._names and last:
            name = f"{self._names[watch]}/{last}".lstrip("/")
            if mask & IS_FOLDER:
                yield from self._folder_changed(name, mask)
            elif not mask & MOVED_FROM:
                yield Change(name=name, kind=_kind(mask))

    def _folder_changed(self, name: str, mask: int) -> Iterator[Change]:
        """What leaves is not listened to under its old name; what comes is, before it is looked through."""
        if mask & MOVED_FROM:
            for watch in [number for number, at in self._names.items() if f"{at}/".startswith(f"{name}/")]:
                del self._names[watch]
                self._libc.inotify_rm_watch(self._kernel, watch)
        elif self._takes(name):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                self._add(name)
            self._listen_below(name)
            yield Change(name=name, kind="folder")

    def _listen_below(self, name: str) -> None:
        """Listen to all folders below; those that are made meanwhile are told by the one they are made in."""
        waiting = [name]
        while waiting:
            here = waiting.pop()
            for below in self._folders_in(here):
                with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                    self._add(below)
                    waiting.append(below)

    def _folders_in(self, here: str) -> list[str]:
        with contextlib.suppress(OSError), os.scandir(self._folder / here) as entries:
            names = [f"{here}/{entry.name}".lstrip("/") for entry in entries if entry.is_dir(follow_symlinks=False)]
            return [name for name in names if self._takes(name)]
        return []

    def _add(self, name: str) -> int:
        links = NO_LINKS if name else 0  # the folder itself may be reached by a link
        path = os.fsencode(self._folder / name)
        watch = self._call(self._libc.inotify_add_watch(self._kernel, path, WANTED | links))
        self._names[watch] = name
        return watch

    @staticmethod
    def _call(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result


def _kind(mask: int) -> Kind:
    if mask & (CLOSED | MOVED_TO):
        return "whole"
    return "made" if mask & CREATED else "rights"
