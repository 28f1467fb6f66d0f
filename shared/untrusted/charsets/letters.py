"""How likely a text is in the language it fits best, by how often letters beyond ASCII are used there.

Only comparisons mean something: the same bytes read by two encodings. The scale is that of a natural logarithm.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from shared.patterns import pattern_of
from shared.untrusted.charsets.alphabets import ALPHABETS
from shared.untrusted.charsets.syllables import syllables_in

_ASCII, _SIGN, _RARE, _FOREIGN, _LOST = -3.0, -1.0, -9.5, -12.0, -15.0
_LATIN_LETTER = -2.0  # what an ASCII letter costs besides, inside the words of a language that has other letters
_CAPITAL = -1.5
_JUMP = -6.0
_OUT_OF_PLACE = -4.0  # what a sign costs besides where print does not set it
SYLLABLE, _NO_SYLLABLE = 2.0, -5.0
# Signs that any newspaper prints, whatever its language.
_SIGNS = frozenset("“”‘’„‚«»–—…•·°§©®™€£\u00a0№‰½¼¾²³ºª′″、。，！？：；（）《》「」『』・ー％\u3000¿¡")
_IDEOGRAMS = frozenset({"ja", "zh", "zh-hant"})
_OTHER_LETTERS = frozenset("ru uk bg sr el he ar fa ur th ko ja zh zh-hant".split())
# A letter, how often it stands in the text, and what it costs where the alphabet lacks it: see `_stranger`.
_Counted = tuple[str, int, float, float, float]
_BEYOND = "(?=[^\\x00-\\x7f])"  # looked at first, since most of a text is ASCII
# What does not happen inside a word: a capital after a small letter, a change of script, a sign between two letters.
_BROKEN_WORDS = pattern_of(
    rf"{_BEYOND}(?:(?<=[a-zà-öø-ÿ])[À-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŸŹŻŽ]|[À-ÖØ-ÞŠŽ](?=[A-Z][a-z])|(?<=[а-яё])[А-ЯЁ](?=[а-яё])|(?<=[α-ώ])[Α-Ω](?=[α-ώ])"
    r"|(?<=[A-Za-zÀ-ÖØ-öø-ɏ])[\u0370-\u06ff\u0e00-\u0e7f]|[\u0370-\u06ff\u0e00-\u0e7f](?=[A-Za-zÀ-ÖØ-öø-ɏ])"
    r"|(?<=[^\W\d_])[–—](?=\s)|(?<=[^\W\d_])[‚„…†‡ˆ‰‹•˜›¡-©«-´¶¸¹»-¿×÷](?=[^\W\d_]))"
)
# A sign where print sets it: "council’s", “word, word”, " – ", "£500", "© Name", "20°", "and so on…".
_SIGN_IN_PLACE = pattern_of(
    rf"{_BEYOND}(?:(?<=[^\W\d_])’(?=[^\W\d_])|(?<=[^\W\d_])[’”…](?=[\s.,;:!?)”]|$)|(?<=[.,!?…])[’”](?=[\s)]|$)"
    r"|(?:(?<=[\s(])|^)[“‘„](?=[^\W_])|(?<=\s)[–—•·©](?=\s)|(?:(?<=\s)|^)[–—•©…](?=[\s\w])|(?<=\d)[–—](?=\d)"
    r"|[£€§](?=\s?\d)|(?<=\d)(?:[€°‰½]|\s€)|(?<=\w)[®™](?=\W))"
)
# Letters and signs that newspapers print, in any language we have seen: chance gives others.
_UNUSED = pattern_of(
    "[\u0080-\u009f\u0180-\u0191\u0193-\u019f\u01a2-\u01ae\u01b1-\u0217\u0220-\u02af\u0460-\u048f\u0492-\u0530\u0700-\u08ff]"
)


def is_printed(text: str) -> bool:
    """Whether the text has none of the letters that only chance puts into the news: rare phonetic and historic ones."""
    return text.isascii() or _UNUSED.search(text) is None


@cache
def _logs(language: str) -> Mapping[str, float]:
    alphabet = ALPHABETS[language]
    total = sum(1 / (rank + 2) for rank in range(len(alphabet)))
    logs = {letter: -math.log((rank + 2) * total) for rank, letter in enumerate(alphabet)}
    return {**{capital: logs[small] for capital, small in _SMALL.items() if small in logs}, **logs}


# All capitals of the alphabets' scripts by their small letters, the Kelvin and Angstrom signs among them.
_SMALL = {letter: small for letter in map(chr, range(0x80, 0x2200)) if (small := letter.lower()) != letter}
# A word in capitals is as likely as the same word with one.
_CAPITALS = "".join(_SMALL)
_FIRST_CAPITAL = pattern_of(f"(?<![A-Z{_CAPITALS}])[{_CAPITALS}]")


def likelihood(text: str) -> tuple[float, str]:
    """How likely this text is, in the language that makes it likeliest, and which that is."""
    scores = letter_scores(Counter(text), ALPHABETS)
    if "vi" in scores:
        scores["vi"] += _of_syllables(text)
    language = max(scores, key=scores.__getitem__)
    return scores[language] + of_context(text), language


def is_at_home(text: str, languages: Iterable[str]) -> bool:
    """Whether all letters and signs of a text are of one of these languages, and stand where print sets them."""
    letters = {letter for letter in set(text) if letter >= "\x80" and letter not in _SIGNS}
    if all(letters - _logs(language).keys() for language in languages):
        return False
    return not _BROKEN_WORDS.search(text) and _signs_out_of_place(text) <= 0


def letter_scores(counts: Mapping[str, int], languages: Iterable[str]) -> dict[str, float]:
    """How likely these letters are in each of the languages, wherever they stand: never less than all in all."""
    plain = {letter: times for letter, times in counts.items() if letter < "\x80"}
    ascii_letters = sum(times for letter, times in plain.items() if letter.isalpha())
    ascii_part = _ASCII * sum(plain.values())
    strangers = [
        (letter, times, *_stranger(letter))
        for letter, times in counts.items()
        if letter >= "\x80" or _is_control(letter)
    ]
    return {
        language: _fit(strangers, language)
        + ascii_part
        + (_LATIN_LETTER * ascii_letters if language in _OTHER_LETTERS else 0.0)
        for language in languages
    }


def of_context(text: str, language: str = "") -> float:
    """What the places of letters and signs add: capitals inside words, signs where print sets them, syllables."""
    return (
        _JUMP * len(_BROKEN_WORDS.findall(text))
        + _OUT_OF_PLACE * _signs_out_of_place(text)
        + _CAPITAL * len(_FIRST_CAPITAL.findall(text))
        + (_of_syllables(text) if language == "vi" else 0.0)
    )


def _signs_out_of_place(text: str) -> int:
    signs = sum(map(text.count, _SIGNS.intersection(text)))
    if not signs:
        return 0
    return signs - len(_SIGN_IN_PLACE.findall(text)) - 2 * min(text.count("«"), text.count("»"))


def _of_syllables(text: str) -> float:
    right, wrong = syllables_in(text)
    return SYLLABLE * right + _NO_SYLLABLE * wrong


def _fit(counts: Sequence[_Counted], language: str) -> float:
    log = _logs(language).get
    if language in _IDEOGRAMS:
        return sum([times * log(letter, ideogram) for letter, times, _, ideogram, _ in counts])
    if language == "ko":
        return sum([times * log(letter, hangul) for letter, times, _, _, hangul in counts])
    return sum([times * log(letter, stranger) for letter, times, stranger, _, _ in counts])


@lru_cache(maxsize=1 << 15)
def _stranger(letter: str) -> tuple[float, float, float]:
    """What a letter that its alphabet lacks costs a language, one written in ideograms, and Korean."""
    if letter in _SIGNS:
        return _SIGN, _SIGN, _SIGN
    if letter == "\ufffd":
        return _LOST, _LOST, _LOST
    ideogram = _RARE if "\u4e00" <= letter <= "\u9fff" else _FOREIGN
    hangul = _RARE if "가" <= letter <= "힣" else _FOREIGN
    return _FOREIGN, ideogram, hangul


def _is_control(letter: str) -> bool:
    return letter < " " and letter not in "\t\n\r\f" and unicodedata.category(letter) == "Cc"
