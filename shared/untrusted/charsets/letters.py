"""How likely a text is in the language it fits best, by how often letters beyond ASCII are used there.

Only comparisons mean something: the same bytes read by two encodings. The scale is that of a natural logarithm.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from shared.untrusted.charsets.alphabets import ALPHABETS
from shared.untrusted.charsets.syllables import syllables_in

_ASCII, _SIGN, _RARE, _FOREIGN, _LOST = -3.0, -5.0, -9.5, -12.0, -15.0
_CAPITAL = -1.5
_JUMP = -6.0
_SYLLABLE, _NO_SYLLABLE = 2.0, -5.0
# Signs that any newspaper prints, whatever its language.
_SIGNS = frozenset("“”‘’„‚«»–—…•·°§©®™€£\u00a0№‰½¼¾²³ºª′″、。，！？：；（）《》「」『』・ー％\u3000¿¡")
_IDEOGRAMS = frozenset({"ja", "zh", "zh-hant"})
# What does not happen inside a word: a capital after a small letter, a change of script, a sign between two letters.
_BROKEN_WORDS = re.compile(
    r"(?<=[a-zà-öø-ÿ])[À-ÖØ-Þ](?=[a-zà-öø-ÿ])|(?<=[а-яё])[А-ЯЁ](?=[а-яё])|(?<=[α-ώ])[Α-Ω](?=[α-ώ])"
    r"|(?<=[A-Za-zÀ-ÖØ-öø-ɏ])[\u0370-\u06ff\u0e00-\u0e7f]|[\u0370-\u06ff\u0e00-\u0e7f](?=[A-Za-zÀ-ÖØ-öø-ɏ])"
    r"|(?<=[^\W\d_])[‚„…†‡ˆ‰‹•˜›¡-©«-´¶¸¹»-¿×÷](?=[^\W\d_])"
)
# Letters and signs that newspapers print, in any language we have seen: chance gives others.
_UNUSED = re.compile(
    "[\u0080-\u009f\u0180-\u0191\u0193-\u019f\u01a2-\u01ae\u01b1-\u0217\u0220-\u02af\u0460-\u048f\u0492-\u0530\u0700-\u08ff]"
)


def is_printed(text: str) -> bool:
    """Whether the text has none of the letters that only chance puts into the news: rare phonetic and historic ones."""
    return text.isascii() or _UNUSED.search(text) is None


def _logs(alphabet: str) -> Mapping[str, float]:
    total = sum(1 / (rank + 2) for rank in range(len(alphabet)))
    return {letter: -math.log((rank + 2) * total) for rank, letter in enumerate(alphabet)}


_LOGS = {language: _logs(alphabet) for language, alphabet in ALPHABETS.items()}


def likelihood(text: str, only: str | None = None) -> tuple[float, str]:
    """How likely this text is, in the language (or the `only` one) that makes it likeliest, and which that is."""
    counts = Counter(text)
    ascii_part = _ASCII * sum(times for letter, times in counts.items() if letter < "\x80")
    broken = _JUMP * len(_BROKEN_WORDS.findall(text))
    beyond = {letter: times for letter, times in counts.items() if letter >= "\x80" or _is_control(letter)}
    scores = {language: _fit(beyond, language) for language in ((only,) if only else _LOGS)}
    if "vi" in scores:
        right, wrong = syllables_in(text)
        scores["vi"] += _SYLLABLE * right + _NO_SYLLABLE * wrong
    language = max(scores, key=scores.__getitem__)
    return scores[language] + ascii_part + broken, language


def _fit(counts: Mapping[str, int], language: str) -> float:
    logs = _LOGS[language]
    return sum(
        times * (logs[letter] if letter in logs else _stranger(letter, language)) for letter, times in counts.items()
    )


def _stranger(letter: str, language: str) -> float:
    if letter in _SIGNS:
        return _SIGN
    if letter == "\ufffd":
        return _LOST
    lower = letter.lower()
    if lower != letter:
        return _LOGS[language].get(lower, _FOREIGN - _CAPITAL) + _CAPITAL
    rare = (language in _IDEOGRAMS and "\u4e00" <= letter <= "\u9fff") or (language == "ko" and "가" <= letter <= "힣")
    return _RARE if rare else _FOREIGN


def _is_control(letter: str) -> bool:
    return letter < " " and letter not in "\t\n\r\f" and unicodedata.category(letter) == "Cc"
