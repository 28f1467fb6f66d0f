"""Days by other calendars: the Persian year, and the year of the moon, whose months begin when it is seen."""

import datetime as dt

_PERSIAN_EPOCH = dt.date(2020, 3, 20).toordinal() - 1
_PERSIAN_YEAR = 1399  # begins on that day
_HIJRI_EPOCH = dt.date(622, 7, 19).toordinal() - 1


def persian(year: int, month: int, day: int) -> dt.date | None:
    """A day of the Persian calendar, by the round of 33 years that fits this century and the last."""
    if not 1 <= month <= 12 or not 1 <= day <= (31 if month <= 6 else 30):
        return None
    passed = (month - 1) * 31 - max(0, month - 7)
    return dt.date.fromordinal(_PERSIAN_EPOCH + _days_before(year) - _days_before(_PERSIAN_YEAR) + passed + day)


def hijri(year: int, month: int, day: int) -> dt.date | None:
    """A day of the Islamic calendar as tables count it: it may be a day or two beside the one proclaimed."""
    if not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    passed = (59 * (month - 1) + 1) // 2
    return dt.date.fromordinal(_HIJRI_EPOCH + (year - 1) * 354 + (3 + 11 * year) // 30 + passed + day)


def _days_before(year: int) -> int:
    return 365 * year + (8 * year + 21) // 33  # eight leap years in a round
