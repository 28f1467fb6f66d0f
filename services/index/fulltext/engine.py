"""The engine in the process: the words that lie beside the record."""

import sqlite3
from pathlib import Path

from services.index.engine import SearchAway
from services.index.fulltext.filling import AT_ONCE, fill_words
from services.index.fulltext.membership import Members
from services.index.fulltext.ranking import Ranker
from services.index.fulltext.reader import View, WordsReader
from services.index.query import Query
from shared.errors import CopydeskError, TransientError


class WordsEngine:
    """Searches the word index of one record."""

    name = "words"

    def __init__(self, record: Path) -> None:
        self._path = record
        self._words = WordsReader(record)

    def search(self, record: sqlite3.Connection, query: Query, of: str) -> Ranker:
        """A query on the words as they are now."""
        newest, view = self._look(record)
        return Ranker(view, query, of=of, newest_row=newest)

    def members(self, record: sqlite3.Connection, query: Query, of: str) -> Members:
        """The same, whatever the rank; raises `SearchAway` likewise."""
        return Members(self._look(record)[1], query, of)

    def check(self) -> None:
        """They lie beside the record: whoever reads that reads them."""

    def close(self) -> None:
        """Let the files go."""
        self._words.close()

    def _look(self, record: sqlite3.Connection) -> tuple[int, View]:
        (newest,) = record.execute("SELECT ifnull(max(n), 0) FROM articles").fetchone()
        try:
            return newest, self._view(newest)
        except TransientError as error:
            raise SearchAway(str(error), retry_after=error.retry_after) from error

    def _view(self, articles: int) -> View:
        """The words; where nobody writes them, as after a restore, made here if that is quick."""
        try:
            return self._words.view()
        except TransientError:
            if articles > AT_ONCE:
                raise
            try:
                fill_words(self._path)
            except CopydeskError as error:
                raise TransientError(f"the words of the index {self._path} are still to be made: {error}") from error
            return self._words.view()
