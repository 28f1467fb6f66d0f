"""Makes the words of a record from it, where no index service is at work."""

from pathlib import Path

from services.index.fulltext.folder import Folder
from services.index.fulltext.writer import WordsWriter
from services.index.sinks.writer import lock_folder

AT_ONCE = 20_000
"""So many articles are worded while somebody waits for a search: a few seconds."""


def fill_words(record: Path) -> None:
    """Bring the word index up to what the record holds. `PermanentError` where another process writes there."""
    with lock_folder(record.parent):
        writer = WordsWriter(record)
        try:
            writer.catch_up()
        finally:
            writer.close()


def reindex_words(record: Path) -> None:
    """Make all words anew. Where another process writes there, which is `PermanentError`, that one does it."""
    Folder(record).request()
    fill_words(record)
