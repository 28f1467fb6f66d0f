"""The charset an input declares: in its Content-Type, its XML prolog, its HTML meta; and what such labels mean."""

import codecs
import re

HEAD = 4096  # a meta charset stands in the first 1024 bytes by the standard, in the first 4096 in practice

_IN_MEDIA_TYPE = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:+-]{2,40})""", re.IGNORECASE)
_IN_PROLOG = re.compile(rb"""^[\s\0]{0,64}<\?xml[^>]{0,200}?\bencoding\s*=\s*["']\s*([A-Za-z0-9._:+-]{2,40})""")
_IN_META = re.compile(rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:+-]{2,40})""", re.IGNORECASE)

# As browsers read the labels (WHATWG), and the Vietnamese ones no browser knows.
_MEANS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "ansi": "cp1252", "iso-8859-9": "cp1254", "iso8859-9": "cp1254",
    "latin5": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "cp936": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "ms932": "cp932", "windows-31j": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs",
    "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "x-euc-jp": "euc_jp",
    "utf-16": "utf-16", "unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16",
    "viscii": "viscii", "csviscii": "viscii", "x-viscii": "viscii", "viscii1.1-1": "viscii",
    "vps": "vps", "x-viet-vps": "vps", "x-vps": "vps",
    "tcvn": "tcvn", "tcvn3": "tcvn", "tcvn-3": "tcvn", "tcvn5712": "tcvn", "tcvn-5712": "tcvn", "tcvn5712-1": "tcvn",
    "tcvn5712-1:1993": "tcvn", "x-viet-tcvn": "tcvn", "x-viet-tcvn5712": "tcvn", "abc": "tcvn", "vscii": "tcvn",
    "vscii-1": "tcvn", "vscii-2": "tcvn", "iso-ir-180": "tcvn", "x-tcvn": "tcvn",
    "vni": "vni", "x-viet-vni": "vni", "vni-win": "vni", "x-vni": "vni",
}  # fmt: skip


def declared_encodings(body: bytes, media_type: str) -> tuple[str, ...]:
    """The encodings the input claims, strongest claim first, by our own names for them; unknown labels are left out."""
    head = body[:HEAD]
    labels = _IN_MEDIA_TYPE.findall(media_type)
    labels += [label.decode("ascii") for label in (*_IN_PROLOG.findall(head), *_IN_META.findall(head)[:2])]
    return tuple(dict.fromkeys(name for name in map(_meaning, labels) if name is not None))


def _meaning(label: str) -> str | None:
    known = _MEANS.get(label.lower())
    if known is not None:
        return known
    try:
        "".encode(label)  # fails also for codecs that are no charsets, such as hex
        name = codecs.lookup(label).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name in _NO_TEXT else name


# Python's own inventions are text codecs, but nobody's charset; no browser reads UTF-7 any more.
_NO_TEXT = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem", "utf-7"})
