"""Takes out what the desk holds: articles a line each, or inputs as they came."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from services.desk.warc import WarcWriter, document_of, opening, records_of
from services.index.changes import Place, deliveries_after
from services.index.renewal import Chosen
from services.index.search import Index
from services.index.sinks.files import line_of, packed
from shared.archive import Archive
from shared.archive_entries import Archived, unpack_body
from shared.clock import now_us
from shared.envelope import MOST_BYTES, WITHDRAWAL_TYPE, source_of
from shared.errors import CopydeskError
from shared.package import PackagePicture
from shared.picture_files import PictureFiles
from shared.source_filter import fits_source

AT_ONCE = 200


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """How many articles or inputs were written, and which could not be read, with the reason."""

    written: int
    lacking: tuple[str, ...] = ()


def export_articles(index: Index, chosen: Chosen, file: BinaryIO, *, withdrawn: bool) -> Exported:
    """Each article that stands as a line of JSON, as the sink of files writes it; `withdrawn` ones on demand."""
    place, count = Place(), 0
    while True:
        page = deliveries_after(index, place, AT_ONCE, every=False)
        for delivery in page.deliveries:
            entry = delivery.entry
            if delivery.kind == "withdraw" and not withdrawn:
                continue
            if _is_meant(chosen, source_of(entry.came_from), entry.received_us):
                file.write(packed(line_of(delivery)))
                count += 1
        if not page.deliveries or page.place == place:
            return Exported(written=count)
        place = page.place


def export_inputs(archive: Archive, chosen: Chosen, file: BinaryIO, *, zipped: bool) -> Exported:
    """Each input in the archive as a record of WARC/1.1, with its pictures; what the desk itself withdrew is none."""
    writer = WarcWriter(file, packed=zipped)
    writer.write(opening(now_us()))
    pictures = PictureFiles(archive.folder)
    count, lacking = 0, list[str]()
    for place, entry in _inputs(archive, chosen):
        try:
            document = document_of(entry, unpack_body(entry.body, MOST_BYTES))
            held = list(_held(pictures, document.pictures, lacking.append))
        except (CopydeskError, msgspec.DecodeError) as error:
            lacking.append(f"{place}: {error}")
            continue
        for record in records_of(entry, document, held):
            writer.write(record)
        count += 1
    return Exported(written=count, lacking=tuple(lacking))


def _inputs(archive: Archive, chosen: Chosen) -> Iterator[tuple[str, Archived]]:
    for place, entry in archive.entries():
        envelope = entry.envelope
        if envelope.media_type != WITHDRAWAL_TYPE and _is_meant(
            chosen, source_of(envelope.source), envelope.received_us
        ):
            yield place, entry


def _held(
    pictures: PictureFiles, named: tuple[PackagePicture, ...], lacks: Callable[[str], None]
) -> Iterator[tuple[PackagePicture, bytes]]:
    for picture in named:
        found = pictures.find(picture.sha256)
        if found is None:
            lacks(f"picture {picture.sha256} is not there")
        else:
            yield picture, found[0].read_bytes()


def _is_meant(chosen: Chosen, source: str, received_us: int) -> bool:
    return chosen.since_us <= received_us < chosen.until_us and fits_source(chosen.source, source)
