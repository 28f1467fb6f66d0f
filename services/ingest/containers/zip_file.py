"""The files of a ZIP, each article with its pictures. Nothing of it is written anywhere."""

import stat
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence, Set
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import msgspec

from services.ingest.containers.beside import fits, is_called, named_in
from services.ingest.containers.kinds import ENDINGS, PICTURES
from services.ingest.containers.parts import RATIO, RATIO_FROM, Budget, Full, Open, Part, refused, too_large, within
from shared.errors import InputRefused
from shared.untrusted.picture_segments import picture_type_of

DIRECTORY_BYTES = 1024 * 1024
END_OF_DIRECTORY, END_BYTES, LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
READ_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1
MOST_LISTED = 20_000  # of which the first are read; a list of a megabyte names hardly more
LONGEST_NAME = 300
# What systems leave behind in a ZIP, and no person put there.
_LEFT = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError)


class _File(msgspec.Struct, frozen=True):
    name: str
    info: zipfile.ZipInfo
    is_picture: bool


def read_zip(name: str, body: bytes | BinaryIO, depth: int, budget: Budget, open_inner: Open) -> Iterator[Part]:
    """Each article with the pictures that go with it, then the pictures that go with none, and what is not taken.

    Raises `InputRefused` for what is no ZIP, and `Full` where it holds more than may be taken of it.
    """
    archive = open_zip(name, body, MOST_LISTED)
    files: list[_File] = []
    seen: set[str] = set()
    for info in archive.infolist():
        path = _path_of(info)
        if path.endswith("/") or _is_left_behind(path):
            continue
        reason = _fault_of_name(path) or _fault(info) or ("a second file of that name" if path in seen else "")
        seen.add(path)
        if reason:
            yield refused(shown(path), reason)
            continue
        is_picture = ENDINGS.get(PurePosixPath(path).suffix.lower()) in PICTURES
        files.append(_File(shown(path), info, is_picture))
    if not files and not seen:
        raise InputRefused(f"{name} is a ZIP without files")
    yield from _grouped(archive, files, depth, budget, open_inner)


def open_zip(name: str, body: bytes | BinaryIO, most_files: int) -> zipfile.ZipFile:
    """A ZIP with its list of files; raises `InputRefused` for one that cannot be read, or lists too many."""
    file = BytesIO(body) if isinstance(body, bytes) else body
    _check_directory(name, file, most_files)
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        raise InputRefused(f"{name} is no ZIP that can be read: {error}") from error
    if len(archive.infolist()) > most_files:
        raise InputRefused(f"{name} has more than {most_files} files: drop several")
    return archive


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of a file; raises `InputRefused` for one that is damaged, or has more than it may."""
    try:
        with archive.open(info) as file:
            body = file.read(limit + 1)  # what it says of its size need not be true
    except BROKEN as error:
        raise InputRefused(f"it cannot be unpacked: {error}") from error
    if len(body) > limit:
        raise InputRefused(too_large(limit))
    return body


def is_bomb(info: zipfile.ZipInfo) -> bool:
    """Whether a file opens to more than anybody packs, by what the list says of it."""
    return info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1)


def shown(name: str) -> str:
    """The name of a file in a ZIP as it may be told."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode()


def _grouped(
    archive: zipfile.ZipFile, files: Sequence[_File], depth: int, budget: Budget, open_inner: Open
) -> Iterator[Part]:
    texts = [file for file in files if not file.is_picture]
    left = {file.name: file for file in files if file.is_picture}
    for file in texts:
        try:
            body = unpack(archive, file.info, budget.room(budget.limits.file_bytes))
            articles = yield from _inner(file.name, body, depth, open_inner)
        except Full:
            raise
        except InputRefused as error:
            yield refused(file.name, str(error))
            continue
        if articles == 1:
            named = {PurePosixPath(name).name.casefold() for name in named_in(body)}
            for picture in [one for one in left.values() if _goes_with(one, file, named, texts)]:
                del left[picture.name]
                yield _picture(archive, picture, budget)
    for picture in left.values():
        part = _picture(archive, picture, budget)
        yield part if part.role == "refused" else msgspec.structs.replace(part, role="lone")


def _inner(name: str, body: bytes, depth: int, open_inner: Open) -> Generator[Part, None, int]:
    """The parts of a file; gives how many articles it holds."""
    articles = 0
    for part in open_inner(name, body, depth + 1):
        articles += part.role == "article"
        yield within(name, part)
    return articles


def _goes_with(picture: _File, file: _File, named: Set[str], texts: Sequence[_File]) -> bool:
    """Whether a picture is an article's: called so, named in it, or beside no other article."""
    if PurePosixPath(picture.name).name.casefold() in named or is_called(file.name, picture.name):
        return True
    if fits(file.name, picture.name):
        return not any(is_called(other.name, picture.name) for other in texts)
    if any(fits(other.name, picture.name) for other in texts):
        return False
    folder = PurePosixPath(picture.name).parent
    around = [other for other in texts if PurePosixPath(other.name).parent == folder]
    return around == [file] or (not around and list(texts) == [file])


def _picture(archive: zipfile.ZipFile, file: _File, budget: Budget) -> Part:
    try:
        body = unpack(archive, file.info, budget.room(budget.limits.picture_bytes))
    except InputRefused as error:
        return refused(file.name, str(error))
    budget.take(len(body))
    return picture_part(file.name, body)


def picture_part(name: str, body: bytes, *names: str) -> Part:
    """A picture under its name in the file, its last part, and whatever else may stand for it in an article."""
    kind = picture_type_of(body[:16])
    if kind is None:
        return refused(name, "it is no JPEG, PNG or WebP")
    called = dict.fromkeys((name, PurePosixPath(name).name, *names))
    return Part(role="picture", name=name, media_type=kind, body=body, names=tuple(filter(None, called)))


def _path_of(info: zipfile.ZipInfo) -> str:
    """Where a file stands; some tools of Windows write its folders with that system's separator."""
    return info.filename.replace("\\", "/")


def _fault_of_name(path: str) -> str:
    """Why a file is not unpacked, by its name; "" where nothing is wrong."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or ":" in parts[0]:
        return "its name leads out of the ZIP"
    if not path.isprintable():
        return "its name has control characters"
    if len(path) > LONGEST_NAME:  # cut, two of them could be one
        return f"its name has more than {LONGEST_NAME} characters"
    if parts[-1].startswith("."):
        return "it is hidden: a file that is to be read has a name that does not begin with a dot"
    return ""


def _fault(info: zipfile.ZipInfo) -> str:
    """Why a file is not unpacked, by what the list says of it; "" where nothing is wrong."""
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, which is not followed"
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted: send it without a password"
    if info.compress_type not in READ_METHODS:
        return "it is packed by a method that is not read: store or deflate it"
    if is_bomb(info):
        return f"it opens to more than {RATIO} times its size"
    return ""


def _is_left_behind(name: str) -> bool:
    """Whether a system left a file in the ZIP that is nobody's: resource forks, thumbnails, how a folder is shown."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._") or path.name.lower() in _LEFT


def _check_directory(name: str, file: BinaryIO, most_files: int) -> None:
    """Refuse a list of files that would fill the memory before it is read: a megabyte names ten thousand."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_BYTES - LONGEST_COMMENT))
    tail = file.read()
    for at in {tail.rfind(END_OF_DIRECTORY), len(tail) - END_BYTES}:
        record = tail[at : at + END_BYTES] if at >= 0 else b""
        if record.startswith(END_OF_DIRECTORY) and int.from_bytes(record[12:16], "little") > DIRECTORY_BYTES:
            raise InputRefused(f"{name} has more than {most_files} files: drop several")
