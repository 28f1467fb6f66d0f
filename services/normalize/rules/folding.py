"""Words in the form in which rules compare them: "HOÀ BÌNH " and "hòa bình" are the same."""

import re
import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_NEW_STYLE = re.compile(rf"(?<!q)(?:(o)([ae])|(u)(y))([{_TONES}])(?![a-z\u0300-\u036f])")
_SPACES = re.compile(r"\s+")
_SIGNS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "‒": "-", "‑": "-", "−": "-"}
)
_VIETNAMESE_TONE = re.compile("[òóõỏọàáãảạèéẽẻẹùúũủụỳýỹỷỵ]")


def fold(text: str) -> str:
    """Lower case, NFC, one style of Vietnamese tone marks ("hoà" as "hòa"), plain quotes and hyphens, single spaces."""
    folded = unicodedata.normalize("NFC", text).translate(_SIGNS).casefold()
    if _VIETNAMESE_TONE.search(folded):
        folded = unicodedata.normalize("NFC", _NEW_STYLE.sub(_move_tone, unicodedata.normalize("NFD", folded)))
    return _SPACES.sub(" ", folded).strip()


def _move_tone(match: re.Match[str]) -> str:
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    return first + match[5] + second
