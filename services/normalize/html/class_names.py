"""What class names, ids and the short lines of web pages say: the patterns of `data/class_names.toml`."""

import re
from functools import cache, lru_cache
from re import Pattern

import msgspec

from services.normalize.tables import read_table
from shared.patterns import pattern_of

_BRACKETED = re.compile(r"\([^()]*\)")
NORMAL, DOUBTED, SUSPECT, REFUSED = 0, 1, 2, 3


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's tables; each name has alternatives of one pattern."""

    starts: dict[str, list[str]]
    anywhere: dict[str, list[str]]
    words: dict[str, list[str]]
    lines: dict[str, list[str]]


@cache
def _tables() -> _Tables:
    return read_table("data/class_names.toml", _Tables)


def _starts(*names: str) -> Pattern[str]:
    return pattern_of(
        lambda: rf"(?<![a-z])(?:{_by_first_letter([one for name in names for one in _tables().starts[name]])})"
    )


def _by_first_letter(alternatives: list[str]) -> str:
    """A pattern of these alternatives that tries only those which begin with the letter a word begins with."""
    groups: dict[str, list[str]] = {}
    for one in alternatives:
        is_plain = one[0].isalpha() and one[1:2] not in ("?", "*", "+", "{") and "|" not in _BRACKETED.sub("", one)
        groups.setdefault(one[0] if is_plain else "", []).append(one)
    others = groups.pop("", [])
    return "|".join([*others, *(f"{letter}(?:{'|'.join(one[1:] for one in rest)})" for letter, rest in groups.items())])


def _anywhere(name: str) -> Pattern[str]:
    return pattern_of(lambda: _by_first_letter(_tables().anywhere[name]))


def _words(name: str) -> Pattern[str]:
    return pattern_of(lambda: rf"(?<![a-z])(?:{'|'.join(_tables().words[name])})(?![a-z])")


STRONG_DEBRIS, DEBRIS, WEAK_DEBRIS = _starts("strong_debris"), _starts("debris"), _starts("weak_debris")
BYLINE_NAMES, DATE_NAMES, LEAD_NAMES = _starts("byline"), _starts("date"), _starts("lead")
DATE_CLASS, DATE_LINE = _starts("date_class"), _starts("date_class", "date_line")
DATES_OF_OTHERS = _starts("dates_of_others")
PICTURE_DEBRIS = _starts("picture_debris")
LONG_DEBRIS, PROSE = _anywhere("long_debris"), _anywhere("prose")
CAPTION_NAMES, DATELINE_NAMES = _anywhere("caption"), _anywhere("dateline")
PICTURE_CREDIT, SAID_CREDIT = _anywhere("picture_credit"), _anywhere("said_credit")
CREDIT_NAMES, NOTE_NAMES, CODE_NAMES, GUTTER_NAMES = map(_words, ("credit", "note", "code", "gutter"))
UNSEEN_NAMES = pattern_of(lambda: rf"(?<![a-z-])(?:{'|'.join(_tables().words['unseen'])})(?![a-z])(?!-focusable-only)")
HIDDEN_STYLE = pattern_of(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
DEBRIS_LINE = pattern_of(lambda: rf"^\W*(?:{'|'.join(_tables().lines['whole'])})\W*$", re.IGNORECASE)
OF_LAW = pattern_of(lambda: "|".join(_tables().lines["law"]), re.IGNORECASE)
DEBRIS_START = pattern_of(lambda: rf"^\W*(?:{'|'.join(_tables().lines['opening'])})", re.IGNORECASE)

# What a name says a box has or lacks, not what it is: `has-sidebar`, `layout--with-newsletter`, `no-comments`.
_WITH_OTHERS = pattern_of(r"(?<=[\s_-])(?:has|with|without|no|not)-[\w-]+")
# WordPress names an article by its subjects, "tag-newsletter" too.
_SUBJECT = pattern_of(r"(?:category|tag|post_tag|topic|series)-\S")


@lru_cache(maxsize=8_192)
def judge_names(names: str) -> tuple[int, bool]:
    """What a box's names, in lower case, say of it: how much it sounds like debris, and whether like running text."""
    of_article = "hentry" in names or "type-post" in names
    verdict, is_prose = NORMAL, False
    for word in names.split():
        worst, prose = judge_name(word)
        if prose:
            is_prose = True
        if worst > verdict and not (of_article and _SUBJECT.match(word)):
            verdict = worst
    return verdict, is_prose


@lru_cache(maxsize=32_768)
def judge_name(word: str) -> tuple[int, bool]:
    """What one class or id says; pages of one site share most of them."""
    padded = f" {word} "
    prose = PROSE.search(padded) is not None
    if "-" in word:
        padded = _WITH_OTHERS.sub(" ", padded)
    if STRONG_DEBRIS.search(padded):
        return REFUSED, prose
    if DEBRIS.search(padded):
        return SUSPECT, prose
    return (DOUBTED if WEAK_DEBRIS.search(padded) else NORMAL), prose


@lru_cache(maxsize=8_192)
def judge_inline(names: str) -> tuple[bool, bool]:
    """Whether a part of a line is shown only to screen readers or when pointed at, and whether it names a dateline."""
    names = names.lower()
    return UNSEEN_NAMES.search(names) is not None, DATELINE_NAMES.search(names) is not None
