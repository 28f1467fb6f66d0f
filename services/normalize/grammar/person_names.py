"""Names as a byline prints them: told from other words, freed of titles, put in normal case."""

import re
import unicodedata

from services.normalize.language import phrases
from services.normalize.language.folding import fold
from services.normalize.language.load import for_tag

MOST_WORDS = 6
_DOMAIN = re.compile(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,6}")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.){1,4}[^\W\d_]{0,12}\.?")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’.\-·]*\.?")
_PARTICLES = frozenset(
    "de da do dos das del della di du van von der den ter la le bin binti al el y e zu af ibn ben".split()
)
_CASELESS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def bare_name(text: str, tag: str) -> str:
    """ "ThS.BS Đức Hùng" as "Đức Hùng": titles go as long as a name remains."""
    name = text.strip(f" ,;:{phrases.DASHES}*|•·")
    titles = phrases.titles(tag)
    if _CASELESS.search(name):
        return _bare_caseless(name, titles)
    while True:
        for size in (3, 2, 1):
            parts = name.split(" ", size)
            if len(parts) == size + 1 and _is_title(" ".join(parts[:size]), titles):
                name = parts[size].strip(" ,:-–")
                break
        else:
            return name


def _bare_caseless(name: str, titles: frozenset[str]) -> str:
    """ "홍길동 기자", "记者 王小明", "田中太郎記者": the title stands on either side."""
    for title in sorted(titles, key=len, reverse=True):
        if name.startswith(title) and len(name) > len(title):
            return name.removeprefix(title).strip(" ,:·")
        if name.endswith(title) and len(name) > len(title):
            return name.removesuffix(title).strip(" ,:·")
    return name


def is_caseless(text: str) -> bool:
    """Whether letters without upper and lower case are among these: only a title or label tells a name there."""
    return _CASELESS.search(text) is not None


def _is_title(text: str, titles: frozenset[str]) -> bool:
    words = fold(text).rstrip(".,:")
    return words in titles or (
        " " not in words and "." in words and all(part in titles for part in words.split(".") if part)
    )


def is_name(text: str, tag: str) -> bool:
    """Whether this is spelt like a person's name in a byline: every word capital, no figure, no word of a sentence."""
    if _CASELESS.search(text):
        return _is_caseless_name(text)
    words = text.split()
    if not 1 <= len(words) <= MOST_WORDS or len(text) < 2 or fold(text) in phrases.not_names(tag):
        return False
    if _INITIALS.fullmatch(text.replace(" ", "")) and any(letter.isupper() for letter in text):
        return True
    if not (words[0][0].isupper() and all(_is_name_word(word) for word in words)):
        return False
    if len(words) >= 5 and text.isupper():
        return False
    return not any(fold(word) in phrases.sentence_words(tag) for word in words if len(words) > 1)


def _is_name_word(word: str) -> bool:
    if _INITIALS.fullmatch(word):
        return True
    if word.casefold() in _PARTICLES:
        return True
    parts = re.split(r"[-'’·]", word)
    return all(part == "" or _WORD.fullmatch(part) is not None for part in parts) and word[0].isupper()


def _is_caseless_name(text: str) -> bool:
    return len(text) <= 12 and all(
        letter.isalpha() or letter in " ・·=" or unicodedata.category(letter) == "Mn" for letter in text
    )


def is_outlet(text: str, tag: str) -> bool:
    """Whether this names a paper, an agency or a site: listed, a domain, or capitals as agencies have."""
    plain = text.strip(" .,()[]")
    if phrases.edge_free(plain) in phrases.outlets(tag) or _DOMAIN.fullmatch(plain):
        return True
    if opens_with(plain, for_tag(tag).outlet_kinds):
        return True
    return 3 <= len(plain) <= 8 and plain.isupper() and "." not in plain and " " not in plain


def opens_with(text: str, kinds: tuple[str, ...]) -> bool:
    """ "Báo Lao Động" opens with a kind of outlet: a word of the list, then a name."""
    lowered = fold(text)
    return len(lowered) == len(text) and any(
        lowered.startswith(fold(kind) + " ") and text[len(kind) + 1 :][:1].isupper() for kind in kinds
    )


def normal_case(name: str) -> str:
    """ "TRÍ DŨNG" as "Trí Dũng"; initials and short single words (PV, AFP) stay."""
    letters = [letter for letter in name if letter.isalpha()]
    words = name.split()
    if not letters or not all(letter.isupper() for letter in letters if letter.lower() != letter.upper()):
        return " ".join(_normal_word(word) for word in words) if len(words) > 1 else _dotted(name)
    if len(words) == 1 and len(letters) < 5 and "." not in name:
        return name
    return " ".join(_normal_word(word) for word in words)


def _normal_word(word: str) -> str:
    if "." in word:
        return _dotted(word)
    if len(word) < 2 or not word.isupper():
        return word
    return "-".join(part[:1] + part[1:].lower() for part in word.split("-"))


def _dotted(word: str) -> str:
    """ "T.THẮNG" as "T.Thắng", "N.T.A." as it is."""
    return ".".join(
        part[:1] + part[1:].lower() if len(part) > 2 and part.isupper() else part for part in word.split(".")
    )
