"""Pictures made for the tests, byte by byte as cameras and agencies write them: a pixel, and words embedded in it."""

import struct
import zlib
from collections.abc import Mapping, Sequence

RDF = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {attributes}>{elements}</rdf:Description>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
LISTS = {"dc:description": "Alt", "dc:title": "Alt", "dc:rights": "Alt", "dc:creator": "Seq", "dc:subject": "Bag"}
# The smallest JPEG that decoders take: one grey pixel.
TABLES = bytes.fromhex(
    "ffdb004300" + "01" * 64 + "ffc0000b080001000101011100" + "ffc40014000100000000000000000000000000000009"
    "ffc40014100100000000000000000000000000000000" + "ffda0008010100003f0054ffd9"
)  # fmt: skip


def an_xmp(properties: Mapping[str, str | Sequence[str]]) -> bytes:
    """A packet with these properties: one text, or several of a list."""
    attributes, elements = [], []
    for name, value in properties.items():
        kind = LISTS.get(name) or ("Bag" if not isinstance(value, str) else "")
        if kind:
            texts = [value] if isinstance(value, str) else value
            language = ' xml:lang="x-default"' if kind == "Alt" else ""
            items = "".join(f"<rdf:li{language}>{text}</rdf:li>" for text in texts)
            elements.append(f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>")
        else:
            attributes.append(f'{name}="{value}"')
    return RDF.format(attributes=" ".join(attributes), elements="".join(elements)).encode()


def an_iptc(datasets: Sequence[tuple[int, str]], *, charset: str = "utf-8") -> bytes:
    """A record of these datasets, which says that it is UTF-8 where it is."""
    head = b"\x1c\x01\x5a\x00\x03\x1b%G" if charset == "utf-8" else b""
    return head + b"".join(_dataset(number, text.encode(charset)) for number, text in datasets)


def _dataset(number: int, text: bytes) -> bytes:
    return bytes([0x1C, 2, number]) + struct.pack(">H", len(text)) + text


def an_exif(texts: Mapping[int, str]) -> bytes:
    """One directory of texts, in the byte order of most cameras."""
    entries, values, place = b"", b"", 8 + 2 + 12 * len(texts) + 4
    for tag, text in sorted(texts.items()):
        value = text.encode() + b"\0"
        entries += struct.pack("<HHII", tag, 2, len(value), place + len(values))
        values += value
    return b"II*\0" + struct.pack("<IH", 8, len(texts)) + entries + b"\0\0\0\0" + values


def a_jpeg(*, xmp: bytes = b"", iptc: bytes = b"", exif: bytes = b"", pixels: bytes = b"") -> bytes:
    """`pixels` make two pictures differ, and large."""
    parts = b"\xff\xd8" + _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    if exif:
        parts += _segment(0xE1, b"Exif\0\0" + exif)
    if xmp:
        parts += _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
    if iptc:
        resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
        other = b"8BIM\x04\x25\0\0" + struct.pack(">I", 16) + bytes(16)
        photoshop = other + resource
        for start in range(0, len(photoshop), 60_000):
            parts += _segment(0xED, b"Photoshop 3.0\0" + photoshop[start : start + 60_000])
    return parts + TABLES + pixels


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def a_png(*, xmp: bytes = b"", texts: Mapping[str, str] = {}, packed: bool = False) -> bytes:
    chunks = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    if xmp:
        body = zlib.compress(xmp) if packed else xmp
        chunks += _chunk(b"iTXt", b"XML:com.adobe.xmp\0" + bytes([packed, 0]) + b"\0\0" + body)
    for keyword, text in texts.items():
        chunks += _chunk(b"tEXt", keyword.encode() + b"\0" + text.encode("latin-1"))
    return b"\x89PNG\r\n\x1a\n" + chunks + _chunk(b"IDAT", zlib.compress(b"\0\x80")) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_webp(*, xmp: bytes = b"") -> bytes:
    pixel = bytes.fromhex("2f000000000750c00216b0ff8188e87f00")
    chunks = _riff(b"VP8X", b"\x04\0\0\0" + bytes(6)) + _riff(b"VP8L", pixel)
    if xmp:
        chunks += _riff(b"XMP ", xmp)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def a_form(boundary: str, *parts: tuple[str, bytes]) -> bytes:
    """A body of several parts: of each the lines of its head, and its bytes."""
    mark = f"--{boundary}".encode()
    return (
        b"".join(mark + b"\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts)
        + mark
        + b"--\r\n"
    )
