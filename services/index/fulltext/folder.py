"""Where word indexes lie: beside the record, each in a folder of its own, and a file that names the one in use.

A new one is made beside the old, which answers until the new one is whole.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import tantivy

from shared.errors import Unavailable

FOLDER = "words"
CURRENT = "current.json"
REQUEST = "reindex"
META = "meta.json"  # of the engine, in each word index: another file whenever something was put in


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """Which folder is in use, and what it was made with."""

    name: str
    shape: str


class Folder:
    """The word indexes of one record."""

    def __init__(self, record: Path) -> None:
        self.path = record.parent / FOLDER

    def current(self) -> Current | None:
        """The one in use; None where there is none, or its name cannot be read."""
        try:
            return msgspec.json.decode((self.path / CURRENT).read_bytes(), type=Current)
        except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
            return None

    def use(self, current: Current) -> None:
        """Let readers find another one, at once and whole."""
        draft = self.path / f"{CURRENT}.new"
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(current))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / CURRENT)

    def names(self) -> list[str]:
        """All word indexes there are, whole or not, the oldest first."""
        try:
            numbers = [int(entry.name) for entry in self.path.iterdir() if entry.name.isdecimal()]
        except FileNotFoundError:
            return []
        return [str(number) for number in sorted(numbers)]

    def make(self) -> str:
        """An empty folder for another one; gives its name."""
        name = str(max(map(int, self.names()), default=0) + 1)
        (self.path / name).mkdir(parents=True)
        return name

    def remove(self, name: str) -> None:
        """Give up a word index; readers that hold its files keep them until they look again."""
        shutil.rmtree(self.path / name, ignore_errors=True)

    def request(self) -> None:
        """Ask whoever writes to make the words anew."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / REQUEST).touch()

    def is_requested(self) -> bool:
        """Whether somebody asked for the words to be made anew."""
        return (self.path / REQUEST).exists()

    def forget_request(self) -> None:
        """What was asked for is begun."""
        (self.path / REQUEST).unlink(missing_ok=True)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Tell all trouble of the engine as one error.

    It raises `ValueError` for nearly everything, and where it panics an exception that is no `Exception`.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if isinstance(error, Exception) and not isinstance(error, (ValueError, OSError)):
            raise
        raise Unavailable(f"{what}: {str(error)[:300]}") from error


def open_index(path: Path) -> tantivy.Index:
    """A word index, whose readers look again only when they are told to."""
    index = tantivy.Index.open(str(path))
    index.config_reader("manual", 0)
    return index
