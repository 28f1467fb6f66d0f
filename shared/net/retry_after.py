"""How long a server asks to be left alone."""

import datetime as dt

from shared.http_date import read_http_date

MAX_RETRY_AFTER_S = 24 * 3600.0


def read_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read `120` or `Mon, 09 Nov 2015 05:34:00 GMT` as seconds from now, at most a day; anything else is `None`."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), MAX_RETRY_AFTER_S)
    moment = read_http_date(value)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)
