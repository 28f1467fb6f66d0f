"""Dates as people print them: `Thứ hai, 9/11/2015, 05:34 (GMT+7)`, `April 3rd, 2020 at 9:30 a.m.`, `2024年5月3日`."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.clocks import Clock, clock_beside
from services.normalize.grammar.date_words import (
    Label,
    any_in,
    calendar_month,
    dates_of,
    eras,
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
from services.normalize.grammar.machine_dates import Stamp, hijri, persian
from services.normalize.grammar.zones import match_zone
from services.normalize.language.load import DayOrder, languages
from shared.patterns import pattern_of

LONGEST = 5000  # characters of a text that are searched
_DIGIT = pattern_of(r"\d")
_MOST = 40  # dates of a text
_YEARS = r"(?:1[3-9]|2[0-5])\d\d"  # those of other calendars included
_CLOCK = r"(?=[0-2]\d:[0-5]\d)"  # `28 luglio 202010:43`: two elements, side by side without a space
_YEAR = rf"(?P<year>{_YEARS})(?:(?!\d)|{_CLOCK})"
_BEHIND_SHORT_YEAR = r"(?=\s*$|\s*[|,)–—]|\s+-|\s+\d\d?[:.]\d\d|\s+[^\W\d_]{1,8}\.?\s?\d\d?[:.]\d\d)"
_SHORT_YEAR = rf"['’]?(?P<year>\d\d){_BEHIND_SHORT_YEAR}"
_NUMERIC = pattern_of(
    r"(?<![\d/:])(?<!\d[.-])(?P<one>[0-3]?\d)\s?(?P<mark>[-./·‐‑–|])\s?(?P<two>[0-3]?\d)\s?(?P=mark)\s?"
    rf"(?P<year>{_YEARS}(?!:\d\d)|\d\d)(?:(?![\d/-])(?!\.\d)|{_CLOCK})"
)
_YEAR_FIRST = pattern_of(
    rf"(?<![\d.,/-])(?P<year>{_YEARS}|1[01]\d)\s?(?P<mark>[-./])\s?(?P<month>[01]?\d)\s?(?P=mark)\s?(?P<day>[0-3]?\d)(?![\d/-])"
)
_FULL_YEAR = pattern_of(_YEARS)
_ENDS_IN_YEAR = pattern_of(rf"\d\d{_BEHIND_SHORT_YEAR}")
_MARKED = pattern_of(r"\d\s?[-./·‐‑–|]\s?\d")
_BUDDHIST, _FIRST_BUDDHIST = 543, 2400
_OURS, _OLDEST = 1600, 1300  # no paper prints earlier years of our calendar, nor of any
_LAST_FIGURES = pattern_of(r"\d+$")
_MINGUO = 3  # figures of a year that is counted from an era nobody needs to name
_LABEL_BEFORE = 40  # characters before a date in which a label may begin
_WEEKDAY_AROUND = 24  # characters beside a day in which its weekday may stand
_OTHER_DIGIT = pattern_of(r"[^\D0-9\uff20-\U0010ffff]")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text: what it says and where it stands.

    `start` and `end` are the day's, `spans` those of all its parts (day, clock with zone, weekday). `ambiguous`: day
    and month could be the other way round. `doubted`: the weekday printed beside it is another's, or the moon tells it.
    """

    stamp: Stamp
    start: int
    end: int
    spans: tuple[tuple[int, int], ...] = ()
    ambiguous: bool = False
    doubted: bool = False
    label: Label | None = None


class _Day(msgspec.Struct, frozen=True):
    start: int
    end: int
    day: dt.date
    ambiguous: bool = False
    is_counted: bool = False  # by the moon: what tables say of it may be a day beside what is proclaimed
    beside: tuple[tuple[int, int], ...] = ()  # where other calendars tell it too


class _Forms(msgspec.Struct, frozen=True):
    """What dates look like with a month by name, with a year of two figures, and with words behind the figures."""

    named: tuple[re.Pattern[str], ...]
    short: tuple[re.Pattern[str], ...]
    counted: re.Pattern[str]


@cache
def _forms() -> _Forms:
    """The forms in the words of all languages."""
    ordinals, between, months = any_in("ordinals"), any_in("between"), any_in("month_words")
    before_year = any_in("between", "year_words", "month_words", "eras")
    named = rf"(?P<month>{month_pattern()}|(?:{months})\s*[01]?\d(?!\d))\.?"
    day = rf"(?<!\d[.,:/])(?<!\d)(?P<day>[0-3]?\d)(?:{ordinals}|[º°ª])?"
    of = rf"(?:(?:{between})(?:\s+|(?<=['’])))?"
    year_before = rf"(?:(?:{before_year})[\s,،]*)*"
    flags = re.IGNORECASE
    return _Forms(
        named=(
            pattern_of(rf"{day}[.,/\s-]*+{of}{named}[,،./\s-]*+{year_before}{_YEAR}", flags),
            pattern_of(rf"(?<![^\W\d]){named}[\s,-]*+(?P<day>[0-3]?\d)(?:{ordinals})?(?!\d)[\s,.-]++{_YEAR}", flags),
            pattern_of(
                rf"{_YEAR}\s*(?:{any_in('year_words')})?[.,]?[\s-]*{named}\s*(?:{months})?\s*(?P<day>[0-3]?\d)(?!\d)(?:{ordinals})?",
                flags,
            ),
            pattern_of(rf"{_YEAR}[\s.]*(?:{any_in('year_words')})[\s,.]+(?P<day>[0-3]?\d)\.?\s+{named}", flags),
        ),
        short=(
            pattern_of(rf"{day}[./\s-]++{of}{named}[./\s-]*+{year_before}{_SHORT_YEAR}", flags),
            pattern_of(
                rf"(?<![^\W\d]){named}[\s-]*+(?P<day>[0-3]?\d)(?:{ordinals})?(?!\d)[\s,.-]++{_SHORT_YEAR}", flags
            ),
        ),
        counted=pattern_of(
            rf"(?<![^\W\d_])(?P<era>{any_in('eras')})?\s?(?<!\d)(?P<year>元|\d{{1,4}})\s?"
            rf"(?:{any_in('year_words')}|[./-])\s?"
            rf"(?P<month>[01]?\d)\s?(?:{months}|[./-])\s?(?P<day>[0-3]?\d)(?:\s?(?:{any_in('day_words')})|(?![\d./-]))"
        ),
    )


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
        yield replace(found, label=label)


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
        others=zone.others if zone else (),
        to_the_second=clock is not None and clock.to_the_second,
    )
    return Found(
        stamp=stamp,
        start=day.start,
        end=day.end,
        spans=(*spans, *day.beside),
        ambiguous=ambiguous,
        doubted=differs or day.is_counted,
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

    def keep(match: re.Match[str], day: _Day | None) -> None:
        start, end = match.span()
        if day is not None and not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            found.append(day)

    named, counted, numeric = _shapes(text)
    for match in named:
        keep(match, _named_day(match, language, latest))
    for match in counted:
        keep(match, _counted_day(match, language))
    for match in numeric:
        keep(match, _numeric_day(match, order, language, latest))
    found.sort(key=lambda day: day.start)
    by_moon = tuple((day.start, day.end) for day in found if day.is_counted)
    exact = [day for day in found if not day.is_counted]
    return [replace(day, beside=by_moon) for day in exact] if exact and by_moon else found


@lru_cache(maxsize=512)
def _shapes(text: str) -> tuple[tuple[re.Match[str], ...], ...]:
    """What is shaped like a day: its month named, words behind its figures, figures alone; asked for a line often.

    A form is tried only where its year, or its figures with a mark between, stands somewhere.
    """
    forms = _forms().named if _FULL_YEAR.search(text) else ()
    forms += _forms().short if _ENDS_IN_YEAR.search(text) else ()
    named = tuple(match for pattern in forms for match in pattern.finditer(text))
    is_marked = _MARKED.search(text) is not None
    counted = tuple(_forms().counted.finditer(text)) if is_marked or max(text) > "\u0e00" else ()
    numeric = (*_YEAR_FIRST.finditer(text), *_NUMERIC.finditer(text)) if is_marked else ()
    return named, counted, numeric


def _day(year: int, month: int, day: int) -> dt.date | None:
    """A day of our calendar; Thais count 543 years more."""
    try:
        return dt.date(year - _BUDDHIST if year >= _FIRST_BUDDHIST else year, month, day)
    except ValueError:  # 31/02: shaped like a date, but no day of any year
        return None


def _named_day(match: re.Match[str], language: str | None, latest: dt.date | None) -> _Day | None:
    name, year, day = match["month"], int(match["year"]), int(match["day"])
    figures = _LAST_FIGURES.search(name)
    month = int(figures[0]) if figures is not None else month_named(name, language)
    if year < 100:
        year = _full(year, latest, dates_of(language).era)
    found = _day(year, month, day) if month is not None and year >= _OURS else None
    if found is None and (by_sun := calendar_month("persian_months", name)) is not None:
        found = persian(year, by_sun, day)
    if found is not None:
        return _Day(*match.span(), found)
    by_moon = calendar_month("hijri_months", name)
    found = hijri(year, by_moon, day) if by_moon is not None and year < _OURS else None
    return _Day(*match.span(), found, is_counted=True) if found is not None else None


def _counted_day(match: re.Match[str], language: str | None) -> _Day | None:
    """`令和2年4月15日`, `民國109年4月15日`, `2024年5月3日`, `R7.11.12`."""
    era, written = match["era"], match["year"]
    year = 1 if written == "元" else int(written)
    if era is not None:
        year += eras()[era]
    elif len(written) == _MINGUO:
        year += dates_of(language).eras.get("", -year)
    found = _day(year, int(match["month"]), int(match["day"])) if year >= _OURS else None
    return _Day(*match.span(), found) if found is not None else None


def _full(year: int, latest: dt.date | None, era: int = 0) -> int:
    """The year of two digits that is not long after today; of two counts the one that is nearer to it."""
    pivot = latest.year + 1 if latest is not None else 2059
    century = pivot - pivot % 100
    ours = century + year if century + year <= pivot else century - 100 + year
    if not era:
        return ours
    theirs = (pivot + era) // 100 * 100 + year - era
    theirs = theirs if theirs <= pivot else theirs - 100
    return max(ours, theirs)


def _numeric_day(
    match: re.Match[str], order: DayOrder | None, language: str | None, latest: dt.date | None
) -> _Day | None:
    parts, year = match.groupdict(), int(match["year"])
    words = dates_of(language)
    if "one" not in parts:  # the year stands first
        if len(match["year"]) == _MINGUO:
            year += words.eras.get("", 0)
        by_sun = words.counts_persian and year < _OURS
        found = (persian if by_sun else _day)(year, int(match["month"]), int(match["day"])) if year > _OLDEST else None
        return _Day(*match.span(), found) if found is not None else None
    one, two, is_short = int(match["one"]), int(match["two"]), year < 100
    if is_short and order == "ymd" and (found := _day(_full(one, latest), two, year)) is not None:
        return _Day(*match.span(), found)  # `20.04.15` where the year comes first also when it is long
    if is_short and match["mark"] != "." and (len(match["one"]) < 2 or len(match["two"]) < 2):
        return None
    year = _full(year, latest, words.era) if is_short else year
    if year < _OURS:
        return None
    month_first = order == "mdy" and not (match["mark"] == "." and two <= 12)  # dots are day first everywhere
    day, month = (two, one) if month_first else (one, two)
    if month > 12 >= day:
        day, month = month, day
    found = _day(year, month, day)
    return _Day(*match.span(), found, day <= 12 and day != month) if found is not None else None
