"""The encodings of feeds: what is valid UTF-8 is UTF-8, whatever a header says; one bad entry spoils no other.

Python knows neither TCVN 5712 nor VISCII, which Vietnamese newsrooms used before Unicode; their tables stand here.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence

# TCVN 5712-1 (VN1) and VISCII (RFC 1456): the upper half in order, then the letters that stand among the controls.
TCVN_UPPER = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
TCVN_LOWER = {1: "Ú", 2: "Ụ", 4: "Ừ", 5: "Ử", 6: "Ữ", 17: "Ứ", 18: "Ự", 19: "Ỳ", 20: "Ỷ", 21: "Ỹ", 22: "Ý", 23: "Ỵ"}
VISCII_UPPER = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
VISCII_LOWER = {2: "Ẳ", 5: "Ẵ", 6: "Ẫ", 20: "Ỷ", 25: "Ỹ", 30: "Ỵ"}


def _table(upper: str, lower: Mapping[int, str]) -> str:
    return "".join(lower.get(code, chr(code)) for code in range(128)) + upper


TABLES: Mapping[str, str] = {
    **dict.fromkeys(("tcvn", "tcvn5712", "tcvn57121", "tcvn571211993"), _table(TCVN_UPPER, TCVN_LOWER)),
    **dict.fromkeys(("viscii", "viscii11", "csviscii"), _table(VISCII_UPPER, VISCII_LOWER)),
}
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{1,40})""")
CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
ITEM = re.compile(rb"(?=<(?:item|entry)[\s>])", re.IGNORECASE)
# A vowel and one of windows-1258's five combining tone marks: no other Latin code page writes so.
VIETNAMESE = re.compile(rb"[aeiouyAEIOUY\xc2\xca\xd4\xd5\xdd\xe2\xe3\xc3\xea\xf4\xf5\xfd][\xcc\xd2\xde\xec\xf2]")
# ă đ ơ ư in that code page: Italian has tone marks behind vowels too ("ciò"), but none of these.
HORNED = re.compile(rb"[\xc3\xd0\xd5\xdd\xe3\xf0\xf5\xfd]")
HEAD = 4096


def read_text(body: bytes, content_type: str | None) -> str:
    """Decode a feed document; never fails, and leaves U+FFFD where no encoding explains a byte."""
    for mark, marked in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(marked, "replace")
    wide = _sniff_wide(body[:HEAD])
    if wide is not None:
        return body.decode(wide, "replace")
    declared = _declared(body, content_type)
    for label in declared:
        if label in TABLES:
            return unicodedata.normalize("NFC", codecs.charmap_decode(body, "replace", TABLES[label])[0])
    return body.decode("utf-8") if _is_utf8(body) else _read_narrow(body, declared)


def _read_narrow(body: bytes, declared: Sequence[str]) -> str:
    """A document of one byte a letter, in whole or in some of its entries."""
    legacy = next((name for label in declared if (name := _legacy(label)) is not None), None)
    if legacy == "cp1252":  # what editors write of themselves, whatever they save
        legacy = _guess(body)
    if legacy is not None:
        return _decode_legacy(body, legacy)
    parts = ITEM.split(body)
    fallback = _guess(b"".join(part for part in parts if not _is_utf8(part)))
    return "".join(_read_item(part, fallback) for part in parts)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Labels as given by the document, then by the header, down to their letters and digits."""
    found = [match.group(1).decode("ascii", "replace") for match in DECLARED.finditer(body[:HEAD])][:1]
    found += CHARSET.findall(content_type or "")
    return [re.sub(r"[^a-z0-9]", "", label.lower()) for label in found]


def _guess(body: bytes) -> str:
    return "cp1258" if VIETNAMESE.search(body) and HORNED.search(body) else "cp1252"


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy(label: str) -> str | None:
    """The codec of a label, when it is one byte a letter: a declared UTF-8 that is none explains nothing."""
    aliases = {"iso88591": "cp1252", "latin1": "cp1252", "usascii": "cp1252", "ascii": "cp1252"}
    dashed = re.sub(r"^(windows)(\d)", r"\1-\2", re.sub(r"^(iso8859)(\d)", r"\1-\2", label))
    try:
        name = codecs.lookup(aliases.get(label, dashed)).name
    except LookupError:
        return None
    return None if name.startswith(("utf", "utf_")) else name


def _decode_legacy(body: bytes, name: str) -> str:
    try:
        return unicodedata.normalize("NFC", body.decode(name, "replace"))
    except (LookupError, ValueError, TypeError):  # a codec that is not for text: base64, rot13
        return body.decode("utf-8", "replace")


def _sniff_wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of markup is zero."""
    if head.count(0) < len(head) // 4 or not head:
        return None
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _read_item(part: bytes, fallback: str) -> str:
    """One entry by itself: UTF-8 with stray bytes stays UTF-8, bytes of another code page are read as that."""
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError:
        lenient = part.decode("utf-8", "replace")
    strays = lenient.count("\ufffd")
    letters = sum(char > "\x7f" for char in lenient) - strays
    if letters > strays:
        return lenient
    return unicodedata.normalize("NFC", part.decode(fallback, "replace"))
