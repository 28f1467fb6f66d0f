"""The reading side of the word index: from any process, beside its writer, from any thread."""

import os
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import tantivy

from services.index.fulltext.fields import SHAPE, read_place
from services.index.fulltext.folder import META, Folder, open_index, told
from shared.errors import TransientError

TRIES = 3


class View(NamedTuple):
    """One unchanging state of the word index; while it is filled, up to which row of the articles it has all."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    filled: int | None


class WordsReader:
    """Opens the word index in use, and looks again when its writer has put something in."""

    def __init__(self, record: Path) -> None:
        self._folder = Folder(record)
        self._turn = threading.Lock()
        self._index: tantivy.Index | None = None
        self._seen: tuple[object, ...] = ()
        self._filled: int | None = 0
        self._copy: tempfile.TemporaryDirectory[str] | None = None

    def view(self) -> View:
        """The newest state. `TransientError` where there is none yet, or it cannot be read."""
        with self._turn:
            for _ in range(TRIES):
                current = self._folder.current()
                if current is None or current.shape != SHAPE:
                    break
                try:
                    return self._look(self._folder.path / current.name)
                except FileNotFoundError:  # another one has come in its place since
                    self._seen = ()
        raise TransientError(
            f"the words of the articles are not in {self._folder.path}: the index service puts them there by itself, "
            "and `copydesk reindex --words` does where none runs"
        )

    def close(self) -> None:
        """Let the files go; a later look opens them anew."""
        with self._turn:
            self._index, self._seen = None, ()
            self._forget_copy()

    def _look(self, path: Path) -> View:
        stat = (path / META).stat()
        seen = (path.name, stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._index is None or seen != self._seen:
            with told(f"the word index {path} cannot be read"):
                if self._index is None or not self._seen or seen[0] != self._seen[0]:
                    self._index, self._filled = self._open(path), 0
                else:
                    self._index.reload()
                if self._filled is not None:  # once it is whole it stays so
                    self._filled = read_place(self._index.searcher(), self._index.schema).filled
            self._seen = seen
        return View(self._index.searcher(), self._index.schema, self._filled)

    def _open(self, path: Path) -> tantivy.Index:
        self._forget_copy()
        if not os.access(path, os.W_OK):
            path = self._linked(path)
        return open_index(path)

    def _linked(self, path: Path) -> Path:
        """On a volume mounted read-only the engine cannot make its lock file: it looks through links to the files."""
        self._copy = tempfile.TemporaryDirectory(prefix="copydesk-words-")
        for file in path.iterdir():
            if not file.name.endswith(".lock"):
                Path(self._copy.name, file.name).symlink_to(file)
        return Path(self._copy.name)

    def _forget_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None
