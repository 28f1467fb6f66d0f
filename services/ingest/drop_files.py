"""The files of the drop folder: which names are meant for us, what marks a change, and how one is read whole."""

import contextlib
import errno
import fcntl
import fnmatch
import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from shared import identity
from shared.errors import InputRefused, TransientError

ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]|%(?=[0-9A-Fa-f]{2})")
MEDIA_TYPES: Mapping[str, str] = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/json",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
}
WHOLE = "."  # what the drop folder itself is called among the names below it
READ_TRIES = 3
STALLED_S = 600.0
_ANCHOR = os.O_CLOEXEC | os.O_DIRECTORY | getattr(os, "O_PATH", 0)


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was read: its name below the folder, its bytes, and the mark that tells a later change."""

    name: str
    body: bytes
    mark: bytes


class Vanished(Exception):
    """The file went away before it could be read: nothing was dropped."""


class Unreadable(TransientError):
    """A file that is there and cannot be read now: rights, a disk in trouble, no descriptor left. It may go better."""


class StillWritten(TransientError):
    """A file that somebody writes. `stalled` says that its writer has it open and has done nothing for long."""

    def __init__(self, message: str, *, stalled: bool = False) -> None:
        super().__init__(message, retry_after=1)
        self.stalled = stalled


class Unsure(TransientError):
    """A file of which the kernel does not say whether a writer has it open: it has to hold still first."""


class DropNames:
    """Which names in the drop folder are meant for us: all that no pattern of `drops_ignore` fits.

    A pattern without a slash is held against each part of a path, so that `.*` leaves out `.git/a.txt` too; one with a
    slash against the path from its beginning, `sent/*.txt`. Neither looks at upper and lower case.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        lower = [pattern.lower() for pattern in patterns]
        self._parts = _any_of(pattern for pattern in lower if "/" not in pattern)
        self._paths = _any_of(pattern.strip("/") for pattern in lower if "/" in pattern)

    def __contains__(self, name: str) -> bool:
        """Whether `hue/2015/bai.txt` is for us: no folder on the way is left out, nor the file itself."""
        parts = PurePosixPath(name).parts
        return bool(parts) and all(self.takes("/".join(parts[:end])) for end in range(1, len(parts) + 1))

    def takes(self, name: str) -> bool:
        """Whether a file or folder is for us whose folder is."""
        name = name.lower()
        return not (self._parts.match(name.rpartition("/")[2]) or self._paths.match(name))


def list_names(
    folder: Path, names: DropNames, below: str = "", *, on_closed: Callable[[str, str], None] = lambda name, why: None
) -> Iterator[str]:
    """Names of the files in a folder and below it, in order: the files of a folder before its sub-folders.

    Links to folders are not followed, links to files are refused later. One folder's names stand in memory at a time.
    A folder that is there and cannot be listed is given to `on_closed`, with the reason; the folder itself as `.`.
    """
    waiting = [below]
    while waiting:
        here = waiting.pop()
        files: list[str] = []
        folders: list[str] = []
        try:
            for name, is_folder in _entries(folder, here):
                if names.takes(name):
                    (folders if is_folder else files).append(name)
        except (FileNotFoundError, NotADirectoryError):  # it went meanwhile
            pass
        except OSError as error:  # rights, a disk in trouble: what was listed before it counts
            on_closed(here or WHOLE, closed_reason(folder, here or WHOLE, error))
        yield from sorted(files)
        waiting.extend(sorted(folders, reverse=True))


def check_listable(folder: Path, name: str = WHOLE) -> None:
    """Raise `Unreadable` when a folder of that name below `folder`, or `folder` itself, cannot be listed."""
    try:
        with os.scandir(folder / name) as entries:
            next(entries, None)
    except OSError as error:
        raise Unreadable(closed_reason(folder, name, error), retry_after=5) from error


def closed_reason(folder: Path, name: str, error: OSError) -> str:
    """What to tell of a folder that cannot be listed."""
    what = f"the drop folder {printable(str(folder))}" if name == WHOLE else f"the folder {printable(name)}"
    return f"{what} cannot be read, and nothing in it is taken: {error.strerror}"


def read_mark(path: str | Path) -> bytes | None:
    """Size, time of the last change, inode, time of the last change of rights or name, and mode; None if it is gone."""
    try:
        return _mark(os.lstat(path))
    except OSError:
        return None


def same_words(mark: bytes, taken: bytes) -> bool:
    """Whether two marks differ in nothing that writing to a file would leave the same: only rights or links changed."""
    return mark.split(b":")[:3] == taken.split(b":")[:3]


def is_known(mark: bytes | None, taken: bytes | None) -> bool:
    """Whether a file is the one that was taken. Releases before 0.2 kept no times of rights, and are believed."""
    if mark is None or taken is None:
        return mark is None and taken is None
    return mark == taken or (taken.count(b":") == 2 and same_words(mark, taken))


def still_for(path: str | Path) -> float:
    """For how many seconds a file has not changed in words, name or rights, by our clock; 0 if it is gone."""
    try:
        seen = os.lstat(path)
    except OSError:
        return 0.0
    return _age(seen)


def has_writer(descriptor: int) -> bool | None:
    """Whether a process on this machine has a file open for writing: the kernel lends no read lease on such a file.

    None where it does not say: a file of another owner, a file system without leases, a system without them.
    """
    if sys.platform != "linux":
        return None
    try:
        # Whoever opens the file in between has it at once; SIGURG, which nobody minds, tells of it instead of SIGIO.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False


def read_whole(descriptor: int, limit: int) -> bytes:
    """What an open file holds, up to a limit."""
    parts = bytearray()
    while len(parts) < limit and (chunk := os.read(descriptor, min(1 << 20, limit - len(parts)))):
        parts += chunk
    return bytes(parts)


def read_drop(
    folder: Path, name: str, max_bytes: int, *, still_s: float = 0.0, read: Callable[[int, int], bytes] = read_whole
) -> Dropped:
    """Read a plain file that nobody writes.

    Where the kernel does not know its writers, it must have held still for `still_s`. Raises `Vanished`,
    `InputRefused` for what is no plain file or too large, `StillWritten`, `Unsure` when nobody can say whether it is
    whole, `Unreadable` when it cannot be read now.
    """
    for _ in range(READ_TRIES):
        descriptor = _open_plain(folder, name)
        try:
            before = os.fstat(descriptor)
            _check(before, name, max_bytes)
            _ask_for_writers(descriptor, before, name, still_s)
            body = read(descriptor, max_bytes + 1)
            after = os.fstat(descriptor)
        except OSError as error:  # EIO, ESTALE: it concerns this file, and may pass
            raise Unreadable(f"{printable(name)} cannot be read: {error.strerror}", retry_after=5) from error
        finally:
            os.close(descriptor)
        if _mark(before) == _mark(after) and len(body) == after.st_size:
            return Dropped(name=name, body=body, mark=_mark(after))
    raise StillWritten(f"{printable(name)} is still being written")


@contextlib.contextmanager
def hold_drop(folder: Path, name: str, max_bytes: int, *, still_s: float = 0.0) -> Iterator[tuple[int, bytes]]:
    """Hold a plain file open that nobody writes, for somebody who reads it in place: its descriptor, and its mark.

    Raises as `read_drop` does, at the end also `StillWritten` when it has changed meanwhile.
    """
    descriptor = _open_plain(folder, name)
    try:
        before = os.fstat(descriptor)
        _check(before, name, max_bytes, "max_zip_bytes")
        _ask_for_writers(descriptor, before, name, still_s)
        yield descriptor, _mark(before)
        if _mark(os.fstat(descriptor)) != _mark(before):
            raise StillWritten(f"{printable(name)} is still being written")
    except OSError as error:
        raise Unreadable(f"{printable(name)} cannot be read: {error.strerror}", retry_after=5) from error
    finally:
        os.close(descriptor)


def is_large_zip(path: str | Path, max_bytes: int) -> bool:
    """Whether a file is a ZIP of more bytes than are read into memory, on a system where it can be read in place."""
    if not str(path).lower().endswith(".zip") or sys.platform != "linux":
        return False
    try:
        seen = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_size > max_bytes


def printable(text: str) -> str:
    """A name as it may be shown: control characters and bytes that are no text are escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, patterns)) or r"(?!)")


def _entries(folder: Path, here: str) -> Iterator[tuple[str, bool]]:
    """Files and folders in a folder, by their names from the top."""
    before = f"{here}/" if here else ""
    with os.scandir(folder / here) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder or not (entry.is_symlink() and _leads_to_folder(entry)):
                yield before + entry.name, is_folder


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    """A link whose end cannot be looked at is offered as a file, and refused as a link: it must not hide the others."""
    try:
        return link.is_dir()
    except OSError:
        return False


def _mark(seen: os.stat_result) -> bytes:
    return f"{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ino}:{seen.st_ctime_ns}:{seen.st_mode:o}".encode()


def _age(seen: os.stat_result) -> float:
    return time.time() - max(seen.st_mtime, seen.st_ctime)


def _check(seen: os.stat_result, name: str, max_bytes: int, setting: str = "max_input_bytes") -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise InputRefused(f"{printable(name)} is no plain file")
    if seen.st_size > max_bytes:
        raise InputRefused(f"{printable(name)} has {seen.st_size} bytes; {setting} is {max_bytes}")


def _ask_for_writers(descriptor: int, seen: os.stat_result, name: str, still_s: float) -> None:
    written = has_writer(descriptor)
    if written:
        stalled = time.time() - seen.st_mtime > STALLED_S
        state = "is held open by a writer that has added nothing for long" if stalled else "is still being written"
        raise StillWritten(f"{printable(name)} {state}", stalled=stalled)
    if written is None and _age(seen) < still_s:
        raise Unsure(f"{printable(name)} may still be written", retry_after=1)


def _open_plain(folder: Path, name: str) -> int:
    """Open without following a link and without waiting for the other end of a pipe."""
    *parents, last = PurePosixPath(name).parts
    here = -1
    try:
        here = os.open(folder, _ANCHOR)
        for parent in parents:
            above, here = here, os.open(parent, _ANCHOR | os.O_NOFOLLOW, dir_fd=here)
            os.close(above)
        return os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
    except FileNotFoundError as error:
        raise Vanished from error
    except OSError as error:
        raise _why_closed(folder, name, error) from error
    finally:
        if here >= 0:
            os.close(here)


def _why_closed(folder: Path, name: str, error: OSError) -> Exception:
    """What it means that a file cannot be opened. Only what no later look would change is final."""
    steps = [folder.joinpath(*PurePosixPath(name).parts[:end]) for end in range(1, len(PurePosixPath(name).parts) + 1)]
    if any(step.is_symlink() for step in steps[:-1]):
        return InputRefused(f"{printable(name)} stands behind a link, which is not followed")
    if steps[-1].is_symlink():
        return InputRefused(f"{printable(name)} is a link, which is not followed")
    if error.errno == errno.ENXIO:
        return InputRefused(f"{printable(name)} is no plain file")
    if error.errno == errno.ENOTDIR:  # a file where its folder was
        return Vanished()
    return Unreadable(f"{printable(name)} is not readable: {error.strerror}", retry_after=5)


def path_alias(name: str) -> str:
    """What a file is known by: its name, with all that is not plain text percent-encoded, so that no two share one."""
    return identity.path_alias(percent_encoded(name))


def percent_encoded(name: str) -> str:
    """A name of any bytes as plain text: no two names share one."""
    return ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in os.fsencode(odd[0])), name)
