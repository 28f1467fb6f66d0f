"""The Vietnamese encodings of before Unicode, as tables: bytes in, NFC out.

Python knows only windows-1258. Sources: RFC 1456 (VISCII, and VIQR, which is ASCII), TCVN 5712:1993 (VN1; its VN3 is
the "ABC" of the .Vn fonts), and the tables of the VPS and VNI fonts as converters have carried them ever since.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from itertools import islice

_CP1252 = bytes(range(256)).decode("cp1252", "replace")
_ASCII = bytes(range(128)).decode("ascii")

_VN1_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_VN1_LOW = dict(zip(b"\x01\x02\x04\x05\x06\x11\x12\x13\x14\x15\x16\x17", "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True))
_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_VISCII_LOW = dict(zip(b"\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))
# Where VPS has its own letter; every other place above 0x7F is as in Latin-1.
_VPS_OWN = dict(
    zip(
        bytes.fromhex(
            "cf b3 9b fd 9c 19 ff b2 bf 15 bb 1d ba b1 d8 af d9 ad fb d1 f8 14 ae 13 ab a6 aa 9f a9 9e a7 9d b6 "
            "12 87 99 b0 98 d2 97 d3 96 d5 bd 86 11 ce 10 cc b7 8c 06 cd 95 8b 94 8a 93 89 90 eb fe c8 de cb 05 "
            "a5 04 a4 f0 a3 8f a2 8e a1 8d c6 03 c5 1c c4 85 c0 84 c3 83 e4 81 e5 02 dc d0 d6 f7 db ac ef b8 c7 "
            "e6 88 9a a8 be b9 bc f1 b4 b5 d7 82 80 "
        ),
        "ỹỸỷỶỵỴỳỲựỰữỮửỬừỪứỨủỦụỤợỢỡỠởỞờỜớỚộỘỗỖổỔồỒốỐỏỎọỌịỊỉỈệỆễỄểỂềỀếẾẽẼẻẺẹẸặẶẵẴẳẲằẰắẮậẬẫẪẩẨầẦấẤảẢạẠưƯơƠũŨĩĨđăĂýÙÕÓÒĐÍÌÈÃÀ",
        strict=True,
    )
)
# VNI writes a vowel and then its marks; these are the marks, as Unicode composes them.
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _HAT, _BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
_VNI_MARKS = {
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _HAT, "à": _HAT + _GRAVE, "á": _HAT + _ACUTE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE, "ä": _HAT + _DOT,
    "ê": _BREVE, "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
_VNI = str.maketrans(
    {
        **_VNI_MARKS,
        **_VNI_LETTERS,
        **{letter.upper(): marks for letter, marks in _VNI_MARKS.items()},
        **{letter.upper(): own.upper() for letter, own in _VNI_LETTERS.items()},
    }
)


def _table(high: str, low: Mapping[int, str]) -> str:
    return "".join(low.get(byte, letter) for byte, letter in enumerate(_ASCII)) + high


def _vps() -> str:
    latin = bytes(range(256)).decode("latin-1")
    return "".join(_VPS_OWN.get(byte, letter) for byte, letter in enumerate(latin))


_TABLES = {
    "tcvn3": _CP1252[:0xA0] + _VN1_HIGH[0x20:],
    "tcvn5712": _table(_VN1_HIGH, _VN1_LOW),
    "viscii": _table(_VISCII_HIGH, _VISCII_LOW),
    "vps": _vps(),
}
_ENOUGH_SHAPES = 3
# A word with a capital after its first letter and no small letter of ASCII is all capitals: "CHíNH", "NéI".
_HALF_CAPITALS = re.compile(r"(?<!\w)[^\W\d_a-z]+[A-ZĂÂÊÔƠƯĐ](?:[^\W\d_a-z])*(?!\w)")


def _by_table(name: str) -> Callable[[bytes], str]:
    table = {byte: letter for byte, letter in enumerate(_TABLES[name]) if letter != chr(byte)}

    def decode(body: bytes) -> str:
        return unicodedata.normalize("NFC", body.decode("latin-1").translate(table))

    return decode


def _decode_tcvn3(body: bytes) -> str:
    """ABC has no capitals with tones (another font drew them), so a word with other capitals inside tells."""
    return _HALF_CAPITALS.sub(lambda word: word[0].upper(), _by_table("tcvn3")(body))


def _decode_vni(body: bytes) -> str:
    return unicodedata.normalize("NFC", body.decode("cp1252", "replace").translate(_VNI))


def _decode_cp1258(body: bytes) -> str:
    return unicodedata.normalize("NFC", body.decode("cp1258", "replace"))


# In the order of how often they are met: the first wins a tie.
DECODERS: Mapping[str, Callable[[bytes], str]] = {
    "cp1258": _decode_cp1258,
    "tcvn3": _decode_tcvn3,
    "vni": _decode_vni,
    "viscii": _by_table("viscii"),
    "vps": _by_table("vps"),
    "tcvn5712": _by_table("tcvn5712"),
}

# "Vie^.t Nam": a vowel, its shape, its tone; a backslash keeps a sign a sign. A full stop or question mark that ends a
# word before a capital, a quote or a line's end is one.
_VIQR = re.compile(
    r"\\(?P<sign>[dD]|[^\w\s])|(?P<d>[dD])[dD]|(?P<vowel>[aeiouyAEIOUY])(?P<shape>[\^(+]?)"
    r"(?P<tone>['`~]|[.?](?!\s*(?:[\r\n\"”]|$)|\s+[A-Z(\"“-]))?"
)
_VIQR_MARKS = {"^": _HAT, "(": _BREVE, "+": "\u031b", "`": _GRAVE, "'": _ACUTE, "?": _HOOK, "~": _TILDE, ".": _DOT}
_VIQR_SHAPES = re.compile(r"[aeoAEO]\^|[aA]\(|[uoUO]\+|\b[dD][dD](?=[aeiouyAEIOUY])")


def decode_viqr(text: str) -> str:
    """Vietnamese typed in ASCII by RFC 1456's mnemonics: "ddu+o+.c" is "được"."""
    return unicodedata.normalize("NFC", _VIQR.sub(_viqr_letter, text))


def looks_like_viqr(text: str) -> bool:
    """Whether text in ASCII holds several letters that only those mnemonics write."""
    return sum(1 for _ in islice(_VIQR_SHAPES.finditer(text), _ENOUGH_SHAPES)) == _ENOUGH_SHAPES


def _viqr_letter(found: re.Match[str]) -> str:
    if found["sign"]:
        return found["sign"]
    if found["d"]:
        return "đ" if found["d"] == "d" else "Đ"
    return found["vowel"] + "".join(_VIQR_MARKS[mark] for mark in (found["shape"] or "") + (found["tone"] or ""))
