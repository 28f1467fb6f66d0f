"""How long an answer is good for, as its headers say (RFC 9111)."""

import datetime as dt
from collections.abc import Mapping

from shared.http_date import read_http_date

MOST_S = 24 * 3600.0


def read_fresh(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """How long an answer is good for, in seconds: `Cache-Control: public, max-age=600`, else `Expires`."""
    max_age = _read_max_age(headers.get("cache-control"))
    if max_age is not None or "expires" not in headers:
        return max_age
    expires = read_http_date(headers["expires"])
    if expires is None:  # RFC 9111 5.3: "0", like any other date that is none, has passed
        return None
    return min(max((expires - now).total_seconds(), 0.0), MOST_S)


def _read_max_age(cache_control: str | None) -> float | None:
    for part in (cache_control or "").split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip('"')
        if name.lower() == "max-age" and value.isascii() and value.isdigit():
            return min(float(value[:9]), MOST_S)
    return None
