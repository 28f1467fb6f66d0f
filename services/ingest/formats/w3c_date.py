"""Dates as sitemaps print them (W3C's profile of ISO 8601)."""

import datetime as dt
import re

_YEAR_MONTH = re.compile(r"\d{4}(?:-\d\d)?")


def read_w3c_date(printed: str | None) -> dt.datetime | None:
    """The moment of `2026-11-30`, `2026-11-30T05:34+07:00` or `2026-11`; without a zone it is UTC's."""
    text = (printed or "").strip()
    if _YEAR_MONTH.fullmatch(text):
        text = f"{text}-01-01"[:10]
    try:
        date = dt.datetime.fromisoformat(text)
        return date.replace(tzinfo=date.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
