"""Dates as machines write them (ISO 8601, Unix, seconds since 1970), and days by the Persian and Islamic calendars."""

import datetime as dt
import re

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.zones import zone_named
from shared.patterns import pattern_of

_ISO = pattern_of(
    # An embargo "for ever" is written as a year that nobody will see.
    r"(?<!\d)(?P<year>19\d\d|[2-9]\d{3})-(?P<month>\d\d?)-(?P<day>\d\d?)(?!\d)"
    r"(?:(?:[Tt ]|\s*[,-]?\s+|%20)(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,:]\d+)?)?)?"
)
_COMPACT = pattern_of(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)"
    r"(?:[Tt ]?(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)?)?(?!\d)"
)
_UNIX = pattern_of(
    r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(?P<day>\d\d?)\s+"
    r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s+(?P<zone>[A-Z]{1,5}|[+-]\d\d:?\d\d)?\s*(?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)
_EPOCH = pattern_of(r"1[0-9]{9}(?:\d{3})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNSET = dt.date(1970, 1, 1)  # what a machine writes that was told no date


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A date as written: a day, perhaps a wall-clock time, perhaps a zone: minutes ahead of UTC, or a zone's name.

    `others` are the minutes ahead that the letters of its zone mean elsewhere.
    """

    day: dt.date
    time: dt.time | None = None
    offset: int | None = None
    zone: str | None = None
    others: tuple[int, ...] = ()
    to_the_second: bool = False

    @property
    def tz(self) -> dt.tzinfo | None:
        """The zone that was written with it."""
        if self.offset is not None:
            return dt.UTC if self.offset == 0 else dt.timezone(dt.timedelta(minutes=self.offset))
        return zone_named(self.zone)

    def in_zone(self, home: dt.tzinfo | None) -> "Stamp":
        """The same with letters that mean several zones as the paper's own, where it is one of them."""
        if not self.others or home is None or self.time is None:
            return self
        ahead = dt.datetime.combine(self.day, self.time, home).utcoffset()
        minutes = int(ahead.total_seconds()) // 60 if ahead is not None else None
        if minutes is None or minutes not in (self.offset, *self.others):
            return self
        return replace(self, offset=minutes, others=())

    @property
    def instant(self) -> dt.datetime | None:
        """The moment it names, when it says both time and zone."""
        if self.time is None or self.tz is None:
            return None
        return dt.datetime.combine(self.day, self.time, self.tz)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's date in a text, where it stands, and the letters of its zone where they stand within it."""

    stamp: Stamp
    start: int
    end: int
    zone: str | None = None


def find_machine_date(text: str) -> Written | None:
    """The first date that only machines write; a half of the day or a zone behind it is not read yet."""
    if _EPOCH.fullmatch(text):
        moment = dt.datetime.fromtimestamp(int(text[:10]), dt.UTC)
        stamp = Stamp(day=moment.date(), time=moment.time(), offset=0, to_the_second=True)
        return Written(stamp=stamp, start=0, end=len(text))
    for pattern in (_ISO, _UNIX, _COMPACT):
        match = pattern.search(text)
        if match is not None:
            parts = match.groupdict()
            stamp_or_none = _stamp_of(parts)
            if stamp_or_none is not None:
                return Written(stamp=stamp_or_none, start=match.start(), end=match.end(), zone=parts.get("zone"))
    return None


def is_unset(stamp: Stamp) -> bool:
    """Whether a date is the beginning of the Unix clock: the machine was told none."""
    return abs((stamp.day - _UNSET).days) <= 1


def _stamp_of(parts: dict[str, str | None]) -> Stamp | None:
    try:
        month = _MONTHS.index(str(parts["name"]).lower()) + 1 if parts.get("name") else int(str(parts["month"]))
        day = dt.date(int(str(parts["year"])), month, int(str(parts["day"])))
    except ValueError:  # 31/02: shaped like a date, but no day of any year
        return None
    if not parts.get("hour"):
        return Stamp(day=day)
    try:
        time = dt.time(int(str(parts["hour"])), int(str(parts["minute"])), min(59, int(parts.get("second") or 0)))
    except ValueError:
        return Stamp(day=day)
    return Stamp(day=day, time=time, to_the_second=parts.get("second") is not None)


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
