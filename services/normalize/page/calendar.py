"""Dates as people print them: `Thứ hai, 9/11/2015, 05:34 (GMT+7)`, `April 3rd, 2020 at 9:30 a.m.`, `2024年5月3日`."""

import datetime as dt
import re
from collections.abc import Iterator

import msgspec

from services.normalize.page.months import MONTH_PATTERN, MONTHS
from services.normalize.page.stamps import Stamp, read_offset

_NAMED = rf"(?P<month>{MONTH_PATTERN})\b\.?"
_DAY = r"(?<!\d[.,:/])(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|º|°|ª|ος|η)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d])"
_FORMS = (
    re.compile(
        rf"{_DAY}(?:\.|,|-|\s)*\s*(?:of\s+|de\s+|d['’]\s*|den\s+)?{_NAMED}(?:,|\.|-|\s)*(?:de[l]?\s+)?{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![^\W\d]){_NAMED}[\s,-]*(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)[\s,.-]+{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_YEAR}[.,]?[\s-]+(?:m\.\s+)?{_NAMED}\s*(?:mėn\.\s*)?(?P<day>[0-3]?\d)(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*[年년]\s*(?P<month>1?\d)\s*[月월]\s*(?P<day>[1-3]?\d)\s*[日일]"),
    re.compile(
        r"(?<![\d.,/-])(?P<year>(?:19|20)\d\d)\s?[-./]\s?(?P<month>[01]?\d)\s?[-./]\s?(?P<day>[0-3]?\d)(?![\d/-])"
    ),
    re.compile(
        r"(?<!\d)(?:ngày\s+)?(?P<day>[0-3]?\d)\s+tháng\s+(?P<month>[01]?\d)(?:\s*,)?\s+(?:năm\s+)?(?P<year>(?:19|"
        r"20)\d\d)",
        re.IGNORECASE,
    ),
)
_NUMERIC = re.compile(
    r"(?<![\d/:-])(?<!\d\.)(?P<one>[0-3]?\d)\s?(?P<mark>[-./])\s?(?P<two>[0-3]?\d)\s?(?P=mark)\s?(?P<year>(?:19|"
    r"20)\d\d|\d\d)(?![\d/-])(?!\.\d)"
)
_TIME = re.compile(
    r"(?<![\d.,/:])(?P<hour>[0-2]?\d)(?:[:：hH]|\s?[时時시]\s?|\.(?=\d\d\s*(?:uhr|Uhr|h\b|"
    r"klo)))(?P<minute>[0-5]\d)?(?:[:：](?P<second>[0-5]\d)(?:\.\d+)?)?['’分분]?\s*"
    r"(?P<half>[AaPp]\.?\s?[Mm]\b\.?)?|(?<![\d.,/:])(?P<hour2>1?\d)\s?(?P<half2>[AaPp]\.?[Mm]\b\.?)|"
    r"(?:kl\.?|klo|um|à|ore|le ore)\s*(?P<hour3>[0-2]?\d)\.(?P<minute3>[0-5]\d)(?!\d|\.\d)"
)
_ZONE = re.compile(
    r"^[\s,()h]*(?:Uhr\s*)?[\s,(]*(?P<zone>(?:UTC|GMT)\s?[+-]\s?\d\d?(?::?\d\d)?|[+-]\d\d:?\d\d|UTC|"
    r"GMT|Z|[A-Z]{2,4}T|BST|MESZ|MEZ|MSK|WIB|GMT\+7)\b",
    re.IGNORECASE,
)
_MONTH_FIRST = ("en-us", "en-ph", "en-ca", "fil")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text: what it says, where it stands, and whether day and month could be the other way round."""

    stamp: Stamp
    start: int
    end: int
    ambiguous: bool = False


def find_dates(text: str, language: str | None, *, month_first: bool | None = None) -> Iterator[Found]:
    """All dates printed in a text, in order, each with the time that stands beside it."""
    text = text[:5000]
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, int, dt.date, bool]] = []
    for pattern in _FORMS:
        for match in pattern.finditer(text):
            day = _named_day(match)
            if day is not None and not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found.append((match.start(), match.end(), day, False))
    first = _is_month_first(language) if month_first is None else month_first
    for match in _NUMERIC.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            read = _numeric_day(match, first)
            if read is not None:
                found.append((match.start(), match.end(), *read))
    for start, end, day, ambiguous in sorted(found):
        time, offset = _time_beside(text, start, end)
        yield Found(stamp=Stamp(day=day, time=time, offset=offset), start=start, end=end, ambiguous=ambiguous)


def _is_month_first(language: str | None) -> bool:
    tag = (language or "").lower().replace("_", "-")
    return tag in _MONTH_FIRST or tag == "en"


def _named_day(match: re.Match[str]) -> dt.date | None:
    month = match["month"].lower()
    try:
        return dt.date(int(match["year"]), MONTHS.get(month) or int(month), int(match["day"]))
    except ValueError:
        return None


def _numeric_day(match: re.Match[str], month_first: bool) -> tuple[dt.date, bool] | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if year < 100:
        if match["mark"] != "." and (len(match["one"]) < 2 or len(match["two"]) < 2):
            return None
        year += 2000 if year < 60 else 1900
    if month_first and match["mark"] == "." and two <= 12:
        month_first = False  # dots are day first everywhere
    day, month = (two, one) if month_first else (one, two)
    if month > 12 >= day:
        day, month = month, day
    try:
        return dt.date(year, month, day), day <= 12 and day != month
    except ValueError:
        return None


def _time_beside(text: str, start: int, end: int) -> tuple[dt.time | None, int | None]:
    """The time after a date, or before it: `05:34 - 09/11/2015`."""
    after = text[end : end + 40]
    match = _TIME.search(after)
    if (
        match is not None
        and len(
            re.sub(
                r"[^\w]|\b(?:at|um|à|lúc|kl|klo|alle|ore|a las|às|o|om|w|v|godz)\b|[年月日]", "", after[: match.start()]
            )
        )
        <= 3
    ):
        return _read_time(match, after)
    before = text[max(0, start - 40) : start]
    match = next(reversed(list(_TIME.finditer(before))), None)
    if match is not None and len(re.sub(r"[\W_]", "", _ZONE.sub("", before[match.end() :]))) <= 12:
        return _read_time(match, before)
    return None, None


def _read_time(match: re.Match[str], text: str) -> tuple[dt.time | None, int | None]:
    hour = int(match["hour"] or match["hour2"] or match["hour3"])
    minute = int(match["minute"] or match["minute3"] or 0)
    half = (match["half"] or match["half2"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if not match["minute"] and match["hour"] and not half:
        return None, None
    zone = _ZONE.match(text[match.end() :])
    try:
        return dt.time(hour, minute, int(match["second"] or 0)), read_offset(zone["zone"]) if zone else None
    except ValueError:
        return None, None
