"""Pictures of strangers, looked at without being decoded: of which format they are, and the words embedded in them.

Only marks and lengths are followed, from the front, in steps that are counted; pixels are passed over. What the words
say is read elsewhere.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

import msgspec

from shared.package import PictureType

MOST_XMP, MOST_IPTC, MOST_EXIF, MOST_TEXT = 128 * 1024, 64 * 1024, 32 * 1024, 16 * 1024
MOST_SEGMENTS, MOST_CHUNKS, MOST_TEXTS = 1_000, 50_000, 20
MOST_FILL = 10_000  # bytes between segments that say nothing

_XMP, _XMP_MORE = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_EXIF, _PHOTOSHOP, _RESOURCE, _IPTC_RESOURCE = b"Exif\0\0", b"Photoshop 3.0\0", b"8BIM", 0x0404
_PNG_XMP = b"XML:com.adobe.xmp"
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_LAST = frozenset({0xD9, 0xDA})
_PNG_SIGN = b"\x89PNG\r\n\x1a\n"


class Embedded(msgspec.Struct, kw_only=True):
    """What stands in a picture beside its pixels, as it stands there."""

    xmp: bytes = b""
    iptc: bytes = b""
    exif: bytes = b""
    texts: list[tuple[str, str]] = []
    unread: str = ""


def picture_type_of(head: bytes) -> PictureType | None:
    """The format that the first bytes of a file show, whatever it is called; None for any other than the three."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(_PNG_SIGN):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


def read_embedded(file: BinaryIO, media_type: PictureType) -> Embedded:
    """The embedded words of a picture; of one that is damaged, those before the damage."""
    found = Embedded()
    _READERS[media_type](file, found)
    return found


def _read_jpeg(file: BinaryIO, found: Embedded) -> None:
    photoshop = bytearray()
    for marker, length in _segments(file):
        if marker == 0xE1:
            _take_app1(file.read(length), found)
        elif marker == 0xED:
            part = file.read(length)
            if part.startswith(_PHOTOSHOP) and len(photoshop) <= 4 * MOST_IPTC:
                photoshop += part[len(_PHOTOSHOP) :]
        else:
            file.seek(length, 1)
    found.iptc = _kept(_iptc_of(bytes(photoshop)), MOST_IPTC, "IPTC", found)


def _segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The markers up to the pixels, each with the length of what follows; whoever gets one reads that or passes it."""
    file.seek(2)
    fill = MOST_FILL
    for _ in range(MOST_SEGMENTS):
        head = file.read(2)
        while head == b"\xff\xff" and fill:
            head, fill = b"\xff" + file.read(1), fill - 1
        if len(head) < 2 or head[0] != 0xFF or head[1] in _LAST or not fill:
            return
        if head[1] in _ALONE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return
        yield head[1], length - 2


def _take_app1(part: bytes, found: Embedded) -> None:
    if part.startswith(_XMP) and not found.xmp:
        found.xmp = _kept(part[len(_XMP) :], MOST_XMP, "XMP", found)
    elif part.startswith(_XMP_MORE):
        found.unread = found.unread or "the XMP goes on in further segments, which are not read"
    elif part.startswith(_EXIF) and not found.exif:
        found.exif = part[len(_EXIF) :][:MOST_EXIF]


def _iptc_of(photoshop: bytes) -> bytes:
    """The IPTC block among Photoshop's resources: each has a number, a name and a length, and ends on an even byte."""
    at = 0
    while photoshop.startswith(_RESOURCE, at):
        number = int.from_bytes(photoshop[at + 4 : at + 6], "big")
        named = photoshop[at + 6] if at + 6 < len(photoshop) else 0
        at += 6 + (named + 2) // 2 * 2
        size = int.from_bytes(photoshop[at : at + 4], "big")
        at += 4
        if number == _IPTC_RESOURCE:
            return photoshop[at : at + size]
        at += size + size % 2
    return b""


def _read_png(file: BinaryIO, found: Embedded) -> None:
    file.seek(len(_PNG_SIGN))
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or kind == b"IEND":
            return
        if kind in (b"iTXt", b"tEXt", b"zTXt") and length <= 2 * MOST_XMP:
            _take_png_text(kind, file.read(length), found)
            file.seek(4, 1)
        elif kind == b"eXIf":
            found.exif = file.read(length)[:MOST_EXIF] if length <= 2 * MOST_XMP else b""
            file.seek(4 if found.exif else length + 4, 1)
        else:
            if kind in (b"iTXt", b"tEXt", b"zTXt"):
                found.unread = f"a text of {length} bytes is not read; {2 * MOST_XMP} are"
            file.seek(length + 4, 1)


def _take_png_text(kind: bytes, chunk: bytes, found: Embedded) -> None:
    keyword, _, rest = chunk.partition(b"\0")
    is_packed, charset = kind == b"zTXt", "latin-1"
    if kind == b"iTXt":
        is_packed, charset = rest[:1] == b"\x01", "utf-8"
        rest = rest[2:].split(b"\0", 2)[-1]
    elif kind == b"zTXt":
        rest = rest[1:]
    most = MOST_XMP if keyword == _PNG_XMP else MOST_TEXT
    body = _inflated(rest, most) if is_packed else rest
    if keyword == _PNG_XMP:
        found.xmp = found.xmp or _kept(body, most, "XMP", found)
    elif len(found.texts) < MOST_TEXTS:
        body = _kept(body, most, keyword.decode("latin-1"), found)
        found.texts.append((keyword.decode("latin-1"), body.decode(charset, "replace")))


def _inflated(packed: bytes, most: int) -> bytes:
    """What a packed text opens to, and no more of it than tells that it is too long."""
    try:
        return zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        return b""


def _read_webp(file: BinaryIO, found: Embedded) -> None:
    file.seek(12)
    for _ in range(MOST_SEGMENTS):
        head = file.read(8)
        if len(head) < 8:
            return
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind == b"XMP ":
            found.xmp = _kept(file.read(min(length, MOST_XMP + 1)), MOST_XMP, "XMP", found)
            return  # it is the last that a picture has
        if kind == b"EXIF" and length <= 2 * MOST_XMP:
            part = file.read(length).removeprefix(_EXIF)
            found.exif = part[:MOST_EXIF]
            file.seek(length % 2, 1)
        else:
            file.seek(length + length % 2, 1)


def _kept(part: bytes, most: int, what: str, found: Embedded) -> bytes:
    if len(part) <= most:
        return part
    found.unread = f"the {what} has more than {most} bytes and is not read"
    return b""


_READERS: Mapping[PictureType, Callable[[BinaryIO, Embedded], None]] = {
    "image/jpeg": _read_jpeg,
    "image/png": _read_png,
    "image/webp": _read_webp,
}
