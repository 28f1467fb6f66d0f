"""Dates as people print them: `Thứ hai, 9/11/2015, 05:34 (GMT+7)`, `April 3rd, 2020 at 9:30 a.m.`, `2024年5月3日`."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator

import msgspec

from services.normalize.grammar.calendars import find_other_days
from services.normalize.grammar.machine_dates import Stamp, read_offset
from services.normalize.grammar.months import MONTH_PATTERN, month_named

_NAMED = rf"(?P<month>{MONTH_PATTERN})\.?"
_DAY = r"(?<!\d[.,:/])(?<!\d)(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|ier|º|°|ª|ος|η|-го|-е|-а)?"
_CLOCK = r"(?=[0-2]\d:[0-5]\d)"  # `28 luglio 202010:43`: two elements, side by side without a space
_YEAR = rf"(?P<year>(?:19|20)\d\d)(?:(?!\d)|{_CLOCK})"
_SHORT_YEAR = r"['’]?(?P<year>\d\d)(?=\s*$|\s*[|,)–—]|\s+-|\s+\d\d?[:.]\d\d)"
_OF = r"(?:of\s+|de\s+|d['’]\s*|den\s+|i\s+|ng\s+|ta['’]\s*)?"
_FORMS = (
    re.compile(rf"{_DAY}[.,/\s-]*+{_OF}{_NAMED}[,،./\s-]*+(?:de[l]?\s+)?{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?<![^\W\d]){_NAMED}[\s,-]*+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)[\s,.-]++{_YEAR}", re.IGNORECASE),
    re.compile(
        rf"{_YEAR}(?:ko|eko|\s*(?:жылғы|жыл|оны|года|йил|yil|il))?[.,]?[\s-]*(?:m\.\s+)?{_NAMED}\s*(?:mėn\.\s*)?(?P<day>[0-3]?\d)(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*[年년]\s*(?P<month>[01]?\d)\s*[月월]\s*(?P<day>[0-3]?\d)\s*[日일号號]"
    ),
    re.compile(
        r"(?<![\d.,/-])(?P<year>(?:19|20)\d\d)\s?[-./]\s?(?P<month>[01]?\d)\s?[-./]\s?(?P<day>[0-3]?\d)(?![\d/-])"
    ),
    re.compile(
        r"(?<!\d)(?:ngày\s+)?(?P<day>[0-3]?\d)\s+tháng\s+(?P<month>[01]?\d)(?:\s*,)?\s+(?:năm\s+)?(?P<year>(?:19|"
        r"20)\d\d)",
        re.IGNORECASE,
    ),
    re.compile(rf"{_DAY}[./\s-]++{_OF}{_NAMED}[./\s-]++(?:de\s+)?{_SHORT_YEAR}", re.IGNORECASE),
    re.compile(
        rf"(?<![^\W\d]){_NAMED}[\s-]*+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)[\s,.-]++{_SHORT_YEAR}", re.IGNORECASE
    ),
)
_NUMERIC = re.compile(
    r"(?<![\d/:-])(?<!\d\.)(?P<one>[0-3]?\d)\s?(?P<mark>[-./·‐‑–|])\s?(?P<two>[0-3]?\d)\s?(?P=mark)\s?"
    rf"(?P<year>(?:19|20)\d\d(?!:\d\d)|\d\d)(?:(?![\d/-])(?!\.\d)|{_CLOCK})"
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
_BESIDE_TIME = re.compile(
    r"[^\w]|\b(?:at|um|à|lúc|kl|klo|klockan|alle|ore|a las|às|o|om|w|v|godz|в|о|saat|στις|ώρα)\b|[年月日]|"
    r"เวลา|الساعة|ساعت|בשעה"
)
_HALF_BEFORE = re.compile(r"(?:(?P<late>下午|午後|오후|晚上|傍晚|दोपहर|शाम)|上午|午前|오전|凌晨|早上|सुबह)\s*$")
_HALF_AFTER = re.compile(
    r"\s*(?:(?P<late>مساء|بعد الظهر|م(?!\w)|μ\.?\s?μ\.?(?!\w)|ΜΜ|CH(?!\w)|p\.\s?m\b)|صباح|ص(?!\w)|π\.?\s?μ\.?(?!\w)|ΠΜ|"
    r"SA(?!\w)|a\.\s?m\b)"
)
_MONTH_FIRST = ("en-us", "en-ph", "en-ca", "fil")
_YEAR_FIRST = ("ko", "ja", "zh")  # also where it has two digits only: `20.04.15`
_DIGITS = {
    code: unicodedata.digit(chr(code)) + 48 for code in range(0x80, 0xFF20) if unicodedata.category(chr(code)) == "Nd"
}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A date in a text: what it says, where it stands, and whether day and month could be the other way round."""

    stamp: Stamp
    start: int
    end: int
    ambiguous: bool = False


def find_dates(text: str, language: str | None) -> Iterator[Found]:
    """All dates printed in a text, in order, each with the time that stands beside it."""
    text = text[:5000]
    text = text if text.isascii() else text.translate(_DIGITS)
    for start, end, day, ambiguous in sorted(_find_days(text, language, _is_month_first(language))):
        time, offset = _time_beside(text, start, end)
        yield Found(stamp=Stamp(day=day, time=time, offset=offset), start=start, end=end, ambiguous=ambiguous)


def _find_days(text: str, language: str | None, month_first: bool) -> list[tuple[int, int, dt.date, bool]]:
    """Where a day stands, which it is, and whether it is ambiguous; a form that says more is read before others."""
    found: list[tuple[int, int, dt.date, bool]] = []

    def keep(start: int, end: int, day: dt.date | None, ambiguous: bool) -> None:
        if day is not None and not any(one < end and start < two for one, two, *_ in found):
            found.append((start, end, day, ambiguous))

    for pattern in _FORMS:
        for match in pattern.finditer(text):
            keep(*match.span(), _named_day(match, language), False)
    for start, end, day in find_other_days(text, language):
        keep(start, end, day, False)
    for match in _NUMERIC.finditer(text):
        keep(*match.span(), *(_year_first_day(match, language) or _numeric_day(match, month_first) or (None, False)))
    return found


def _is_month_first(language: str | None) -> bool:
    tag = (language or "").lower().replace("_", "-")
    return tag in _MONTH_FIRST or tag == "en"


def _named_day(match: re.Match[str], language: str | None) -> dt.date | None:
    month, year = match["month"], int(match["year"])
    number = int(month) if month.isdecimal() else month_named(month, language)
    try:
        return dt.date(_full(year), number, int(match["day"])) if number is not None else None
    except ValueError:
        return None


def _full(year: int) -> int:
    if year >= 100:
        return year
    return year + (2000 if year < 60 else 1900)


def _year_first_day(match: re.Match[str], language: str | None) -> tuple[dt.date, bool] | None:
    """`20.04.15` where the year comes first also when it is long."""
    if len(match["year"]) > 2 or not (language or "").lower().startswith(_YEAR_FIRST):
        return None
    try:
        return dt.date(_full(int(match["one"])), int(match["two"]), int(match["year"])), False
    except ValueError:
        return None


def _numeric_day(match: re.Match[str], month_first: bool) -> tuple[dt.date, bool] | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if year < 100:
        if match["mark"] != "." and (len(match["one"]) < 2 or len(match["two"]) < 2):
            return None
        year = _full(year)
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
    if match is not None and len(_BESIDE_TIME.sub("", after[: match.start()])) <= 3:
        return _read_time(match, after)
    before = text[max(0, start - 40) : start]
    match = next(reversed(list(_TIME.finditer(before))), None)
    if match is not None and len(re.sub(r"[\W_]", "", _ZONE.sub("", before[match.end() :]))) <= 12:
        return _read_time(match, before)
    return None, None


def _read_time(match: re.Match[str], text: str) -> tuple[dt.time | None, int | None]:
    hour = int(match["hour"] or match["hour2"] or match["hour3"])
    minute = int(match["minute"] or match["minute3"] or 0)
    half = (match["half"] or match["half2"] or "").lower() or _half_beside(text, match)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if not match["minute"] and match["hour"] and not half:
        return None, None
    zone = _ZONE.match(text[match.end() :])
    try:
        return dt.time(hour, minute, int(match["second"] or 0)), read_offset(zone["zone"]) if zone else None
    except ValueError:
        return None, None


def _half_beside(text: str, match: re.Match[str]) -> str:
    """Which half of the day is said before the time, `下午3:20`, or after it, `09:22 مساءً`."""
    before, after = _HALF_BEFORE.search(text[: match.start()]), _HALF_AFTER.match(text[match.end() :])
    said = before or after
    return "" if said is None else "p" if said["late"] else "a"
