"""Puts a backup into empty folders: each file is checked as it is copied, and the folder is a desk's when all stand."""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from services.desk.backup.manifest import Item, Manifest
from services.desk.backup.store import Store
from services.index.sinks.schema import refuse_newer as refuse_newer_index
from services.index.sinks.writer import LOCK_NAME, lock_folder
from shared.archive_entries import VERSION as ARCHIVE_VERSION
from shared.data_version import FILE_NAME, HALF_RESTORED, VERSION, refuse_newer, write_version
from shared.errors import PermanentError
from shared.settings import Settings
from shared.whole_file import open_private

CHUNK = 1024 * 1024
MAY_STAND = frozenset({"lost+found", LOCK_NAME})


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a backup that is not as it was: which, where it lies, and what is wrong with it."""

    name: str
    place: str
    what: str


class Restored(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What was done: how many files and bytes stand, and what could not be brought back."""

    name: str
    files: int
    bytes: int
    damaged: tuple[Damage, ...] = ()
    beside: str | None = None


def restore(store: Store, name: str, settings: Settings, config: Path, *, salvage: bool) -> Restored:
    """Bring a backup back; cut short, the same call goes on with it.

    With damaged or missing files the folder stays unusable, unless `salvage` is to bring back what is whole. A file of
    settings that stands there already is left alone: the one of the backup is put `beside` it.
    """
    name, manifest = store.read(name)
    _refuse_newer_release(name, manifest)
    data_dir = Path(settings.data_dir)
    _refuse_full((data_dir, settings.archive_folder, settings.index_folder), config)
    _make(data_dir)
    write_version(data_dir, HALF_RESTORED)
    with lock_folder(settings.index_folder):  # nothing is put under a writer that is at work there
        damaged, beside = _bring_all(store, manifest, settings, config, salvage=salvage)
    if not damaged or salvage:
        write_version(data_dir, manifest.data_version)
    whole = [item for item in manifest.items if item.name not in {damage.name for damage in damaged}]
    return Restored(
        name=name, files=len(whole), bytes=sum(i.size for i in whole), damaged=tuple(damaged), beside=beside
    )


def _bring_all(
    store: Store, manifest: Manifest, settings: Settings, config: Path, *, salvage: bool
) -> tuple[list[Damage], str | None]:
    damaged, beside = [], None
    for item in manifest.items:
        target = _place(item, settings, config)
        if item.kind == "config" and target.exists() and target.read_bytes() != _bytes(store, item):
            target = target.with_name(f"{target.name}.restored")
            beside = str(target)
        _make(target.parent)
        damage = _bring(store, item, target, salvage=salvage)
        damaged += [damage] if damage else []
    return damaged, beside


def find_damage(store: Store, items: Sequence[Item]) -> Iterator[Damage]:
    """Every file of a backup that is missing or not as it was."""
    for item in items:
        what = _compare(store, item, None)
        if what:
            yield Damage(name=item.name, place=str(store.object(item.sha256)), what=what)


def _refuse_newer_release(name: str, manifest: Manifest) -> None:
    what = f"the backup {name}, made by release {manifest.release},"
    refuse_newer(what, manifest.data_version, VERSION)
    refuse_newer(f"the archive in {what}", manifest.archive_version, ARCHIVE_VERSION)
    refuse_newer_index(manifest.index_schema or 0)


def _refuse_full(folders: Sequence[Path], config: Path) -> None:
    if _says(folders[0]) == HALF_RESTORED:
        return
    for folder in folders:
        held = sorted(folder.iterdir()) if folder.is_dir() else []
        held = [one for one in held if one.name not in MAY_STAND and one.resolve() != config.resolve()]
        if held:
            names = ", ".join(one.name for one in held[:3])
            raise PermanentError(
                f"{folder} is not empty (it holds {names}): nothing was changed; move it away, or name an empty folder "
                "with --data-dir"
            )


def _says(folder: Path) -> str:
    try:
        return (folder / FILE_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _place(item: Item, settings: Settings, config: Path) -> Path:
    kind, _, rest = item.name.partition("/")
    places = {
        "archive": settings.archive_folder,
        "index": settings.index_folder,
        "outbox": settings.index_folder / "outbox",
        "data": Path(settings.data_dir),
    }
    if kind == "config":
        return config
    if kind not in places:
        raise PermanentError(f"the backup holds {item.name!r}, and this release does not know where that belongs")
    return places[kind] / rest


def _bring(store: Store, item: Item, target: Path, *, salvage: bool) -> Damage | None:
    """Copy a file to its place, checking it on the way; a damaged segment still is worth its whole entries."""
    partial = target.with_name(f".{target.name}.partial")
    what = _compare(store, item, partial)
    if not what or (salvage and item.kind == "segment" and partial.exists()):
        partial.replace(target)
    else:
        partial.unlink(missing_ok=True)
    return Damage(name=item.name, place=str(store.object(item.sha256)), what=what) if what else None


def _compare(store: Store, item: Item, target: Path | None) -> str:
    """Read a file of the backup, into a target where there is one; gives what is wrong with it, or nothing."""
    found, size = hashlib.sha256(), 0
    try:
        with store.object(item.sha256).open("rb") as source, _written(target) as file:
            for chunk in _chunks(source):
                found.update(chunk)
                size += len(chunk)
                if file is not None:
                    file.write(chunk)
    except FileNotFoundError:
        return "is missing"
    except _Unreadable as error:
        return f"cannot be read: {error}"
    if size != item.size:
        return f"has {size} bytes, and not {item.size}"
    return "" if found.hexdigest() == item.sha256 else "is damaged: its bytes are not those that were written"


class _Unreadable(Exception):
    """The disk of the backup does not give a file."""


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            chunk = source.read(CHUNK)
        except OSError as error:
            raise _Unreadable(error.strerror) from error
        if not chunk:
            return
        yield chunk


@contextlib.contextmanager
def _written(target: Path | None) -> Iterator[BinaryIO | None]:
    """The file to write, on the disk afterwards; none where it is only looked at."""
    if target is None:
        yield None
        return
    with open(target, "wb", opener=open_private) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _bytes(store: Store, item: Item) -> bytes:
    try:
        return store.object(item.sha256).read_bytes()
    except OSError:
        return b""
