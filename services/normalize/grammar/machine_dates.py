"""Dates as machines write them: ISO 8601 and its cousins, RFC 822, seconds since 1970."""

import datetime as dt
import re

import msgspec

_ISO = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?:[T ]|\s*[,-]?\s+|"
    r"%20)(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,:]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|z|(?:UTC|GMT)(?:\s?[+-]\s?\d\d?(?::?\d\d)?)?|[+-]\s?\d\d:?\d\d(?::\d\d)?|[+-]\d\d?(?!\d))?)?"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:[T "
    r"]?(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?!\d)"
)
_SLASHED = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[/.](?P<month>\d\d?)[/.](?P<day>\d\d?)(?:[T "
    r",]+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<zone>Z|(?:UTC|GMT)(?:\s?[+-]\s?\d\d?(?::?\d\d)?)?|"
    r"[+-]\d\d:?\d\d)?)?(?!\d)"
)
_RFC = re.compile(
    r"(?<!\d)(?P<day>\d\d?)[\s-]+(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*[\s-]+(?P<year>(?:19|20)\d\d)[\s,]+"
    r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<zone>Z|(?:UTC|GMT)(?:\s?[+-]\s?\d\d?(?::?\d\d)?)?|[A-Z]{3,4}|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_UNIX = re.compile(
    r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*\s+(?P<day>\d\d?)\s+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s+(?P<zone>Z|"
    r"(?:UTC|GMT)(?:\s?[+-]\s?\d\d?(?::?\d\d)?)?|[A-Z]{3,4}|[+-]\d\d:?\d\d)?\s*(?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*\.?\s+(?P<day>\d\d?),?\s+(?P<year>(?:19|"
    r"20)\d\d)(?:,?\s+(?:at\s+)?(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|"
    r"(?:UTC|GMT)(?:\s?[+-]\s?\d\d?(?::?\d\d)?)?|[A-Z]{3,4}|[+-]\d\d:?\d\d)?)?",
    re.IGNORECASE,
)
_UNSET = dt.date(1970, 1, 1)  # at midnight: what a machine writes that was told no date
_EPOCH = re.compile(r"1[0-9]{9}(?:\d{3})?")
_MONTHS = {
    name: index
    for index, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "bst": 60, "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180,
    "wet": 0, "west": 60,
    "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540,
    "akdt": -480, "hst": -600, "ist": 330, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "acst": 570,
    "awst": 480, "nzst": 720,
    "nzdt": 780, "sast": 120, "ict": 420, "sgt": 480, "hkt": 480, "wib": 420, "wita": 480, "wit": 540, "pkt": 300,
    "sgt8": 480,
}  # fmt: skip


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A date as printed: a day, perhaps a wall-clock time, perhaps how far that is from UTC in minutes."""

    day: dt.date
    time: dt.time | None = None
    offset: int | None = None

    @property
    def instant(self) -> dt.datetime | None:
        """The moment it names, when it says both time and zone."""
        if self.time is None or self.offset is None:
            return None
        return dt.datetime.combine(self.day, self.time, dt.timezone(dt.timedelta(minutes=self.offset)))


def read_stamp(text: str) -> Stamp | None:
    """Read a machine's date, such as `2024-05-03T17:47:42+02:00`; None when it is none."""
    text = text.strip()[:80]
    for pattern in (_ISO, _RFC, _UNIX, _NAMED, _SLASHED, _COMPACT):
        match = pattern.search(text)
        if match is not None:
            return stamp_from(match.groupdict())
    if _EPOCH.fullmatch(text):
        moment = dt.datetime.fromtimestamp(int(text[:10]), dt.UTC)
        return Stamp(day=moment.date(), time=moment.time(), offset=0)
    return None


def stamp_from(parts: dict[str, str | None]) -> Stamp | None:
    """Put a date together from its printed parts; None for a day or time that does not exist."""
    try:
        month = _MONTHS[str(parts["name"])[:3].lower()] if parts.get("name") else int(str(parts["month"]))
        day = dt.date(int(str(parts["year"])), month, int(str(parts["day"])))
    except ValueError:  # 31/02: shaped like a date, but no day of any year
        return None
    if day == _UNSET and not any(int(parts.get(part) or 0) for part in ("hour", "minute", "second")):
        return None
    if not parts.get("hour"):
        return Stamp(day=day)
    try:
        time = dt.time(
            _hour(int(str(parts["hour"])), parts.get("half")),
            int(str(parts["minute"])),
            int(parts.get("second") or 0) % 60,
        )
    except ValueError:
        return Stamp(day=day)
    return Stamp(day=day, time=time, offset=read_offset(parts.get("zone")))


def read_offset(text: str | None) -> int | None:
    """Minutes from UTC: `Z`, `+02:00`, `-0500`, `+7`, `CEST`."""
    if not text:
        return None
    text = text.strip().lower().replace(" ", "")
    if text in ZONES:
        return ZONES[text]
    match = re.match(r"(?:gmt|utc)?([+-])(\d\d?):?(\d\d)?", text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return (minutes if match[1] == "+" else -minutes) if minutes <= 14 * 60 else None


def _hour(hour: int, half: str | None) -> int:
    if not half or hour > 12:
        return hour
    late = half.lower().startswith("p")
    return hour % 12 + (12 if late else 0)
