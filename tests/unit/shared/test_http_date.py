"""Dates in header lines are read, or are none."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http_date import read_http_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Mon, 09 Nov 2015 05:34:00 GMT", dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.UTC), id="as HTTP has it"
        ),
        pytest.param("Mon, 09 Nov 2015 12:34:00 +0700", dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.UTC), id="in a zone"),
        pytest.param("Mon, 09 Nov 2015 05:34:00", dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.UTC), id="without a zone"),
        pytest.param("Mon, 31 Feb 2015 05:34:00 GMT", None, id="no such day"),
        pytest.param("Mon, 09 Nov 2015 05:34:99999999999999999999 GMT", None, id="seconds without end"),
        pytest.param("Mon, 09 Nov 2015 05:34:00 +99999999999999999999", None, id="a zone without end"),
        pytest.param("0", None, id="a number"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_read_http_date(text: str, expected: dt.datetime | None) -> None:
    assert read_http_date(text) == expected


@given(st.text())
def test_any_text_is_read_as_a_moment_with_its_zone_or_refused_never_raised(text: str) -> None:
    moment = read_http_date(text)
    assert moment is None or moment.tzinfo is not None
