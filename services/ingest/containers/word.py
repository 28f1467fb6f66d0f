"""A DOCX with its pictures: these lie in it beside the text, and are taken out as those of any other article are."""

import zipfile
from collections.abc import Iterator
from io import BytesIO

from services.ingest.containers.parts import RATIO, Budget, Part, refused, too_large
from services.ingest.containers.zip_file import ENCRYPTED, READ_METHODS, is_bomb, open_zip, picture_part, shown, unpack
from shared.errors import InputRefused
from shared.media_types import DOCX

MOST_PARTS = 2000
MEDIA = "word/media/"
_READ = (".xml", ".rels")


def read_docx(name: str, body: bytes, budget: Budget) -> Iterator[Part]:
    """The document, then the pictures in it; raises `InputRefused` for one that is damaged or a bomb."""
    archive = open_zip(name, body, MOST_PARTS)
    pictures = [info for info in archive.infolist() if MEDIA in info.filename and not info.filename.endswith("/")]
    for info in archive.infolist():
        if info.flag_bits & ENCRYPTED or info.compress_type not in READ_METHODS:
            raise InputRefused(f"{name} is encrypted, or packed by a method that is not read")
        if is_bomb(info):
            raise InputRefused(f"{name} has a part that opens to more than {RATIO} times its size")
    whole = not pictures and len(body) <= budget.limits.article_bytes
    text = body if whole else _texts_of(archive, budget)
    budget.take(len(text))
    yield Part(role="article", name=name, media_type=DOCX, body=text)
    for info in pictures:
        called = shown(info.filename)
        try:
            content = unpack(archive, info, budget.room(budget.limits.picture_bytes))
        except InputRefused as error:
            yield refused(f"{name}#{called}", str(error))
            continue
        budget.take(len(content))
        part = picture_part(called, content)
        yield part if part.role == "picture" else refused(f"{name}#{called}", part.reason)


def _texts_of(archive: zipfile.ZipFile, budget: Budget) -> bytes:
    """The document with its texts alone: of the same document always the same bytes."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as kept:
        for info in archive.infolist():
            if info.filename.lower().endswith(_READ):
                room = budget.room(budget.limits.all_bytes)
                if info.file_size > room:
                    raise InputRefused(too_large(room))
                kept.writestr(zipfile.ZipInfo(info.filename), unpack(archive, info, room), zipfile.ZIP_DEFLATED)
    return file.getvalue()
