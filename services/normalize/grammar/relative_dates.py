"""Days and moments told from the receipt, in the words of any language: "2 hours ago", "vor 3 Tagen", "hôm qua"."""

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from services.normalize.grammar.date_words import (
    LETTER,
    RUN,
    any_of,
    begins_of,
    spaced,
    spoken_in,
    whole_words,
    words_of_dates,
)
from services.normalize.language.load import for_tag
from shared.patterns import pattern_of

_PLACES = pattern_of(r"(?:\{n\}|\{unit\})\s?(?:\{n\}|\{unit\})")


class Ago(msgspec.Struct, frozen=True, kw_only=True):
    """How long ago a text says something was, in seconds; `unit` are those of its smallest unit."""

    seconds: int
    unit: int
    start: int
    end: int


def find_ago(text: str) -> Ago | None:
    """How long ago, in the words of any language: "2 hours ago", "vor 3 Tagen", "1 week, 3 days ago", "há uma hora"."""
    if not _may_tell_ago(text):
        return None
    matches = [*_counted().finditer(text)]
    for first, start in enumerate(matches):
        seconds, last = 0, start
        for match in matches[first:]:
            if match is not start and text[last.end() : match.start()].strip(" ,"):
                break
            for tag, unit in _units()[spaced(match["unit"] or match["unit_first"])].items():
                span = _ago_form(text, start.start(), match, tag)
                if span is not None:
                    return Ago(seconds=seconds + _count_of(match) * unit, unit=unit, start=span[0], end=span[1])
            seconds += _count_of(match) * max(_units()[spaced(match["unit"] or match["unit_first"])].values())
            last = match
    return None


def _ago_form(text: str, start: int, match: re.Match[str], tag: str) -> tuple[int, int] | None:
    """Where a form of a language stands round number and unit."""
    for form in words_of_dates()[tag].ago:
        before, behind = (part.strip() for part in _PLACES.split(form))
        head = text[:start].rstrip()
        end = match.end() + (text[match.end() : match.end() + 1] == " " and bool(behind))
        is_apart = not behind or behind >= "\u0e00" or not text[end + len(behind) : end + len(behind) + 1].isalpha()
        is_behind = text[end : end + len(behind)].casefold() == behind.casefold()
        if is_behind and is_apart and head.casefold().endswith(before.casefold()):
            return len(head) - len(before) if before else start, end + len(behind)
    return None


def _count_of(match: re.Match[str]) -> int:
    number = match["n"] or match["n_behind"] or "1"
    return int(number) if number.isdecimal() else 1


@cache
def _units() -> Mapping[str, Mapping[str, int]]:
    """The seconds of a unit's word in each language that has it."""
    found: dict[str, dict[str, int]] = {}
    for tag, words in words_of_dates().items():
        for unit, seconds in words.units.items():
            found.setdefault(spaced(unit), {})[tag] = seconds
    return found


@cache
def _counted() -> re.Pattern[str]:
    units, ones = any_of(_units()), any_of({one for words in words_of_dates().values() for one in words.one})
    return re.compile(
        rf"(?<![\d.,])(?:(?P<n>\d{{1,3}})\s?|(?<!{LETTER})(?:{ones})\s)(?P<unit>{units})(?![a-zà-ɏ])|"
        rf"(?<!{LETTER})(?P<unit_first>{units})\s(?P<n_behind>\d{{1,3}})(?!\d)",
        re.IGNORECASE,
    )


def _may_tell_ago(text: str) -> bool:
    """Whether a word of any form stands in a text; letters without case run together."""
    words, glued = _ago_words()
    folded = text.casefold()
    return not words.isdisjoint(RUN.findall(folded)) or any(word in folded for word in glued)


@cache
def _ago_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """The telling word of each form, or the units where a form has none; and those in letters without case."""
    words: set[str] = set()
    for known in words_of_dates().values():
        for form in known.ago:
            before, behind = (RUN.findall(part.casefold()) for part in _PLACES.split(form))
            runs = behind or before or [run for unit in known.units for run in RUN.findall(unit.casefold())[:1]]
            words |= {max(runs, key=len)} if behind or before else set(runs)
    return frozenset(words), tuple(word for word in words if word >= "\u0e00")


@cache
def day_begins() -> tuple[str, ...]:
    """How the words for days told from today begin in all languages."""
    return begins_of(word for words in words_of_dates().values() for word in words.days)


@cache
def relative_days(language: str | None) -> tuple[re.Pattern[str], Mapping[str, int]]:
    """Words for days told from today, in any language, its own first: "yesterday" is 1."""
    days: dict[str, int] = {}
    for words in (*spoken_in(language), *words_of_dates().values()):
        for word, count in words.days.items():
            days.setdefault(word.casefold(), count)
    common = {word.casefold() for word in for_tag(language).style.common}
    days = {word: count for word, count in days.items() if word not in common}
    return whole_words(days), days
