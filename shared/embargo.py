"""When an embargo ends: one reading for headers, bodies and files, so that every door holds alike.

Whoever says one says a moment, or is refused; of several statements on one article the latest counts.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec

MEMBERS = frozenset({"embargoed", "embargoeduntil", "embargountil", "embargo"})
SPELLED = ("embargoedUntil", "embargoed", "embargoUntil", "embargo", "embargoed_until", "embargo_until")
EXPECTED = "must be a moment with its zone (RFC 3339), such as 2026-01-31T06:00:00+07:00"
_SHOWN = 60
_VOCABULARY = re.compile(r"^.*[.:/#]", re.DOTALL)
_CLOCK = re.compile(r"[T ]\d\d")
_SPACE_BEFORE_ZONE = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|[Zz])$)")
_LAST_ZONE = "Etc/GMT+12"  # where a clock strikes last


def names_embargo(member: str) -> bool:
    """Is it what an article calls its embargo: `embargoedUntil`, `embargoed_until`, or `schema:embargoedUntil`?"""
    bare = _VOCABULARY.sub("", member).lower()
    return "embargo" in bare and bare.replace("_", "").replace("-", "") in MEMBERS


def embargo_end_of(said: object, zone: str | None) -> dt.datetime | None:
    """The moment until which an embargo holds, in UTC; None where no one moment is said.

    A clock without a zone is in `zone`. A day alone is none, nor is a number, and other words beside a moment may
    change it. What a clock that is put back strikes twice holds until the second stroke.
    """
    if not isinstance(said, str):
        return None
    said = _SPACE_BEFORE_ZONE.sub("", said.strip())
    try:
        moment = dt.datetime.fromisoformat(said)
        if _CLOCK.search(said) is None:
            return None
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC)
        return None if zone is None else max(_strokes(moment, ZoneInfo(zone)))
    except (ValueError, OverflowError, LookupError):
        return None


def is_over(said: str, zone: str | None, now: dt.datetime) -> bool:
    """Does what is said lie behind `now` wherever it is read: a moment, a clock without a zone, or the begin of a day.

    What is none of these is not known to be over.
    """
    until = embargo_end_of(said, zone) or embargo_end_of(said, _LAST_ZONE)
    if until is not None:
        return until <= now
    try:
        return dt.date.fromisoformat(said.strip()) <= now.astimezone(ZoneInfo(zone or "UTC")).date()
    except (ValueError, OverflowError, LookupError):
        return False


def latest(*ends: dt.datetime | None) -> dt.datetime | None:
    """When an article may be published that several embargoes hold: when the last of them ends."""
    return max((end for end in ends if end is not None), default=None)


def every_member(
    pairs: Sequence[tuple[str, object]], names: Callable[[str], bool] = names_embargo
) -> dict[str, object]:
    """An object of a JSON document (`object_pairs_hook`) in which no embargo, or what else `names` tells, hides another
    one of the same name.

    Two that differ are a list, which nobody can read as a moment.
    """
    members = dict(pairs)
    embargoes: dict[str, list[object]] = {}
    for member, value in pairs:
        if names(member):
            embargoes.setdefault(member, []).append(value)
    for member, said in embargoes.items():
        members[member] = said[0] if all(value == said[0] for value in said) else said
    return members


def embargo_members(body: bytes) -> Iterator[tuple[str, object]]:
    """The members of a JSON object, and what they say, that name an embargo; `null` says that there is none."""
    if b"embargo" in body.lower():
        try:
            members = json.loads(body, strict=False, object_pairs_hook=every_member)
        except (ValueError, RecursionError):  # its reader says so
            return
        if isinstance(members, dict):
            yield from embargoes_of(members)


def embargoes_of(members: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The members of an object that name an embargo, and what they say; `null` that there is none."""
    yield from ((name, said) for name, said in members.items() if names_embargo(name))


def shown(said: object) -> str:
    """What was said instead of a moment, for a sentence."""
    text = said if isinstance(said, str) else msgspec.json.encode(said, enc_hook=str).decode()
    return f"{text[:_SHOWN]!r}" if isinstance(said, str) else text[:_SHOWN]


def _strokes(moment: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, ...]:
    return tuple(moment.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
