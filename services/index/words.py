"""The words of an article and of a query as every engine beside SQLite gets them: folded, lower case, parted by spaces.

What an engine's own analyzer would do is done here, so that one word is the same word wherever it is looked for.
"""

import unicodedata

from services.index.folding import COLUMNS, columns, strip_strokes
from shared.article import Article


def words_of(article: Article) -> tuple[dict[str, str], dict[str, str]]:
    """By column, the words of an article as written and without marks."""
    written = dict(zip(COLUMNS, map(part, columns(article)), strict=True))
    return written, {name: without_marks(words) for name, words in written.items()}


def part(text: str) -> str:
    """Folded text as lower-case words between single spaces: letters, marks, numbers and private letters make them."""
    return " ".join(text.lower().translate(_PARTS).split())


def without_marks(words: str) -> str:
    """Words as typed in haste: "nâng cao đường" → "nang cao duong"."""
    if words.isascii():
        return words
    taken_apart = unicodedata.normalize("NFD", strip_strokes(words))
    return unicodedata.normalize("NFC", taken_apart.translate(_MARKS))


class _Parts(dict[int, int]):
    """Letters stay, all else becomes a space."""

    def __missing__(self, code: int) -> int:
        category = unicodedata.category(chr(code))
        self[code] = code if category[0] in "LMN" or category == "Co" else 0x20
        return self[code]


class _Marks(dict[int, int | None]):
    """Marks above and below letters of alphabets go; those that carry the vowels of a script stay."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) and code < 0x0500 else code
        return self[code]


_PARTS, _MARKS = _Parts(), _Marks()


WORDS = f"1 unicode {unicodedata.unidata_version}"
"""Raise it when an article gets other words."""
