"""Words in the form in which rules compare them: "HOÀ BÌNH " and "hòa bình" are the same."""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_NEW_STYLE = re.compile(rf"(?<!q)(?:(o)([ae])|(u)(y))([{_TONES}])(?![a-z\u0300-\u036f])")
_CASED = (*range(0x41, 0x590), *range(0x1E00, 0x2000))

UPPER = "".join(re.escape(chr(code)) for code in _CASED if chr(code).isupper())
"""All capital letters, to stand in a character class: ranges such as À-Ỹ mix both cases of Vietnamese."""

LOWER = "".join(re.escape(chr(code)) for code in _CASED if chr(code).islower())

_SPACES = re.compile(r"\s+")
_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‒": "-", "‑": "-", "−": "-"}
)
_VIETNAMESE_TONE = re.compile("[òóõỏọàáãảạèéẽẻẹùúũủụỳýỹỷỵ]")


@lru_cache(maxsize=1 << 15)
def fold_word(word: str) -> str:
    """One word folded; the few thousand words of a day's news come again and again."""
    return fold(word)


def fold(text: str) -> str:
    """Lower case, NFC, one style of Vietnamese tone marks ("hoà" as "hòa"), plain quotes and hyphens, single spaces."""
    folded = unicodedata.normalize("NFC", text).translate(_SIGNS).casefold()
    if _VIETNAMESE_TONE.search(folded):
        folded = unicodedata.normalize("NFC", _NEW_STYLE.sub(_move_tone, unicodedata.normalize("NFD", folded)))
    return _SPACES.sub(" ", folded).strip()


def _move_tone(match: re.Match[str]) -> str:
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    return first + match[5] + second
