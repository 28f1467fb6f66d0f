"""Of which kind a dropped file is: by its first bytes where these cannot be mistaken, else by its name's ending."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from services.ingest.drop_files import printable
from shared.errors import InputRefused
from shared.media_types import DOCX, GZIP, PDF, RTF, WARC, WIRE, ZIP
from shared.package import PICTURE_TYPES
from shared.untrusted.charsets.signatures import binary_kind, what_to_do
from shared.untrusted.picture_segments import picture_type_of

TEXT, HTML, XHTML, MAIL = "text/plain", "text/html", "application/xhtml+xml", "message/rfc822"
JSON, XML, NITF = "application/json", "application/xml", "application/nitf+xml"
PICTURES = PICTURE_TYPES
CONTAINERS = frozenset({ZIP, GZIP, WARC, MAIL, DOCX, WIRE, RTF})  # what is always opened apart
STRUCTURED = frozenset({JSON, XML, NITF})  # what may hold several articles, or be a feed

ENDINGS: Mapping[str, str] = {
    ".txt": TEXT, ".text": TEXT, ".md": TEXT, ".html": HTML, ".htm": HTML, ".xhtml": XHTML, ".json": JSON,
    ".ninjs": JSON, ".jsonld": JSON, ".xml": XML, ".nitf": NITF, ".newsml": XML, ".rss": XML, ".atom": XML,
    ".eml": MAIL, ".docx": DOCX, ".docm": DOCX, ".rtf": RTF, ".pdf": PDF, ".zip": ZIP, ".gz": GZIP, ".warc": WARC,
    ".iptc": WIRE, ".anpa": WIRE, ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".png": "image/png", ".webp": "image/webp",
}  # fmt: skip
# What is none where its bytes do not say so, whatever it is called.
_ONLY_BY_BYTES: Mapping[str, str] = {
    **dict.fromkeys(PICTURES, "JPEG, PNG or WebP"), DOCX: "document of Word", PDF: "PDF",
}  # fmt: skip
# What only the bytes can tell: word processors save RTF and pages as `.doc`, agencies write without any ending.
_OPEN_ENDINGS = frozenset({"", ".doc", ".dot", ".dat", ".msg", ".tlg", ".wire", ".odt", ".ods"})
_WORD = b"word/document.xml"
_ENDS = 64 * 1024  # at either end of a ZIP: its first members, and the list of all
_PDF_WITHIN = 1024
# A message of an agency's wire: SOH within the first bytes, behind fillers, and STX below its header line.
_WIRE = re.compile(rb"\A[\x00\x16\s]{0,64}\x01[^\x02\x03]{1,300}\x02")
_MARKUP = re.compile(rb"\A\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def check_name(name: str) -> None:
    """Raise `InputRefused` for a file whose name tells that its bytes are worth no look."""
    suffix = _suffix(name)
    if suffix not in ENDINGS and suffix not in _OPEN_ENDINGS:
        raise refusal(printable(name))


def kind_of(name: str, body: bytes) -> str:
    """The media type of a file by its name and bytes; raises `InputRefused` for a kind that is not read."""
    kind = _by_bytes(body) or ENDINGS.get(_suffix(name))
    if kind == DOCX and _suffix(name) == ".zip":  # one that lies in it unpacked shows through
        kind = ZIP
    if kind is None and _MARKUP.match(body[:_PDF_WITHIN]):
        kind = HTML
    if kind == RTF and not body.startswith(b"{\\rtf"):  # what calls itself so, and is plain text
        kind = TEXT
    if kind is None:
        raise refusal(name, body)
    if kind in _ONLY_BY_BYTES and _by_bytes(body) is None:
        raise InputRefused(f"{name} is called {_suffix(name)}, and is no {_ONLY_BY_BYTES[kind]}{_looks_like(body)}")
    return kind


def refusal(name: str, body: bytes = b"") -> InputRefused:
    """Why a file of no kind that is read is not taken."""
    seen = _looks_like(body)
    told = seen or f"; read are {', '.join(ENDINGS)}"
    return InputRefused(f"{name} is of a kind that is not read{told}")


def _looks_like(body: bytes) -> str:
    kind = binary_kind(body)
    return f" ({kind}{what_to_do(kind)})" if kind is not None else ""


def _by_bytes(body: bytes) -> str | None:
    picture = picture_type_of(body[:16])
    if picture is not None:
        return picture
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return DOCX if _WORD in body[:_ENDS] or _WORD in body[-_ENDS:] else ZIP
    if body.startswith(b"{\\rtf"):
        return RTF
    if b"%PDF-" in body[:_PDF_WITHIN] and not body[:1].isspace():
        return PDF
    if body.startswith(b"\x1f\x8b"):
        return GZIP
    if body.startswith(b"WARC/"):
        return WARC
    return WIRE if _WIRE.match(body[:512]) else None


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
