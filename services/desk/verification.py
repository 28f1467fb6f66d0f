"""Holds what the desk keeps against itself: the archive, entry by entry, the index, and the ledger's books."""

import contextlib
import hashlib
import io
import os
import sqlite3
from pathlib import Path
from typing import BinaryIO

import msgspec

from services.desk.inspection import Difference, Inspection
from services.index.search import Index, Offer
from services.ingest.intake import acceptance, open_archive
from shared.archive import Archive
from shared.archive_entries import Archived
from shared.clock import now_us
from shared.errors import CopydeskError, PermanentError
from shared.identity import is_renewal
from shared.ledger.reader import LedgerReader
from shared.picture_files import PICTURES
from shared.segment_store import read_note
from shared.segments import MOVED
from shared.settings import Settings

DAY_US = 86_400 * 1_000_000
YOUNG_US = 60_000_000  # an input is archived before the ledger knows of it
AT_ONCE = 500
MOST_NAMED = 100
RECOVER = "run `copydesk recover`: it enters what the archive holds and neither the ledger nor the index knows"
LOST_OBJECT = "put the object back from a copy of the bucket, or the segment from a backup made before it was moved"
REINDEX = "put the index back from a backup, or make it anew: `copydesk reindex`"


class Verified(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was looked at, and everything that is not as it should be. `unasked` says why the ledger was not asked."""

    segments: int
    bytes: int
    inputs: int
    erased: int
    articles: int | None
    receipts: int | None
    forgotten: int
    unasked: str | None
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]


def verify(settings: Settings, ledger: LedgerReader | None, unasked: str | None) -> Verified:
    """Look at all of it; nothing is changed. Without a ledger, what only it could know is not told as missing."""
    begun = now_us()
    inspection = Inspection()
    books = _Books(settings, ledger)
    archive = open_archive(settings)
    for path in archive.segments():
        _look_at(archive, path, inspection, books)
    books.close(inspection)
    inspection.check_pictures(lambda sha256: _wrong_with(settings.archive_folder / PICTURES, sha256))
    differences = [*inspection.differences, *books.differences]
    articles, receipts = None, None
    if settings.index_file.exists():
        found, articles, receipts = look_at_index(settings.index_file, inspection, until_us=begun)
        differences += found
    elif inspection.inputs:
        what = "is not there, although the archive holds inputs"
        differences.append(Difference(code="index", where=str(settings.index_file), what=what, do=REINDEX))
    return Verified(
        segments=inspection.segments,
        bytes=inspection.bytes,
        inputs=inspection.inputs,
        erased=inspection.erased,
        articles=articles,
        receipts=receipts,
        forgotten=books.forgotten,
        unasked=unasked,
        notes=tuple(inspection.notes),
        differences=tuple(differences),
    )


def _look_at(archive: Archive, path: Path, inspection: Inspection, books: "_Books") -> None:
    """Read a segment where it lies; one in an object store is fetched whole, so that its hash is checked too."""
    note = read_note(path) if path.suffix == MOVED else None
    try:
        file: BinaryIO | None
        if note is not None and archive.store is not None:
            file = io.BytesIO(archive.store.fetch(note))
        else:
            file = archive.open(path)
    except PermanentError as error:
        inspection.differences.append(
            Difference(code="moved", where=path.stem, what=f"cannot be read: {error}", do=LOST_OBJECT)
        )
        return
    if file is not None:
        with file:
            size = note.size if note is not None else os.fstat(file.fileno()).st_size
            inspection.look_at(path.stem, file, size, books.note)


def _wrong_with(folder: Path, sha256: str) -> str:
    """What is wrong with the file of a picture; nothing where it holds what it is called by."""
    try:
        with (folder / sha256[:2] / sha256).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return "is not there" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
    return "" if found == sha256 else "holds other bytes"


def look_at_index(
    path: Path, inspection: Inspection, *, until_us: int | None = None, whole: bool = True
) -> tuple[list[Difference], int | None, int | None]:
    """What is wrong with an index beside its archive; how many articles and receipts it has.

    It is at work until a moment after which nothing was looked at in the archive, or, without that, stands still. What
    it decided on is looked for where the `whole` archive was inspected.
    """
    try:
        with contextlib.closing(_open(path, still=until_us is None)) as database:
            found = [_index(path, row[0]) for row in database.execute("PRAGMA quick_check(10)") if row[0] != "ok"]
            (articles,) = database.execute("SELECT count(*) FROM articles").fetchone()
            lacking = "SELECT id FROM articles LEFT JOIN revisions USING (n, rev) WHERE entry IS NULL LIMIT 10"
            found += [_index(f"article {name}", "has no newest revision") for (name,) in database.execute(lacking)]
            receipts, unknown = 0, []
            for receipt, rev in database.execute("SELECT receipt, rev FROM receipts"):
                receipts += 1
                if is_renewal(receipt):  # its input stands in the archive under the receipt it came with
                    continue
                if whole and (until_us is None or rev < until_us) and not inspection.holds(receipt):
                    unknown.append(receipt)
    except sqlite3.Error as error:
        return [_index(path, f"cannot be read: {error}")], None, None
    found += [_not_archived(receipt) for receipt in unknown[:MOST_NAMED]]
    if len(unknown) > MOST_NAMED:
        found.append(_not_archived(f"{len(unknown) - MOST_NAMED} more inputs"))
    return found, articles, receipts


def _open(path: Path, *, still: bool) -> sqlite3.Connection:
    """Read beside the writer, or a file that nobody writes; so does a volume that is mounted read-only."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    if not still:
        database = sqlite3.connect(uri, uri=True, timeout=30)
        try:
            database.execute("PRAGMA user_version").fetchone()
            return database
        except sqlite3.OperationalError:
            database.close()
            if path.with_name(f"{path.name}-wal").exists():
                raise
    return sqlite3.connect(f"{uri}&immutable=1", uri=True)


def _index(where: object, what: str) -> Difference:
    return Difference(code="index", where=str(where), what=what, do=REINDEX)


def _not_archived(receipt: str) -> Difference:
    return Difference(
        code="not-archived",
        where=receipt,
        what="was decided on by the index, and the archive has no such input",
        do="put the archive's segments back from a backup; the article itself stands in the index",
    )


class _Books:
    """Asks index and ledger of every input in the archive, some hundred at a time."""

    def __init__(self, settings: Settings, ledger: LedgerReader | None) -> None:
        self._index = Index(settings.index_file)
        self._ledger = ledger
        self._remembered_us = now_us() - settings.receipt_days * DAY_US + DAY_US
        self._batch: list[tuple[str, Archived]] = []
        self._open: list[tuple[str, Archived]] = []
        self.forgotten = 0
        self.differences: list[Difference] = []

    def note(self, place: str, entry: Archived) -> None:
        """One input of the archive."""
        self._batch.append((place, entry))
        if len(self._batch) >= AT_ONCE:
            self._ask()

    def close(self, inspection: Inspection) -> None:
        """Say what nobody can account for, once all that was decided is known."""
        self._ask()
        self._index.close()
        given_up = {receipt for receipt, word in inspection.given_up.items() if word == "discard"}
        unknown = [pair for pair in self._open if pair[1].envelope.receipt not in inspection.ended | given_up]
        for place, entry in unknown[:MOST_NAMED]:
            self.differences.append(
                Difference(
                    code="unaccounted",
                    where=f"{place} (receipt {entry.envelope.receipt})",
                    what="lies in the archive, and neither the ledger nor the index knows it",
                    do=RECOVER,
                )
            )
        if len(unknown) > MOST_NAMED:
            more = f"{len(unknown) - MOST_NAMED} more inputs"
            self.differences.append(Difference(code="unaccounted", where=more, what="as above", do=RECOVER))
        self._balance()

    def _balance(self) -> None:
        if self._ledger is None:
            return
        difference = self._ledger.balance().difference
        if difference:
            what = f"{difference} inputs that the books cannot account for"
            self.differences.append(Difference(code="balance", where="the ledger", what=what, do=RECOVER))

    def _ask(self) -> None:
        batch, self._batch = self._batch, []
        try:
            settled = self._index.settled([_offer(entry, place) for place, entry in batch])
        except CopydeskError:  # what is wrong with it is told by who looks at the index
            settled = {}
        for place, entry in batch:
            receipt, received = entry.envelope.receipt, entry.envelope.received_us
            if receipt in settled or received > now_us() - YOUNG_US:
                continue
            if self._ledger is not None and self._ledger.receipt(receipt) is not None:
                continue
            if self._ledger is None or received < self._remembered_us:
                self.forgotten += 1  # refused, or a duplicate: told in its receipt for as long as those are kept
            else:
                self._open.append((place, entry))


def _offer(entry: Archived, place: str) -> Offer:
    offer = acceptance(entry, place)
    return Offer(receipt=offer.meta.receipt, rev=offer.rev, article_id=offer.article, aliases=offer.meta.aliases)
