"""Files that end before their end: what there is of them is taken, and that more was meant is told."""

import email.errors
import re
from email.message import Message
from xml.parsers import expat

from services.ingest.containers.kinds import STRUCTURED
from services.ingest.containers.several import documents_of
from shared.media_types import RTF, WIRE

CUT = "it ends before its end: what stands before is taken"
_HEAD = 4096
_AT_THE_END = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    }
)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_ESCAPED, _BINARY = re.compile(rb"\\[\\{}]"), re.compile(rb"\\bin\d")
_SCAN, _ALONE = 0xDA, frozenset({0x01, 0xFF, *range(0xD0, 0xD8)})
_PIXELS_END = b"\xff\xd9"


def is_cut(kind: str, body: bytes) -> bool:
    """Whether a document of this media type ends before its end; of what else is damaged its reader tells."""
    if kind == RTF:
        return _is_cut_rtf(body)
    if kind == WIRE:
        return body.rfind(b"\x02") > max(body.rfind(b"\x03"), body.rfind(b"\x04"))
    return kind in STRUCTURED and body.lstrip()[:1] == b"<" and _is_cut_xml(body)


def may_be_cut(body: bytes) -> bool:
    """Whether XML does not end as it begins, by a glance: whoever asks has no process of its own to read it in."""
    root = _ROOT.search(body[:_HEAD])
    return root is not None and b"</" + root[1] not in body[-_HEAD:]


def is_cut_mail(mail: Message) -> bool:
    """Whether a mail ends within its parts."""
    return any(
        isinstance(defect, email.errors.CloseBoundaryNotFoundDefect) for part in mail.walk() for defect in part.defects
    )


def is_cut_picture(media_type: str, body: bytes) -> bool:
    """Whether a JPEG, PNG or WebP has no end."""
    if media_type == "image/jpeg":
        return body.find(_PIXELS_END, _pixels_of(body)) < 0
    if media_type == "image/png":
        return b"IEND" not in body
    return len(body) < 8 + int.from_bytes(body[4:8], "little")


def _pixels_of(body: bytes) -> int:
    """Where the pixels of a JPEG begin: what stands before may hold a small picture with an end of its own."""
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF and body[at + 1] != _SCAN:
        at += 1 if body[at + 1] in _ALONE else 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return at


def _is_cut_rtf(body: bytes) -> bool:
    if _BINARY.search(body):
        return not body.rstrip(b"\0\r\n\t ").endswith(b"}")
    plain = _ESCAPED.sub(b"", body)
    return plain.count(b"{") > plain.count(b"}")


def _is_cut_xml(body: bytes) -> bool:
    *_, last = documents_of(body)
    try:
        expat.ParserCreate().Parse(last, True)
    except expat.ExpatError as error:
        return error.code in _AT_THE_END
    return False
