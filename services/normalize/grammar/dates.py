"""One door for dates of every form: a string is read the same in a text, on a page, in a feed and in JSON or XML."""

import datetime as dt
import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.clocks import Clock, clock_beside, clocks_in
from services.normalize.grammar.date_words import (
    Label,
    dates_of,
    joiner_pattern,
    label_begins,
    label_pattern,
    may_hold,
    weekday_begins,
    weekday_pattern,
)
from services.normalize.grammar.machine_dates import Stamp, find_machine_date, is_unset
from services.normalize.grammar.printed_dates import find_dates, label_beside, order_of, western
from services.normalize.grammar.relative_dates import day_begins, find_ago, relative_days
from services.normalize.grammar.zones import Assigned, match_zone
from services.normalize.language.load import DayOrder
from shared.article import Precision, ZoneRule

LONGEST = 200  # characters of a declared value or a date line
_DAY = 86_400
_NEAR = range(1900, 2100)
_FIGURE = re.compile(r"\d")
_DAY_AND_MONTH = re.compile(
    r"(?<![\d/.-])[0-3]?\d(?P<mark>[/.])[0-3]?\d(?![\d/])|(?<!\d)[0-3]?\d\.?\s(?:de\s)?[^\W\d_]{3,12}(?![^\W_])|"
    r"(?<![^\W_])[^\W\d_]{3,12}\.?\s[0-3]?\d(?!\d)|(?<!\d)[01]?\d月[0-3]?\d日"
)
_DATED = re.compile(rf"{_DAY_AND_MONTH.pattern}|(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_LETTERS = re.compile(r"[\W_]+")
# With a half of the day in English it is America's order, whatever the page's language: "11/9/2015 5:34 PM".
_AMERICAN = re.compile(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b.{0,12}\d\s?[AP]\.?M\b", re.IGNORECASE)


class DateReading(msgspec.Struct, frozen=True, kw_only=True):
    """One date as read, with what makes it doubtful.

    `ago` are seconds before the receipt, where a text says "2 hours ago", and `is_exact` if it tells more than the day.
    `label` is what the words before it say it is
    the date of, `residue` the words of the string that are no part of any date. `is_numeric`: its figures would fit
    the other way round, month before day; `ambiguous`: and nothing tells which is meant. `doubted`: the
    weekday printed beside it is not that of the day.
    """

    stamp: Stamp
    label: Label | None = None
    ago: int | None = None
    is_exact: bool = False
    ambiguous: bool = False
    is_numeric: bool = False
    doubted: bool = False
    residue: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def start(self) -> int:
        """Where its first part begins."""
        return min((span[0] for span in self.spans), default=0)

    @property
    def end(self) -> int:
        """Where its last part ends."""
        return max((span[1] for span in self.spans), default=0)


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A date as a moment, aware where its zone is known, else a clock without a zone; and the publisher's own day.

    `is_zone_doubted`: the letters of its zone mean another one too.
    """

    value: dt.datetime
    precision: Precision
    zone_rule: ZoneRule
    day: dt.date
    is_zone_doubted: bool = False

    def beside(self) -> dict[str, object]:
        """The article's fields beside `first_created`."""
        return {"precision": self.precision, "zone_rule": self.zone_rule, "local_day": self.day}


def read_date(
    text: str, language: str | None = None, order: DayOrder | None = None, latest: dt.date | None = None
) -> DateReading | None:
    """The date that a declared value is; None where it holds none, or only the beginning of a machine's clock."""
    text = western(text.strip()[:LONGEST])
    written = _machine(text, language)
    if written is None or written.residue:
        printed = read_dates(text, language, order, latest)
        if printed and (written is None or len(printed[0].residue) <= len(written.residue)):
            written = printed[0]
    return written if written is not None and not is_unset(written.stamp) else None


def read_dates(
    text: str, language: str | None = None, order: DayOrder | None = None, latest: dt.date | None = None
) -> tuple[DateReading, ...]:
    """All dates of a line in order; the words of the line that are no part of any are the residue of each."""
    text = western(text[:LONGEST])
    readings = [*_absolute(text, language, order, latest)]
    told = _relative(text, language, latest, [span for reading in readings for span in reading.spans])
    # "Today" beside a date names that very day, unless it says of what it is the date ("updated today").
    readings += [reading for reading in told if not readings or reading.label is not None]
    if not readings:
        return ()
    readings.sort(key=lambda reading: reading.start)
    readings, loose = _with_loose_clock(text, _sharing_day(text, readings, language), language)
    rest = _blanked(text, [*loose, *(span for reading in readings for span in reading.spans)])
    residue = _residue(rest, language)
    return tuple(replace(reading, residue=residue) for reading in readings)


def read_day_of_dateline(text: str, language: str | None, order: DayOrder | None, today: dt.date) -> dt.date | None:
    """The day in an agency's dateline, whose year is left out or not: "14/11", "14 nov 2026", "Nov. 14".

    Without a year it is the last such day that is no later than tomorrow.
    """
    text = western(text[:LONGEST])
    found = next(find_dates(text, language, order, today), None)
    if found is not None:
        return found.stamp.day
    for match in _DAY_AND_MONTH.finditer(text):
        for year in (today.year, today.year - 1):
            day = next(find_dates(_with_year(match, year), language, order or "dmy", today), None)
            if day is not None and day.stamp.day <= today + dt.timedelta(days=1):
                return day.stamp.day
    return None


def _with_year(match: re.Match[str], year: int) -> str:
    if match[0].endswith("日"):
        return f"{year}年{match[0]}"
    return f"{match[0].rstrip('. ')}{match['mark'] or ' '}{year}"


def moment_of(
    reading: DateReading, assigned: Assigned, said: ZoneRule, received: dt.datetime | None = None
) -> Moment | None:
    """A date as a moment: its own zone goes before the one assigned; `said` is the rule of a zone of its own."""
    stamp = reading.stamp.in_zone(assigned.zone)
    if reading.ago is not None:
        return _moment_ago(reading, reading.ago, assigned, received)
    zone, rule = (stamp.tz, said) if stamp.tz is not None else (assigned.zone, assigned.rule)
    precision = precision_of(stamp)
    value = dt.datetime.combine(stamp.day, stamp.time or dt.time(), zone)
    day = stamp.day
    if stamp.time is not None and stamp.offset == 0 and assigned.zone is not None:
        day = value.astimezone(assigned.zone).date()  # UTC is how machines write, not where the paper is made
    return Moment(value=value, precision=precision, zone_rule=rule, day=day, is_zone_doubted=bool(stamp.others))


def precision_of(stamp: Stamp) -> Precision:
    """How exact a date is written."""
    if stamp.time is None:
        return "day"
    return "second" if stamp.to_the_second else "minute"


def _moment_ago(reading: DateReading, ago: int, assigned: Assigned, received: dt.datetime | None) -> Moment | None:
    if received is None:
        return None
    then = (received - dt.timedelta(seconds=ago)).astimezone(assigned.zone or dt.UTC)
    if reading.stamp.time is None and reading.is_exact:
        value = then.replace(second=0, microsecond=0)
        return Moment(value=value, precision="minute", zone_rule="text", day=then.date())
    value = dt.datetime.combine(then.date(), reading.stamp.time or dt.time(), assigned.zone)
    precision = precision_of(reading.stamp)
    return Moment(value=value, precision=precision, zone_rule=assigned.rule, day=then.date())


def _machine(text: str, language: str | None) -> DateReading | None:
    found = find_machine_date(text)
    if found is None:
        return None
    stamp, end = found.stamp, found.end
    if dates_of(language).era and stamp.day.year - dates_of(language).era in _NEAR:
        return None  # 2567-11-14 in Thailand
    written, at = (found.zone, 0) if found.zone else (text, end)
    zone = match_zone(written, at, language, exact=True) if stamp.offset is None else None
    if zone is not None and stamp.time is not None:
        stamp = replace(stamp, offset=zone.offset, zone=zone.zone, others=zone.others)
        end = end if found.zone else _end_of_second_zone(text, zone.end, language)
    rest = _blanked(text, [(found.start, end)])
    reading = DateReading(stamp=stamp, spans=((found.start, end),), residue=_residue(rest, language))
    return replace(reading, label=label_beside(rest, 0, found.start, end, language)[0])


def _end_of_second_zone(text: str, at: int, language: str | None) -> int:
    """Where a zone ends that is told twice: `+0700 (ICT)`, `+07:00[Asia/Ho_Chi_Minh]`."""
    again = match_zone(text, at, language)
    return again.end if again is not None else at


def _absolute(text: str, language: str | None, order: DayOrder | None, latest: dt.date | None) -> Iterator[DateReading]:
    if order is None and _AMERICAN.search(text):
        order = "mdy"
    is_known = order is not None or (language != "en" and order_of(language) is not None)
    for found in find_dates(text, language, order, latest):
        end = max(stop for _, stop in found.spans)
        spans = (*found.spans, (end, _end_of_second_zone(text, end, language))) if found.stamp.tz else found.spans
        yield DateReading(
            stamp=found.stamp,
            label=found.label,
            is_numeric=found.ambiguous,
            ambiguous=found.ambiguous and not is_known,
            doubted=found.doubted,
            spans=spans,
        )


def _relative(
    text: str, language: str | None, latest: dt.date | None, taken: list[tuple[int, int]]
) -> Iterator[DateReading]:
    """Dates told from the receipt: "2 hours ago", "hôm qua, 05:34"."""
    rest = _blanked(text, taken)
    today = latest or dt.date.min
    told = find_ago(rest)
    if told is not None:
        label, _ = label_beside(rest, 0, told.start, told.end, language)
        is_exact = told.unit < _DAY
        yield DateReading(
            stamp=Stamp(day=today), label=label, ago=told.seconds, is_exact=is_exact, spans=((told.start, told.end),)
        )
        return
    if not may_hold(rest, day_begins()):
        return
    pattern, days = relative_days(language)
    match = pattern.search(rest)
    if match is None:
        return
    clock = clock_beside(rest, match.start(), match.end(), 0, language)
    spans = (match.span(), (clock.start, clock.end)) if clock is not None else (match.span(),)
    left = _blanked(rest, list(spans))
    if _DATED.search(left) or (not _FIGURE.search(rest) and _residue(left, language)):
        return  # "today" among other words dates nothing, and beside a date that nobody reads even less
    word = " ".join(match[0].casefold().split())
    ago = days.get(word, days.get(word.rstrip("."), 0)) * _DAY
    stamp = Stamp(day=today, time=clock.time if clock else None)
    label, _ = label_beside(rest, 0, min(span[0] for span in spans), match.end(), language)
    yield DateReading(stamp=stamp, label=label, ago=ago, spans=spans)


def _with_loose_clock(
    text: str, readings: list[DateReading], language: str | None
) -> tuple[list[DateReading], list[tuple[int, int]]]:
    """The one clock of a line that stands apart from its one day is that day's; a label before it makes two of it.

    Other clocks are told as such: `Publié le 14/11/2024 à 10h, mis à jour à 19h12` was changed on the same day.
    """
    rest = _blanked(text, [span for reading in readings for span in reading.spans])
    clocks = clocks_in(rest, language)
    spans = [(clock.start, clock.end) for clock in clocks]
    if len(readings) != 1 or len(clocks) != 1 or readings[0].ago is not None:
        return readings, spans
    reading, clock = readings[0], clocks[0]
    label, _ = (
        label_beside(rest, reading.end, clock.start, clock.end, language) if clock.start > reading.end else (None, 0)
    )
    if label == "updated" and reading.label != "updated" and (reading.stamp.time or dt.time()) <= clock.time:
        return [reading, _with_clock(replace(reading, label=label, spans=()), clock)], []
    between = rest[min(clock.end, reading.end) : max(clock.start, reading.start)]
    if reading.stamp.time is not None or (
        may_hold(between, label_begins()) and label_pattern(language).search(between)
    ):
        return readings, spans
    return [_with_clock(reading, clock)], []


def _sharing_day(text: str, readings: list[DateReading], language: str | None) -> list[DateReading]:
    """`Published 10:15 | Updated 11:20, 14 November 2024`: the day is said once, behind the last of its clocks."""
    last = readings[-1]
    rest = _blanked(text, list(last.spans))
    clocks = clocks_in(rest[: last.start], language) if len(readings) == 1 and last.label == "updated" else []
    label = label_beside(rest, 0, clocks[0].start, clocks[0].end, language)[0] if len(clocks) == 1 else None
    if label != "published" or last.stamp.time is None:
        return readings
    first = _with_clock(replace(last, label=label, spans=()), clocks[0])
    if first.stamp.tz is None:
        stamp = replace(first.stamp, offset=last.stamp.offset, zone=last.stamp.zone)
        first = replace(first, stamp=stamp)
    return [first, last]


def _with_clock(reading: DateReading, clock: Clock) -> DateReading:
    zone = clock.zone
    stamp = replace(
        reading.stamp,
        time=clock.time,
        to_the_second=clock.to_the_second,
        offset=zone.offset if zone else None,
        zone=zone.zone if zone else None,
        others=zone.others if zone else (),
    )
    return replace(reading, stamp=stamp, spans=(*reading.spans, (clock.start, clock.end)))


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with these parts as blanks."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "|" * (min(end, len(text)) - start)
    return "".join(letters)


def _residue(rest: str, language: str | None) -> str:
    """What is no date, label, weekday or joiner."""
    if may_hold(rest, label_begins()):
        rest = label_pattern(language).sub(" ", rest)
    if may_hold(rest, weekday_begins()):
        rest = weekday_pattern(language).sub(" ", rest)
    return _plain(joiner_pattern(language).sub(" ", rest))


def _plain(text: str) -> str:
    return " ".join(_NO_LETTERS.sub(" ", text).split())
