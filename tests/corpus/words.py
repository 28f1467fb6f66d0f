"""The words of a text, folded so that what looks alike to a reader of its language compares alike."""

import re
import unicodedata
from functools import cache

# A word, or a letter of a script that is written without spaces.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
# Turkish has two letters I: the small ones of "ÇINARLI" and "İZMİR" are "çınarlı" and "izmir".
_SMALL = {"tr": str.maketrans({"I": "ı", "İ": "i"})}


@cache
def words_of(text: str, language: str) -> tuple[str, ...]:
    """The words of a text in small letters, without signs."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).translate(_SMALL.get(language, {})).casefold()))
