"""Small files of the data volume that are read whole and written whole, by one writer at a time.

Keys, feeds, settings of sources, saved filters, decisions on the dead: each is JSON that says its version.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from shared.data_version import make_folder, refuse_newer
from shared.errors import FileUnreadable, Unavailable
from shared.whole_file import one_writer, replace_whole

T = TypeVar("T")


class _Version(msgspec.Struct, frozen=True):
    """What a file says of itself: keys write `v`, all others `version`; one that says nothing is a first one."""

    version: int = 1
    v: int = 1


class VolumeFile(Generic[T]):
    """A file of one kind of content (a struct with its version). `what` names it to people who look for it."""

    def __init__(self, path: Path, kind: type[T], *, version: int, what: str, lock_name: str = "") -> None:
        self.path = path
        self._kind, self._version, self._what, self._lock_name = kind, version, what, lock_name

    def read(self) -> T | None:
        """What it holds; None where there is no file.

        Raises `NewerData` where a newer release wrote it, `FileUnreadable` where it cannot be read.
        """
        try:
            content = self.path.read_bytes()
            said = msgspec.json.decode(content, type=_Version)
            refuse_newer(f"{self._what} {self.path}", max(said.version, said.v), self._version)
            return msgspec.json.decode(content, type=self._kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            why = f"{self._what} {self.path} cannot be read: {error}"
            raise FileUnreadable(f"{why}; correct the file, restore it, or take it away") from error

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Nobody else writes it meanwhile. Raises `Unavailable`."""
        return alone(self.path, self._lock_name)

    def write(self, content: T) -> None:
        """Let it hold this, whole or not at all; who reads before writes `alone`. Raises `Unavailable`."""
        write(self.path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


@contextlib.contextmanager
def alone(path: Path, lock_name: str = "") -> Iterator[None]:
    """Keep out who else writes this file, in this process or another; its folder is made. Raises `Unavailable`."""
    with contextlib.ExitStack() as held:
        try:
            make_folder(path.parent)
            held.enter_context(one_writer(path, lock_name))
        except OSError as error:
            raise _unwritable(path, error) from error
        yield


def write(path: Path, content: bytes) -> None:
    """Let a file hold this, whole or not at all. Raises `Unavailable`."""
    try:
        replace_whole(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(f"{path} cannot be written: {error.strerror}", retry_after=30)
