"""A mail as it was sent (RFC 5322, MIME): its head and its text as plain copy, which is then read as any other.

Quoted-printable, base64, the parts of a multipart and encoded words are undone. What the head says stays in front of
the text as a pasted mail's does, so one grammar reads both; what is attached is named there too, and not read.
"""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.header import decode_header
from email.message import Message

import msgspec

from services.normalize.document import Draft, Piece
from services.normalize.readers.declared_fields import FieldReadings
from services.normalize.readers.markup import pieces_of_markup
from services.normalize.readers.opened import Copy, as_text
from shared.embargo import names_embargo
from shared.envelope import Raw
from shared.errors import NotAnArticle
from shared.untrusted.decode import decode

_SHOWN = ("from", "sender", "to", "cc", "reply-to", "organization", "date", "subject")
_FOLD = re.compile(r"\r?\n[ \t]+")
_FLOWED = re.compile(r"(?<!\n--) \r?\n(?!\r?\n|>)")
_MOST_PARTS, _DEEPEST = 100, 10
_POOR = 3  # so many times the letters of the plain text has the marked-up one where the first is but an excuse


class _Text(msgspec.Struct, frozen=True):
    """The running text of a mail's parts, and what is attached, as its part names it."""

    text: str = ""
    attached: tuple[str, ...] = ()


def open_text(raw: Raw) -> Copy:
    """The mail's text under its head, as plain text in UTF-8, and the embargoes that its head names, as a draft.

    Raises `NotAnArticle` for one without any text, `EmbargoUnread` for an embargo whose end cannot be read.
    """
    mail = email.message_from_bytes(raw.body, policy=email.policy.compat32)
    found = _text_of(mail, raw.source.language, 0)
    if not found.text.strip():
        named = "; ".join(found.attached)
        raise NotAnArticle(f"The mail holds no text{f', only what is attached ({named})' if named else ''}.")
    head = [*_head_lines(mail), *(f"Content-Disposition: {name}" for name in found.attached)]
    text = "\n".join(head) + "\n\n" + found.text.strip("\r\n")
    return Copy(raw=as_text(raw, text), head=_embargoed(mail, raw.source.zone))


def _embargoed(mail: Message, zone: str | None) -> Draft:
    """What `X-Embargoed-Until` says, or a field of a like name: of the mail, and of what it forwards."""
    readings = FieldReadings()
    for part in mail.walk():
        for name, value in part.raw_items():
            if names_embargo(name.lower().removeprefix("x-")):
                for said in _words_of(str(value)).split(","):
                    readings.take_embargo(said.strip(), zone, f"mail {name}", name)
    return readings.draft(())


def _head_lines(mail: Message) -> Iterator[str]:
    """What the head says to people, each field on a line of its own."""
    for name, value in mail.raw_items():
        if name.lower() in _SHOWN and (words := _words_of(str(value))):
            yield f"{name}: {words}"


def _words_of(value: str) -> str:
    """A field's value with its encoded words read, and bytes that stand there as they are."""
    parts = []
    for part, charset in decode_header(_FOLD.sub(" ", value)):
        as_bytes = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        parts.append(_decoded(as_bytes, charset, None))
    return " ".join("".join(parts).split())


def _text_of(part: Message, language: str | None, depth: int) -> _Text:
    """The text of a part and of those below it; of alternatives the plain one, unless it says next to nothing."""
    below = part.get_payload()
    if isinstance(below, list) and depth < _DEEPEST:
        found = [_text_of(inner, language, depth + 1) for inner in below[:_MOST_PARTS] if isinstance(inner, Message)]
        if part.get_content_subtype() == "alternative":
            return _best_of(found)
        head = "\n".join(_head_lines(part)) if depth and part.get_content_type() == "message/rfc822" else ""
        texts = "\n\n".join(filter(None, (head, *(one.text.strip("\r\n") for one in found))))
        return _Text(texts, tuple(name for one in found for name in one.attached))
    kind = part.get_content_type()
    named = _words_of(str(part.get_filename() or "")) or kind
    if kind not in ("text/plain", "text/html") or part.get_content_disposition() == "attachment":
        return _Text(attached=(f"attachment; filename={named}",))
    payload = part.get_payload(decode=True)
    text = _decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset(), language)
    if kind == "text/html":
        return _Text("\n\n".join(_lines_of(pieces_of_markup(text, None, ""))))
    is_flowed = str(part.get_param("format", "")).lower() == "flowed"
    return _Text(_FLOWED.sub(" ", text) if is_flowed else text)


def _best_of(found: Sequence[_Text]) -> _Text:
    texts = [one.text for one in found if one.text.strip()]
    attached = tuple(name for one in found for name in one.attached)
    if not texts:
        return _Text(attached=attached)
    longest = max(texts, key=len)
    return _Text(texts[0] if len(texts[0].split()) * _POOR > len(longest.split()) else longest, attached)


def _lines_of(pieces: Sequence[Piece]) -> Iterator[str]:
    """The words of marked-up pieces, one a paragraph, in the order in which they are shown."""
    for piece in pieces:
        rows = "\n".join("\t".join(row) for row in piece.rows)
        items = "\n".join(f"• {item}" for item in piece.items)
        yield from filter(None, (piece.caption, rows or items or piece.text, piece.byline))


def _decoded(body: bytes, charset: str | None, language: str | None) -> str:
    """Bytes in the charset they claim, as far as they are in it; nothing for what is no text."""
    try:
        return decode(body, f"application/octet-stream; charset={charset}" if charset else "", language).text
    except NotAnArticle:
        return ""
