"""Dates as header lines of HTTP have them (RFC 9110, 5.6.7). Pure."""

import datetime as dt
import email.utils


def read_http_date(text: str) -> dt.datetime | None:
    """Read `Mon, 09 Nov 2015 05:34:00 GMT`, aware; a date without a zone is one in UTC. Anything else is `None`.

    Who writes the line is a stranger: digits without end in it are no date either.
    """
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
