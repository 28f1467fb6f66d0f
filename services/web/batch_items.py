"""What a batch holds, one item after the other: lines of NDJSON, or files of a ZIP; no file of it is written."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

import msgspec

from services.ingest.drop_files import MEDIA_TYPES
from services.web.problems import BODY, Problem
from services.web.request_body import too_large
from services.web.spooling import ZIP

MOST_ITEMS = 1000
MOST_UNPACKED = 256 * 1024 * 1024
DIRECTORY_BYTES = 1024 * 1024
STEP = 64 * 1024
END_OF_DIRECTORY, ZIP64_LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
END_BYTES, LONGEST_COMMENT = 22, 65_535
READ_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1


class BatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item: its place from 0, its line or name, its type and bytes, or why it is not read."""

    index: int
    line: int | None = None
    name: str | None = None
    media_type: str = "application/json"
    body: bytes = b""
    problem: Problem | None = None


def items_of(media_type: str, spool: BinaryIO, limit: int) -> Iterator[BatchItem]:
    """The items of a batch, each of at most `limit` bytes. Raises `Problem` for what is no such batch, or too many."""
    return _files(spool, limit) if media_type == ZIP else _lines(spool, limit)


def _lines(spool: BinaryIO, limit: int) -> Iterator[BatchItem]:
    _refuse_many(_count_lines(spool))
    spool.seek(0)
    index = number = 0
    while line := spool.readline(limit + 2):
        number += 1
        is_whole = line.endswith(b"\n") or len(line) <= limit
        while not line.endswith(b"\n") and (rest := spool.readline(STEP)):
            is_whole, line = False, rest
        if is_whole and not line.strip():
            continue
        problem = None if is_whole else too_large(limit)
        yield BatchItem(index=index, line=number, body=line.strip() if is_whole else b"", problem=problem)
        index += 1


def _count_lines(spool: BinaryIO) -> int:
    """How many lines there are, counted in steps; no more than matters."""
    spool.seek(0)
    count, last = 0, b"\n"
    while (piece := spool.read(STEP)) and count <= MOST_ITEMS:
        count, last = count + piece.count(b"\n"), piece
    return count + (not last.endswith(b"\n"))


def _files(spool: BinaryIO, limit: int) -> Iterator[BatchItem]:
    _check_directory(spool)
    try:
        archive = zipfile.ZipFile(spool)
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
        raise Problem("bad-request", f"The body is no ZIP file: {error}.", at=BODY) from error
    files = [info for info in archive.infolist() if not info.is_dir()]
    _refuse_many(len(files))
    room = MOST_UNPACKED
    for index, info in enumerate(files):
        name, media_type = info.filename, MEDIA_TYPES.get(PurePosixPath(info.filename).suffix.lower(), "")
        try:
            body = _unpacked(archive, info, media_type, min(limit, room))
        except Problem as problem:
            yield BatchItem(index=index, name=_shown(name), problem=problem)
            continue
        room -= len(body)
        yield BatchItem(index=index, name=_shown(name), media_type=media_type, body=body)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, media_type: str, limit: int) -> bytes:
    if _is_odd(info.filename):
        raise Problem(
            "bad-request",
            "A file in a ZIP has a plain relative name: no .., no drive, no control characters.",
            at=BODY,
        )
    if not media_type:
        detail = f"Files are read by their ending, which may be {', '.join(MEDIA_TYPES)}."
        raise Problem("unsupported-media-type", detail, at=BODY, accepted=list(MEDIA_TYPES))
    if info.flag_bits & ENCRYPTED or info.compress_type not in READ_METHODS:
        raise Problem("bad-request", "A file in a ZIP may be stored or deflated, and has no password.", at=BODY)
    if info.file_size > limit:
        raise too_large(limit)
    try:
        with archive.open(info) as file:
            body = file.read(limit + 1)  # what it says of its size need not be true
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
        raise Problem("bad-request", f"It cannot be unpacked: {error}.", at=BODY) from error
    except Exception as error:  # zlib.error is no class of zipfile's
        raise Problem("bad-request", "It cannot be unpacked.", at=BODY) from error
    if len(body) > limit:
        raise too_large(limit)
    return body


def _check_directory(spool: BinaryIO) -> None:
    """Refuse a list of contents that would fill the memory, before it is read: a megabyte names a thousand files."""
    size = spool.seek(0, 2)
    spool.seek(max(0, size - END_BYTES - LONGEST_COMMENT - 20))
    tail = spool.read()
    ends = {tail.rfind(END_OF_DIRECTORY), len(tail) - END_BYTES}
    for at in ends:
        record = tail[at : at + END_BYTES] if at >= 0 else b""
        if record.startswith(END_OF_DIRECTORY) and int.from_bytes(record[12:16], "little") > DIRECTORY_BYTES:
            _refuse_many(MOST_ITEMS + 1)
    if ZIP64_LOCATOR in tail:
        raise Problem("bad-request", "ZIP64 is not read here: send a smaller file.", at=BODY)


def _refuse_many(count: int) -> None:
    if count > MOST_ITEMS:
        detail = f"A batch may hold {MOST_ITEMS} items: send several."
        raise Problem("bad-request", detail, at=BODY, maxItems=MOST_ITEMS)


def _is_odd(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith("/") or "\\" in name or ".." in parts or ":" in name[:2] or not name.isprintable()


def _shown(name: str) -> str:
    return name[:300].encode("utf-8", "replace").decode()
