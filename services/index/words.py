"""The words of an article and of a query as every engine gets them: folded, lower case, parted by spaces.

What an engine's own analyzer would do is done here, so that one word is the same word wherever it is looked for.
"""

import unicodedata

from services.index.folding import COLUMNS, FOLDING, fold, strip_strokes, texts_of
from shared.article import Article

WORDS = f"2 folding {FOLDING}"
"""Raise it when an article gets other words by what is done here: the embedded index then words all articles anew."""

MOST_KNOWN, LONGEST_KNOWN = 100_000, 40
# What is the same letter to a reader in haste, beyond the marks on it: Arabic seats and endings of a word, the forms of
# Persian and Urdu, the two nasal signs of Hindi.
_SAME = str.maketrans(
    {
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ے": "ي", "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ک": "ك", "ځ": "ح",
        "\u0901": "\u0902", "\u0981": "\u0982", "\u0a01": "\u0a02", "\u0a81": "\u0a82",
    }
)  # fmt: skip
_NUKTAS = frozenset("\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc")
# Emoji and the signs of their kind are words; arrows, boxes and bullets part words like any punctuation.
_PICTURES = ((0x2600, 0x27BF), (0x231A, 0x23FF), (0x2B05, 0x2B55), (0x3297, 0x3299), (0x1F000, 0x1FAFF))


def words_of(article: Article) -> tuple[dict[str, str], dict[str, str]]:
    """By column, the words of an article as written and without marks."""
    written, plain = {}, {}
    for name, text in zip(COLUMNS, texts_of(article), strict=True):
        pairs = [_KNOWN[piece] for piece in text.split()]
        written[name] = " ".join([exact for exact, _ in pairs if exact])
        plain[name] = " ".join([bare for _, bare in pairs if bare])
    return written, plain


def part(text: str) -> str:
    """Folded text as lower-case words between single spaces: letters, marks, numbers, private letters and emoji."""
    lower = text.lower()
    if not lower.isascii():
        lower = lower.replace("i\u0307", "i").translate(_PARTS)  # İ in lower case is an i and a dot
        return " ".join(lower.split())
    return " ".join(lower.translate(_PARTS).split())


def without_marks(words: str) -> str:
    """Words as typed in haste: "nâng cao đường" → "nang cao duong"."""
    if words.isascii():
        return words
    apart = unicodedata.normalize("NFD", words).translate(_MARKS)
    return unicodedata.normalize("NFC", apart)


class _Parts(dict[int, "int | str"]):
    """Letters stay, emoji stand alone, all else becomes a space."""

    def __missing__(self, code: int) -> "int | str":
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] in "LMN" or category == "Co":
            kept: int | str = 0x03C3 if char == "ς" else code
        elif category == "So" and any(first <= code <= last for first, last in _PICTURES):
            kept = f" {char} "
        else:
            kept = 0x20
        self[code] = kept
        return kept


class _Marks(dict[int, "int | str | None"]):
    """Marks above and below letters go, and strokes through them; those that carry the vowels of a script stay, but for
    the points of Arabic and Hebrew, which most texts leave out."""

    def __missing__(self, code: int) -> "int | str | None":
        char = chr(code)
        same = _SAME.get(code)
        kept: int | str | None = code
        if char in _NUKTAS or (unicodedata.category(char) == "Mn" and _is_left_out(code)):
            kept = None
        elif same is not None:
            kept = same
        elif 0x7F < code < 0x2000:
            kept = strip_strokes(char)
        self[code] = kept
        return kept


def _is_left_out(code: int) -> bool:
    return code < 0x0700 or 0x08D3 <= code <= 0x08FF or 0x1AB0 <= code <= 0x1AFF or 0x1DC0 <= code <= 0x20F0


class _Known(dict[str, tuple[str, str]]):
    """Words between spaces as written and without marks: a language has few that are said often."""

    def __missing__(self, piece: str) -> tuple[str, str]:
        if len(self) >= MOST_KNOWN:
            self.clear()
        exact = part(fold(piece))
        pair = (exact, without_marks(exact))
        if len(piece) <= LONGEST_KNOWN:
            self[piece] = pair
        return pair


_PARTS, _MARKS, _KNOWN = _Parts(), _Marks(), _Known()
