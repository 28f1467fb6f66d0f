"""When a feed's document asks to be visited, which feedparser does not read: the syndication module, times of rest."""

import re

from services.ingest.schedule import RestTimes

HOUR_S, DAY_S = 3600, 86_400
PERIODS = {
    "hourly": HOUR_S, "daily": DAY_S, "weekly": 7 * DAY_S, "monthly": 30 * DAY_S, "yearly": 365 * DAY_S,
}  # fmt: skip
DAYS = {name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
MOST = 50  # hours or days that are read
_ENTRIES = re.compile(r"<(?:[\w.-]{1,40}+:)?(?:item|entry)[\s>]")
_ENDS = re.compile(r"</(?:[\w.-]{1,40}+:)?(?:item|entry)\s*>")
_SAID = re.compile(
    r"<(?:[\w.-]{1,40}+:)?(updatePeriod|updateFrequency|hour|day)(?:\s[^<>]*+)?>\s*+(?:<!\[CDATA\[)?\s*+([\w]{1,20}+)",
    re.IGNORECASE,
)


def read_period(document: str) -> int | None:
    """`<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>` as seconds: 43,200.

    What is left out is "daily", and 1. Of a period that is none, such as "sometimes", nothing is said.
    """
    said = {name.lower(): value for name, value in reversed(_SAID.findall(_around(document)))}
    if not {"updateperiod", "updatefrequency"} & said.keys():
        return None
    period, times = PERIODS.get(said.get("updateperiod", "daily").lower()), said.get("updatefrequency", "1")
    if period is None or not (times.isascii() and times.isdigit()):
        return None
    return max(1, period // max(1, int(times[:6])))


def read_rest_times(document: str) -> RestTimes:
    """`<skipHours><hour>0</hour></skipHours><skipDays><day>Sunday</day></skipDays>`; 24 is how some write 0."""
    around = _around(document)
    hours = [int(value[:4]) for value in _listed(around, "skiphours", "hour") if value.isascii() and value.isdigit()]
    days = [DAYS[short] for value in _listed(around, "skipdays", "day") if (short := value[:3].lower()) in DAYS]
    return RestTimes(hours=tuple(sorted({hour % 24 for hour in hours if hour <= 24})), days=tuple(sorted({*days})))


def _listed(around: str, table: str, name: str) -> list[str]:
    lower = around.lower()  # read itself: it may be of another length than what it was made of
    begin = lower.find(f"<{table}")
    if begin < 0 or (end := lower.find(f"</{table}", begin)) < 0:
        return []
    return [value for found, value in _SAID.findall(lower[begin:end]) if found == name][:MOST]


def _around(document: str) -> str:
    """The document without its entries, whose texts may speak of all this."""
    first = _ENTRIES.search(document)
    if first is None:
        return document
    last = first.end()
    for end in _ENDS.finditer(document, first.end()):
        last = end.end()
    return f"{document[: first.start()]}{document[last:]}"
