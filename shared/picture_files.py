"""The bytes of pictures that came with articles: files beside the archive, called by the digest of what they hold.

The same picture is kept once. It is on disk, fsynced, before the input that names it enters the archive.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from shared.errors import InputRefused, IntakeFull
from shared.package import PackagePicture, Picture, PictureType
from shared.untrusted.picture_segments import picture_type_of, read_embedded
from shared.whole_file import locked, sync_path

PICTURES = "pictures"
COMING = "coming-"
LOCK = f".{PICTURES}.lock"
STEP = 64 * 1024
HEAD = 16
ORPHAN_S = 24 * 3600
NAMES = 4
LONGEST_NAME = 300


class PictureFiles:
    """The folder of pictures of one desk; any number of processes may share it."""

    def __init__(self, archive_folder: Path, *, reserve_bytes: int = 0) -> None:
        self.folder = archive_folder / PICTURES
        self._reserve = reserve_bytes

    def stage(self, source: Iterable[bytes], names: Sequence[str], most: int) -> Picture:
        """Write a picture down, not yet under its own name. Raises `InputRefused` for one that is too large or none."""
        called = next(iter(names), "a picture")
        path = self.folder / f"{COMING}{os.getpid()}-{secrets.token_hex(8)}"
        try:
            self._check_space(most)
            with path.open("xb+") as file:
                digest, size = _copy(source, file, most, called)
                os.fsync(file.fileno())
                file.seek(0)
                kind = picture_type_of(file.read(HEAD))
                if kind is None:
                    raise InputRefused(f"{called} is no JPEG, PNG or WebP")
                file.seek(0)
                embedded = read_embedded(file, kind)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise self._full(error) from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        told = PackagePicture(
            sha256=digest,
            media_type=kind,
            size=size,
            names=tuple(name[:LONGEST_NAME] for name in dict.fromkeys(names))[:NAMES],
            xmp=embedded.xmp,
            iptc=embedded.iptc,
            exif=embedded.exif,
            texts=tuple(embedded.texts),
            unread=embedded.unread,
        )
        return Picture(told=told, staged=str(path))

    def keep(self, pictures: Iterable[Picture]) -> None:
        """Let these stay: from now on they are found by their digest, also after a crash."""
        folders = set()
        try:
            for picture in pictures:
                place = self._place(picture.told.sha256)
                if not place.exists():
                    place.parent.mkdir(parents=True, exist_ok=True)
                    with contextlib.suppress(FileNotFoundError):  # kept a moment ago, under the same digest
                        Path(picture.staged).rename(place)
                # Also of one that is there: whoever put it there may not have come to this yet.
                folders |= {place.parent, self.folder, self.folder.parent}
            for folder in folders:
                sync_path(folder)
        except OSError as error:
            raise self._full(error) from error

    @contextlib.contextmanager
    def being_named(self) -> Iterator[None]:
        """Erase nothing while pictures are kept and the input that names them enters the archive."""
        with self._locked(shared=True):
            yield

    @contextlib.contextmanager
    def being_erased(self) -> Iterator[None]:
        """Keep nothing while it is looked who names a picture, and it is erased."""
        with self._locked(shared=False):
            yield

    def let_go(self, pictures: Iterable[Picture]) -> None:
        """Remove what was staged and did not come to stay."""
        for picture in pictures:
            Path(picture.staged).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what processes that died had staged, a day after."""
        for path in self.folder.glob(f"{COMING}*"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ORPHAN_S:
                    path.unlink()

    def find(self, sha256: str) -> tuple[Path, PictureType] | None:
        """The file of a picture and its format; None where it is not here."""
        place = self._place(sha256)
        try:
            with place.open("rb") as file:
                kind = picture_type_of(file.read(HEAD))
        except FileNotFoundError:
            return None
        return (place, kind) if kind is not None else None

    def holds_any(self) -> bool:
        """Whether there is any picture here."""
        return any(True for _ in self.folder.glob("??/*"))

    def erase(self, digests: Iterable[str]) -> int:
        """Write over the bytes of these pictures and remove them; gives how many there were."""
        count = 0
        for digest in digests:
            place = self._place(digest)
            with contextlib.suppress(FileNotFoundError):
                with place.open("r+b") as file:
                    _blank(file)
                place.unlink()
                count += 1
        return count

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    @contextlib.contextmanager
    def _locked(self, *, shared: bool) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            try:
                self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
                stack.enter_context(locked(self.folder.with_name(LOCK), shared=shared))
            except OSError as error:
                raise self._full(error) from error
            yield

    def _check_space(self, most: int) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        free = os.statvfs(self.folder)
        if free.f_bavail * free.f_frsize < most + self._reserve:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _full(self, error: OSError) -> IntakeFull:
        what = "is full: free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"failed: {error}"
        return IntakeFull(
            f"the disk of the pictures at {self.folder} {what}",
            retry_after=30,
            told="pictures cannot be written to its disk",
        )


def _copy(source: Iterable[bytes], file: BinaryIO, most: int, called: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in source:
        size += len(piece)
        if size > most:
            raise InputRefused(f"{called} has more than {most} bytes, which is what a picture may have")
        digest.update(piece)
        file.write(piece)
    file.flush()
    return digest.hexdigest(), size


def _blank(file: BinaryIO) -> None:
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(bytes(min(left, STEP)))
    file.flush()
    os.fsync(file.fileno())


def pieces_of(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """A stretch of a file, piece by piece."""
    file.seek(start)
    while start < end and (piece := file.read(min(STEP, end - start))):
        start += len(piece)
        yield piece
