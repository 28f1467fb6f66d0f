"""Which of the days and moments that a page names is its date, and in whose zone it is told."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from services.normalize.grammar.dates import Moment, precision_of
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.zones import Assigned
from services.normalize.html.date_witness import DateWitness
from services.normalize.models.load import Features, Weights, logit, shares, weights
from services.normalize.readings import RuleId, sureness
from shared.article import ZoneRule

_LOCAL_RULES = frozenset({RuleId.DATE_LINE, RuleId.DATE_IN_ADDRESS})
_DECLARED = frozenset({RuleId.DATE_JSON_LD, RuleId.DATE_META, RuleId.DATE_MICRODATA})
_PRINTED = frozenset({RuleId.DATE_LINE, RuleId.DATE_TIME_ELEMENT})
_LINES = frozenset({RuleId.DATE_LINE, RuleId.DATE_FAR_LINE})
_FAR = frozenset({"head of a long line", "wide line"})
_OTHERS = "of others"
_DOUBTED = 0.5
SLOPE, SHIFT = "sureness: slope", "sureness: shift"  # of the share of a day, in logits
# Whose clock is believed, the most trusted first: beginnings of kinds.
_TRUSTED = (
    "datePublished of the article", "meta published", "meta that tells", "microdata datepublished",
    "datePublished of the page", "time at the head", "attribute", "meta date", "element of a date", "line of a date",
    "line", "the only time", "datePublished", "script", "dateCreated", "upload", "microdata", "time", "address",
)  # fmt: skip
# Who speaks of a change, the most trusted first: beginnings of kinds.
_CHANGES = (
    "element of a date", "dateModified of the article", "repeats", "line", "attribute", "time at the head",
    "meta", "microdata", "time", "dateModified of the page",
)  # fmt: skip


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The date that is believed, by whose word, and how sure its day is (0 to 1)."""

    moment: Moment
    witness: DateWitness
    sure: float = 0.5


def settle_published(witnesses: list[DateWitness], assigned: Assigned, table: Weights | None = None) -> Settled | None:
    """Believe the likeliest day, by the word of its weightiest witness, made exact by others that agree with it."""
    days = day_candidates(witnesses)
    if not days:
        return None
    table = weights("date_ranking") if table is None else table
    likely = dict(zip(days, shares(list(days.values()), table), strict=True))
    day = max(likely, key=likely.__getitem__)
    best = _speaker(day, witnesses)
    sure = sum(share for other, share in likely.items() if other == day or _could_be_either(best, other))
    settled = _settle(best, sorted(witnesses, key=_trust), assigned)
    sure = sureness(table.get(SLOPE, 1.0) * logit(sure) + table.get(SHIFT, 0.0))
    return replace(settled, sure=min(sure, _DOUBTED) if best.differs else sure)


def settle_told(told: DateWitness, witnesses: list[DateWitness], assigned: Assigned) -> Settled:
    """The date of one witness who is believed whatever the others say; they may still tell its zone."""
    return replace(_settle(told, sorted(witnesses, key=_trust), assigned), sure=told.rule.sure)


def settle_changed(witnesses: list[DateWitness], assigned: Assigned) -> Settled | None:
    """The most trusted witness of the last change."""
    changes = [w for w in witnesses if w.modified]
    if not changes:
        return None
    return _settle(min(changes, key=_trust_of_change), witnesses, assigned)


def day_candidates(witnesses: list[DateWitness]) -> dict[dt.date, Features]:
    """The days that a page names, each with what speaks for it and against it."""
    page = _Page.of(witnesses)
    return {day: _features(day, witnesses, page) for day in dict.fromkeys(w.stamp.day for w in witnesses)}


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """What the witnesses of a page say together: the days that are declared, printed, and of a change."""

    declared: frozenset[dt.date]
    printed: frozenset[dt.date]
    last_change: dt.datetime | None

    @classmethod
    def of(cls, witnesses: list[DateWitness]) -> "_Page":
        """Sort the days by who names them."""
        published = [w for w in witnesses if not w.modified and _OTHERS not in w.signs and _OTHERS not in w.kind]
        changes = [w.stamp.instant for w in witnesses if w.modified and w.stamp.instant is not None]
        return cls(
            declared=frozenset(w.stamp.day for w in published if w.rule in _DECLARED),
            printed=frozenset(w.stamp.day for w in published if w.rule in _PRINTED),
            last_change=max(changes, default=None),
        )


def _features(day: dt.date, witnesses: list[DateWitness], page: _Page) -> Features:
    own = [w for w in witnesses if w.stamp.day == day]
    found: Features = {name: 1.0 for w in own for name in ((w.kind,) if w.modified else (w.kind, *w.signs))}
    is_declared, is_printed = day in page.declared, day in page.printed
    sources = {w.rule for w in own if not w.modified}
    others = [w for w in witnesses if w.stamp.day != day and w.rule in _DECLARED and not w.modified]
    told = {
        "declared and printed": is_declared and is_printed,
        "told by two sources": len(sources) > 1,
        "told by three sources": len(sources) > 2,
        "declared, another printed": is_declared and _is_far(day, page.printed),
        "printed, another declared": is_printed and _is_far(day, page.declared),
        "before all declared": not is_declared and bool(page.declared) and day < min(page.declared),
        "the earliest of the declared": is_declared and len(page.declared) > 1 and day == min(page.declared),
        "the earliest of the printed": is_printed and len(page.printed) > 1 and day == min(page.printed),
        "declared after the last change": any(_is_of_the_build(w, page) for w in own),
        "printed, another of the build": is_printed and any(_is_of_the_build(w, page) for w in others),
        "where a declared moment could be": any(_could_be_either(w, day) for w in others),
        "only of a change": all(w.modified for w in own),
    }
    return found | {name: 1.0 for name, is_so in told.items() if is_so}


def _is_far(day: dt.date, days: frozenset[dt.date]) -> bool:
    """Whether days are named, and none that could be this one told in another zone."""
    return bool(days) and all(abs((other - day).days) > 1 for other in days)


def _is_of_the_build(witness: DateWitness, page: _Page) -> bool:
    """Whether it came out after its last change, as only the page itself does when it is made anew."""
    moment = witness.stamp.instant
    is_published = witness.rule in _DECLARED and not witness.modified
    return is_published and moment is not None and page.last_change is not None and moment > page.last_change


def _could_be_either(witness: DateWitness, day: dt.date) -> bool:
    """Whether a moment that a witness names is on another day too, somewhere on earth."""
    moment = witness.stamp.instant
    return moment is not None and witness.stamp.day != day and _could_be(moment, day)


def _speaker(day: dt.date, witnesses: list[DateWitness]) -> DateWitness:
    """Who is believed of those who name the day: who declares its moment, then who has a clock (midnight is none).

    A declared moment that falls on the day somewhere on earth is the day's.
    """
    own = sorted((w for w in witnesses if w.stamp.day == day), key=_trust)
    clocks = [w for w in own if w.modified == own[0].modified and not _is_midnight(w.stamp)]
    near = [w for w in witnesses if w.rule in _DECLARED and not w.modified and _could_be_either(w, day)]
    if near and all(w.rule not in _DECLARED for w in clocks):
        return min(near, key=_trust)
    return clocks[0] if clocks else own[0]


def _trust(witness: DateWitness) -> tuple[bool, bool, int]:
    """Whose clock goes first: of the publishing, at the article's own place, declared before printed."""
    of_others = _OTHERS in witness.signs or _OTHERS in witness.kind
    place = next((place for place, kind in enumerate(_TRUSTED) if witness.kind.startswith(kind)), len(_TRUSTED))
    return witness.modified, of_others, place


def _trust_of_change(witness: DateWitness) -> int:
    return next((place for place, kind in enumerate(_CHANGES) if witness.kind.startswith(kind)), len(_CHANGES))


def _is_midnight(stamp: Stamp) -> bool:
    return stamp.time is None or stamp.time == dt.time(0, 0)


def _settle(best: DateWitness, others: list[DateWitness], assigned: Assigned) -> Settled:
    stamp = best.stamp.in_zone(assigned.zone)
    said: ZoneRule = "text" if best.rule in _LINES else "declared"
    if stamp.time is not None and stamp.tz is None:
        twin = _twin(stamp, others)
        if twin is not None:
            moment = Moment(value=twin, precision=precision_of(stamp), zone_rule="declared", day=stamp.day)
            return Settled(moment=moment, witness=best)
    instant = stamp.instant
    if instant is None:
        value = dt.datetime.combine(stamp.day, stamp.time or dt.time(), assigned.zone)
        moment = Moment(value=value, precision=precision_of(stamp), zone_rule=assigned.rule, day=stamp.day)
        return Settled(moment=moment, witness=best)
    if stamp.offset == 0:
        instant = _at_home(instant, others, assigned.zone)
    day = instant.date() if _is_day_picked(stamp, instant) else _printed_day(instant, others)
    is_doubted = bool(stamp.others)
    precision = precision_of(stamp)
    moment = Moment(value=instant, precision=precision, zone_rule=said, day=day, is_zone_doubted=is_doubted)
    return Settled(moment=moment, witness=best)


def _twin(stamp: Stamp, others: list[DateWitness]) -> dt.datetime | None:
    """The moment of a clock without a zone, where another tells the same clock with one, or declares it in UTC."""
    same = next((w.stamp.instant for w in others if w.stamp.instant and _same_clock(w.stamp, stamp)), None)
    if same is not None:
        return same
    for other in others:
        moment = other.stamp.instant
        is_own = other.rule in _DECLARED and not other.modified and other.stamp.offset == 0
        ahead = _minutes_ahead(stamp, moment) if is_own and moment is not None else None
        if moment is not None and ahead is not None:
            return moment.astimezone(dt.timezone(dt.timedelta(minutes=ahead)))
    return None


def _minutes_ahead(stamp: Stamp, moment: dt.datetime) -> float | None:
    """How far a clock is ahead of a moment in UTC, where a zone could explain it."""
    clock = dt.datetime.combine(stamp.day, stamp.time or dt.time(), dt.UTC)
    if not stamp.to_the_second:
        moment = moment.replace(second=0, microsecond=0)
    ahead = (clock - moment.replace(microsecond=0)).total_seconds() / 60
    return ahead if -720 <= ahead <= 840 and ahead % 30 == 0 else None


def _is_day_picked(stamp: Stamp, moment: dt.datetime) -> bool:
    """Midnight at home, told in UTC: somebody picked a day, and a machine elsewhere may print the one before."""
    return stamp.offset == 0 and not _is_midnight(stamp) and moment.time() == dt.time(0, 0)


def _printed_day(moment: dt.datetime, others: list[DateWitness]) -> dt.date:
    """The publisher's own day: the one printed near the headline or in the address when a zone can explain it.

    A page that prints the moment's own day anywhere means that one: other days stand in the masthead and in teasers.
    """
    day = moment.date()
    if any(other.rule is RuleId.DATE_LINE and other.stamp.day == day and other.kind not in _FAR for other in others):
        return day
    printed = [
        other
        for other in others
        if other.rule in _LOCAL_RULES and other.kind not in _FAR and _OTHERS not in other.signs and not other.modified
        if _could_be(moment, other.stamp.day)
    ]
    return printed[0].stamp.day if printed else day


def _could_be(moment: dt.datetime, day: dt.date) -> bool:
    """Whether it is this day somewhere on earth at that moment, where many people live."""
    earliest, latest = moment - dt.timedelta(hours=9), moment + dt.timedelta(hours=13)
    return earliest.date() <= day <= latest.date()


def _same_clock(one: Stamp, two: Stamp) -> bool:
    return (
        one.day == two.day
        and one.time is not None
        and two.time is not None
        and one.time.replace(second=0) == two.time.replace(second=0)
    )


def _at_home(moment: dt.datetime, others: list[DateWitness], zone: ZoneInfo | None) -> dt.datetime:
    """A moment given in UTC, told by the publisher's own clock: a witness's of the same minute, or its country's."""
    for other in others:
        stamp = other.stamp
        if stamp.offset != 0 and stamp.instant is not None and abs((stamp.instant - moment).total_seconds()) < 90:
            return moment.astimezone(stamp.instant.tzinfo)
    for other in others:
        stamp = other.stamp
        if stamp.tz is None and stamp.time is not None and other.rule is RuleId.DATE_LINE:
            ahead = _minutes_ahead(stamp, moment)
            if ahead:
                return moment.astimezone(dt.timezone(dt.timedelta(minutes=ahead)))
    return moment.astimezone(zone) if zone is not None else moment
