"""Days by other counts of years: `15 เมษายน 2563`, `۲۷ فروردین ۱۳۹۹`, `令和2年4月15日`, `民國109年4月15日`."""

import datetime as dt
import re
from collections.abc import Callable, Iterator

from services.normalize.grammar.date_words import month_named, month_pattern, persian_month
from shared.patterns import pattern_of

_WORDY = pattern_of(
    lambda: (
        rf"(?<!\d)(?P<day>\d\d?)\s*+(?P<month>{month_pattern()})\s*+(?:ماه\s*+)?[،,]?\s*+(?:พ\.\s?ศ\.\s*+)?"
        r"(?P<year>1[34]\d\d|2[45]\d\d)(?!\d)"
    )
)
_BY_BUDDHIST_YEAR = pattern_of(
    r"(?<![\d/.-])(?P<day>\d\d?)\s?(?P<mark>[-/.])\s?(?P<month>\d\d?)\s?(?P=mark)\s?(?P<year>2[45]\d\d)(?!\d)"
)
_NUMBERED = pattern_of(r"(?<![\d/-])(?P<year>1[34]\d\d)(?P<mark>[-/])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?![\d/-])")
_REIGN = pattern_of(
    r"(?P<era>令和|平成|昭和|民國|民国|中華民國)\s?(?P<year>元|\d{1,3})\s?年\s?(?P<month>\d\d?)\s?月\s?(?P<day>\d\d?)\s?日"
)
_YEAR = pattern_of(r"1[34]\d\d|2[45]\d\d")
_BEFORE_FIRST_YEAR = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911, "中華民國": 1911}
_BUDDHIST = 543
_PERSIAN_EPOCH = dt.date(2020, 3, 20).toordinal() - 1
_PERSIAN_YEAR = 1399  # begins on that day


def find_other_days(text: str, language: str | None) -> Iterator[tuple[int, int, dt.date]]:
    """Where a day by another count stands in a text, and which it is."""
    reads: list[tuple[re.Pattern[str], Callable[[re.Match[str]], dt.date | None]]] = []
    if "年" in text:
        reads.append((_REIGN, _of_reign))
    if _YEAR.search(text):
        reads += [(_WORDY, _of_words), (_BY_BUDDHIST_YEAR, _of_buddhist_year)]
    if (language or "").lower().startswith("fa"):
        reads.append((_NUMBERED, lambda match: _persian(int(match["year"]), int(match["month"]), int(match["day"]))))
    for pattern, read in reads:
        for match in pattern.finditer(text):
            try:
                day = read(match)
            except ValueError:  # 31 February: shaped like a date, but no day of any year
                continue
            if day is not None:
                yield match.start(), match.end(), day


def _of_reign(match: re.Match[str]) -> dt.date:
    year = 1 if match["year"] == "元" else int(match["year"])
    return dt.date(year + _BEFORE_FIRST_YEAR[match["era"]], int(match["month"]), int(match["day"]))


def _of_words(match: re.Match[str]) -> dt.date | None:
    year, day = int(match["year"]), int(match["day"])
    if year < 2400:
        month = persian_month(match["month"])
        return _persian(year, month, day) if month is not None else None
    month = month_named(match["month"], "th")
    return dt.date(year - _BUDDHIST, month, day) if month is not None else None


def _of_buddhist_year(match: re.Match[str]) -> dt.date:
    return dt.date(int(match["year"]) - _BUDDHIST, int(match["month"]), int(match["day"]))


def _persian(year: int, month: int, day: int) -> dt.date | None:
    """A day of the Persian calendar, by the round of 33 years that fits this century and the last."""
    if not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    passed = (month - 1) * 31 - max(0, month - 7)
    return dt.date.fromordinal(_PERSIAN_EPOCH + _days_before(year) - _days_before(_PERSIAN_YEAR) + passed + day)


def _days_before(year: int) -> int:
    return 365 * year + (8 * year + 21) // 33  # eight leap years in a round
