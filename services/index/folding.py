"""How words are made equal before they are compared: the same for what is stored and for what is asked.

Two sets of words are kept of every article. The exact set holds them as written: NFC, one place for the Vietnamese tone
mark and one letter for its vowel i (lý, lí), digits and letters of every width and form as plain ones. The plain set
holds them as typed in haste: no marks, đ as d, Arabic and Hebrew without points. Scripts without spaces are cut into
overlapping pairs of letters, so that any piece of a text is found: 日本語 is kept as 日本 本語 語.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from shared.article import Article, Block

# Raise it when a change in here (or in what `texts_of` takes from an article) makes other words of the same article:
# all words are then made anew. Unicode's version counts too, as new letters change normal forms and categories.
FOLDING = f"3 unicode {unicodedata.unidata_version}"

COLUMNS = ("headline", "lead", "body", "captions", "byline", "keywords")

# hòa and hoà, khỏe and khoẻ, thủy and thuỷ are one word in two schools of spelling: the mark goes to the second vowel.
# So are lý and lí, quý and quí: after one of these consonants, at the end of a syllable, there is one vowel i.
_MISPLACED = "[òóỏõọÒÓỎÕỌ][aeAE]|[ùúủũụÙÚỦŨỤ][yY]"
_Y = "yỳýỷỹỵYỲÝỶỸỴ"
_I = "iìíỉĩịIÌÍỈĨỊ"
_Y_AS_I = f"(?<!\\w)(?:(?:[hklmstvHKLMSTV]|[qQ][uU])[{_Y}]|[qQ][ùúủũụÙÚỦŨỤ][yY])(?!\\w)"
# Thai, Lao, Myanmar, Khmer, kana, Han, Hangul: written without spaces, or with endings grown onto the word.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKED = "òóỏõọÒÓỎÕỌùúủũụÙÚỦŨỤ"
_MOVED = {
    first + second: unicodedata.normalize("NFC", unicodedata.normalize("NFD", first)[0] + second + mark)
    for first in _MARKED
    for mark in unicodedata.normalize("NFD", first)[1]
    for second in ("yY" if first in "ùúủũụÙÚỦŨỤ" else "aeAE")
}
_TONES = "\u0300\u0301\u0309\u0303\u0323"


def _toned(letters: str) -> str:
    """A class of a pattern: the letters with each tone mark, small and large."""
    marked = "".join(unicodedata.normalize("NFC", letter + tone) for letter in letters for tone in _TONES)
    return f"[{marked}{marked.upper()}]"


# ê, ô, ơ, â, ă and ư bear the tone themselves: on the vowel beside them it is a slip of the hand (nứơc, tôí, ngưạ). So
# it is on the last of two vowels that end a syllable (cuả, đaị), but for quả and giá, where the first is of the onset.
_SLIPPED = (
    f"{_toned('aiouyư')}(?:(?<={_toned('iouyư')})(?=[êôơâăÊÔƠÂĂ])"
    f"|(?<=[êôơâăÊÔƠÂĂ]{_toned('iuy')})|(?<=[ưƯ]{_toned('aiu')})"
    f"|(?!\\w)(?:(?<=[aA]{_toned('iouy')})|(?<=[eE]{_toned('o')})|(?<=[oO]{_toned('i')})|(?<=[uU]{_toned('ai')})"
    f"|(?<=[iI]{_toned('au')})))"
)
_BEARERS = frozenset("êôơâăưÊÔƠÂĂƯ")
_ONSET = re.compile(r"(?<!\w)(?:gi|qu|[bcdđghklmnprstvx]{0,3})$", re.IGNORECASE)
_LONGEST_ONSET = 3
_TO_I = dict(zip(_Y, _I, strict=True))
# Letters of which nothing is to be made before they are cut into words; where a text has others, each is looked at.
_OTHERS = re.compile(
    "[^\x00-\xa9\xab\xac\xae-\xb1\xb4\xb6-\xb8\xbb\xbf-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e\u0187-\u01c3"
    "\u0300-\u034e\u0350-\u036f\u0384-\u03cf\u03d7-\u03ef\u03f3\u03f6-\u03f8\u03fa-\u0482\u048a-\u052f\u1e00-\u1e99"
    "\u1e9c-\u1efe\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3000-\u3029\u3041-\u309e\u30a0-\u30fe\u4e00-\u9fff\uac00-\ud7a3]"
)
# Joiners and variation signs that stand in the middle of a word, the Arabic stroke that only widens it, marks that
# write an abbreviation in Hebrew, the Hawaiian and Arabic half rings in Latin letters.
_NOTHING = frozenset(
    "\u00ad\u034f\u061c\u0640\u180e\u200b\u200c\u200d\u2060\u20e3\ufe0e\ufe0f\ufeff\u05f3\u05f4\u02bb\u02bc\u02be\u02bf"
)
_THAI_AM = re.compile("([\u0e4d\u0ecd])([\u0e48-\u0e4b\u0ec8-\u0ecb])")  # sara am, typed in two pieces around a tone
_IN_TWO = (("\u0e4d\u0e32", "\u0e33"), ("\u0ecd\u0eb2", "\u0eb3"))
# Letters that Unicode does not take apart, so that no normal form strips their strokes.
_STROKES = (
    ("đ", "d"), ("Đ", "D"), ("ð", "d"), ("Ð", "D"), ("þ", "th"), ("Þ", "Th"), ("ø", "o"), ("Ø", "O"), ("ł", "l"),
    ("Ł", "L"), ("ħ", "h"), ("Ħ", "H"), ("ı", "i"), ("ß", "ss"), ("ẞ", "SS"), ("æ", "ae"), ("Æ", "AE"), ("œ", "oe"),
    ("Œ", "OE"), ("ŧ", "t"), ("Ŧ", "T"), ("ŋ", "n"), ("Ŋ", "N"), ("ə", "e"), ("Ə", "E"), ("ĸ", "k"), ("ɓ", "b"),
    ("Ɓ", "B"), ("ɗ", "d"), ("Ɗ", "D"), ("ƙ", "k"), ("Ƙ", "K"), ("ƴ", "y"), ("Ƴ", "Y"),
)  # fmt: skip


class _Letters(dict[int, "str | int | None"]):
    """Letters and numbers in their plain form: ﬁ, Ａ, ｶ, ², Ⅶ, ٣ become fi, A, カ, 2, VII, 3; what joins is dropped."""

    def __missing__(self, code: int) -> "str | int | None":
        char = chr(code)
        category = unicodedata.category(char)
        plain: str | int | None = code
        if char in _NOTHING or 0x1F3FB <= code <= 0x1F3FF:
            plain = None
        elif category == "Nd":
            plain = str(unicodedata.decimal(char))
        elif category[0] in "LN" and code not in (0x0E33, 0x0EB3):
            plain = unicodedata.normalize("NFKC", char)
        self[code] = plain
        return plain


_LETTERS = _Letters()


@functools.cache  # when first needed: whoever only looks at the index folds no word
def _special() -> re.Pattern[str]:
    return re.compile(f"{_Y_AS_I}|{_MISPLACED}|[{_UNSPACED}]+")


@functools.cache
def _last_run() -> re.Pattern[str]:
    return re.compile(f"(?<![{_UNSPACED}])[{_UNSPACED}]+$")


def fold(text: str) -> str:
    """Words as the exact set keeps them: "Hòa bình ở 日本語" → "Hoà bình ở 日本 本語 語"."""
    if text.isascii():
        return _special().sub(_fold_special, text)
    return _set_tones(_special().sub(_fold_special, _compose(text)))


def strip_strokes(text: str) -> str:
    """Letters without the strokes that no normal form takes off: "Đà" → "Dà"."""
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


def is_unspaced(char: str) -> bool:
    """Whether a letter belongs to a script that is cut into pairs."""
    return _last_run().match(char) is not None


def is_nothing(char: str) -> bool:
    """Whether a sign stands in words without being anything of them."""
    return char in _NOTHING


def _compose(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if _OTHERS.search(text) is None:
        return text
    text = unicodedata.normalize("NFC", text.translate(_LETTERS))
    if "\u0e4d" in text or "\u0ecd" in text:
        text = _THAI_AM.sub(r"\2\1", text)
        for apart, whole in _IN_TWO:
            text = text.replace(apart, whole)
    return text


def _fold_special(match: re.Match[str]) -> str:
    found = match[0]
    moved = _MOVED.get(found)
    if moved is not None:
        return moved
    if found[-1] in _TO_I:
        found = found[:-2] + _MOVED.get(found[-2:], found[-2:])
        return found[:-1] + _TO_I[found[-1]]
    pairs = [found[at : at + 2] for at in range(len(found))]
    return f" {' '.join(pairs)} "


@functools.cache
def _slipped() -> re.Pattern[str]:
    return re.compile(_SLIPPED)


def _set_tones(text: str) -> str:
    """Each tone mark that slipped onto a neighbour is set on the vowel that bears it."""
    letters: list[str] = []
    for slip in _slipped().finditer(text):
        at = slip.start()
        place = at + 1 if text[at + 1 : at + 2] in _BEARERS else at - 1
        if text[place] not in _BEARERS and not _is_whole_syllable(text, place):
            continue
        letters = letters or [*text]
        plain, tone = _without_tone(letters[at])
        letters[at], letters[place] = plain, unicodedata.normalize("NFC", letters[place] + tone)
    return "".join(letters) or text


def _is_whole_syllable(text: str, vowels: int) -> bool:
    """Whether the two vowels at the end of a word, from that place on, are all of it but an onset: not those of giá."""
    before = text[max(0, vowels - _LONGEST_ONSET - 1) : vowels]
    if before[-1:] in ("g", "G") and text[vowels] in ("i", "I"):
        return False
    onset = _ONSET.search(before)
    return onset is not None and (onset.start() > 0 or len(before) <= _LONGEST_ONSET)


def _without_tone(letter: str) -> tuple[str, str]:
    apart = unicodedata.normalize("NFD", letter)
    (tone,) = (mark for mark in apart if mark in _TONES)
    return unicodedata.normalize("NFC", apart.replace(tone, "")), tone


def texts_of(article: Article) -> Sequence[str]:
    """The text of each of `COLUMNS`, as it stands in an article."""
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
