"""A body of several parts (RFC 2046, RFC 7578): where each part stands in the spooled body, and what its head says."""

import email.message
from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from email.utils import collapse_rfc2231_value
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

import msgspec

from services.ingest.drop_files import MEDIA_TYPES
from services.web.problems import BODY, Problem, in_header
from shared.package import MOST_PICTURES

MOST_PARTS = 1 + MOST_PICTURES
LONGEST_HEAD, LONGEST_BOUNDARY = 8 * 1024, 70
WINDOW = 256 * 1024
PLAIN_CODINGS = frozenset({"", "7bit", "8bit", "binary"})
UNSAID = frozenset({"", "application/octet-stream"})


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part: what its head says, and from where to where its bytes stand in the body.

    `name` is the field of a form, `file` what the sender's file is called, `id` and `location` how another part may
    name it, `embargoes` what its head says of one.
    """

    number: int
    start: int
    end: int
    content_type: str = ""
    name: str = ""
    file: str = ""
    id: str = ""
    location: str = ""
    embargoes: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The part as a person finds it."""
        return f"part {self.number} ({self.file or self.name or self.id or self.content_type or 'without a name'})"

    @property
    def names(self) -> tuple[str, ...]:
        """What an article may call it, and a person."""
        return tuple(filter(None, (self.file, self.location, self.id, self.name))) or (f"picture {self.number}",)


def boundary_of(content_type: str) -> bytes:
    """The mark between parts; raises `Problem` where the header names none."""
    header = email.message.Message()
    header["content-type"] = content_type
    boundary = str(header.get_param("boundary", "") or "")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        detail = "Content-Type names no boundary between the parts."
        raise Problem("bad-request", detail, at=in_header("Content-Type"))
    return boundary.encode()


def read_parts(spool: BinaryIO, boundary: bytes) -> Sequence[Part]:
    """The parts in their order; raises `Problem` for a body that is cut off, has too many or none."""
    marks = list(_marks(spool, b"--" + boundary))
    if len(marks) - 1 > MOST_PARTS:
        detail = f"At most {MOST_PICTURES} pictures come with an article."
        raise Problem("bad-request", detail, at=BODY, maxItems=MOST_PICTURES)
    if not marks or not marks[-1][2]:
        detail = "The body does not end with its closing boundary: it was cut off, or has another."
        raise Problem("bad-request", detail, at=BODY)
    ends = [(mark[1], following[0]) for mark, following in pairwise(marks)]
    return [_part(spool, number, start, end) for number, (start, end) in enumerate(ends, start=1)]


def media_type_of(part: Part) -> str:
    """The media type that a part says, else that of its file's ending; a field of a form is text."""
    essence = part.content_type.partition(";")[0].strip().lower()
    if essence not in UNSAID:
        return part.content_type
    suffix = PurePosixPath(part.file).suffix.lower()
    return MEDIA_TYPES.get(suffix, "" if part.file or essence else "text/plain")


def _marks(spool: BinaryIO, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each boundary: where the part before it ends, where the next begins, and whether it is the closing one.

    The body is looked through once, in windows that overlap by what a boundary's line may have.
    """
    longest = len(mark) + 1024
    spool.seek(0)
    base, window, count = -2, b"\r\n", 0  # as if a line had ended before the body
    while True:
        more = spool.read(WINDOW)
        window += more
        at = 0
        while (found := window.find(b"\r\n" + mark, at)) >= 0:
            line_end = window.find(b"\r\n", found + 2)
            after = window[found + 2 + len(mark) : found + 4 + len(mark)]
            if line_end < 0 and more and len(window) - found < longest:
                break  # its line goes on in the next window
            at = found + 2 + len(mark)
            is_closing = after == b"--"
            if is_closing or (line_end >= 0 and not window[at:line_end].strip(b" \t")):
                yield base + found, base + (line_end + 2 if line_end >= 0 else len(window)), is_closing
                count += 1
                if is_closing or count > MOST_PARTS + 1:
                    return
        if not more:
            return
        # Never from before a boundary that was given already: it would be found a second time.
        start = found if found >= 0 else max(at, len(window) - longest)
        base, window = base + start, window[start:]


def _part(spool: BinaryIO, number: int, start: int, end: int) -> Part:
    spool.seek(start)
    head = spool.read(min(LONGEST_HEAD, max(0, end - start)))
    if head.startswith(b"\r\n"):
        fields, body = b"", start + 2
    else:
        length = head.find(b"\r\n\r\n")
        if length < 0:
            detail = f"Part {number} has no empty line after its head, which may have {LONGEST_HEAD} bytes."
            raise Problem("bad-request", detail, at=BODY)
        fields, body = head[:length], start + length + 4
    said = HeaderParser().parsestr(fields.decode("utf-8", "replace"))
    coding = str(said.get("content-transfer-encoding", "")).strip().lower()
    if coding not in PLAIN_CODINGS:
        detail = f"Part {number} is sent as it is, not in {coding[:40]!r}."
        raise Problem("unsupported-encoding", detail, at=BODY)
    return Part(
        number=number,
        start=body,
        end=max(body, end),
        content_type=str(said.get("content-type", "")),
        name=_parameter(said, "name"),
        file=PurePosixPath(_parameter(said, "filename").replace("\\", "/")).name,
        id=str(said.get("content-id", "")).strip().strip("<>"),
        location=str(said.get("content-location", "")).strip(),
        embargoes=tuple(map(str, said.get_all("x-embargoed-until", ()))),
    )


def _parameter(head: email.message.Message, name: str) -> str:
    """A parameter of Content-Disposition; browsers and curl write UTF-8 into it as it is, others percent-encode it."""
    said = head.get_param(name, "", "content-disposition")
    text = collapse_rfc2231_value(said) if isinstance(said, tuple) else unquote(str(said or ""))
    return "".join(letter for letter in text if letter.isprintable())
