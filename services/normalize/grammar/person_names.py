"""Is it a name: told from other words, freed of titles, put in normal case; one test for text, pages and feeds."""

import re
import unicodedata
from functools import cache

from services.normalize.language import phrases
from services.normalize.language.folding import fold, fold_word
from services.normalize.language.load import EVERY, for_tag
from shared.patterns import pattern_of

MOST_WORDS = 6
LONGEST = 60
_LONGEST_EAST_ASIAN = 12
_LONGEST_SPACED = 45
_EAST_ASIAN = pattern_of("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CASELESS = pattern_of("[\u0590-\u08ff\u0900-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PAIR = pattern_of("[\u3040-\u30ff\u3400-\u9fff]{1,4}[ \u3000・][\u3040-\u30ff\u3400-\u9fff]{1,4}")
_KANA_OF_SENTENCES = pattern_of("[をはがのにでへと][ \u3000]|[ \u3000][をはがのにでへと]")
DOMAIN = pattern_of(r"(?i)(?:[a-z0-9-]+\.)+[a-z]{2,6}")
_INITIALS = pattern_of(r"(?:[^\W\d_]{1,2}\.){1,4}[^\W\d_]{0,12}\.?")
_WORD = pattern_of(r"[^\W\d_][^\W\d_'’.\-·]*\.?")
_JOINED = pattern_of(r"[-'’·]")
_PARTS = pattern_of(r"([\s\-'’/(]+)")
_TOUCHES = " ,;:" + phrases.DASHES + "*|•·"


def bare_name(text: str, tag: str) -> str:
    """ "ThS.BS Đức Hùng" as "Đức Hùng": titles go as long as a name remains."""
    return split_title(text, tag)[0]


def split_title(text: str, tag: str) -> tuple[str, str | None]:
    """A name and the title that stood before it or, in East Asia, behind it: ("Đức Hùng", "ThS.BS")."""
    name = text.strip(_TOUCHES)
    titles = phrases.titles(tag)
    if _EAST_ASIAN.search(name):
        return _split_east_asian(name, titles)
    taken: list[str] = []
    while True:
        for size in (3, 2, 1):
            parts = name.split(" ", size)
            if len(parts) == size + 1 and is_title(" ".join(parts[:size]), titles):
                taken.append(" ".join(parts[:size]))
                name = parts[size].strip(" ,:-–")
                break
        else:
            return name, " ".join(taken) or None


def _split_east_asian(name: str, titles: frozenset[str]) -> tuple[str, str | None]:
    """ "홍길동 기자", "记者 王小明", "田中太郎記者"."""
    for title in sorted(titles, key=len, reverse=True):
        if name.startswith(title) and len(name) > len(title):
            return name.removeprefix(title).strip(" \u3000,:：·・"), title
        if name.endswith(title) and len(name) > len(title):
            return name.removesuffix(title).strip(" \u3000,:：·・"), title
    return name, None


def is_caseless(text: str) -> bool:
    """Whether letters without upper and lower case are among these."""
    return _CASELESS.search(text) is not None


def is_east_asian(text: str) -> bool:
    """Whether names are written without a space here: Han, kana, Hangul."""
    return _EAST_ASIAN.search(text) is not None


def is_title(text: str, titles: frozenset[str]) -> bool:
    """ "PGS.TS", "Dr", "Nhà thơ"."""
    words = fold(text).rstrip(".,:")
    return words in titles or (
        " " not in words and "." in words and all(part in titles for part in words.split(".") if part)
    )


def is_name(text: str, tag: str) -> bool:
    """Whether this is spelt like a person's name in a byline: every word capital, no figure, no word of a sentence."""
    if not 2 <= len(text) <= LONGEST or fold(text) in phrases.not_names(tag):
        return False
    if is_caseless(text):
        return _is_caseless_name(text, tag)
    words = text.split()
    if not 1 <= len(words) <= MOST_WORDS:
        return False
    if _INITIALS.fullmatch(text.replace(" ", "")) and any(letter.isupper() for letter in text):
        return True
    particles = phrases.particles(tag)
    if not all(_is_name_word(word, particles) for word in words):
        return False
    if not (words[0][0].isupper() or (len(words) > 1 and words[-1][0].isupper())):
        return False
    if len(words) >= 5 and text.isupper():
        return False
    style = for_tag(tag).style  # "Theresa May" is a name, "She May Win" none
    of_sentences = phrases.sentence_words(tag) if len(words) > 2 else phrases.folded(style.function_words)
    return len(words) == 1 or (of_sentences - particles).isdisjoint(map(fold_word, words))


def opens_as_outlet(name: str, tag: str) -> bool:
    """Whether a name opens with a little word of the language, as papers' do: "The Courier"."""
    first, _, rest = name.partition(" ")
    little = phrases.folded(for_tag(tag).style.function_words) - phrases.particles(tag)
    return bool(rest) and fold_word(first) in little


def _is_name_word(word: str, particles: frozenset[str]) -> bool:
    if word.casefold() in particles or _INITIALS.fullmatch(word):
        return True
    parts = _JOINED.split(word)
    spelt = all(part == "" or _WORD.fullmatch(part) is not None for part in parts)
    return spelt and (word[0].isupper() or (len(parts) > 1 and parts[1][:1].isupper()))


def _is_caseless_name(text: str, tag: str) -> bool:
    """Letters and vowel signs only: short where names are written without spaces, two to five words elsewhere."""
    if not all(letter.isalpha() or letter in " \u3000・·=\u200c\u200d" or _is_mark(letter) for letter in text):
        return False
    if _EAST_ASIAN.search(text):
        return len(text) <= _LONGEST_EAST_ASIAN and fold(text) not in phrases.date_words(tag)
    words = text.split()
    return len(text) <= _LONGEST_SPACED and 1 <= len(words) <= MOST_WORDS and not _has_sentence_word(words, tag)


def _has_sentence_word(words: list[str], tag: str) -> bool:
    return len(words) > 1 and any(fold_word(word) in phrases.sentence_words(tag) for word in words)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc") or letter in ".'’-"


def stands_alone(name: str, tag: str) -> bool:
    """Whether a name without any word beside it can be told from other short lines.

    Among letters without case only two short parts (中村 恵) or a usual given name (अमित शर्मा) tell.
    """
    if not is_caseless(name):
        return True
    if _EAST_ASIAN.search(name):
        return _PAIR.fullmatch(name) is not None and _KANA_OF_SENTENCES.search(name) is None
    return 2 <= len(name.split()) <= 4 and fold_word(name.split(maxsplit=1)[0]) in phrases.given_names(tag)


def is_full(name: str) -> bool:
    """Whether a name has two parts or is written in one: "Anna Schmidt", "J.", 李明."""
    return " " in name or "." in name or _EAST_ASIAN.search(name) is not None or (len(name) < 5 and name.isupper())


def is_place(text: str, tag: str) -> bool:
    """Whether a part behind a name says where that person is: "in London", "à Paris", a known town."""
    plain = phrases.edge_free(text)
    first, _, rest = plain.partition(" ")
    return plain in phrases.not_names(tag) or (
        bool(rest) and first in phrases.place_words(tag) and len(rest.split()) <= 4 and text.strip()[-1:] not in ".!?"
    )


def is_outlet(text: str, tag: str) -> bool:
    """Whether this names a paper, an agency or a site: listed, a domain, or capitals as agencies have."""
    plain = text.strip(" .,()[]")
    if phrases.edge_free(plain) in phrases.outlets(tag) or DOMAIN.fullmatch(plain):
        return True
    if opens_with(plain, for_tag(tag).outlet_kinds):
        return True
    return 3 <= len(plain) <= 8 and plain.isupper() and "." not in plain and " " not in plain


def is_agency(text: str, tag: str) -> bool:
    """Whether this is a listed paper or agency, or several of them: "dpa/AFP"."""
    known = phrases.outlets(tag)
    parts = [phrases.edge_free(part) for part in re.split(r"[/,+&]", text)]
    return bool(parts) and all(part in known for part in parts)


def is_organisation(name: str, sites: frozenset[str] = frozenset()) -> bool:
    """Whether a byline names a desk, an agency or the outlet rather than a person."""
    if is_agency(name, EVERY) or re.sub(r"[\W_]+", "", name.casefold()) in sites:
        return True
    if is_caseless(name):
        return any(word in name for word in organisation_words() if is_caseless(word)) or name in phrases.crews(EVERY)
    words = [word.strip(".,()") for word in name.replace("-", " ").replace("/", " ").split()]
    return fold(name) in phrases.crews(EVERY) or any(_is_of_organisations(word) for word in words)


def _is_of_organisations(word: str) -> bool:
    """ "Redaktion", "paper.example", and the codes of agencies as they write them: "dpa", "AFP"."""
    if fold(word) in organisation_words() or DOMAIN.fullmatch(word):
        return True
    return len(word) < 8 and (word.isupper() or word.islower()) and word in for_tag(EVERY).outlets


@cache
def organisation_words() -> frozenset[str]:
    """The words of all languages that stand in the names of organisations, folded."""
    return phrases.folded(for_tag(EVERY).organisation_words)


def opens_with(text: str, kinds: tuple[str, ...]) -> bool:
    """ "Báo Lao Động" opens with a kind of outlet: a word of the list, then a name."""
    opened = _opening(kinds).match(text)
    return opened is not None and (text[opened.end()].isupper() or is_caseless(text[opened.end()]))


@cache
def _opening(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(re.escape(kind) for kind in kinds) or '(?!)'})\s(?=\S)", re.IGNORECASE)


def normal_case(name: str, tag: str) -> str:
    """ "TRÍ DŨNG" as "Trí Dũng", Turkish "YILDIRIM" as "Yıldırım"; initials and short single words (PV, AFP) stay."""
    letters = [letter for letter in name if letter.isalpha()]
    words = name.split()
    if not letters or not all(letter.isupper() for letter in letters if letter.lower() != letter.upper()):
        return " ".join(_normal_word(word, tag) for word in words) if len(words) > 1 else _dotted(name, tag)
    if len(words) == 1 and len(letters) < 5 and "." not in name:
        return name
    return " ".join(_normal_word(word, tag) for word in words)


def title_case(text: str, tag: str) -> str:
    """ "O'NEILL-SMITH" as "O'Neill-Smith", with the small letters of the language."""
    return "".join(part[:1] + _small(part[1:], tag) for part in _PARTS.split(text))


def _small(letters: str, tag: str) -> str:
    for capital, small in for_tag(tag).small_letters.items():
        letters = letters.replace(capital, small)
    return letters.lower()


def _normal_word(word: str, tag: str) -> str:
    if "." in word:
        return _dotted(word, tag)
    return title_case(word, tag) if len(word) > 1 and word.isupper() else word


def _dotted(word: str, tag: str) -> str:
    """ "T.THẮNG" as "T.Thắng", "N.T.A." as it is."""
    return ".".join(
        part[:1] + _small(part[1:], tag) if len(part) > 2 and part.isupper() else part for part in word.split(".")
    )
