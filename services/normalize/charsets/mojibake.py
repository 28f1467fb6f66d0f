"""Text that was read in a wrong encoding and saved as UTF-8: "Viá»‡t Nam", "ViÖt Nam", "Vieät Nam" become "Việt Nam"."""

import re
from collections.abc import Callable, Iterator

from services.normalize.charsets.syllables import syllables_in
from services.normalize.charsets.vietnamese import DECODERS

_ROUNDS = 3  # twice encoded is common, three times has been seen
_ENOUGH = 3
# Letters and signs that a newspaper prints; a chance match gives others, such as "à »" read as a Samaritan point.
_PRINTED = re.compile(
    "[\u00a0-\u017f\u0192\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u0300-\u0309\u0323\u0370-\u045f\u0490\u0491\u05d0-\u05ea"
    "\u060c\u061b\u061f-\u0652\u0660-\u0669\u067e\u0686\u0698\u06a9\u06af\u06cc\u0e00-\u0e5b\u1ea0-\u1ef9"
    "\u200b-\u200f\u2010-\u2027\u202f\u2030\u2032\u2033\u2039\u203a\u20a0-\u20bf\u2116\u2122\u2190-\u21ff\u2200-\u22ff"
    "\u2500-\u27bf\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\ufe0f\ufeff\uff00-\uffef\U0001f000-\U0001faff]"
)
# Typographic marks may by chance follow a capital: “ĐÔ” is no double encoding.
_BY_CHANCE = frozenset("‚„…†‡ˆ‰‹‘’“”•–—˜›»")
_FONT_LETTERS = frozenset("¸¹µ¶·®¨ª«¬\u00ad¾»¼½ÆÇËÎÏÑÖ×ØÛÜÞßäåæçëïîñöøûü÷þÿ¤¦§±²³´¯°¡¢£¥¿")
_FONTS = ("tcvn3", "vni", "viscii", "vps", "cp1258")
_TRIED_LINES = 12
_NBSP_LOST = re.compile(r"(?<=[^\W\d_])Ã (?=[\w“\"(])|\bÃ (?= |\b)")


class _Misreading:
    """One wrong encoding, as characters: which byte each stood for, and what a UTF-8 sequence looks like in them."""

    def __init__(self, encoding: str, *, controls: bool) -> None:
        table = dict(zip(bytes(range(256)).decode(encoding, "replace"), range(256), strict=False))
        table.pop("\ufffd", None)
        self.bytes_of = {ord(letter): byte for letter, byte in table.items()}
        if controls:  # Latin-1, and what cp1252 leaves undefined
            self.bytes_of.update({byte: byte for byte in range(0x80, 0xA0)})
        self.sequence = re.compile(
            f"{self._range(0xC2, 0xE0)}{self._range(0x80, 0xC0)}|{self._range(0xE0, 0xF0)}{self._range(0x80, 0xC0)}{{2}}"
            f"|{self._range(0xF0, 0xF5)}{self._range(0x80, 0xC0)}{{3}}"
        )

    def _range(self, first: int, end: int) -> str:
        letters = [chr(letter) for letter, byte in self.bytes_of.items() if first <= byte < end]
        return "[" + re.escape("".join(sorted(letters))) + "]"

    def decoded(self, sequence: str) -> str | None:
        """What the sequence stands for, or None when it is no UTF-8 or nothing a newspaper prints."""
        try:
            letter = bytes(self.bytes_of[ord(part)] for part in sequence).decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return None
        return letter if _PRINTED.fullmatch(letter) or letter < "\u00a0" else None


_WESTERN = _Misreading("cp1252", controls=True)
_OTHERS = tuple(_Misreading(encoding, controls=False) for encoding in ("cp1258", "cp1250", "cp1251", "mac_roman"))


def mend(text: str, distinct: str) -> tuple[str, str | None]:
    """The text with every misread part put right, and what was wrong; `distinct` holds its characters beyond ASCII."""
    wrong: list[str] = []
    residue = distinct
    for _ in range(_ROUNDS):
        mended = _mend_double(text, residue)
        if mended == text:
            break
        wrong, text = ["double-encoded UTF-8"], mended
        residue = "".join(set(text))
    if not _FONT_LETTERS.isdisjoint(residue):
        mended = _mend_fonts(text)
        if mended != text:
            wrong.append("font-encoded Vietnamese")
            text = mended
    return text, " and ".join(wrong) or None


def _mend_double(text: str, residue: str) -> str:
    if _may_hold(_WESTERN, residue) and (found := _WESTERN.sequence.findall(text)):
        sure = sum(_is_sure(sequence) for sequence in found)
        if sure:
            return _mend_western(text, everywhere=sure * 2 > len(found))
    for misreading in _OTHERS:
        if _may_hold(misreading, residue):
            mended = _by_line(text, lambda line, misreading=misreading: _mend_whole(line, misreading))
            if mended != text:
                return mended
    return text


def _may_hold(misreading: _Misreading, residue: str) -> bool:
    kinds = {misreading.bytes_of.get(ord(letter), 0) >> 4 for letter in set(residue)}
    return not kinds.isdisjoint((0xC, 0xD, 0xE, 0xF)) and not kinds.isdisjoint((0x8, 0x9, 0xA, 0xB))


def _is_sure(sequence: str) -> bool:
    return _WESTERN.decoded(sequence) is not None and (len(sequence) > 2 or sequence[1] not in _BY_CHANCE)


def _mend_western(text: str, *, everywhere: bool) -> str:
    def put_right(found: re.Match[str]) -> str:
        sequence = found[0]
        if not everywhere and not _is_sure(sequence):
            return sequence
        decoded = _WESTERN.decoded(sequence)
        return sequence if decoded is None else decoded

    mended = _WESTERN.sequence.sub(put_right, text)
    return _NBSP_LOST.sub("à ", mended) if everywhere else mended


def _mend_whole(line: str, misreading: _Misreading) -> str:
    """The rarer misreadings look more like other languages, so they must explain every letter of a line, and several."""
    found = misreading.sequence.findall(line)
    if len(found) < _ENOUGH or sum(map(len, found)) < sum(letter > "\x7f" for letter in line):
        return line
    decoded = [misreading.decoded(sequence) for sequence in found]
    if any(letter is None for letter in decoded):
        return line
    return misreading.sequence.sub(lambda match: misreading.decoded(match[0]) or match[0], line)


def _mend_fonts(text: str) -> str:
    """Lines that were typed in a Vietnamese font and taken for Western text, if the first suspects prove to be such."""
    suspects = list(_suspect_lines(text))
    if not any(_font_of(line) for line in suspects[:_TRIED_LINES]):
        return text

    def put_right(line: str) -> str:
        font = None if _FONT_LETTERS.isdisjoint(line) else _font_of(line)
        return line if font is None else DECODERS[font](line.encode("cp1252", "replace"))

    return _by_line(text, put_right)


def _suspect_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.isascii() and not _FONT_LETTERS.isdisjoint(line):
            yield line


def _font_of(line: str) -> str | None:
    """The font under which nearly every marked word of the line is a syllable, if as it stands hardly any is."""
    right, wrong = syllables_in(line)
    if right > wrong:
        return None
    try:
        body = line.encode("cp1252")
    except UnicodeEncodeError:
        return None
    readings = [(syllables_in(DECODERS[font](body)), font) for font in _FONTS]
    (right, wrong), font = max(readings, key=lambda reading: reading[0][0] - 4 * reading[0][1])
    return font if right >= _ENOUGH and right >= 8 * wrong else None


def _by_line(text: str, mend_line: Callable[[str], str]) -> str:
    return "".join(line if line.isascii() else mend_line(line) for line in text.splitlines(keepends=True))
