"""Keeps the word index: follows what the record decided, from a place of its own, and makes it anew where it must.

The place is a document of the word index, put in with the words up to it: after a kill anywhere it goes on from there.
A record needs no word of it, so that a batch is safe once SQLite has it, whatever becomes of the words.
"""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import tantivy
import zstandard

from services.index.entry import Entry
from services.index.fulltext.fields import PLACE, SHAPE, Place, Row, document_of, place_document, read_place, schema
from services.index.fulltext.folder import CURRENT, META, Current, Folder, open_index, told
from services.index.packing import unpack
from shared.errors import CopydeskError, Unavailable
from shared.late_log import LateLog

log = LateLog(__name__)

STEP = 500  # changes that are put in between two commits
HEAP = 48 << 20
FAILURES = 3  # so many in a row, with room on the disk, mean that the files are damaged
ROOM = 64 << 20
ERASING, WIPING = "erasing", "wiping"
"""Notes in the record that something was erased: until the words are made anew, and until SQLite's log is."""

WIPE_S = 0.25  # how long readers of the record are waited for, each time
_ENTRY = msgspec.json.Decoder(Entry)
_CHANGES = (
    "SELECT change, at_us, n FROM changes JOIN sources USING (s) WHERE change > ? AND (outcome IN ('indexed', "
    "'withdrawn') OR source LIKE 'push:%') ORDER BY change LIMIT ?"
)
_LAST = "SELECT change, at_us FROM changes ORDER BY change DESC LIMIT 1"
_ROW = "SELECT n, withdrawn, owner, entry FROM articles JOIN revisions USING (n, rev) WHERE n IN "


class WordsWriter:
    """The only writer of a record's word index; for one thread at a time."""

    def __init__(self, record: Path, heap: int = HEAP) -> None:
        self._record = record
        self._heap = heap
        self._folder = Folder(record)
        self._database = sqlite3.connect(f"{record.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        self._current: _Open | None = None
        self._next: _Open | None = None  # one that is made beside it
        self._failures = 0

    def open(self) -> None:
        """Take the word index in use, or begin one, so that a search finds it. `Unavailable` where it cannot be."""
        with told(f"the word index {self._folder.path} cannot be written"):
            self._current = self._current or self._begin()

    def step(self) -> bool:
        """Put in what comes next; true while there is more. `Unavailable` where it cannot be written."""
        try:
            with told(f"the word index {self._folder.path} cannot be written"):
                more = self._step()
        except (CopydeskError, sqlite3.Error) as error:
            self._failed(error)
            raise Unavailable(str(error)) from error
        self._failures = 0
        return more

    @property
    def is_making(self) -> bool:
        """Are all words being made anew? What comes meanwhile takes its turn."""
        return self._next is not None or (self._current is not None and self._current.place.filled is not None)

    def catch_up(self) -> None:
        """Put in all there is."""
        while self.step():
            pass

    def close(self) -> None:
        """Let another writer in; what was not yet put in, the next one does."""
        for index in (self._current, self._next):
            if index is not None:
                index.close()
        self._current = self._next = None
        self._database.close()

    def _step(self) -> bool:
        if self._current is None:
            self._current = self._begin()
        self._wipe_log()
        more = self._current.go_on(self._database)
        if self._next is None and (self._folder.is_requested() or self._is_erasing()):
            self._next = self._make()
            self._folder.forget_request()
        if self._next is None or more:
            return more
        if not self._next.go_on(self._database):
            self._change_over()
        return self._next is not None

    def _begin(self) -> "_Open":
        """The word index in use, where it is of this record and shape and whole; else a new one."""
        current = self._folder.current()
        for name in self._folder.names():
            if current is None or name != current.name:
                self._folder.remove(name)  # one that was being made when its writer ended
        found = self._whole(current.name) if current is not None and current.shape == SHAPE else None
        if found is not None:
            return found
        made = self._make()
        self._folder.use(Current(name=made.name, shape=SHAPE))  # it answers with what is in it already
        if current is not None:
            self._folder.remove(current.name)
        return made

    def _whole(self, name: str) -> "_Open | None":
        """A word index as its last writer left it; None of one that is damaged or another record's."""
        try:
            with told("it cannot be opened"):
                found = _Open(self._folder.path, name, self._heap)
        except Unavailable as error:
            if "LockBusy" in str(error):
                raise
            log.warning("words_damaged", folder=str(self._folder.path / name), error=str(error))
            return None
        if found.place.index == self._identity() and self._is_known(found.place):
            return found
        found.close()
        return None

    def _make(self) -> "_Open":
        row = self._database.execute(_LAST).fetchone() or (0, 0)
        name = self._folder.make()
        path = self._folder.path / name
        tantivy.Index(schema(), path=str(path))
        articles = self._database.execute("SELECT ifnull(max(n), 0) FROM articles").fetchone()[0]
        if articles:
            log.warning("words_begun", articles=articles, folder=str(path))
        place = Place(index=self._identity(), change=row[0], at_us=row[1], filled=0 if articles else None)
        return _Open(self._folder.path, name, self._heap, place)

    def _change_over(self) -> None:
        """The new one is whole: use it, and give up the old with all that was ever in it."""
        made, old = self._next, self._current
        if made is None or old is None:
            return
        self._folder.use(Current(name=made.name, shape=SHAPE))
        old.close()
        self._folder.remove(old.name)
        self._current, self._next = made, None
        with sqlite3.connect(self._record, timeout=10) as database:
            database.execute("DELETE FROM about WHERE name = ? AND value <= ?", (ERASING, made.begun))
        database.close()
        log.warning("words_finished", folder=str(self._folder.path / made.name))

    def _failed(self, error: Exception) -> None:
        """Open anew next time; files that cannot be used time and again, though there is room, are given up."""
        for index in (self._current, self._next):
            if index is not None:
                index.drop()
        self._current = self._next = None
        self._failures += 1
        if self._failures >= FAILURES and _room(self._folder.path) > ROOM:
            log.warning("words_given_up", error=str(error))
            (self._folder.path / CURRENT).unlink(missing_ok=True)
            self._failures = 0

    def _identity(self) -> str:
        row = self._database.execute("SELECT value FROM about WHERE name = 'index'").fetchone()
        return "" if row is None else str(row[0])

    def _is_known(self, place: Place) -> bool:
        """Is the change at the place the one that was put in? Else the record is another, or was set back."""
        row = self._database.execute("SELECT at_us FROM changes WHERE change = ?", (place.change,)).fetchone()
        return (row is None and place.change == 0) or (row is not None and row[0] == place.at_us)

    def _is_erasing(self) -> bool:
        return self._noted(ERASING) is not None

    def _noted(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _wipe_log(self) -> None:
        """Begin SQLite's log anew: pages as they were before something was erased stand in it. It cannot be while
        anybody reads them, and then is tried at the next step."""
        since = self._noted(WIPING)
        if since is None:
            return
        try:
            with contextlib.closing(sqlite3.connect(self._record, timeout=WIPE_S)) as database, database:
                is_busy, *_ = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not is_busy:
                    database.execute("DELETE FROM about WHERE name = ? AND value <= ?", (WIPING, since))
        except sqlite3.OperationalError as error:  # no trouble of the words
            log.warning("index_wipe_failed", error=str(error))


class _Open:
    """One word index that is being written, and how far it has come."""

    def __init__(self, folder: Path, name: str, heap: int, place: Place | None = None) -> None:
        self.name = name
        self.begun = f"{time.time_ns() // 1000:020d}"
        self._path = folder / name
        self._index = open_index(self._path)
        self._writer: tantivy.IndexWriter | None = self._index.writer(heap, 1)
        self._schema = self._index.schema
        if place is None:
            place = self._stored_place()
        else:
            self._commit(place)
        self.place = place

    def go_on(self, database: sqlite3.Connection) -> bool:
        """Put in the next articles there are, or the next that changed; true while there may be more."""
        if self.place.filled is not None:
            return self._fill(database, self.place.filled)
        rows = database.execute(_CHANGES, (self.place.change, STEP)).fetchall()
        if not rows:
            return False
        change, at_us, _ = rows[-1]
        self._put(database, dict.fromkeys(n for _, _, n in rows))
        self._commit(msgspec.structs.replace(self.place, change=change, at_us=at_us))
        return len(rows) == STEP

    def close(self) -> None:
        """Wait for what merges in the background, and let the lock go."""
        if self._writer is not None:
            with told("the word index cannot be closed"):
                self._writer.wait_merging_threads()
            self._share()
            self.drop()

    def drop(self) -> None:
        """Give up the writer with what it has not committed."""
        self._writer = None

    def _fill(self, database: sqlite3.Connection, filled: int) -> bool:
        until = filled + STEP
        (last,) = database.execute("SELECT ifnull(max(n), 0) FROM articles").fetchone()
        self._put(database, range(filled + 1, min(until, last) + 1))
        self._commit(msgspec.structs.replace(self.place, filled=until if until < last else None))
        return True

    def _put(self, database: sqlite3.Connection, numbers: Iterable[int]) -> None:
        """An article's words as they stand now, in place of those it had; of a withdrawn one, none."""
        writer, asked = self._open_writer(), list(numbers)
        for n in asked:
            writer.delete_documents_by_term("n", n)
        for row in _rows(database, asked):
            writer.add_document(document_of(row))

    def _commit(self, place: Place) -> None:
        writer = self._open_writer()
        writer.delete_documents_by_term(PLACE, PLACE)
        writer.add_document(place_document(place))
        writer.commit()
        self._share()
        self.place = place

    def _share(self) -> None:
        """Whoever may read the other files may read these, too, which the engine makes for its owner alone."""
        with contextlib.suppress(FileNotFoundError):
            mode = self._path.stat().st_mode & 0o666
            for name in (META, ".managed.json"):
                (self._path / name).chmod(mode | 0o600)

    def _stored_place(self) -> Place:
        self._index.reload()
        return read_place(self._index.searcher(), self._schema)

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise ValueError("its writer has ended")
        return self._writer


def _rows(database: sqlite3.Connection, numbers: Sequence[int]) -> Iterable[Row]:
    marks = ", ".join("?" * len(numbers))
    for n, withdrawn, owner, blob in database.execute(f"{_ROW}({marks}) ORDER BY n", numbers):
        if withdrawn:
            continue
        try:
            yield Row(n=n, owner=owner, entry=_ENTRY.decode(unpack(blob)))
        except (msgspec.MsgspecError, zstandard.ZstdError, UnicodeDecodeError) as error:
            log.error("article_unworded", row=n, error=str(error))  # damaged in the record: found by its names alone


def _room(path: Path) -> int:
    return shutil.disk_usage(path).free
