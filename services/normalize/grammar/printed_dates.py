"""Dates as people print them: `Thứ hai, 9/11/2015, 05:34 (GMT+7)`, `April 3rd, 2020 at 9:30 a.m.`, `2024年5月3日`."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec

from services.normalize.grammar.calendars import find_other_days
from services.normalize.grammar.clocks import Clock, clock_beside
from services.normalize.grammar.date_words import (
    Label,
    dates_of,
    label_begins,
    label_pattern,
    labels,
    may_hold,
    month_named,
    month_pattern,
    weekday_begins,
    weekday_named,
    weekday_pattern,
)
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.zones import match_zone
from services.normalize.language.load import DayOrder, languages
from shared.patterns import pattern_of

LONGEST = 5000  # characters of a text that are searched
_DIGIT = pattern_of(r"\d")
_MOST = 40  # dates of a text
_NAMED = "MONTH"  # in these patterns, for any name of a month
_DAY = r"(?<!\d[.,:/])(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|ier|º|°|ª|ος|η|-го|-е|-а)?"
_CLOCK = r"(?=[0-2]\d:[0-5]\d)"  # `28 luglio 202010:43`: two elements, side by side without a space
_YEAR = rf"(?P<year>(?:1[6-9]|20)\d\d)(?:(?!\d)|{_CLOCK})"
_BEHIND_SHORT_YEAR = r"(?=\s*$|\s*[|,)–—]|\s+-|\s+\d\d?[:.]\d\d)"
_SHORT_YEAR = rf"['’]?(?P<year>\d\d){_BEHIND_SHORT_YEAR}"
_OF = r"(?:of\s+|de\s+|d['’]\s*|den\s+|i\s+|ng\s+|ta['’]\s*)?"


def _named(form: str) -> re.Pattern[str]:
    return pattern_of(lambda: form.replace(_NAMED, rf"(?P<month>{month_pattern()})\.?"), re.IGNORECASE)


_FORMS = (
    _named(rf"{_DAY}[.,/\s-]*+{_OF}{_NAMED}[,،./\s-]*+(?:de[l]?\s+)?{_YEAR}"),
    _named(rf"(?<![^\W\d]){_NAMED}[\s,-]*+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)[\s,.-]++{_YEAR}"),
    _named(
        rf"{_YEAR}(?:ko|eko|\s*(?:жылғы|жыл|оны|года|йил|yil|il))?[.,]?[\s-]*(?:m\.\s+)?{_NAMED}\s*(?:mėn\.\s*)?(?P<day>[0-3]?\d)(?!\d)"
    ),
    pattern_of(
        r"(?<!\d)(?P<year>(?:1[6-9]|20)\d\d)\s*[年년]\s*(?P<month>[01]?\d)\s*[月월]\s*(?P<day>[0-3]?\d)\s*[日일号號]"
    ),
    pattern_of(
        r"(?<![\d.,/-])(?P<year>(?:1[6-9]|20)\d\d)\s?[-./]\s?(?P<month>[01]?\d)\s?[-./]\s?(?P<day>[0-3]?\d)(?![\d/-])"
    ),
    pattern_of(
        r"(?<!\d)(?:ngày\s+)?(?P<day>[0-3]?\d)\s+(?:tháng|thang|thg\.?)\s*(?P<month>[01]?\d)(?:\s*,)?\s+(?:năm\s+)?"
        r"(?P<year>(?:1[6-9]|20)\d\d)",
        re.IGNORECASE,
    ),
    _named(rf"{_DAY}[./\s-]++{_OF}{_NAMED}[./\s-]++(?:de\s+)?{_SHORT_YEAR}"),
    _named(rf"(?<![^\W\d]){_NAMED}[\s-]*+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)[\s,.-]++{_SHORT_YEAR}"),
)
_NUMERIC = pattern_of(
    r"(?<![\d/:])(?<!\d[.-])(?P<one>[0-3]?\d)\s?(?P<mark>[-./·‐‑–|])\s?(?P<two>[0-3]?\d)\s?(?P=mark)\s?"
    rf"(?P<year>(?:1[6-9]|20)\d\d(?!:\d\d)|\d\d)(?:(?![\d/-])(?!\.\d)|{_CLOCK})"
)
_SHORT_FORMS = 6  # from which of the forms the year has two digits
_FULL_YEAR = pattern_of(r"(?:1[6-9]|20)\d\d")
_ENDS_IN_YEAR = pattern_of(rf"\d\d{_BEHIND_SHORT_YEAR}")
_MARKED = pattern_of(r"\d\s?[-./·‐‑–|]\s?\d")
_LABEL_BEFORE = 40  # characters before a date in which a label may begin
_WEEKDAY_AROUND = 24  # characters beside a day in which its weekday may stand
_OTHER_DIGIT = pattern_of(r"[^\D0-9\uff20-\U0010ffff]")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text: what it says and where it stands.

    `start` and `end` are the day's, `spans` those of all its parts (day, clock with zone, weekday). `ambiguous`: day
    and month could be the other way round. `weekday_differs`: the weekday printed beside it is not that of the day.
    """

    stamp: Stamp
    start: int
    end: int
    spans: tuple[tuple[int, int], ...] = ()
    ambiguous: bool = False
    weekday_differs: bool = False
    label: Label | None = None


class _Day(msgspec.Struct, frozen=True):
    start: int
    end: int
    day: dt.date
    ambiguous: bool


def find_dates(
    text: str, language: str | None, order: DayOrder | None = None, latest: dt.date | None = None
) -> Iterator[Found]:
    """All dates printed in a text, in order, each with the time that stands beside it."""
    text = western(text[:LONGEST])
    if not _DIGIT.search(text):
        return
    order = order or order_of(language)
    floor = 0
    for day in _find_days(text, language, order, latest)[:_MOST]:
        clock = clock_beside(text, day.start, day.end, floor, language)
        found = _found(text, day, clock, language)
        end = max(stop for _, stop in found.spans)
        label, floor = label_beside(text, floor, min(start for start, _ in found.spans), end, language)
        yield msgspec.structs.replace(found, label=label)


def label_beside(text: str, floor: int, start: int, end: int, language: str | None) -> tuple[Label | None, int]:
    """What the words right behind a date or nearest before it say it is the date of; and where those end."""
    behind = next((word for word in labels().updated_behind if text[end : end + 8].lstrip().startswith(word)), None)
    if behind is not None:
        return "updated", text.index(behind, end) + len(behind)
    before = text[max(floor, start - _LABEL_BEFORE) : start]
    found = label_pattern(language).finditer(before) if may_hold(before, label_begins()) else ()
    last = next(reversed([*found]), None)
    return (None if last is None else "updated" if last["updated"] else "published"), end


def western(text: str) -> str:
    """The text with the digits of all scripts as 0 to 9, letter for letter."""
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text)


@cache
def order_of(language: str | None) -> DayOrder | None:
    """Day or month first: by the region of a language, else as most of its papers print."""
    tag = (language or "").replace("_", "-").lower()
    if tag == "en":
        return "mdy"
    by_region = {name.lower(): order for rules in languages().values() for name, order in rules.orders.items()}
    return by_region.get(tag) or dates_of(language).order


def _found(text: str, day: _Day, clock: Clock | None, language: str | None) -> Found:
    spans = [(day.start, day.end)]
    zone = None
    if clock is not None:
        spans.append((clock.start, clock.end))
        zone = clock.zone
        if zone is None and clock.end <= day.start:  # "05:34, 09/11/2015 (GMT+7)"
            zone = match_zone(text, day.end, language)
            spans += [(day.end, zone.end)] if zone else []
    weekday = _weekday_beside(text, spans, language)
    number, span = weekday if weekday is not None else (None, None)
    spans += [span] if span else []
    if clock is not None and clock.start >= day.end:  # the "T" of ISO, "at", "um"
        spans.append((day.end, clock.start))
    differs = number is not None and number != day.day.isoweekday()
    date, ambiguous = day.day, day.ambiguous
    other = turned_day(date) if ambiguous else None
    if number is not None and ambiguous and other is not None:
        date = other if differs and other.isoweekday() == number else date
        ambiguous = date.isoweekday() != number
        differs = ambiguous
    stamp = Stamp(
        day=date,
        time=clock.time if clock else None,
        offset=zone.offset if zone else None,
        zone=zone.zone if zone else None,
        to_the_second=clock is not None and clock.to_the_second,
    )
    return Found(
        stamp=stamp, start=day.start, end=day.end, spans=tuple(spans), ambiguous=ambiguous, weekday_differs=differs
    )


def turned_day(day: dt.date) -> dt.date | None:
    """The day with its day and month the other way round."""
    try:
        return dt.date(day.year, day.day, day.month)
    except ValueError:  # 31 May: there is no other way
        return None


def _weekday_beside(
    text: str, spans: list[tuple[int, int]], language: str | None
) -> tuple[int, tuple[int, int]] | None:
    """The weekday that stands right before or behind the parts of a date."""
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    gaps = [(max(0, start - _WEEKDAY_AROUND), start, True), (end, end + _WEEKDAY_AROUND, False)]
    gaps += [(one[1], two[0], False) for one, two in zip(sorted(spans), sorted(spans)[1:], strict=False)]
    for begin, stop, is_before in gaps:
        part = text[begin:stop]
        for match in weekday_pattern(language).finditer(part) if may_hold(part, weekday_begins()) else ():
            beside = part[match.end() :] if is_before else part[: match.start()]
            number = weekday_named(match[0], language)
            if number is not None and sum(letter.isalnum() for letter in beside) <= 4:
                return number, (begin + match.start(), begin + match.end())
    return None


def _find_days(text: str, language: str | None, order: DayOrder | None, latest: dt.date | None) -> list[_Day]:
    """Where a day stands, which it is, and whether it is ambiguous; a form that says more is read before others."""
    found: list[_Day] = []
    taken = bytearray(len(text) + 1)

    def keep(start: int, end: int, day: dt.date | None, ambiguous: bool) -> None:
        if day is not None and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(_Day(start, end, day, ambiguous))

    named, numeric = _shapes(text)
    for match in named:
        keep(*match.span(), _named_day(match, language, latest), False)
    for start, end, day in find_other_days(text, language):
        keep(start, end, day, False)
    for match in numeric:
        keep(
            *match.span(),
            *(_year_first_day(match, order, latest) or _numeric_day(match, order, latest) or (None, False)),
        )
    return sorted(found, key=lambda day: day.start)


@lru_cache(maxsize=512)
def _shapes(text: str) -> tuple[tuple[re.Match[str], ...], tuple[re.Match[str], ...]]:
    """What is shaped like a day, with its month named or in figures alone; a page's lines are asked for it often.

    A form is tried only where its year, or its figures with a mark between, stands somewhere.
    """
    forms = _FORMS[:_SHORT_FORMS] if _FULL_YEAR.search(text) else ()
    forms += _FORMS[_SHORT_FORMS:] if _ENDS_IN_YEAR.search(text) else ()
    named = tuple(match for pattern in forms for match in pattern.finditer(text))
    return named, tuple(_NUMERIC.finditer(text)) if _MARKED.search(text) else ()


def _named_day(match: re.Match[str], language: str | None, latest: dt.date | None) -> dt.date | None:
    month, year = match["month"], int(match["year"])
    number = int(month) if month.isdecimal() else month_named(month, language)
    try:
        return dt.date(_full(year, latest), number, int(match["day"])) if number is not None else None
    except ValueError:
        return None


def _full(year: int, latest: dt.date | None) -> int:
    """The year of two digits that is not long after today."""
    if year >= 100:
        return year
    pivot = latest.year + 1 if latest is not None else 2059
    century = pivot - pivot % 100
    return century + year if century + year <= pivot else century - 100 + year


def _year_first_day(
    match: re.Match[str], order: DayOrder | None, latest: dt.date | None
) -> tuple[dt.date, bool] | None:
    """`20.04.15` where the year comes first also when it is long."""
    if len(match["year"]) > 2 or order != "ymd":
        return None
    try:
        return dt.date(_full(int(match["one"]), latest), int(match["two"]), int(match["year"])), False
    except ValueError:
        return None


def _numeric_day(match: re.Match[str], order: DayOrder | None, latest: dt.date | None) -> tuple[dt.date, bool] | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if year < 100:
        if match["mark"] != "." and (len(match["one"]) < 2 or len(match["two"]) < 2):
            return None
        year = _full(year, latest)
    month_first = order == "mdy" and not (match["mark"] == "." and two <= 12)  # dots are day first everywhere
    day, month = (two, one) if month_first else (one, two)
    if month > 12 >= day:
        day, month = month, day
    try:
        return dt.date(year, month, day), day <= 12 and day != month
    except ValueError:
        return None
