"""Which of the days and moments that a page names is its date, and in whose zone it is told."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from services.normalize.grammar.dates import Moment, precision_of
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.zones import Assigned
from services.normalize.html.dates import DateWitness
from shared.article import ZoneRule

_LOCAL_RULES = frozenset({"date line", "address of the page"})
_PRINTED = frozenset({"date line", "time element"})
_DECLARED, _AT_HEAD, _SURE = 8.0, 5.0, 3.0  # weights from which a witness is that


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The date that is believed, and by whose word."""

    moment: Moment
    witness: DateWitness


def settle_published(witnesses: list[DateWitness], assigned: Assigned) -> Settled | None:
    """Believe the weightiest witness of the publishing date, made exact by others that agree with it."""
    ranked = _ranked(witnesses)
    if not ranked:
        return None
    best = _believed(ranked, witnesses)
    if best.stamp.time is None or _is_midnight(best.stamp):
        best = next(
            (w for w in ranked if w.stamp.time and not _is_midnight(w.stamp) and w.stamp.day == best.stamp.day), best
        )
    return _settle(best, [*ranked, *(w for w in witnesses if w.modified)], assigned)


def _ranked(witnesses: list[DateWitness]) -> list[DateWitness]:
    """Who speaks of the publishing, the weightiest first; who speaks of a change only where nobody else is sure."""
    weightiest = sorted(witnesses, key=lambda w: -w.weight)
    published = [w for w in weightiest if not w.modified]
    if published and (published[0].weight >= _SURE or not weightiest[0].modified):
        return published
    return weightiest


def _believed(ranked: list[DateWitness], witnesses: list[DateWitness]) -> DateWitness:
    """The weightiest, unless the page prints another day at its head and there is a reason to believe that one."""
    best = ranked[0]
    printed = [w for w in ranked if w.weight >= _AT_HEAD and w.rule in _PRINTED]
    if best.weight < _DECLARED or not printed or any(_are_close(best, w) for w in printed):
        return best
    days = {w.stamp.day for w in printed}
    shown = next((w for w in ranked if w.weight >= _DECLARED and w.stamp.day in days), None)
    if shown is not None:  # two declarations differ, and the publisher prints one of the two
        return shown
    return printed[0] if printed[0].stamp.day < best.stamp.day and _is_of_the_build(best, witnesses) else best


def _are_close(one: DateWitness, two: DateWitness) -> bool:
    """Whether two days can be one, told in two zones."""
    return abs((one.stamp.day - two.stamp.day).days) <= 1


def _is_of_the_build(published: DateWitness, witnesses: list[DateWitness]) -> bool:
    """Whether it came out after its last change, as only the page itself does when it is made anew."""
    moment = published.stamp.instant
    changes = [w.stamp.instant for w in witnesses if w.modified and w.stamp.instant is not None]
    return moment is not None and bool(changes) and moment > max(changes)


def settle_changed(witnesses: list[DateWitness], assigned: Assigned) -> Settled | None:
    """The weightiest witness of the last change."""
    ranked = sorted((w for w in witnesses if w.modified), key=lambda w: -w.weight)
    return _settle(ranked[0], witnesses, assigned) if ranked else None


def _is_midnight(stamp: Stamp) -> bool:
    return stamp.time is None or stamp.time == dt.time(0, 0)


def _settle(best: DateWitness, others: list[DateWitness], assigned: Assigned) -> Settled:
    stamp = best.stamp
    said: ZoneRule = "text" if best.rule == "date line" else "declared"
    if stamp.time is not None and stamp.tz is None:
        twin = next((w.stamp.instant for w in others if w.stamp.instant and _same_clock(w.stamp, stamp)), None)
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
    return Settled(moment=Moment(value=instant, precision=precision_of(stamp), zone_rule=said, day=day), witness=best)


def _is_day_picked(stamp: Stamp, moment: dt.datetime) -> bool:
    """Midnight at home, told in UTC: somebody picked a day, and a machine elsewhere may print the one before."""
    return stamp.offset == 0 and not _is_midnight(stamp) and moment.time() == dt.time(0, 0)


def _printed_day(moment: dt.datetime, others: list[DateWitness]) -> dt.date:
    """The publisher's own day: the one printed near the headline or in the address when a zone can explain it.

    A page that prints the moment's own day anywhere means that one: other days stand in the masthead and in teasers.
    """
    day = moment.date()
    if any(other.rule == "date line" and other.weight >= 3 and other.stamp.day == day for other in others):
        return day
    printed = [
        other
        for other in others
        if other.rule in _LOCAL_RULES and other.weight >= 5 and not other.modified
        if _could_be(moment, other.stamp.day)
    ]
    return max(printed, key=lambda other: other.weight).stamp.day if printed else day


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
        if stamp.tz is None and stamp.time is not None and other.rule == "date line":
            ahead = (
                dt.datetime.combine(stamp.day, stamp.time, dt.UTC) - moment.replace(second=0, microsecond=0)
            ).total_seconds() / 60
            if -720 <= ahead <= 840 and ahead % 30 == 0 and ahead != 0:
                return moment.astimezone(dt.timezone(dt.timedelta(minutes=ahead)))
    return moment.astimezone(zone) if zone is not None else moment
