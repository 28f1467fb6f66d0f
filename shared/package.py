"""An article that came with its pictures: one input, of the article's bytes and of what is known of each picture.

The bytes of the pictures lie beside the archive (`shared.picture_files`); here stand their digest and the words that
are embedded in them, as they are, so that the normaliser reads those in its killable process and may read them anew.
"""

import base64
import binascii
import re
from typing import Literal, get_args

import msgspec

PACKAGE_TYPE = "application/vnd.copydesk.package+msgpack"
PictureType = Literal["image/jpeg", "image/png", "image/webp"]
PICTURE_TYPES: frozenset[str] = frozenset(get_args(PictureType))
MOST_PICTURES = 20
MAGIC = b"CDPACK1\n"

_ADDRESS = re.compile(r"ni:///sha-256;([A-Za-z0-9_-]{43})")


class PackagePicture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture of a package: what it was called (`names`, as an article may name it), and what is embedded in it.

    `sha256` in hex is what its file is called. `texts` are the words of a PNG by their keyword. `unread` says why
    something embedded was left out.
    """

    sha256: str
    media_type: PictureType
    size: int
    names: tuple[str, ...] = ()
    xmp: bytes = b""
    iptc: bytes = b""
    exif: bytes = b""
    texts: tuple[tuple[str, str], ...] = ()
    unread: str = ""

    @property
    def address(self) -> str:
        """What an article calls it: the name of its bytes (RFC 6920), wherever they lie."""
        return address_of(self.sha256)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that is being taken in: what is told of it, and the file that holds it until its article is in."""

    told: PackagePicture
    staged: str


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an input of type `PACKAGE_TYPE`."""

    media_type: str
    body: bytes
    pictures: tuple[PackagePicture, ...]


_decode = msgspec.msgpack.Decoder(Package).decode


def pack(package: Package) -> bytes:
    """The package as an input's bytes: the same article with the same pictures always gives the same."""
    return MAGIC + msgspec.msgpack.encode(package)


def unpack(body: bytes) -> Package:
    """The package in an input's bytes; raises `msgspec.DecodeError` for what is none."""
    if not is_package(body):
        raise msgspec.DecodeError("it does not begin as a package does")
    return _decode(body[len(MAGIC) :])


def is_package(body: bytes) -> bool:
    """Whether an input's bytes begin as a package does: the index keeps no type of what it has indexed."""
    return body.startswith(MAGIC)


def address_of(sha256: str) -> str:
    """`ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q` for a digest in hex."""
    return f"ni:///sha-256;{base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"


def sha256_of(address: str | None) -> str | None:
    """The digest in hex of a picture's address; None for an address of another kind."""
    found = _ADDRESS.fullmatch(address or "")
    try:
        return base64.urlsafe_b64decode(f"{found[1]}=").hex() if found else None
    except binascii.Error:
        return None
