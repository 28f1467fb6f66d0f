"""Clocks beside a day: `05:34`, `17h30`, `5 giờ 34 phút`, `下午3点20分`, `3.20 PM`, with half of the day and zone."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.date_words import (
    Half,
    any_of,
    half_days,
    joiner_pattern,
    label_begins,
    label_pattern,
    may_hold,
    said,
    spaced,
    weekday_begins,
    weekday_pattern,
    words_of_dates,
)
from services.normalize.grammar.zones import Printed, match_zone
from shared.patterns import pattern_of

_REACH = 48  # characters between a day and its clock, the clock included
_LETTERS_AFTER, _LETTERS_BEFORE = 3, 12  # letters that may stand between a day and the clock behind it, before it
_ENDS_DOTTED = pattern_of(r"\s*(?:$|[|,;)\]•·\n]|\s[–—-]\s)")
_LONGEST_OPENER = 16
_CASELESS = "\u0e00"  # from here on scripts have letters without case


class _Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """How clocks are printed in a language: the figures, what may stand behind each, and before dotted ones."""

    clock: re.Pattern[str]
    hours: re.Pattern[str]
    minutes: re.Pattern[str]
    seconds: re.Pattern[str]
    opener: re.Pattern[str]


@cache
def _patterns(language: str | None) -> _Patterns:
    hours, minutes = said(language, "hour_words"), said(language, "minute_words")
    between = {word for word in hours if len(word) > 1 or word == "h" or word >= _CASELESS}
    single = any_of(word for word in hours if word not in between)
    past, seconds = any_of(said(language, "half_past")), any_of(said(language, "second_words"))
    openers = any_of(said(language, "clock_openers"))
    return _Patterns(
        clock=pattern_of(
            r"(?<![\d.,/:+])(?<!\d-)(?P<hour>[0-2]?\d)(?:"
            r"\s?[:：]\s?(?P<minute>[0-5]\d)(?:[:：.](?P<second>[0-5]\d)(?:[.,:]\d{1,9})?)?(?!\d)|"
            rf"\s?(?P<word>{_joined(between)}|(?:{single})(?=\d))(?!{_longer_units(between)})\s?"
            rf"(?:(?P<minute2>[0-5]?\d)(?!\d)|(?P<past>{past})(?![a-zà-ɏ]))?|"
            r"\.(?P<minute3>[0-5]\d)(?:\.(?P<second3>[0-5]\d))?(?![\d%]|[.,]\d)|"
            r"(?P<bare>(?=\s?[^\W\d_])))",
            re.IGNORECASE,
        ),
        hours=pattern_of(rf"\s?(?:{any_of(hours)})(?![^\W\d_])", re.IGNORECASE),
        minutes=pattern_of(rf"\s?(?:{any_of(minutes)}|['’′])(?![^\W\d_])", re.IGNORECASE),
        seconds=pattern_of(rf"\s?(?P<second>[0-5]?\d)\s?(?:{seconds})", re.IGNORECASE),
        opener=pattern_of(rf"(?:(?<![^\W\d_])(?:{openers})|[,;|–—-])\s*$", re.IGNORECASE),
    )


def _joined(words: Iterable[str]) -> str:
    """Words that stand for the colon; a letter behind one makes another word of it, where letters have case."""
    words = set(words)
    apart = any_of(word for word in words if word < _CASELESS)
    return rf"(?:{apart})(?![^\W\d_])|(?:{any_of(word for word in words if word >= _CASELESS)})"


def _longer_units(words: Iterable[str]) -> str:
    """What makes a length of time of an hour's word, where letters have no case: the second half of 時間."""
    units = {unit for known in words_of_dates().values() for unit in known.units if unit >= _CASELESS}
    return any_of(unit[len(word) :] for word in words for unit in units if unit.startswith(word) and unit != word)


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A time of day, its zone where one is printed behind it, and where it stands."""

    time: dt.time
    to_the_second: bool = False
    zone: Printed | None = None
    start: int
    end: int


def clock_beside(text: str, start: int, end: int, floor: int, language: str | None) -> Clock | None:
    """The clock after a day, or before it but not before `floor`: `05:34 - 09/11/2015`."""
    return _clock_after(text, end, language) or _clock_before(text, start, max(floor, start - _REACH), language)


def _clock_after(text: str, end: int, language: str | None) -> Clock | None:
    tail = text[end : end + 2 * _REACH]  # a slice: the figures of a clock may stand right behind those of the year
    for match in _patterns(language).clock.finditer(tail, 0, _REACH):
        if _letters(tail[: match.start()], language) > _LETTERS_AFTER:
            return None
        clock = _clock_of(tail, match, language)
        if clock is not None:
            return _moved(clock, end)
        if match["bare"] is None:
            return None
    return None


def _clock_before(text: str, start: int, floor: int, language: str | None) -> Clock | None:
    head = text[floor:start]
    for match in reversed(list(_patterns(language).clock.finditer(head))):
        clock = _clock_of(head, match, language)
        if clock is not None:
            gap = head[clock.end :]
            is_near = _letters(gap, language) <= _LETTERS_BEFORE and not _holds_label(gap, language)
            return _moved(clock, floor) if is_near else None
    return None


def _moved(clock: Clock, by: int) -> Clock:
    zone = replace(clock.zone, end=clock.zone.end + by) if clock.zone is not None else None
    return replace(clock, zone=zone, start=clock.start + by, end=clock.end + by)


def _holds_label(gap: str, language: str | None) -> bool:
    return may_hold(gap, label_begins()) and label_pattern(language).search(gap) is not None


def _letters(gap: str, language: str | None) -> int:
    """How many letters of a gap are none of joiners and weekdays."""
    if not any(letter.isalnum() for letter in gap):
        return 0
    rest = weekday_pattern(language).sub("", gap) if may_hold(gap, weekday_begins()) else gap
    return sum(letter.isalnum() for letter in joiner_pattern(language).sub("", rest))


def _clock_of(text: str, match: re.Match[str], language: str | None) -> Clock | None:
    patterns = _patterns(language)
    end = _end_of_figures(text, match, patterns)
    half, opens, behind = _half_beside(text, match.start(), end, language)
    hours = patterns.hours.match(text, behind)
    behind = hours.end() if hours else behind
    exact = match["second"] is not None or text[match.start() - 1 : match.start()] == "T"
    zone = match_zone(text, behind, language, exact=exact)
    if not _is_clock(text, match, patterns, half is not None or zone is not None or hours is not None):
        return None
    seconds = patterns.seconds.match(text, end) if match["minute2"] else None
    second = seconds["second"] if seconds else match["second"] or match["second3"]
    behind = max(behind, seconds.end() if seconds else 0)
    hour, minute = int(match["hour"]), int(match["minute"] or match["minute2"] or match["minute3"] or 0)
    time = _time(hour, 30 if match["past"] else minute, int(second or 0), half)
    if time is None:
        return None
    return Clock(time=time, to_the_second=second is not None, zone=zone, start=opens, end=zone.end if zone else behind)


def _end_of_figures(text: str, match: re.Match[str], patterns: _Patterns) -> int:
    minutes = patterns.minutes.match(text, match.end()) if match["minute"] or match["minute2"] else None
    return minutes.end() if minutes else match.end()


def _is_clock(text: str, match: re.Match[str], patterns: _Patterns, is_told: bool) -> bool:
    """Whether figures that could be others' are a clock: dotted ones, and an hour alone, need a word or a place."""
    if match["bare"] is not None:
        return is_told
    if match["minute3"] is None:
        return True
    opened = patterns.opener.search(text, max(0, match.start() - _LONGEST_OPENER), match.start())
    return is_told or opened is not None or _ENDS_DOTTED.match(text, match.end()) is not None


def _half_beside(text: str, start: int, end: int, language: str | None) -> tuple[Half | None, int, int]:
    """The half of the day said behind a clock or before it, where it begins and where the clock ends."""
    before, after = _half_patterns(language)
    halves = half_days(language)
    match = after.match(text, end)
    if match is not None:
        return halves[spaced(match["half"])], start, match.end()
    head = text[max(0, start - 20) : start]
    match = before.search(head)
    if match is not None:
        return halves[spaced(match["half"])], start - len(head) + match.start(), end
    return None, start, end


@cache
def _half_patterns(language: str | None) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = any_of(half_days(language))
    before = re.compile(rf"(?:^|(?<![^\W\d_])|(?<=[日号]))(?P<half>{words})[\s:]*$", re.IGNORECASE)
    # "2:00 PMTags": two elements side by side; a small letter would make it another word
    return before, re.compile(
        rf"\s?,?\s?(?P<half>{words})(?-i:(?![a-zà-ÿ\u0100-\u024f\u1ea0-\u1eff]))(?!\.?\d)\.?", re.IGNORECASE
    )


def _time(hour: int, minute: int, second: int, half: Half | None) -> dt.time | None:
    if half is not None:
        hour = _by_half(hour, half)
    if (hour, minute, second) == (24, 0, 0):
        hour = 0
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return None


def _by_half(hour: int, half: Half) -> int:
    """The hour of twenty-four: 12 in the morning is midnight, 1 at noon is 13, 10 at night is 22 and 2 at night 2."""
    if hour > 12:
        return hour
    match half:
        case "morning":
            return hour % 12
        case "noon":
            return hour + 12 if hour <= 4 else hour
        case "afternoon":
            return hour % 12 + 12
        case "night":
            return 0 if hour == 12 else hour + 12 if hour >= 6 else hour


def clocks_in(text: str, language: str | None) -> list[Clock]:
    """All clocks of a text that nobody could take for other figures."""
    clocks = (_clock_of(text, match, language) for match in _patterns(language).clock.finditer(text))
    return [clock for clock in clocks if clock is not None]
