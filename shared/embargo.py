"""When an embargo ends: one reading for headers, bodies and files, so that every door holds alike."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import msgspec

MEMBERS = frozenset({"embargoed", "embargoeduntil", "embargountil", "embargo"})
EXPECTED = "must be a moment with its zone (RFC 3339), such as 2026-01-31T06:00:00+07:00"
_SHOWN = 60
_CLOCK = re.compile(r"[T ]\d\d")
_SPACE_BEFORE_ZONE = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|[Zz])$)")
_UNIX = re.compile(r"\d{10}(?:\d{3})?")


def names_embargo(member: str) -> bool:
    """Is it what a JSON article calls its embargo: `embargoedUntil`, `embargoed` or `embargoed_until`?"""
    return member.lower().replace("_", "") in MEMBERS


def embargo_end_of(said: object, zone: str | None) -> dt.datetime | None:
    """The moment until which an embargo holds, in UTC; None where no one moment is said.

    A clock without a zone is in `zone`. A day alone is none, and other words beside a moment may change it. What a
    clock that is put back strikes twice holds until the second stroke.
    """
    if isinstance(said, int | float) and not isinstance(said, bool):
        said = str(int(said)) if 0 <= said < 1e13 else ""
    if not isinstance(said, str):
        return None
    said = _SPACE_BEFORE_ZONE.sub("", said.strip())
    try:
        if _UNIX.fullmatch(said):
            return dt.datetime.fromtimestamp(int(said[:10]), dt.UTC)
        moment = dt.datetime.fromisoformat(said)
        if _CLOCK.search(said) is None:
            return None
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
        return None if zone is None else max(_strokes(moment, ZoneInfo(zone)))
    except (ValueError, OverflowError, LookupError):
        return None


def shown(said: object) -> str:
    """What was said instead of a moment, for a sentence."""
    text = said if isinstance(said, str) else msgspec.json.encode(said, enc_hook=str).decode()
    return f"{text[:_SHOWN]!r}" if isinstance(said, str) else text[:_SHOWN]


def _strokes(moment: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, ...]:
    return tuple(moment.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
