"""How words are made equal before they are compared: the same for what is stored and for what is asked.

Two sets of words are kept of every article. The exact set holds them as written (NFC, one place for the Vietnamese tone
mark); the plain set holds them as typed in haste: no marks, đ as d. Case is folded by SQLite's tokenizer, and so are
the marks of the plain set. Scripts without spaces are cut into overlapping pairs of letters, so that any piece of a
text is found: 日本語 is kept as 日本 本語 語.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from shared.article import Article, Block

# Raise it when a change in here (or in what `columns` takes from an article) makes other words of the same article:
# the index then words all its articles anew. Unicode's version counts too, as new letters change NFC and categories.
FOLDING = f"1 unicode {unicodedata.unidata_version}"

COLUMNS = ("headline", "lead", "body", "captions", "byline", "keywords")

# hòa and hoà, khỏe and khoẻ, thủy and thuỷ are one word in two schools of spelling: the mark goes to the second vowel.
_MISPLACED = "[òóỏõọÒÓỎÕỌ][aeAE]|[ùúủũụÙÚỦŨỤ][yY]"
# Thai, Lao, Myanmar, Khmer, kana, Han, Hangul: written without spaces, or with endings grown onto the word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WIDE = re.compile("[\ufb00-\ufb06\uff01-\uffef]+")  # ﬁ, Ａ, ｶ: other widths and joins of plain letters
_MARKED = "òóỏõọÒÓỎÕỌùúủũụÙÚỦŨỤ"
_MOVED = {
    first + second: unicodedata.normalize("NFC", unicodedata.normalize("NFD", first)[0] + second + mark)
    for first in _MARKED
    for mark in unicodedata.normalize("NFD", first)[1]
    for second in ("yY" if first in "ùúủũụÙÚỦŨỤ" else "aeAE")
}
# Letters that Unicode does not take apart, so that no tokenizer strips them.
_STROKES = (
    ("đ", "d"), ("Đ", "D"), ("ø", "o"), ("Ø", "O"), ("ł", "l"), ("Ł", "L"), ("ħ", "h"), ("ı", "i"),
    ("ß", "ss"), ("æ", "ae"), ("Æ", "AE"), ("œ", "oe"), ("Œ", "OE"),
)  # fmt: skip


@functools.cache  # when first needed: whoever only looks at the index folds no word
def _special() -> re.Pattern[str]:
    return re.compile(f"{_MISPLACED}|[{_UNSPACED}]+")


@functools.cache
def _last_run() -> re.Pattern[str]:
    return re.compile(f"(?<![{_UNSPACED}])[{_UNSPACED}]+$")


def fold(text: str) -> str:
    """Words as the exact set keeps them: "Hòa bình ở 日本語" → "Hoà bình ở 日本 本語 語"."""
    return text if text.isascii() else _special().sub(_fold_special, _compose(text))


def strip_strokes(text: str) -> str:
    """Folded words on their way into the plain set, whose tokenizer strips the marks: "Đà" → "Dà"."""
    if not text.isascii():
        for letter, plain in _STROKES:
            text = text.replace(letter, plain)
    return text


def fold_asked(text: str) -> tuple[str, bool]:
    """A word or phrase as a query needs it; true when it ends in a letter that may be the first of a pair.

    The last letter of a run stands alone only where the run ends, and a query may stop in the middle of one.
    """
    folded = fold(text).strip()
    last = _last_run().search(_compose(text).strip())
    if last is None:
        return folded, False
    return (folded, True) if len(last[0]) == 1 else (folded.rpartition(" ")[0], False)


def columns(article: Article) -> tuple[str, ...]:
    """The words of an article for each of `COLUMNS`, folded for the exact set."""
    # One pass over all columns: on short articles the calls cost more than the letters.
    parts = [_clean(part) for part in _texts(article)]
    return tuple(fold("\x1f".join(parts)).split("\x1f"))


def is_plain(text: str) -> bool:
    """Whether a text was typed without any mark: "nam dong" may mean Nam Đông, "nam đong" may not."""
    return strip_strokes(text) == text and not any(map(unicodedata.combining, unicodedata.normalize("NFD", text)))


def is_unspaced(char: str) -> bool:
    """Whether a letter belongs to a script that is cut into pairs."""
    return _last_run().match(char) is not None


def _compose(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if _WIDE.search(text):
        return _WIDE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return text


def _fold_special(match: re.Match[str]) -> str:
    found = match[0]
    moved = _MOVED.get(found)
    if moved is not None:
        return moved
    pairs = [found[at : at + 2] for at in range(len(found))]
    return f" {' '.join(pairs)} "


def _clean(text: str) -> str:
    return text.replace("\x1f", " ").replace("\x00", " ")


def _texts(article: Article) -> Sequence[str]:
    body: list[str] = []
    captions: list[str] = []
    for block in article.blocks:
        _sort_block(block, body, captions)
    people = (person.name for person in article.people)
    about = (article.dateline, article.byline, *people, *article.organisations, *article.sources)
    return (
        article.headline or "",
        article.description or "",
        "\n".join(body),
        "\n".join(captions),
        _join(about),
        _join((*article.keywords, article.section, article.located)),
    )


def _sort_block(block: Block, body: list[str], captions: list[str]) -> None:
    if block.type in ("picture", "caption"):
        captions.extend(part for part in (block.text, block.caption, block.byline) if part)
        return
    if block.text:
        body.append(block.text)
    body.extend(block.items)
    for row in block.rows:
        body.extend(row)


def _join(parts: Iterable[str | None]) -> str:
    return "\n".join(dict.fromkeys(part for part in parts if part))
