"""A date that a document declares: RFC 822, ISO 8601, or as people of its language print it."""

import datetime as dt
import re

import msgspec

from services.normalize.fields.date import day_order, zone_of
from services.normalize.grammar.date_line import moment, read_dates
from services.normalize.grammar.machine_dates import Stamp, read_stamp
from services.normalize.grammar.zones import zone_named, zone_of_page
from services.normalize.language.load import for_tag
from shared.article import Precision
from shared.envelope import Raw, Source

_LONGEST = 120
# "T2, 09 Thg 11 2015 05:34:00 +0700": RFC 822 as Vietnamese systems write it.
_THANG = re.compile(r"(\d{1,2})\s+(?:thg|th[aá]ng)\.?\s*(\d{1,2}),?\s+(\d{4})", re.IGNORECASE)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# With a half of the day in English it is America's order, whatever the page's language: "11/9/2015 5:34 PM".
_AMERICAN = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b.*\d\s?[AP]\.?M\b", re.IGNORECASE)
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+")


class DateReading(msgspec.Struct, frozen=True, kw_only=True):
    """A date as printed, as an instant in the zone it was meant in."""

    instant: dt.datetime
    local_day: dt.date
    precision: Precision
    zone_rule: str
    quote: str
    sure: float = 0.97


def read_declared_date(printed: object, raw: Raw, language: str | None) -> DateReading | None:
    """Read a declared date; one without a zone is in the source's; None for what is no date."""
    if isinstance(printed, int | float) and not isinstance(printed, bool):
        printed = str(int(printed)) if abs(printed) < 1e15 else ""
    if not isinstance(printed, str) or not printed.strip():
        return None
    quote = printed.strip()[:_LONGEST]
    source = msgspec.structs.replace(raw.source, language=raw.source.language or language)
    try:
        return _by_machine(quote, source, raw.url) or _by_people(quote, raw, source, language)
    except (ValueError, OverflowError):  # a year before 1 once the offset is applied
        return None


def _by_machine(quote: str, source: Source, url: str | None) -> DateReading | None:
    stamp = read_stamp(_FRACTION.sub("", _THANG.sub(_western_month, quote)))
    if stamp is None:
        return None
    zone, rule, sure = _zone(stamp, source, url)
    instant = dt.datetime.combine(stamp.day, stamp.time or dt.time(), zone)
    precision: Precision = "day" if stamp.time is None else "second"
    return DateReading(
        instant=instant,
        local_day=_local_day(instant, source, url),
        precision=precision,
        zone_rule=rule,
        quote=quote,
        sure=sure,
    )


def _local_day(instant: dt.datetime, source: Source, url: str | None) -> dt.date:
    """The day at the publisher's: UTC is how machines write, not where the paper is made."""
    zone, rule, _ = _zone_of_source(source, url)
    return (instant if instant.utcoffset() or rule.startswith("not said") else instant.astimezone(zone)).date()


def _western_month(found: re.Match[str]) -> str:
    month = int(found[2])
    return f"{found[1]} {_MONTHS[month - 1]} {found[3]}" if 1 <= month <= 12 else found[0]


def _zone(stamp: Stamp, source: Source, url: str | None) -> tuple[dt.tzinfo, str, float]:
    if stamp.offset is not None:
        minutes = stamp.offset
        return (dt.UTC if minutes == 0 else dt.timezone(dt.timedelta(minutes=minutes))), "in the text", 0.97
    return _zone_of_source(source, url)


def _zone_of_source(source: Source, url: str | None) -> tuple[dt.tzinfo, str, float]:
    if source.zone is not None and zone_named(source.zone) is None:
        source = msgspec.structs.replace(source, zone=None)
    zone, rule = zone_of(for_tag(source.language), source)
    country = zone_of_page(url, None) if rule.startswith("not said") else None
    if country is not None:
        return country[0], f"{country[1]}: {country[0].key}", 0.8
    return zone, rule, 0.5 if rule.startswith("not said") else 0.9


def _by_people(quote: str, raw: Raw, source: Source, language: str | None) -> DateReading | None:
    received = dt.datetime.fromtimestamp(raw.received_us / 1_000_000, dt.UTC)
    rules = for_tag(source.language or language)
    order = "mdy" if _AMERICAN.search(quote) else day_order(rules, source)
    reading = read_dates(quote, rules.tag, order, received.date())
    if reading is None:
        return None
    zone, rule, sure = _zone_of_source(source, raw.url)
    stamp = reading.stamps[0]
    settled = moment(stamp, zone, rule, received)
    return DateReading(
        instant=settled.instant,
        local_day=settled.instant.date(),
        precision=settled.precision,
        zone_rule=settled.zone_rule,
        quote=quote,
        sure=0.5 if stamp.ambiguous else min(sure, 0.9),
    )
