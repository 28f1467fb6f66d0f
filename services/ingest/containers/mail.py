"""A mail with what is attached to it: its own text as one article, each attached document as another, and the pictures.

The mail's article keeps its head and its texts; what is taken out stays named where it stood.
"""

import datetime as dt
import email
import email.errors
import email.policy
import re
from collections.abc import Iterator
from email.generator import BytesGenerator
from email.header import decode_header, make_header
from email.message import Message
from io import BytesIO

import msgspec

from services.ingest.containers.beside import fits
from services.ingest.containers.cut import CUT, is_cut_mail
from services.ingest.containers.kinds import ENDINGS, MAIL, PICTURES, kind_of
from services.ingest.containers.parts import WITHOUT_ARTICLE, Budget, Full, Open, Part, refused, too_large, within
from services.ingest.containers.zip_file import LONGEST_NAME, picture_part
from services.ingest.drop_files import printable
from shared.embargo import EXPECTED, embargo_end_of, latest, names_embargo
from shared.errors import InputRefused
from shared.untrusted.picture_segments import picture_type_of

_TEXTS = ("text/plain", "text/html")
# A mail of so many words is the article that its pictures go with; a shorter one covers what is attached.
_OWN_WORDS = 80
_TAG, _WORD = re.compile(rb"<[^<>]*>"), re.compile(rb"[A-Za-z\x80-\xff]+")
# What programs attach for programs: it holds no words of a person's.
_MACHINE = re.compile(r"application/(?:p(?:gp|kcs7)-.*|x-pkcs7-.*)|text/(?:calendar|(?:x-)?vcard)")


class _Attached(msgspec.Struct, frozen=True):
    """What is attached: what it is called, its bytes, and how the mail's own text may name it."""

    name: str
    body: bytes
    names: tuple[str, ...]


def read_mail(name: str, body: bytes, depth: int, budget: Budget, open_inner: Open) -> Iterator[Part]:
    """The mail's own article and its pictures, then what is attached. One with nothing attached stays as it is.

    Raises `InputRefused` where its head names an embargo whose end nobody can read: nothing of it may go out.
    """
    mail = email.message_from_bytes(body, policy=email.policy.compat32)
    until = _embargo_of(mail, budget.limits.zone)
    if is_cut_mail(mail):
        yield refused(name, CUT)
    attached = list(_take_out(mail))
    if not attached:
        yield _article(name, body)
        return
    pictures = [one for one in attached if picture_type_of(one.body[:16]) is not None]
    documents = [one for one in attached if one not in pictures and _may_be_article(one)]
    others = [one for one in attached if one not in pictures and one not in documents]
    words = max((len(_WORD.findall(_TAG.sub(b" ", text))) for text in _own_texts(mail)), default=0)
    keeps = list(pictures) if words >= _OWN_WORDS or not documents else []
    if words:
        budget.take(len(body))
        yield _article(name, _written(mail, body))
        yield from _pictures(keeps, budget)
    elif not documents:
        for part in _pictures(keeps, budget):
            is_picture = part.role == "picture"
            yield msgspec.structs.replace(part, role="lone", embargoed_until=until) if is_picture else part
    left = [picture for picture in pictures if picture not in keeps]
    for number, document in enumerate(documents):
        own = [one for one in left if fits(document.name, one.name) or number == len(documents) - 1]
        left = [one for one in left if one not in own]
        yield from _document(document, own, until, depth, budget, open_inner)
    yield from (refused(one.name, "it is of a kind that is not read") for one in others)


def _document(
    document: _Attached,
    pictures: list[_Attached],
    until: dt.datetime | None,
    depth: int,
    budget: Budget,
    open_inner: Open,
) -> Iterator[Part]:
    """An attached document, held as the mail is, with its pictures."""
    is_article = False
    try:
        for part in open_inner(document.name, document.body, depth + 1):
            is_article = is_article or part.role == "article"
            held = latest(part.embargoed_until, until)
            yield msgspec.structs.replace(within(document.name, part), embargoed_until=held)
    except Full:
        raise
    except InputRefused as error:
        yield refused(document.name, str(error))
    if is_article:
        yield from _pictures(pictures, budget)
    else:  # they are told: behind whatever article came before they would be that one's
        yield from (refused(picture.name, WITHOUT_ARTICLE) for picture in pictures)


def _article(name: str, body: bytes) -> Part:
    return Part(role="article", name=name, media_type=MAIL, body=body)


def _pictures(pictures: list[_Attached], budget: Budget) -> Iterator[Part]:
    for one in pictures:
        if len(one.body) > budget.room(budget.limits.picture_bytes):
            yield refused(one.name, too_large(budget.limits.picture_bytes))
        else:
            budget.take(len(one.body))
            yield picture_part(one.name, one.body, *one.names)


def _take_out(mail: Message) -> Iterator[_Attached]:
    """What is attached anywhere in a mail, taken out of it; where it stood only its head stays."""
    number = 0
    for part in mail.walk():
        if part.is_multipart() or _is_own_text(part):
            continue
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        kind = part.get_content_type()
        is_logo = kind == "image/gif" and part.get_content_disposition() != "attachment"
        if not body or is_logo or (_MACHINE.fullmatch(kind) and picture_type_of(body[:16]) is None):
            continue
        number += 1
        called = printable(_words_of(str(part.get_filename() or "")))[-LONGEST_NAME:]  # the ending tells the kind
        cid = str(part.get("content-id") or "").strip().strip("<>")
        location = str(part.get("content-location") or "").strip()
        yield _Attached(called or f"attachment {number}{_ending_of(kind)}", body, (cid, location))
        del part["content-transfer-encoding"]
        part.set_payload("")


def _is_own_text(part: Message) -> bool:
    return part.get_content_type() in _TEXTS and part.get_content_disposition() != "attachment"


def _own_texts(mail: Message) -> Iterator[bytes]:
    for part in mail.walk():
        payload = part.get_payload(decode=True) if not part.is_multipart() and _is_own_text(part) else None
        if isinstance(payload, bytes):
            yield payload


def _may_be_article(one: _Attached) -> bool:
    try:
        return kind_of(one.name, one.body) not in PICTURES
    except InputRefused:
        return False


def _ending_of(kind: str) -> str:
    return next((ending for ending, named in ENDINGS.items() if named == kind), "")


def _written(mail: Message, body: bytes) -> bytes:
    """The mail without what was taken out of it; one too broken to be written again stays as it came."""
    file = BytesIO()
    try:
        BytesGenerator(file, mangle_from_=False, policy=email.policy.compat32).flatten(mail)
    except (email.errors.MessageError, LookupError, ValueError, TypeError, AttributeError):
        return body
    return file.getvalue()


def _words_of(value: str) -> str:
    """A name with its encoded words read; as it stands where they cannot be."""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        return value


def _embargo_of(mail: Message, zone: str | None) -> dt.datetime | None:
    """Until when the head of a mail, or of one that it forwards, says that it is held; the latest."""
    ends = []
    for part in mail.walk():
        for field, value in part.raw_items():
            if names_embargo(field.lower().removeprefix("x-")):
                for said in _words_of(str(value)).split(","):
                    end = embargo_end_of(said.strip(), zone)
                    if end is None:
                        raise InputRefused(f"its embargo ({field}) cannot be read: it {EXPECTED}")
                    ends.append(end)
    return latest(*ends)
