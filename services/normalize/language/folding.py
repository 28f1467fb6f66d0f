"""Words in the form in which rules compare them: "HOÀ BÌNH " and "hòa bình" are the same."""

import re
import unicodedata
from functools import lru_cache

from services.normalize.kept import kept_for_lines

_OLD_STYLE = {
    vowel + toned: unicodedata.normalize("NFC", vowel + tone + plain)
    for vowel, plain in ("oa", "oe", "uy")
    for tone in "\u0300\u0301\u0303\u0309\u0323"
    for toned in [unicodedata.normalize("NFC", plain + tone)]
}
_NEW_STYLE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD_STYLE)})(?![^\W\d_])")
_CASED = (*range(0x41, 0x590), *range(0x1E00, 0x2000))

UPPER = "".join(re.escape(chr(code)) for code in _CASED if chr(code).isupper())
"""All capital letters, to stand in a character class: ranges such as À-Ỹ mix both cases of Vietnamese."""

LOWER = "".join(re.escape(chr(code)) for code in _CASED if chr(code).islower())

_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‒": "-", "‑": "-", "−": "-"}
)


def _fold(text: str) -> str:
    """Lower case, NFC, one style of Vietnamese tone marks ("hoà" as "hòa"), plain quotes and hyphens, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFC", text).translate(_SIGNS).casefold()
    folded = _NEW_STYLE.sub(lambda match: _OLD_STYLE[match[0]], folded)
    return " ".join(folded.split())


fold = kept_for_lines(_fold)


@lru_cache(maxsize=1 << 15)
def fold_word(word: str) -> str:
    """One word folded; the few thousand words of a day's news come again and again."""
    return _fold(word)
