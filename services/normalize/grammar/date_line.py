"""The grammar of a date line: "Cập nhật lúc 13:21, Thứ Năm, 05/04/2012 (GMT+7)", read whole or not at all."""

import datetime as dt
import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Literal

import msgspec

from services.normalize.language.folding import fold
from services.normalize.language.load import DayOrder, Language, for_tag
from services.normalize.language.phrases import DASHES
from shared.article import Precision

EARLIEST = 1600  # newspapers are not older
Label = Literal["published", "updated"]

_OFFSETS = {
    "gmt": 0, "utc": 0, "z": 0, "bst": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "msk": 3, "мск": 3,    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "ict": 7, "wib": 7, "wita": 8, "wit": 9,    "jst": 9, "kst": 9, "hkt": 8, "sgt": 8,
}  # fmt: skip
_MAIL_DATE = (  # RFC 5322, as feeds and mail write it in any language
    r"(?P<mail>(?:(?:mon|tue|wed|thu|fri|sat|sun),\s)?\d{1,2}\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\s\d{4}\s"
    r"\d{2}:\d{2}(?::\d{2})?\s(?:[+-]\d{4}|gmt|utc|ut|[ecmp][sd]t))\b"
)
_EAST_ASIAN = r"(?P<y3>\d{4})\s?[年년]\s?(?P<m3>\d{1,2})\s?[月월]\s?(?P<d3>\d{1,2})\s?[日일]"
_EAST_ASIAN_TIME = (
    r"(?P<half>上午|下午|午前|午後|오전|오후)?\s?(?P<H3>\d{1,2})\s?[時时点點시]\s?(?:(?P<M3>\d{1,2})\s?[分분])?"
)


class Stamp(msgspec.Struct, kw_only=True):
    """One date of a date line while it is being put together."""

    label: Label | None = None
    day: dt.date | None = None
    time: dt.time | None = None
    offset: dt.timedelta | None = None
    ago: int | None = None
    ambiguous: bool = False


class DateReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a date line says: stamps in order, and the words in it that are no part of any date."""

    stamps: tuple[Stamp, ...]
    residue: str = ""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """An instant with the precision the line had, its day where it was printed, and the zone it was read in."""

    instant: dt.datetime
    precision: Precision
    zone_rule: str


def read_dates(line: str, tag: str, order: DayOrder | None, today: dt.date) -> DateReading | None:
    """Read a line made of nothing but dates, times, weekdays and their labels; other words end up as `residue`."""
    stamps: list[Stamp] = []
    residue: list[str] = []
    folded = fold(line)
    if not any(letter.isdigit() for letter in folded) and not _relative_day(folded, tag):
        return None
    at = 0
    for match in _grammar(tag).finditer(folded):
        _keep(residue, folded[at : match.start()])
        at = match.end()
        try:
            _take(stamps, match, for_tag(tag), order, today)
        except ValueError:  # 31/02 or 25:61: shaped like a date, but none of any calendar
            return None
    _keep(residue, folded[at:])
    kept = tuple(stamp for stamp in stamps if stamp.day is not None or stamp.ago is not None)
    return DateReading(stamps=kept, residue=" ".join(residue)) if kept else None


def moment(stamp: Stamp, zone: dt.tzinfo, zone_rule: str, received: dt.datetime) -> Moment:
    """A stamp as an instant; a printed offset goes before the zone given."""
    if stamp.offset is not None:
        zone, zone_rule = dt.timezone(stamp.offset), "in the text"
    if stamp.ago is not None:
        return _ago(stamp, stamp.ago, zone, zone_rule, received)
    day = stamp.day or received.astimezone(zone).date()
    instant = dt.datetime.combine(day, stamp.time or dt.time(), zone)
    return Moment(instant=instant, precision="minute" if stamp.time else "day", zone_rule=zone_rule)


def _ago(stamp: Stamp, ago: int, zone: dt.tzinfo, zone_rule: str, received: dt.datetime) -> Moment:
    then = received.astimezone(zone) - dt.timedelta(seconds=ago)
    if stamp.time is not None:
        return Moment(
            instant=dt.datetime.combine(then.date(), stamp.time, zone), precision="minute", zone_rule=zone_rule
        )
    if ago % 86400 == 0:
        return Moment(instant=dt.datetime.combine(then.date(), dt.time(), zone), precision="day", zone_rule=zone_rule)
    return Moment(instant=then.replace(second=0, microsecond=0), precision="minute", zone_rule=zone_rule)


def _keep(residue: list[str], text: str) -> None:
    words = text.strip(f" ,;|•·{DASHES}/()[]:.*»>：，、｜（）")
    if words:
        residue.append(words)


def _take(stamps: list[Stamp], match: re.Match[str], rules: Language, order: DayOrder | None, today: dt.date) -> None:
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if "updated" in found or "published" in found:
        stamps.append(Stamp(label="updated" if "updated" in found else "published"))
    elif "weekday" in found or "joiner" in found:
        return
    elif ago := next((name for name in found if name.startswith("unit")), None):
        _open(stamps, "ago").ago = int(found["n" + ago[4:]]) * _look_up(rules.dates.units, found[ago])
    elif "relative_day" in found:
        _open(stamps, "ago").ago = _look_up(rules.dates.days, found["relative_day"]) * 86400
    elif "mail" in found:
        when = parsedate_to_datetime(found["mail"])
        stamp = _open(stamps, "day")
        stamp.day, stamp.time, stamp.offset = when.date(), when.time(), when.utcoffset()
    elif "zone" in found:
        if stamps:
            stamps[-1].offset = _offset(found)
    else:
        _take_figures(stamps, found, rules, order, today)


def _take_figures(
    stamps: list[Stamp], found: dict[str, str], rules: Language, order: DayOrder | None, today: dt.date
) -> None:
    if any(name in found for name in ("y0", "y1", "y2", "y3", "y4", "y5")):
        stamp = _open(stamps, "day")
        stamp.day, stamp.ambiguous = _day(found, rules, order, today)
        if stamp.day.year < EARLIEST:
            raise ValueError(stamp.day)
        if "H0" in found:
            stamp.time = dt.time(int(found["H0"]), int(found["M0"]))
            stamp.offset = _offset(found) if "z0" in found else None
    else:
        _open(stamps, "time").time = _time(found, rules)


def _open(stamps: list[Stamp], slot: Literal["day", "time", "ago"]) -> Stamp:
    """The stamp that a value belongs to: the last one, unless it has such a value already."""
    taken = stamps and (getattr(stamps[-1], slot) is not None or (slot == "day" and stamps[-1].ago is not None))
    if not stamps or taken:
        stamps.append(Stamp())
    return stamps[-1]


def _day(found: dict[str, str], rules: Language, order: DayOrder | None, today: dt.date) -> tuple[dt.date, bool]:
    if "y1" in found:
        return _numeric_day(int(found["a"]), int(found["b"]), _year(found["y1"], today, rules), order)
    for mark in ("0", "2", "3"):
        if "y" + mark in found:
            return dt.date(_common(found["y" + mark], rules), int(found["m" + mark]), int(found["d" + mark])), False
    mark = "4" if "y4" in found else "5"
    return dt.date(
        _common(found["y" + mark], rules), _look_up(rules.dates.months, found["m" + mark]), int(found["d" + mark])
    ), False


def _numeric_day(first: int, second: int, year: int, order: DayOrder | None) -> tuple[dt.date, bool]:
    """Day first where the language says so; elsewhere only figures above 12 tell."""
    if order == "mdy" and first <= 12:
        return dt.date(year, first, second), False
    if order is None and second > 12:
        return dt.date(year, first, second), False
    return dt.date(year, second, first), order is None and first <= 12 and first != second


def _common(digits: str, rules: Language) -> int:
    """The year in the common era: 2558 of a Thai date line is 2015."""
    year = int(digits)
    return year - rules.dates.era if rules.dates.era and year > 2400 else year


def _year(digits: str, today: dt.date, rules: Language) -> int:
    if len(digits) == 4:
        return _common(digits, rules)
    year = today.year - today.year % 100 + int(digits)
    return year if year <= today.year + 1 else year - 100


def _time(found: dict[str, str], rules: Language) -> dt.time:
    hour = int(found.get("H1") or found.get("H3") or found["H2"])
    minute = int(found.get("M1") or found.get("M3") or found.get("M2") or 0)
    half = found.get("half") or found.get("half1") or ""
    if (half in rules.dates.afternoon or half in ("pm", "p.m.", "下午", "午後", "오후")) and hour < 12:
        hour += 12
    if (half in rules.dates.morning or half in ("am", "a.m.", "上午", "午前", "오전")) and hour == 12:
        hour = 0
    return dt.time(0 if (hour, minute) == (24, 0) else hour, minute)


def _offset(found: dict[str, str]) -> dt.timedelta:
    name = (found.get("z0") or found["zone"]).strip("() ")
    signed = re.search(r"([+-])\s?(\d{1,2})(?::?(\d{2}))?", name)
    if signed is None:
        return dt.timedelta(hours=_OFFSETS[name])
    size = dt.timedelta(hours=int(signed[2]), minutes=int(signed[3] or 0))
    if size > dt.timedelta(hours=15):
        raise ValueError(name)
    return size if signed[1] == "+" else -size


def _look_up(numbers: dict[str, int], word: str) -> int:
    return next(number for name, number in numbers.items() if fold(name) == word)


def _relative_day(folded: str, tag: str) -> bool:
    return any(word in folded for word in for_tag(tag).dates.days)


@cache
def _grammar(tag: str) -> re.Pattern[str]:
    """All that may stand in a date line of this language, longest words first."""
    dates = for_tag(tag).dates
    months, units = _any_of(dates.months), _any_of(dates.units)
    half = _any_of((*dates.morning, *dates.afternoon, "am", "pm", "a.m.", "p.m."))
    hours, minutes = _any_of((*dates.hour_words, "h")), _any_of((*dates.minute_words, "'"))
    zone = (
        r"\(?(?:gmt|utc)\s?[+-]\s?\d{1,2}(?::?\d{2})?\)?|[+-]\d{2}:?\d{2}(?!\d)|(?<=\d\s)[+-]\d{2}(?![\d:/.-])|\(?\b(?:"
        + _any_of(_OFFSETS)
        + r")\b\)?"
    )
    ago = [_ago_form(form, number, units) for number, form in enumerate(dates.ago)]
    return re.compile(
        "|".join(
            [
                r"(?P<y0>\d{4})-(?P<m0>\d\d)-(?P<d0>\d\d)t(?P<H0>\d\d):(?P<M0>\d\d)(?::\d\d(?:\.\d+)?)?\s?(?P<z0>z|[+-]\d\d:?\d\d)?",
                _MAIL_DATE,
                *ago,
                r"(?<!\d)(?P<y2>\d{4})\s?[-/.]\s?(?P<m2>\d{1,2})\s?[-/.]\s?(?P<d2>\d{1,2})(?!\d)\.?",
                r"(?<!\d)(?P<a>\d{1,2})\s?[-/.]\s?(?P<b>\d{1,2})\s?[-/.]\s?(?P<y1>\d{4}|\d{2})(?![\d:])",
                _EAST_ASIAN,
                _EAST_ASIAN_TIME,
                rf"(?<!\d)(?P<d4>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?,?\s?(?:de\s|of\s)?(?P<m4>{months})\.?,?\s?(?:de\s|năm\s|del\s)?(?P<y4>\d{{4}})(?:\s?г\.?|\s?года)?",
                rf"\b(?P<m5>{months})\.?\s(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y5>\d{{4}})",
                rf"(?<![\d/.])(?P<H1>\d{{1,2}})\s?[:h.]\s?(?P<M1>\d{{2}})(?!\d)(?::\d{{2}}(?!\d))?\s?'?(?:\s?(?P<half1>{half})\b)?(?:\s?(?:{hours})(?!\w)\.?)?",
                rf"(?<![\d/])(?P<H2>\d{{1,2}})\s?(?:{hours})(?:\s?(?P<M2>\d{{1,2}})\s?(?:{minutes})?)?(?![\w])",
                rf"(?P<zone>{zone})",
                rf"\b(?P<updated>{_any_of(dates.updated)})(?!\w)\s?:?",
                rf"\b(?P<published>{_any_of(dates.published)})(?!\w)\s?:?",
                rf"\b(?P<weekday>{_any_of(dates.weekdays)})(?!\w)\.?",
                rf"\b(?P<relative_day>{_any_of(dates.days)})(?!\w)",
                rf"\b(?P<joiner>{_any_of(dates.joiners)})(?!\w)",
            ]
        )
    )


def _ago_form(form: str, number: int, units: str) -> str:
    figures, unit = rf"(?P<n{number}>\d{{1,3}})", f"(?P<unit{number}>{units})"
    return re.escape(fold(form)).replace(r"\{n\}", figures).replace(r"\{unit\}", unit).replace(r"\ ", r"\s?")


def _any_of(words: Iterable[str]) -> str:
    longest_first = sorted({fold(word) for word in words}, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in longest_first) or r"(?!)"
