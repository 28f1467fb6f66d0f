"""Text misread before it was saved as UTF-8: "Viá»‡t Nam", "ViÖt Nam" and "Vieät Nam" become "Việt Nam"."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import islice

from shared.patterns import pattern_of
from shared.untrusted.charsets.letters import likelihood
from shared.untrusted.charsets.syllables import is_syllable, syllables_in
from shared.untrusted.charsets.vietnamese import DECODERS

_ROUNDS = 3  # twice encoded is common, three times has been seen
_ENOUGH = 3
_LIKELIER = 12.0  # on the scale of a logarithm: by so much is a text of few letters likelier once it is mended
_SAMPLE = 6000
_LINE = pattern_of(r"[^\n]*\n?")
# Letters and signs that a newspaper prints; a chance match gives others, such as "à »" read as a Samaritan point.
_PRINTED = pattern_of(
    "[\u00a0-\u017f\u0192\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u02c6-\u02dd\u0300-\u0309\u031b\u0323\u0370-\u045f\u0490\u0491\u05d0-\u05ea"
    "\u060c\u061b\u061f-\u0652\u0660-\u06d4\u06f0-\u06f9\u0900-\u09ff\u0e00-\u0e5b\u1ea0-\u1ef9"
    "\u200b-\u200f\u2010-\u2027\u202f\u2030\u2032\u2033\u2039\u203a\u20a0-\u20bf\u2116\u2122\u2190-\u21ff\u2200-\u22ff"
    "\u2500-\u27bf\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\ufe0f\ufeff\uff00-\uffef\U0001f000-\U0001faff]"
)
# Typographic marks may by chance follow a capital: “ĐÔ” is no double encoding.
_BY_CHANCE = frozenset("‚„…†‡ˆ‰‹‘’“”•–—˜›»\u00a0")
_OFTEN_MISREAD = pattern_of("[\u1e00-\u1eff\u2010-\u2044\u20ab\u20ac]")
_OF_FONTS = "¸¹µ¶·®¨ª«¬\u00ad¾»¼½ÆÇËÎÏÑÖ×ØÛÜÞßäåæçëïîñöøûü÷þÿ¤¦§±²³´¯°¡¢£¥¿ðÐ"
_FONTS = ("tcvn3", "vni", "cp1258", "viscii", "vps", "tcvn5712")
_FONT_LETTERS = pattern_of(f"[{_OF_FONTS}]")
_WORD = pattern_of("[A-Za-zÀ-ÿ¡-¿]+")
_ASCII_LETTER = pattern_of("[A-Za-z]")
_LONGEST_SYLLABLE = 7
_ASCII = bytes(range(128))
# "Ã©" as UTF-8: a search for it in bytes is several times faster than one for its letters in the text.
_WESTERN_AS_UTF8 = pattern_of(
    rb"\xc3[\x82-\xb4](?:\xc2|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2[\x80-\x84])"
)
_TRIED_WORDS = 40
_TRIED_SHARE, _MOST_WORDS = 0.75, 0.88
_NEARLY_ALL, _MOST = 0.8, 0.6
_GRAVE_A = pattern_of(r"(?<![^\W\d_])([^\W\d_]*)Ã (?:(?= )|([^\W\d_]*))")
_FINALS = frozenset("c ch i m n ng nh o p t u y".split())


class _Misreading:
    """One wrong encoding, as characters: which byte each stood for, and what a UTF-8 sequence looks like in them."""

    def __init__(self, encoding: str) -> None:
        table = {byte: bytes((byte,)).decode(encoding, "ignore") for byte in range(0x80, 0x100)}
        self.bytes_of = {byte: byte for byte in range(0x80, 0xA0)}  # Latin-1, and where the encoding has a hole
        self.bytes_of.update({ord(letter): byte for byte, letter in table.items() if letter})
        self.decoded = lru_cache(maxsize=4096)(self._decoded)  # a text has few letters, each of them often
        rest = self._range(0x80, 0xC0)
        self.sequence = pattern_of(
            f"{self._range(0xC2, 0xE0)}{rest}|{self._range(0xE0, 0xF0)}{rest}{{2}}|{self._range(0xF0, 0xF5)}{rest}{{3}}"
        )

    def _range(self, first: int, end: int) -> str:
        letters = [chr(letter) for letter, byte in self.bytes_of.items() if first <= byte < end]
        return "[" + re.escape("".join(sorted(letters))) + "]"

    def _decoded(self, sequence: str) -> str | None:
        """What the sequence stands for, or None when it is no UTF-8 or nothing a newspaper prints."""
        try:
            letter = self.body(sequence).decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return None
        return letter if letter < "\u00a0" or _PRINTED.fullmatch(letter) else None

    def body(self, text: str) -> bytes:
        """The bytes that were misread; raises `KeyError` for a letter that this encoding does not have."""
        return bytes(self.bytes_of[ord(letter)] if letter > "\x7f" else ord(letter) for letter in text)

    def explained(self, text: str) -> float:
        """The share of what is beyond ASCII that makes sense as UTF-8 misread like this."""
        beyond = len(text) - len(text.encode("ascii", "ignore"))
        found = self.sequence.findall(text)
        return sum(len(sequence) for sequence in found if self.decoded(sequence) is not None) / max(1, beyond)

    def mended(self, text: str, accept: Callable[[str], bool] = lambda sequence: True) -> str:
        """The text with each accepted sequence as the letter it stands for."""
        return self.sequence.sub(
            lambda found: (accept(found[0]) and self.decoded(found[0])) or found[0],
            text,
        )


_WESTERN = _Misreading("cp1252")
_MISREADINGS = (_WESTERN, *map(_Misreading, ("cp1258", "cp1250", "cp1251", "mac_roman")))


def mend(text: str, body: bytes, residue: str) -> tuple[str, str | None]:
    """The text with every misread part put right, and what was wrong.

    `body` is the text in UTF-8. `residue` is the text without its ASCII: it is short, and what does not stand side by
    side in it need not be searched for in the text.
    """
    wrong: list[str] = []
    for _ in range(_ROUNDS):
        mended = _mend_double(text, body, residue)
        if mended == text:
            break
        wrong, text, body = ["double-encoded UTF-8"], mended, mended.encode("utf-8", "surrogatepass")
        residue = _without_ascii(body)
    if _FONT_LETTERS.search(residue):
        mended = _mend_fonts(text)
        if mended != text:
            wrong.append("font-encoded Vietnamese")
            text = mended
    return text, " and ".join(wrong) or None


def _without_ascii(body: bytes) -> str:
    return body.translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _mend_double(text: str, body: bytes, residue: str) -> str:
    start = residue[:_SAMPLE]
    suspected = [misreading for misreading in _MISREADINGS[1:] if misreading.sequence.search(start)]
    if _WESTERN_AS_UTF8.search(body) is not None and _WESTERN.sequence.search(residue):
        suspected.insert(0, _WESTERN)
    if not suspected:
        return text
    sample = "\n".join(line for line in text[: 4 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE]
    throughout = [misreading for misreading in suspected if _explains(misreading, sample)]
    if throughout:
        misreading = max(throughout, key=lambda misreading: _likelihood_once_mended(misreading, sample))
        return _with_grave_a(misreading.mended(text))
    if _WESTERN in suspected:
        return "".join(map(_mend_line, _LINE.findall(text)))
    return text


def _with_grave_a(text: str) -> str:
    """The "à" whose second half, a no-break space, became a plain one: "vÃ  toÃ n" is "và toàn"."""
    return _GRAVE_A.sub(lambda found: f"{found[1]}à{_rest_of_grave_a(found[1], found[2] or '')}", text)


def _rest_of_grave_a(start: str, rest: str) -> str:
    if not rest or rest.startswith(" "):
        return rest
    return rest if rest in _FINALS and is_syllable(f"{start}à{rest}") else f" {rest}"


def _explains(misreading: _Misreading, sample: str) -> bool:
    """Whether nearly all that is beyond ASCII was misread like this; the rarer misreadings need several letters."""
    if misreading.explained(sample) < _NEARLY_ALL:
        return False
    enough = 1 if misreading is _WESTERN else _ENOUGH
    if len(misreading.sequence.findall(sample)) >= enough and _is_sure_of(misreading, sample):
        return True
    return likelihood(misreading.mended(sample))[0] - likelihood(sample)[0] > _LIKELIER


def _likelihood_once_mended(misreading: _Misreading, sample: str) -> float:
    for _ in range(_ROUNDS):
        if not _explains(misreading, sample):
            break
        sample = misreading.mended(sample)
    return likelihood(unicodedata.normalize("NFC", sample))[0]


def _is_sure_of(misreading: _Misreading, text: str) -> bool:
    return any(not _is_by_chance(sequence, misreading) for sequence in misreading.sequence.findall(text))


def _is_by_chance(sequence: str, misreading: _Misreading) -> bool:
    """A capital and a closing quote, as in “ĐÔ”, or "é »" in French: side by side in sound text as well."""
    if not _BY_CHANCE.issuperset(sequence[1:]):
        return False
    return len(sequence) == 2 or _OFTEN_MISREAD.fullmatch(misreading.decoded(sequence) or "") is None


def _mend_line(line: str) -> str:
    """One line of a text that is right elsewhere."""
    if line.isascii() or _WESTERN_AS_UTF8.search(line.encode("utf-8", "surrogatepass")) is None:
        return line
    if not _WESTERN.sequence.search(line):
        return line
    if _WESTERN.explained(line) >= _MOST and _is_sure_of(_WESTERN, line):
        return _WESTERN.mended(line)
    return _WESTERN.mended(line, _is_telling)


def _is_telling(sequence: str) -> bool:
    """Three misread letters in a row, or "Ã" or "Â" and a sign, are double encoding whatever stands around them."""
    if sequence in ("Ã\u00a0", "Â\u00a0"):
        return True
    return (len(sequence) > 2 or sequence[0] in "ÂÃ") and not _is_by_chance(sequence, _WESTERN)


def _mend_fonts(text: str) -> str:
    """Lines typed in a Vietnamese font and taken for Western text, if the first suspected words prove to be such."""
    lines = (line for line in text.splitlines() if not line.isascii())
    words = islice(
        (_around(line, found.start()) for line in lines for found in _FONT_LETTERS.finditer(line)), _TRIED_WORDS
    )
    usual = _font_of(" ".join(sorted(set(words))), _TRIED_SHARE)
    if usual is None:
        return text
    sample = [line for line in _LINE.findall(text[:_SAMPLE]) if not line.isascii()]
    throughout = all(map(_is_western, sample))
    if throughout:
        usual = _font_of(" ".join(sample), _MOST) or usual

    def put_right(line: str) -> str:
        if line.isascii() or not _is_western(line):
            return line
        font = usual if throughout or _is_font_only(line, usual) else _font_of(line, _MOST_WORDS)
        return line if font is None else DECODERS[font](_WESTERN.body(line))

    return "".join(map(put_right, _LINE.findall(text)))


def _is_font_only(line: str, font: str) -> bool:
    """Whether no marked word of a short line is a syllable as it stands, and every one is under the font."""
    return syllables_in(line)[0] == 0 and syllables_in(DECODERS[font](_WESTERN.body(line)))[1] == 0


def _around(text: str, place: int) -> str:
    """The word at this place, if it may be a syllable; two marks at most make one longer than its seven letters."""
    start = max(0, place - _LONGEST_SYLLABLE - 2)
    for word in _WORD.finditer(text, start, place + _LONGEST_SYLLABLE + 3):
        if word.start() <= place < word.end():
            whole = word.start() > start or place < _LONGEST_SYLLABLE + 2
            return word[0] if whole and _ASCII_LETTER.search(word[0]) else ""
    return ""


def _font_of(line: str, share: float) -> str | None:
    """The font under which so large a share of the marked words are syllables, if as it stands hardly any is."""
    right, wrong = syllables_in(line)
    if right > wrong or not _is_western(line):
        return None
    body = _WESTERN.body(line)
    readings = [(syllables_in(DECODERS[font](body)), -place) for place, font in enumerate(_FONTS)]
    (right, wrong), place = max(readings, key=lambda reading: (reading[0][0] - 4 * reading[0][1], reading[1]))
    return _FONTS[-place] if right >= _ENOUGH and right >= share * (right + wrong) else None


def _is_western(line: str) -> bool:
    return all(letter <= "\x7f" or ord(letter) in _WESTERN.bytes_of for letter in line)
