"""When the article was published and changed: a declared value, or a text's date line, which is no date inside it."""

import datetime as dt
import re
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from services.normalize.document import Document, Line, classified, make_evidence, replace_lines, set_field, size
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.dates import DateReading, Moment, moment_of, read_date, read_dates, read_day_of_dateline
from services.normalize.grammar.person_names import opens_with
from services.normalize.grammar.zones import assign_zone
from services.normalize.language.folding import fold
from services.normalize.language.load import DayOrder, Language
from services.normalize.language.phrases import DASHES
from services.normalize.readings import RuleId
from shared.article import Candidate, Evidence, ZoneRule
from shared.envelope import Raw, Source

HEAD = 8
TAIL = 6
RUNNING_WORDS = 25
LONGEST = 140
LONGEST_RESIDUE = 6
LONGEST_PLACE = 3
CLOCK = (
    "first_created.clock"  # whose evidence says how sure the clock and its zone are; first_created's own is the day's
)
_DOUBTED = 0.5
_LATEST_NEWS = 366  # days that a dateline without a year may lie back
_ZONES: Mapping[ZoneRule, RuleId] = {
    "declared": RuleId.ZONE_DECLARED, "text": RuleId.ZONE_PRINTED, "source": RuleId.ZONE_OF_SOURCE,
    "region": RuleId.ZONE_OF_COUNTRY, "language": RuleId.ZONE_OF_LANGUAGE, "assumed": RuleId.ZONE_UNKNOWN,
}  # fmt: skip
_APART = re.compile(rf"[|•·：]|\s[{DASHES}]\s")


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A date as a moment, how sure its day and how sure its clock is, and what was printed."""

    moment: Moment
    quote: str
    sure: float
    clock_sure: float


def date_of_value(printed: object, raw: Raw, language: str | None) -> Dated | None:
    """A declared date; one without a zone is in the source's, its country's or its language's."""
    if isinstance(printed, int | float) and not isinstance(printed, bool):
        printed = str(int(printed)) if abs(printed) < 1e15 else ""
    if not isinstance(printed, str) or not printed.strip():
        return None
    received = received_at(raw)
    spoken = raw.source.language or language
    reading = read_date(printed, spoken, latest=received.date() if received else None)
    moment = _moment(reading, raw, spoken, "declared", received) if reading is not None else None
    if reading is None or moment is None:
        return None
    sure = min(0.97, _sure(reading, moment, received), 0.6 if reading.residue else 1.0)
    return Dated(moment=moment, quote=printed.strip(), sure=sure, clock_sure=clock_sureness(sure, moment))


def received_at(raw: Raw) -> dt.datetime | None:
    """When the input came, where that is known."""
    return dt.datetime.fromtimestamp(raw.received_us / 1_000_000, dt.UTC) if raw.received_us else None


def clock_sureness(sure: float, moment: Moment) -> float:
    """How sure a clock and its zone are: no more than the day, and by where the zone is known from."""
    return round(min(sure, _DOUBTED if moment.is_zone_doubted else _ZONES[moment.zone_rule].sure), 2)


def clock_evidence(of_day: Evidence, moment: Moment, sure: float) -> Evidence:
    """The evidence of a clock beside that of its day, from the same place."""
    return replace(of_day, field=CLOCK, rule=_ZONES[moment.zone_rule].words, sure=sure, lost=())


def read_date_lines(document: Document) -> Document:
    """Take the best date line; those that are nothing else leave the body, whether they were needed or not."""
    received = received_at(document.raw)
    order = day_order(document.rules, document.raw.source)
    readings = {
        number: found
        for number in _places(document)
        if (found := _readings(document, number, order, received.date() if received else None))
    }
    unread = [n for n, line in enumerate(document.lines) if line.kind == "date" and n not in readings]
    document = replace_lines(
        document,
        {
            number: classified(
                document.lines[number], "date", RuleId.DATE_BESIDE_WORDS if found[0].residue else RuleId.LINE_DATE
            )  # other words on it may still be read as its byline
            for number, found in readings.items()
        }
        | {n: classified(document.lines[n], "boilerplate", RuleId.DATE_BESIDE_DATE) for n in unread},
    )
    if not readings or document.article.first_created is not None:
        return document
    return _settle(document, readings, received)


def day_order(rules: Language, source: Source) -> DayOrder | None:
    """Day or month first: by the region of the source's language, else by the language."""
    return rules.orders.get(source.language or "", rules.dates.order)


def _moment(
    reading: DateReading, raw: Raw, language: str | None, said: ZoneRule, received: dt.datetime | None
) -> Moment | None:
    assigned = assign_zone(raw.source.zone, raw.url, language)
    try:
        return moment_of(reading, assigned, said, received)
    except (ValueError, OverflowError):  # a year before 1 once the offset is applied
        return None


def _places(document: Document) -> list[int]:
    """Where a date line may stand: what the markup calls one, the head down to the second running line, the end."""
    called = [n for n, line in enumerate(document.lines) if "date" in (line.piece.shape, line.kind)][:HEAD]
    if not document.is_page:
        return called
    running = [number for number, line in enumerate(document.lines) if size(line.text) >= RUNNING_WORDS]
    head = min(HEAD, running[1] if len(running) > 1 else HEAD, len(document.lines))
    tail = max(running[-1] + 1 if running else 0, len(document.lines) - TAIL, head)
    return list(dict.fromkeys([*called, *range(head), *range(tail, len(document.lines))]))


def _readings(
    document: Document, number: int, order: DayOrder | None, latest: dt.date | None
) -> tuple[DateReading, ...]:
    line = document.lines[number]
    if len(line.text) > LONGEST or line.piece.shape in ("picture", "list", "table", "heading", "caption", "debris"):
        return ()
    readings = read_dates(line.text, document.rules.tag, order, latest)
    if not readings or not readings[0].residue or "date" in (line.piece.shape, line.kind):
        return readings
    return readings if number < HEAD // 2 and shares_line(line.text, readings, document.rules) else ()


def shares_line(text: str, readings: tuple[DateReading, ...], rules: Language) -> bool:
    """Whether the words beside the dates are no sentence: a section set apart, a place, the writer."""
    residue = readings[0].residue
    apart = any(reading.stamp.time is not None for reading in readings) and _stands_apart(text, residue)
    return apart or _names_place(text, residue, rules) or _names_writer(text, residue, rules.tag)


def _stands_apart(text: str, residue: str) -> bool:
    """Whether other words only share the line with the dates, as in "Kinh tế | 05:34 09/11/2015"."""
    count = size(residue)
    if text.endswith(".") or count > LONGEST_RESIDUE:
        return False
    return _APART.search(text) is not None or (count <= LONGEST_PLACE and "," in text)


def _names_place(text: str, residue: str, rules: Language) -> bool:
    """ "Huế, ngày 9/11/2015" and "Báo Lao Động, 09/11/2015": where it came out, a comma, and the day."""
    place, comma, _ = text.partition(",")
    known = size(place) <= LONGEST_PLACE or opens_with(place, rules.outlet_kinds)
    return bool(comma) and known and text[:1].isupper() and fold(place.strip()) == fold(residue)


def _names_writer(text: str, residue: str, tag: str) -> bool:
    """ "Anh Phong - 09/11/2015": a byline, a mark and the day."""
    return any(
        fold(part.strip()) == fold(residue) and read_byline(part, tag) is not None for part in _APART.split(text)
    )


def _settle(document: Document, found: Mapping[int, tuple[DateReading, ...]], received: dt.datetime | None) -> Document:
    number, *later = found
    readings = [reading for line in found for reading in found[line]]
    first = next((reading for reading in found[number] if reading.label != "updated"), found[number][0])
    # an update beside it, or with a date line of its own: "Xuất bản: …" over "Cập nhật: …"
    last = next((one for one in readings if one.label == "updated" and one is not first), None)
    if last is not None and last.stamp.tz is None and last.ago is None:
        # "5:34 PM EST | Updated: November 10": the zone is said once
        zone = {name: getattr(first.stamp, name) for name in ("offset", "zone", "others")}
        stamp = replace(last.stamp, **zone)
        last = replace(last, stamp=stamp)
    spoken = document.raw.source.language or document.rules.tag
    created = _moment(first, document.raw, spoken, "text", received)
    changed = _moment(last, document.raw, spoken, "text", received) if last is not None else created
    if created is None or changed is None:
        return document
    line, sure = document.lines[number], _sure(first, created, received)
    sure = min(sure, 0.8) if first.residue else sure
    lost = tuple(
        Candidate(value=other.text, rule=RuleId.DATE_LATER_LINE.words, start=other.piece.start, end=other.piece.end)
        for other in (document.lines[place] for place in later[:HEAD])
    )
    line = replace(line, rule=RuleId.DATE_LINE_OF_TEXT, note=document.rules.dates.order or "figures")
    evidence = make_evidence(document, "first_created", line, RuleId.DATE_LINE_OF_TEXT, sure, lost=lost)
    document = set_field(document, evidence, first_created=created.value, **created.beside())
    if created.precision != "day":
        document = set_field(document, clock_evidence(evidence, created, clock_sureness(sure, created)))
    if document.article.version_created is not None:
        return document
    changed = created if is_before(changed.value, created.value) else changed
    rule = RuleId.DATE_LINE_UPDATED if last is not None else RuleId.DATE_SAME_AS_CREATED
    return set_field(
        document, make_evidence(document, "version_created", line, rule, sure), version_created=changed.value
    )


def date_by_dateline(document: Document, line: Line, dateline: str, end: int) -> Document:
    """The day of an agency's dateline, where nothing else dates the article: a guess, for it is that of the writing."""
    received = received_at(document.raw)
    if document.article.first_created is not None or received is None:
        return document
    spoken = document.raw.source.language or document.rules.tag
    order = day_order(document.rules, document.raw.source)
    assigned = assign_zone(document.raw.source.zone, document.raw.url, spoken)
    today = received.astimezone(assigned.zone or dt.UTC).date()
    day = read_day_of_dateline(dateline, document.rules.tag, order, today)
    if day is None or abs((today - day).days) > _LATEST_NEWS:
        return document
    evidence = make_evidence(document, "first_created", line, RuleId.DATE_OF_DATELINE, part=(0, end))
    value = dt.datetime.combine(day, dt.time(), assigned.zone)
    moment = Moment(value=value, precision="day", zone_rule=assigned.rule, day=day)
    return set_field(document, evidence, first_created=value, **moment.beside())


def is_before(one: dt.datetime, two: dt.datetime) -> bool:
    """Whether a moment is before another; of clocks without a zone only those of the same line can be compared."""
    if (one.tzinfo is None) != (two.tzinfo is None):
        return one.replace(tzinfo=None) < two.replace(tzinfo=None)
    return one < two


def _sure(reading: DateReading, moment: Moment, received: dt.datetime | None) -> float:
    """How sure the day is."""
    if received is not None and moment.day > received.date() + dt.timedelta(days=2):
        return 0.4
    if reading.ambiguous or reading.doubted:
        return _DOUBTED
    return 0.6 if reading.ago is not None else 0.98  # the clock of the receipt stands in for that of the page
