"""Copies a desk into a store of backups beside its live work: what was copied before and has not changed is not read.

The order makes it consistent. An input is archived before anything else knows of it: the index is copied before the
archive, so that the archive holds all that the index tells of; outboxes, which point into the index, come before it;
decisions and pictures, which inputs are followed and preceded by, after those.
"""

import contextlib
import errno
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec

from services.desk.backup.manifest import Item, Kind, Manifest
from services.desk.backup.store import Added, Store
from services.index.sinks.schema import version as schema_version
from shared.archive import DECISIONS, Archive
from shared.clock import now_us
from shared.errors import PermanentError, Unavailable
from shared.picture_files import PICTURES
from shared.segments import MAGIC, MOVED, SEALED, is_segment, open_segment, read_frames
from shared.settings import INDEX_FILE, Settings

TRIES = 3
OUTBOX = "outbox"


class Backup(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was done: the backup's name, what it holds, and how many bytes of it were not there before."""

    name: str
    manifest: Manifest
    copied_bytes: int
    removed_files: int


def back_up(settings: Settings, config: Path | None, store: Store, *, with_index: bool, keep: int) -> Backup:
    """Make one backup. Whatever goes wrong, the ones before stay as they were, and this one is not there."""
    _refuse_inside(settings, store.folder)
    try:
        with store.writing():
            before = store.latest()
            copier = _Copier(store, before)
            index = settings.index_folder
            if with_index:
                copier.databases(index / OUTBOX, "outbox")
                copier.databases(index, "index", INDEX_FILE)
            copier.segments(settings.archive_folder)
            copier.pictures(settings.archive_folder / PICTURES)
            copier.files(Path(settings.data_dir), config)
            manifest = Manifest(
                release=version("copydesk"),
                made_us=now_us(),
                host=socket.gethostname(),
                index_schema=copier.schema,
                articles=copier.articles,
                items=tuple(copier.items),
            )
            name = store.keep(manifest)
            return Backup(
                name=name, manifest=manifest, copied_bytes=copier.copied, removed_files=store.prune(max(keep, 1))
            )
    except OSError as error:
        raise _unfinished(store, error) from error
    except sqlite3.Error as error:
        raise Unavailable(f"the index in {settings.index_folder} cannot be copied: {error}") from error


def _refuse_inside(settings: Settings, folder: Path) -> None:
    for ours in (Path(settings.data_dir), settings.archive_folder, settings.index_folder):
        if folder.resolve().is_relative_to(ours.resolve()):
            raise PermanentError(f"{folder} lies in {ours}, and would be lost with it: name a folder elsewhere")


def _unfinished(store: Store, error: OSError) -> Unavailable:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Unavailable(f"no backup was made: {error.filename or store.folder}: {error.strerror}")
    last = "no whole one is there"
    with contextlib.suppress(PermanentError, IndexError):
        last = f"the last whole one is {store.names()[-1]}"
    return Unavailable(f"no backup was made, as the disk of {store.folder} is full: free some space; {last}")


class _Copier:
    def __init__(self, store: Store, before: Manifest | None) -> None:
        self._store = store
        self._before = {item.name: item for item in before.items} if before else {}
        self.items: list[Item] = []
        self.copied = 0
        self.schema: int | None = None
        self.articles: int | None = None

    def databases(self, folder: Path, kind: Kind, pattern: str = "*.sqlite3") -> None:
        """Copy each database of a folder as it is at one moment, beside its writer."""
        for path in sorted(folder.glob(pattern)):
            with self._store.adding() as added:
                self._copy_database(path, added.path, kind)
            self._note(kind, f"{kind}/{path.name}", added)

    def _copy_database(self, path: Path, target: Path, kind: Kind) -> None:
        with contextlib.closing(_reading(path)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # it is synced as a file, when it is whole
            source.backup(copy)  # one look at all pages: with fewer at a time, each write would begin it anew
            if kind == "index":
                self.schema = schema_version(copy)
                (self.articles,) = copy.execute("SELECT count(*) FROM articles").fetchone()
        for left in target.parent.glob(f"{target.name}-*"):
            left.unlink()

    def segments(self, folder: Path) -> None:
        """Copy the archive: sealed segments once, of those that are written to all whole entries."""
        paths = Archive(folder).segments()
        for path in sorted(paths, key=lambda one: one.stem.endswith(f"-{DECISIONS}")):
            item = self._segment(path) if path.suffix != MOVED else None
            note = path.with_name(f"{path.stem}{MOVED}")
            if item is not None:
                self.items.append(item)
            elif note.exists():  # the bucket keeps it; this says where it lies
                self._file(note, "moved", f"archive/{note.name}")

    def _segment(self, path: Path) -> Item | None:
        name = f"archive/{path.stem}{SEALED}"
        before = self._before.get(name)
        with contextlib.suppress(FileNotFoundError):
            seen = path.stat()
            is_same = before is not None and (before.size, before.changed_ns) == (seen.st_size, seen.st_mtime_ns)
            if before is not None and is_same and self._store.has(before.sha256, before.size):
                return before
        for _ in range(TRIES):  # an entry may be erased under the hands of who copies it
            item = self._copy_segment(path, name)
            if item is None or not item.damaged:
                break
        return item

    def _copy_segment(self, path: Path, name: str) -> Item | None:
        source = open_segment(path)
        if source is None:  # it left the archive meanwhile
            return None
        with source, self._store.adding() as added:
            seen, is_sealed = os.fstat(source.fileno()), source.name.endswith(SEALED)
            if not is_sealed and seen.st_size <= len(MAGIC):  # its first entry is on its way
                return None
            with added.path.open("wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            entries, damaged, end = _counted(added.path)
            if not is_sealed:
                os.truncate(added.path, end)  # what comes behind is being written
        self._count(name, added)
        return Item(
            name=name,
            kind="segment",
            size=added.size,
            sha256=added.sha256,
            changed_ns=seen.st_mtime_ns if is_sealed else 0,
            entries=entries,
            damaged=damaged,
        )

    def pictures(self, folder: Path) -> None:
        """Copy the pictures that came with articles: they are called by their hash already."""
        for path in sorted(folder.glob("??/*")):
            name = f"archive/{PICTURES}/{path.parent.name}/{path.name}"
            with contextlib.suppress(FileNotFoundError):  # erased a moment ago
                size = path.stat().st_size
                if self._store.has(path.name, size):
                    self.items.append(Item(name=name, kind="picture", size=size, sha256=path.name))
                    continue
                with self._store.adding() as added:
                    shutil.copyfile(path, added.path)
                self._count(name, added)
                is_other = int(added.sha256 != path.name)
                self.items.append(
                    Item(name=name, kind="picture", size=added.size, sha256=added.sha256, damaged=is_other)
                )

    def files(self, folder: Path, config: Path | None) -> None:
        """Copy what stands in the data folder beside archive and index, and the file of settings."""
        for path in _plain_files(folder):
            self._file(path, "file", f"data/{path.relative_to(folder).as_posix()}")
        if config is not None and config.is_file():
            self._file(config, "config", f"config/{config.name}")

    def _file(self, path: Path, kind: Kind, name: str) -> None:
        with self._store.adding() as added:
            shutil.copyfile(path, added.path)
        self._note(kind, name, added)

    def _note(self, kind: Kind, name: str, added: Added) -> None:
        self._count(name, added)
        self.items.append(Item(name=name, kind=kind, size=added.size, sha256=added.sha256))

    def _count(self, name: str, added: Added) -> None:
        before = self._before.get(name)
        if before is None or before.sha256 != added.sha256:
            self.copied += added.size


def _plain_files(folder: Path) -> Iterator[Path]:
    """Feeds, keys and the audit log: all but what is made anew, is another's, or is being written.

    Changes of a list before the list: were it written anew meanwhile, it holds them all.
    """
    yield from sorted(folder.glob("*.changes.jsonl"))
    yield from (path for path in sorted(folder.glob("*.json")) if path.is_file())
    yield from sorted(folder.glob("audit/*.jsonl"))


def _counted(path: Path) -> tuple[int, int, int]:
    """Of a copied segment: whole entries, damaged ones, and where the last of them ends. What is none is damaged."""
    with path.open("rb") as file:
        if not is_segment(file):
            return 0, 1, path.stat().st_size
        entries, damaged, end = 0, 0, file.tell()
        for frame in read_frames(file):
            entries, damaged, end = entries + (frame.entry is not None), damaged + (frame.entry is None), frame.end
    return entries, damaged, end


def _reading(path: Path) -> sqlite3.Connection:
    uri = path.absolute().as_uri()
    try:
        database = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=30)
        schema_version(database)
    except sqlite3.OperationalError:  # a volume that is mounted read-only, and no writer: nothing changes there
        database = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True)
        schema_version(database)
    return database
