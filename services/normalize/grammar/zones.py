"""Time zones: as printed behind a clock, and where none is printed, that of the source, the country or the language."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.date_words import any_of, primary
from services.normalize.language.load import GENERIC, for_tag, languages
from services.normalize.tables import read_table
from shared.article import ZoneRule

_MOST_MINUTES = 14 * 60
_QUARTERS = frozenset({0, 15, 30, 45})
_SIGNED = re.compile(
    r"(?P<named>(?:GMT|UTC)\s?)?(?P<sign>[+\-−])(?P<gap>\s?)(?P<hours>\d{1,2}?)(?P<colon>:?)(?P<minutes>\d\d)?(?![\d:/]|[.\-]\d)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_+\-]+){1,2}")
_LETTERS = re.compile(r"(?P<one>[^\W\d_]{1,5})(?:\s?/\s?(?P<two>[A-Z]{2,4}))?(?![^\W_])")
_OPENING = re.compile(r"[\s,]*[(\[]?\s*")
_ENDS = re.compile(r"\s*(?:$|[|,;)\]])")
_CLOSING = re.compile(r"\s*[)\]]")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    day_first: tuple[str, ...]
    month_first: tuple[str, ...]
    letters: dict[str, int | str]
    others: dict[str, tuple[int, ...]]
    letters_of: dict[str, dict[str, int | str]]
    words: dict[str, str]
    countries: dict[str, str]
    languages: dict[str, str]


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as printed: minutes ahead of UTC, or the name of a zone; and where it ends.

    `others` are the minutes ahead that the same letters mean elsewhere: IST is India's, Israel's and Ireland's.
    """

    offset: int | None = None
    zone: str | None = None
    others: tuple[int, ...] = ()
    end: int


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """The zone of clocks that name none, and why it is this one; no zone where nothing tells."""

    zone: ZoneInfo | None = None
    rule: ZoneRule = "assumed"


@cache
def _file() -> _File:
    return read_table("data/zones.toml", _File)


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(_file().words)})(?![^\W\d_])", re.IGNORECASE)


def match_zone(text: str, at: int, language: str | None, *, exact: bool = False) -> Printed | None:
    """The zone that begins at a place behind a clock; `exact` clocks (ISO, with seconds) may have `-05:00` behind."""
    start = _OPENING.match(text, at)
    begin = start.end() if start else at
    found = (
        _signed(text, begin, exact) or _place(text, begin) or _word(text, begin) or _letters(text, begin, at, language)
    )
    if found is None:
        return None
    closing = _CLOSING.match(text, found.end)
    return replace(found, end=closing.end()) if closing else found


def _signed(text: str, at: int, exact: bool) -> Printed | None:
    match = _SIGNED.match(text, at)
    if match is None or (match["gap"] and not match["named"] and not match["minutes"]):
        return None
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if not match["named"]:
        is_range = match["colon"] and match["sign"] != "+" and not exact
        is_figure = not match["minutes"] and (len(match["hours"]) < 2 or not (exact or _ENDS.match(text, match.end())))
        if is_range or is_figure:  # "09:00-10:30", "5:00 -10 May"
            return None
    size = hours * 60 + minutes
    if size > _MOST_MINUTES or minutes not in _QUARTERS:
        return None
    return Printed(offset=size if match["sign"] == "+" else -size, end=match.end())


def _place(text: str, at: int) -> Printed | None:
    match = _PLACE.match(text, at)
    if match is None or zone_named(match[0]) is None:
        return None
    return Printed(zone=match[0], end=match.end())


def _word(text: str, at: int) -> Printed | None:
    match = _word_pattern().match(text, at)
    return Printed(zone=_file().words[" ".join(match[0].casefold().split())], end=match.end()) if match else None


def _letters(text: str, begin: int, at: int, language: str | None) -> Printed | None:
    match = _LETTERS.match(text, begin)
    if match is None or (match["one"].isascii() and not match["one"].isupper()):
        return None
    name, own = match["one"].casefold(), primary(language) or GENERIC
    if name == "z" and begin > at:
        return None
    of_language = _file().letters_of.get(own, {})
    meant = of_language.get(name, _file().letters.get(name))
    if meant is None:
        return None
    both = match["two"] is None or match["two"].casefold() in _file().letters
    end = match.end() if both else match.end("one")
    if not isinstance(meant, int):
        return Printed(zone=meant, end=end)
    return Printed(offset=meant, others=() if name in of_language else _file().others.get(name, ()), end=end)


@lru_cache(maxsize=1024)
def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name; None when there is none of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def assign_zone(setting: str | None, url: str | None, language: str | None) -> Assigned:
    """The zone of clocks that name none: the source's setting, the country's of the address, the language's own."""
    named = zone_named(setting)
    if named is not None:
        return Assigned(zone=named, rule="source")
    country = zone_named(_file().countries.get(country_of(url)))
    if country is not None:
        return Assigned(zone=country, rule="region")
    spoken = zone_named(_zone_of_language(language))
    return Assigned(zone=spoken, rule="language") if spoken is not None else Assigned()


def is_day_first(url: str | None) -> bool:
    """Whether the papers of the country in an address print the day before the month: 31/05/2020."""
    country = country_of(url)
    return country in _file().day_first or (country in _file().countries and country not in _file().month_first)


def _zone_of_language(language: str | None) -> str | None:
    tag = (language or "").replace("_", "-").lower()
    own, _, region = tag.partition("-")
    by_region = _regional_zones().get(tag) or _file().languages.get(tag)
    by_region = by_region or _file().countries.get("uk" if region == "gb" else region)
    if by_region:
        return by_region
    return for_tag(own).zone or _file().languages.get(own)


@cache
def _regional_zones() -> Mapping[str, str]:
    return {tag.lower(): zone for rules in languages().values() for tag, zone in rules.zones.items()}


def country_of(url: str | None) -> str:
    """The last label of a host, which is a country's where it has two letters."""
    try:
        return (urlsplit(url or "").hostname or "").rsplit(".", 1)[-1]
    except ValueError:
        return ""
