"""A folder of backups: files by the hash of what they hold, so that none is copied twice, and a manifest each."""

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from services.desk.backup.manifest import Manifest, read_manifest, write_manifest
from shared.clock import from_us
from shared.errors import CopydeskError, PermanentError
from shared.whole_file import open_private, sync_path

log = structlog.get_logger(__name__)

OBJECTS, BACKUPS, PARTIAL = "objects", "backups", "partial"
MARK = "copydesk-backups"
ENDING = ".json"


class Added:
    """A file on its way into the store: `path` is to be written; afterwards it is known by `sha256` and `size`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sha256 = ""
        self.size = 0


class Store:
    """Backups in a folder. A backup is there when its manifest is, which is written last: never half of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only one who writes here; what one that was cut short has left is removed."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = self.folder / MARK
        if not mark.exists() and any(entry.name != "lost+found" for entry in self.folder.iterdir()):
            raise PermanentError(f"{self.folder} holds other things than backups of a desk: name an empty folder")
        with open(mark, "a", opener=open_private) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PermanentError(f"another backup is being written into {self.folder}: wait for its end") from error
            for name in (OBJECTS, BACKUPS, PARTIAL):
                (self.folder / name).mkdir(mode=0o700, exist_ok=True)
            for left in (self.folder / PARTIAL).iterdir():
                left.unlink()
            yield

    @contextlib.contextmanager
    def adding(self) -> Iterator[Added]:
        """Take in what is written to the path that is given; nothing stays of it where that fails."""
        handle, name = tempfile.mkstemp(dir=self.folder / PARTIAL)
        os.close(handle)
        added = Added(Path(name))
        try:
            yield added
            added.sha256, added.size = digest(added.path)
            sync_path(added.path)
            target = self.object(added.sha256)
            if not self.has(added.sha256, added.size):
                target.parent.mkdir(mode=0o700, exist_ok=True)
                added.path.replace(target)
                sync_path(target.parent)
        finally:
            added.path.unlink(missing_ok=True)

    def object(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        return self.folder / OBJECTS / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether it is there, and as long as it should be."""
        try:
            return self.object(sha256).stat().st_size == size
        except OSError:
            return False

    def keep(self, manifest: Manifest) -> str:
        """Make the backup one that is whole; gives its name."""
        name = f"{from_us(manifest.made_us):%Y-%m-%dT%H%M%S.%fZ}"
        partial = self.folder / PARTIAL / name
        partial.write_bytes(write_manifest(manifest))
        sync_path(partial)
        partial.replace(self.folder / BACKUPS / f"{name}{ENDING}")
        sync_path(self.folder / BACKUPS)
        return name

    def names(self) -> list[str]:
        """The backups that are here, the oldest first; raises `PermanentError` for a folder of something else."""
        if not (self.folder / MARK).exists():
            what = "holds no backup of a desk" if self.folder.is_dir() else "is no folder"
            raise PermanentError(f"{self.folder} {what}: `copydesk backup {self.folder}` makes one")
        return sorted(path.stem for path in (self.folder / BACKUPS).glob(f"*{ENDING}"))

    def read(self, name: str = "") -> tuple[str, Manifest]:
        """A backup by its name, or by how that begins; without one, the last."""
        names = self.names()
        chosen = [one for one in names if one.startswith(name)]
        if not chosen:
            known = f"there are {', '.join(names)}" if names else "none was ever finished there"
            raise PermanentError(f"{self.folder} has no backup {name}".rstrip() + f": {known}")
        path = self.folder / BACKUPS / f"{chosen[-1]}{ENDING}"
        try:
            return chosen[-1], read_manifest(path.read_bytes(), str(path))
        except OSError as error:
            raise PermanentError(f"the manifest {path} cannot be read: {error.strerror}") from error

    def latest(self) -> Manifest | None:
        """The last backup that can be read; None before the first."""
        for name in reversed(self.names()):
            with contextlib.suppress(CopydeskError):
                return self.read(name)[1]
        return None

    def prune(self, keep: int) -> int:
        """Remove all but the last backups, and what none of them needs; gives how many files went.

        Beside a manifest that cannot be read nothing is removed but manifests: nobody knows what that backup needs.
        """
        for name in self.names()[:-keep]:
            (self.folder / BACKUPS / f"{name}{ENDING}").unlink()
        try:
            needed = {item.sha256 for name in self.names() for item in self.read(name)[1].items}
        except (CopydeskError, OSError) as error:
            log.warning("backups_not_pruned", folder=str(self.folder), error=str(error))
            return 0
        count = 0
        for path in (self.folder / OBJECTS).glob("*/*"):
            if path.name not in needed:
                path.unlink()
                count += 1
        return count


def digest(path: Path) -> tuple[str, int]:
    """The hash of a file's bytes, and how many they are."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
