"""Pictures that are erased with an article: those that no other input names, also none that comes this moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.ingest.purging import Shown, erase_pictures
from shared.archive import Archive
from shared.archive_entries import Archived, pack_body
from shared.clock import now_us
from shared.envelope import Envelope, Source
from shared.package import PACKAGE_TYPE, Package, Picture, pack
from shared.picture_files import PictureFiles
from tests.pictures import a_jpeg


def kept(files: PictureFiles, pixels: bytes) -> Picture:
    picture = files.stage(iter([a_jpeg(pixels=pixels)]), ["a.jpg"], 1_000_000)
    files.keep([picture])
    return picture


def an_input(receipt: str, *pictures: Picture) -> Archived:
    told = tuple(picture.told for picture in pictures)
    body = pack(Package(media_type="text/plain", body=receipt.encode(), pictures=told))
    source = Source(kind="push", name="hue")
    envelope = Envelope(receipt=receipt, source=source, media_type=PACKAGE_TYPE, received_us=now_us(), sha=receipt)
    return Archived(envelope=envelope, body=pack_body(body))


class LateFiles(PictureFiles):
    """An input that names the same picture comes in after all of the archive was looked through."""

    def __init__(self, archive: Archive, late: list[Archived]) -> None:
        super().__init__(archive.folder)
        self._archive, self._late = archive, late

    @contextmanager
    def being_erased(self) -> Iterator[None]:
        self._archive.put_batch(self._late)
        with super().being_erased():
            yield


def test_a_picture_that_another_input_names_meanwhile_stays(tmp_path: Path) -> None:
    archive, late = Archive(tmp_path / "archive"), list[Archived]()
    files = LateFiles(archive, late)
    own, shared = kept(files, b"own"), kept(files, b"shared")
    (place,) = archive.put_batch([an_input("r1", own, shared)])
    late.append(an_input("r2", shared))
    erase_pictures(archive, files, {place}, Shown)
    assert files.find(own.told.sha256) is None
    assert files.find(shared.told.sha256) is not None
    archive.close()


def test_nothing_is_erased_while_a_picture_is_being_named(tmp_path: Path) -> None:
    files, seen = PictureFiles(tmp_path / "archive"), list[str]()

    def erase() -> None:
        with files.being_erased():
            seen.append("erased")

    with files.being_named(), files.being_named():
        erasing = threading.Thread(target=erase)
        erasing.start()
        erasing.join(0.1)
        seen.append("named")
    erasing.join(10)
    assert seen == ["named", "erased"]
