"""Bytes to text, by evidence: marks, validity, declarations, and what the letters look like; NFC comes out."""

import codecs
import html
import math
import re
import unicodedata

import msgspec

from shared.errors import NotAnArticle
from shared.untrusted.charsets.labels import declared_encodings
from shared.untrusted.charsets.legacy import read_byte_by_byte, read_legacy
from shared.untrusted.charsets.letters import likelihood
from shared.untrusted.charsets.mojibake import mend
from shared.untrusted.charsets.signatures import binary_kind, what_to_do
from shared.untrusted.charsets.syllables import syllables_in
from shared.untrusted.charsets.vietnamese import DECODERS, decode_viqr, looks_like_viqr

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_WIDE_SAMPLE = 1024
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_LIKELY_WIDE = -4.2  # a byte, as a logarithm: text in any script is above -3.5, chance below -4.7
# What only these encodings write: the sequences that shift from ASCII to their own letters.
_SHIFTS = (
    (b"\x1b$B", "iso2022_jp_2"),
    (b"\x1b$@", "iso2022_jp_2"),
    (b"\x1b$(D", "iso2022_jp_2"),
    (b"\x1b(I", "iso2022_jp_ext"),
    (b"\x1b$)C", "iso2022_kr"),
    (b"~{", "hz"),
)
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\n\r"
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\x0b\x0c]")
# Text with none of these is in its composed form: marks, conjoining letters, and those that have canonical twins. What
# every page prints (dashes, arrows, kana, pictographs) is not among them: composing a page costs as much as parsing it.
_UNSETTLED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0300-\u036f\u0374\u037e\u0387\u0590-\u05cf\u05eb-\u0620\u064b-\u065f\u0670"
    "\u06d4-\u1dff\u1f00-\u2001\u2126\u212a\u212b\u2adc\u2ce0-\u2dff\u302a-\u302f\u3099\u309a\uf900-\ufaff\ufb1d-\ufb4f"
    "\ufe20-\ufe2f\U00010000-\U0001efff\U0001fb00-\U0010ffff]"
)
_REFERENCE = re.compile(r"&#(?:[0-9]{3,5}|[xX][0-9A-Fa-f]{2,4});")
_MANY_REFERENCES = 3
_D_STROKE = str.maketrans("\u00d0\u00f0", "\u0110\u0111")
_VIETNAMESE_ONLY = re.compile("[\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u031b\u0309\u0323]")
_NORDIC = re.compile("[\u00de\u00fe\u00c6\u00e6]")
_TELLING = 3
_SYLLABLES, _MOST_SYLLABLES = 4, 8
_PRINTED_LOSS = "\ufffd".encode()  # what another program could not read
_TOO_MANY_CONTROLS = 0.05
# A byte of an older encoding, as a logarithm: all in all real text is above the first, by no more than the second where
# it is short (a line of Chinese or Thai), and chance of 150 bytes or more is below both.
_LIKELY_NARROW, _BY_CHANCE = -4.1, 40.0
_FEW_LOST, _TOO_MANY_LOST, _TOO_MANY_UNASSIGNED = 8, 0.25, 0.05
_NO_LETTERS = frozenset({"Cn", "Co", "Cs"})
_CHANCE = "This is no text: its bytes make no words in any encoding that we know."


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """The text of an input, in NFC; offsets in evidence count its characters.

    `rule` says what decided for `encoding`; `repaired` whether something had to be mended that no encoding explains;
    `unreadable` how many U+FFFD stand in the text for bytes that are no letter of it.
    """

    text: str
    encoding: str
    rule: str
    repaired: bool = False
    unreadable: int = 0


NO_TEXT = Decoded(text="", encoding="", rule="")
"""Of what is no text, and was opened by a program for its format."""


def decode(body: bytes, media_type: str, language: str | None = None) -> Decoded:
    """Read bytes in whatever encoding they are in; raises `NotAnArticle` for bytes that are no text."""
    decoded = _decode(body, media_type, language)
    unreadable = decoded.text.count("\ufffd") - body.count(_PRINTED_LOSS)
    if unreadable > max(_FEW_LOST, _TOO_MANY_LOST * len(decoded.text)):
        raise NotAnArticle(f"This is no text: {unreadable} of its {len(decoded.text)} letters cannot be read.")
    if unreadable > 0:
        decoded = msgspec.structs.replace(decoded, unreadable=unreadable, repaired=True)
    if "&#" in decoded.text and media_type.startswith("text/plain") and "</" not in decoded.text:
        return _with_letters(decoded)
    return decoded


def _with_letters(decoded: Decoded) -> Decoded:
    """Plain text whose letters an editor for the web wrote as references: "Vi&#7879;t" is "Việt"."""
    if len(_REFERENCE.findall(decoded.text)) < _MANY_REFERENCES:
        return decoded
    text = unicodedata.normalize("NFC", html.unescape(decoded.text))
    rule = f"{decoded.rule}, character references read"
    return msgspec.structs.replace(decoded, text=text, rule=rule, repaired=True)


def _decode(body: bytes, media_type: str, language: str | None) -> Decoded:
    kind = binary_kind(body)
    if kind is not None:
        raise NotAnArticle(f"This is no text: the input looks like {kind}{what_to_do(kind)}.")
    if not body.strip(b" \t\r\n\f\v\0\xef\xbb\xbf\xff\xfe"):
        raise NotAnArticle("The input is empty: it holds nothing but white space.")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _by_mark(body[len(mark) :], encoding, media_type, language)
    declared = declared_encodings(body, media_type)
    if b"\0" in body[:_SAMPLE] and (wide := _wide_encoding(body)) is not None:
        return _finished(body.decode(wide, "replace"), wide, "pattern of zero bytes")
    may_shift = (b"\x1b" in body or b"~" in body) and body.isascii()  # to look for one byte costs a hundredth
    shifted = next((name for mark, name in _SHIFTS if mark in body), None) if may_shift else None
    if shifted is not None:
        return _finished(body.decode(shifted, "replace"), shifted, "shifts to another alphabet")
    return _narrow(body, declared, language)


def _by_mark(body: bytes, encoding: str, media_type: str, language: str | None) -> Decoded:
    if encoding != "utf-8":
        text = body.decode(encoding, "replace")
        _check_assigned(text)
        return _finished(text, encoding, "byte order mark")
    return msgspec.structs.replace(
        _narrow(body, declared_encodings(body, media_type), language), rule="byte order mark"
    )


def _narrow(body: bytes, declared: tuple[str, ...], language: str | None) -> Decoded:
    try:
        return _finished(body.decode("utf-8"), "utf-8", "valid UTF-8", body)
    except UnicodeDecodeError:
        wide = None if body[:_SAMPLE].isascii() else _wide_encoding(body)
        if wide is not None:
            return _finished(body.decode(wide, "replace"), wide, "letter frequencies")
        text, encoding, rule, repaired = read_legacy(body, declared, language)
        if encoding.startswith("utf-8"):
            return msgspec.structs.replace(_finished(text, encoding, rule), repaired=True)
        if rule != "declared" or encoding in DECODERS:  # whose tables have letters where others have controls
            _check_likely(text, len(body))
        distinct = read_byte_by_byte(body.translate(None, _PRINTABLE), encoding)
        return _composed(text, encoding, rule, distinct=distinct, repaired=repaired)


def _check_likely(text: str, size: int) -> None:
    """Raise `NotAnArticle` for `size` bytes that are as good as chance also in the encoding that makes most of them."""
    sample = text[:_WIDE_SAMPLE]
    held = size * len(sample) / max(1, len(text))
    if likelihood(sample)[0] < _LIKELY_NARROW * held - _BY_CHANCE:
        raise NotAnArticle(_CHANCE)


def _check_assigned(text: str) -> None:
    """Raise `NotAnArticle` for text behind a mark with too many letters that are none: two bytes may be by chance."""
    sample = text[:_WIDE_SAMPLE]
    odd = sum(letter == "\ufffd" or unicodedata.category(letter) in _NO_LETTERS for letter in sample)
    if odd > max(2, _TOO_MANY_UNASSIGNED * len(sample)):
        raise NotAnArticle(_CHANCE)


def _wide_encoding(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, if read so the text is likely in some language."""
    sample = body[: min(_WIDE_SAMPLE, len(body)) & ~3 or len(body)]
    if b"</" in sample:  # an end tag at a byte a letter
        return None
    readings = ((sample.decode(name, "replace"), name) for name in _WIDE)
    valid = [(likelihood(text)[0], name) for text, name in readings if text.count("\ufffd") * 100 <= len(text)]
    score, name = max(valid, default=(-math.inf, ""))
    return name if score > _LIKELY_WIDE * len(sample) else None


def _finished(text: str, encoding: str, rule: str, body: bytes | None = None) -> Decoded:
    """Mend what was misread before it was saved as Unicode; `body` is the text in UTF-8."""
    body = text.encode("utf-8", "surrogatepass") if body is None else body
    residue = body.translate(None, _PRINTABLE).decode("utf-8", "surrogatepass")
    if not residue:
        return _without_mnemonics(Decoded(text=text, encoding=encoding, rule=rule))
    text, wrong = mend(text, body, residue)
    if wrong is not None:
        return _composed(text, encoding, f"{rule}, {wrong} mended", repaired=True)
    if "\u00d0" in residue and _is_written_with_eth(residue):
        text, residue = text.translate(_D_STROKE), residue.translate(_D_STROKE)
        return msgspec.structs.replace(_composed(text, encoding, f"{rule}, Eth for \u0110 mended"), repaired=True)
    return _composed(text, encoding, rule, distinct=residue)


def _without_mnemonics(decoded: Decoded) -> Decoded:
    """Text in ASCII, read as VIQR if nearly all that it marks are syllables of Vietnamese then."""
    sample = decoded.text[:_SAMPLE]
    if not looks_like_viqr(sample):
        return decoded
    right, wrong = syllables_in(decode_viqr(sample))
    if right < _SYLLABLES or right < _MOST_SYLLABLES * wrong:
        return decoded
    return msgspec.structs.replace(
        decoded, text=decode_viqr(decoded.text), encoding="viqr", rule="Vietnamese syllables"
    )


def _is_written_with_eth(residue: str) -> bool:
    """Vietnamese typed with Icelandic's \u00d0 for its own \u0110: the two look alike on paper."""
    return len(_VIETNAMESE_ONLY.findall(residue)) >= _TELLING and not _NORDIC.search(residue)


def _composed(text: str, encoding: str, rule: str, *, distinct: str | None = None, repaired: bool = False) -> Decoded:
    distinct = text if distinct is None else distinct
    if _UNSETTLED.search(distinct):
        if _CONTROLS.search(distinct):
            text, repaired = _without_controls(text), True
        text = unicodedata.normalize("NFC", text)
    return Decoded(text=text.removeprefix("\ufeff"), encoding=encoding, rule=rule, repaired=repaired)


def _without_controls(text: str) -> str:
    kept = _CONTROLS.sub(lambda found: "\n" if found[0] in "\x0b\x0c" else "", text)
    if len(text) - len(kept) > _TOO_MANY_CONTROLS * len(text):
        raise NotAnArticle("This is no text: too many of its bytes are control characters.")
    return kept
