"""Which format an input is in: what its sender says, unless that says nothing; then its name and its first bytes."""

import re
from collections.abc import Mapping

from shared.envelope import FEED_ENTRY_TYPE
from shared.media_types import DOCX, NEWSML_1, PDF, RTF, WIRE
from shared.package import PICTURE_TYPES
from shared.untrusted.charsets.signatures import binary_kind

PLAIN, PAGE = "text/plain", "text/html"
NINJS, SCHEMA_ORG, JSON = "application/ninjs+json", "application/ld+json", "application/json"
NITF, NEWSML_G2 = "application/nitf+xml", "application/vnd.iptc.g2.newsitem+xml"
XML = "application/xml"
MAIL = "message/rfc822"

_SAID: Mapping[str, str] = {
    PLAIN: PLAIN,
    "text/markdown": PLAIN,
    PAGE: PAGE,
    "application/xhtml+xml": PAGE,
    NINJS: NINJS,
    "application/vnd.iptc.ninjs+json": NINJS,
    SCHEMA_ORG: SCHEMA_ORG,
    NITF: NITF,
    "text/nitf": NITF,
    "text/vnd.iptc.nitf": NITF,
    "application/vnd.iptc.nitf+xml": NITF,
    NEWSML_G2: NEWSML_G2,
    "application/vnd.iptc.g2.newsmessage+xml": NEWSML_G2,
    "application/vnd.iptc.g2.packageitem+xml": NEWSML_G2,
    "application/vnd.iptc.g2.conceptitem+xml": NEWSML_G2,
    FEED_ENTRY_TYPE: FEED_ENTRY_TYPE,
    MAIL: MAIL,
    DOCX: DOCX,
    RTF: RTF,
    "text/rtf": RTF,
    PDF: PDF,
    WIRE: WIRE,
    NEWSML_1: NEWSML_1,
    **{kind: kind for kind in PICTURE_TYPES},
}
_BY_EXTENSION: Mapping[str, str] = {
    "txt": PLAIN, "md": PLAIN, "html": PAGE, "htm": PAGE, "xhtml": PAGE, "nitf": NITF, "eml": MAIL,
    "docx": DOCX, "rtf": RTF, "pdf": PDF,
}  # fmt: skip
_HEAD = 4096
_ROOT = re.compile(rb"<(?![?!])(?:[A-Za-z_][\w.-]*:)?([A-Za-z][\w.-]*)")
_FRAMED_NITF = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?nitf[\s>]")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_G2_ROOTS = frozenset(
    {"newsitem", "newsmessage", "packageitem", "conceptitem", "knowledgeitem", "planningitem", "catalogitem"}
)
_PAGE_TAGS = frozenset(
    "html head body title meta link div p article section main h1 h2 h3 figure span table ul ol img a br b i strong em "
    "script style header nav blockquote center font".split()
)
_NINJS_KEYS = re.compile(
    rb'"(?:headlines?|body_\w+|bodies|description_\w+|pub[Ss]tatus|version[Cc]reated|first[Cc]reated)"\s*:'
)
_SCHEMA_KEYS = re.compile(rb'"(?:@type|@graph|@context|articleBody|datePublished)"\s*:')

# A field of a mail's head with the lines that go on with it; and those that only programs write.
_MAIL_FIELD = rb"[!-9;-~]{1,76}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n"
_MAIL_HEAD = re.compile(rb"\A(?:From [^\r\n]*\r?\n)?(?P<fields>(?:%s)+)\r?\n" % _MAIL_FIELD)
_MACHINE_FIELD = re.compile(
    rb"(?im)^(?:mime-version|message-id|received|return-path|content-transfer-encoding|dkim-signature):"
)
_LONGEST_MAIL_HEAD = 64 * 1024


def looks_like_mail(body: bytes) -> bool:
    """Whether the input begins as a mail on its way does: fields, among them one that only programs write."""
    head = _MAIL_HEAD.match(body[:_LONGEST_MAIL_HEAD])
    return head is not None and _MACHINE_FIELD.search(head["fields"]) is not None


def media_type_of(body: bytes, declared: str | None, name: str | None = None) -> str:
    """The media type whose reader is right for the input; one that says only "JSON" or "bytes" is looked into."""
    said = (declared or "").partition(";")[0].strip().lower()
    if _SAID.get(said) == PLAIN and looks_like_mail(body):
        return MAIL
    if said in _SAID:
        return _SAID[said]
    extension = (name or "").rpartition(".")[2].lower() if "." in (name or "") else ""
    if not said and extension in _BY_EXTENSION:
        return _BY_EXTENSION[extension]
    if looks_like_mail(body):
        return MAIL
    binary = _binary(body)
    if binary is not None:
        return binary
    seen = _seen(body[: 4 * _HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:_HEAD])
    # What calls itself JSON and does not begin so is broken, no text: read as one, its embargo would be but words.
    is_said = said == JSON or said.endswith("+json") or (not said and extension == "json")
    return JSON if is_said and seen not in (NINJS, SCHEMA_ORG) else seen


def _binary(body: bytes) -> str | None:
    """The kinds of documents that their first bytes tell."""
    if body.startswith(b"PK") and binary_kind(body) == "a DOCX document of Word":
        return DOCX
    return RTF if body.startswith(b"{\\rtf") else PDF if body.startswith(b"%PDF-") else None


def _seen(head: bytes) -> str:
    if head.startswith((b"{", b"[")) and re.match(rb'[{\[]\s*(?:["{}\[\]]|$)', head):
        return _json(head)
    if head.startswith(b"<"):
        return _markup(head)
    return PLAIN


def _json(head: bytes) -> str:
    if _SCHEMA_KEYS.search(head):
        return SCHEMA_ORG
    return NINJS if _NINJS_KEYS.search(head) else JSON


def _markup(head: bytes) -> str:
    bare = _COMMENT.sub(b"", head)
    root = _ROOT.search(bare)
    name = root[1].decode("ascii").lower() if root is not None else ""
    if name == "nitf" or b"<!DOCTYPE nitf" in bare:
        return NITF
    if name == "newsml":
        return NEWSML_1
    if name in _G2_ROOTS:
        return NEWSML_G2
    if name in _PAGE_TAGS or b"<!doctype html" in bare.lower():
        return PAGE
    if name and _FRAMED_NITF.search(bare):
        return NITF
    return XML if name else PLAIN
