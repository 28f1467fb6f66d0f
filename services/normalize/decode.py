"""Bytes to text, by evidence: marks, validity, declarations, and what the letters look like; NFC comes out."""

import codecs
import re
import unicodedata

import msgspec

from shared.errors import NotAnArticle

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_HEAD = 2048


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """The text of an input, in NFC; offsets in evidence count its characters.

    `rule` says what decided for `encoding`, `repaired` whether bytes had to be mended that the encoding does not explain.
    """

    text: str
    encoding: str
    rule: str
    repaired: bool = False


def decode(body: bytes, media_type: str, language: str | None = None) -> Decoded:
    """Read bytes in whatever encoding they are in; raises `NotAnArticle` for bytes that are no text."""
    if not body.strip():
        raise NotAnArticle("The input is empty: it holds nothing but white space.")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :].decode(encoding, "replace"), encoding, "byte order mark")
    if b"\0" in body[:_HEAD]:
        encoding = "utf-16-le" if body[1:_HEAD:2].count(0) >= body[:_HEAD:2].count(0) else "utf-16-be"
        return _decoded(body.decode(encoding, "replace"), encoding, "zero bytes")
    try:
        return _decoded(body.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError:
        pass
    for name in _declared(body, media_type):
        try:
            return _decoded(body.decode(name), name, "declared")
        except UnicodeDecodeError:
            continue
    fallback = "cp1258" if language is not None and language.startswith("vi") else "cp1252"
    return _decoded(body.decode(fallback, "replace"), fallback, "fallback", repaired=True)


def _declared(body: bytes, media_type: str) -> list[str]:
    found = _DECLARED.findall(media_type.encode("ascii", "ignore")) + _DECLARED.findall(body[:_HEAD])
    names = []
    for label in found:
        try:
            names.append(codecs.lookup(label.decode("ascii")).name)
        except LookupError:
            continue
    return names


def _decoded(text: str, encoding: str, rule: str, *, repaired: bool = False) -> Decoded:
    return Decoded(text=unicodedata.normalize("NFC", text), encoding=encoding, rule=rule, repaired=repaired)
