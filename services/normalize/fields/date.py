"""When the article was published and changed, from its date line alone: a date inside the text is none."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from services.normalize.document import (
    BESIDE_DATE,
    Document,
    Line,
    classified,
    make_evidence,
    replace_lines,
    set_field,
    size,
)
from services.normalize.grammar.byline import read_byline
from services.normalize.grammar.date_line import DateReading, Moment, Stamp, moment, read_dates
from services.normalize.grammar.person_names import opens_with
from services.normalize.language.folding import fold
from services.normalize.language.load import DayOrder, Language
from services.normalize.language.phrases import DASHES
from shared.article import Candidate
from shared.envelope import Source

HEAD = 8
TAIL = 6
RUNNING_WORDS = 25
LONGEST = 140
LONGEST_RESIDUE = 6
LONGEST_PLACE = 3
_APART = re.compile(rf"[|•·：]|\s[{DASHES}]\s")


def read_date(document: Document) -> Document:
    """Take the best date line; those that are nothing else leave the body, whether they were needed or not."""
    received = dt.datetime.fromtimestamp(document.raw.received_us / 1_000_000, dt.UTC)
    order = day_order(document.rules, document.raw.source)
    readings = [
        (number, reading)
        for number in _places(document)
        if (reading := _reading(document, number, order, received)) is not None
    ]
    document = replace_lines(document, {number: _date(document.lines[number], reading) for number, reading in readings})
    if not readings or document.article.first_created is not None:
        return document
    number, reading = readings[0]
    later = dict(readings[1:])
    return _settle(document, document.lines[number], reading, received, later)


def day_order(rules: Language, source: Source) -> DayOrder | None:
    """Day or month first: by the region of the source's language, else by the language."""
    return rules.orders.get(source.language or "", rules.dates.order)


def zone_of(rules: Language, source: Source) -> tuple[dt.tzinfo, str]:
    """The zone of a date line without one: the source's setting, else the language's own, else UTC and said so."""
    if source.zone is not None:
        return ZoneInfo(source.zone), f"the source's setting: {source.zone}"
    name = rules.zones.get(source.language or "", rules.zone)
    if name is not None:
        return ZoneInfo(name), f"the language's own: {name}"
    return dt.UTC, "not said: taken as UTC"


def _places(document: Document) -> list[int]:
    """Where a date line may stand: what the markup calls one, the head down to the second running line, the end."""
    called = [number for number, line in enumerate(document.lines) if line.piece.shape == "date"]
    running = [number for number, line in enumerate(document.lines) if size(line.text) >= RUNNING_WORDS]
    head = min(HEAD, running[1] if len(running) > 1 else HEAD, len(document.lines))
    tail = max(running[-1] + 1 if running else 0, len(document.lines) - TAIL, head)
    return list(dict.fromkeys([*called, *range(head), *range(tail, len(document.lines))]))


def _reading(document: Document, number: int, order: DayOrder | None, received: dt.datetime) -> DateReading | None:
    line = document.lines[number]
    if len(line.text) > LONGEST or line.piece.shape in ("picture", "list", "table", "heading", "caption", "debris"):
        return None
    reading = read_dates(line.text, document.rules.tag, order, received.date())
    if reading is None or not reading.residue:
        return reading
    if line.piece.shape == "date":
        return reading
    full = any(stamp.day is not None and stamp.time is not None for stamp in reading.stamps)
    apart = full and _stands_apart(line.text, reading.residue)
    named = _names_place(line.text, reading.residue, document.rules)
    named = named or _names_writer(line.text, reading.residue, document.rules.tag)
    return reading if number < HEAD // 2 and (apart or named) else None


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
    return bool(comma) and known and text[:1].isupper() and fold(place.strip()) == residue


def _names_writer(text: str, residue: str, tag: str) -> bool:
    """ "Anh Phong - 09/11/2015": a byline, a mark and the day."""
    return any(fold(part.strip()) == residue and read_byline(part, tag) is not None for part in _APART.split(text))


def _date(line: Line, reading: DateReading) -> Line:
    """A date line; other words on it may still be read as its byline."""
    return classified(line, "date", "a line of dates only" if not reading.residue else BESIDE_DATE, 1.0)


def _settle(
    document: Document, line: Line, reading: DateReading, received: dt.datetime, later: dict[int, DateReading]
) -> Document:
    zone, zone_rule = zone_of(document.rules, document.raw.source)
    first, last = _published(reading.stamps), _updated(reading.stamps) or _updated_below(later)
    if last is not None and last.offset is None:
        last.offset = first.offset  # "5:34 PM EST | Updated: November 10": the zone is said once
    try:
        created = moment(first, zone, zone_rule, received)
        changed = moment(last, zone, zone_rule, received) if last is not None else created
    except (ValueError, OverflowError):  # a year before 1 once the offset is applied
        return document
    lost = tuple(
        Candidate(value=other.text, rule="a later date line", start=other.piece.start, end=other.piece.end)
        for other in (document.lines[number] for number in later)
    )
    sure = _sure(first, created, received, reading)
    evidence = make_evidence(
        document,
        "first_created",
        line,
        "date line, " + (document.rules.dates.order or "figures") + f", zone {created.zone_rule}",
        sure,
        lost=lost,
    )
    document = set_field(
        document,
        evidence,
        first_created=created.instant,
        precision=created.precision,
        zone_rule=created.zone_rule,
        local_day=created.instant.date(),
    )
    if document.article.version_created is not None:
        return document
    changed = changed if changed.instant >= created.instant else created
    rule = "date line, updated" if last is not None else "same as first created: no correction said"
    return set_field(
        document, make_evidence(document, "version_created", line, rule, sure), version_created=changed.instant
    )


def _sure(stamp: Stamp, created: Moment, received: dt.datetime, reading: DateReading) -> float:
    sure = 0.98
    if stamp.ambiguous or created.zone_rule.startswith("not said"):
        sure = 0.5
    if stamp.ago is not None:
        sure = min(sure, 0.6)  # the clock of the receipt stands in for that of the page
    if created.instant > received + dt.timedelta(days=1):
        sure = min(sure, 0.4)
    return min(sure, 0.8) if reading.residue else sure


def _published(stamps: tuple[Stamp, ...]) -> Stamp:
    """The stamp called published or not called anything; an update alone is the only date there is."""
    return next((stamp for stamp in stamps if stamp.label != "updated"), stamps[0])


def _updated(stamps: tuple[Stamp, ...]) -> Stamp | None:
    return next((stamp for stamp in stamps if stamp.label == "updated" and stamp is not stamps[0]), None)


def _updated_below(later: dict[int, DateReading]) -> Stamp | None:
    """The update that has a date line of its own: "Xuất bản: …" over "Cập nhật: …"."""
    stamps = (stamp for reading in later.values() for stamp in reading.stamps)
    return next((stamp for stamp in stamps if stamp.label == "updated"), None)
