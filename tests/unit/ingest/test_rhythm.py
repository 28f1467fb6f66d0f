"""When a feed's document asks to be visited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feeds import read_feed
from services.ingest.formats.rhythm import read_period, read_rest_times
from services.ingest.schedule import RestTimes

ITEM = "<item><title>a</title><link>https://a.example/1</link></item>"


def rss(head: str, tail: str = "") -> str:
    names = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    return f'<rss version="2.0" {names}><channel><title>Tin</title>{head}{ITEM}{tail}</channel></rss>'


@pytest.mark.parametrize(
    ("head", "seconds"),
    [
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>\n\tdaily\t</sy:updatePeriod><sy:updateFrequency>\n\t2\t</sy:updateFrequency>", 43_200),
        ("<sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ("<sy:updatePeriod><![CDATA[weekly]]></sy:updatePeriod>", 604_800),
        ("<syn:updatePeriod>Hourly</syn:updatePeriod><syn:updateFrequency>0</syn:updateFrequency>", 3600),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>", None),
        ("<description>updatePeriod hourly</description>", None),
        ("", None),
    ],
)
def test_read_period(head: str, seconds: int | None) -> None:
    assert read_period(rss(head)) == seconds
    if "<syn:" not in head:  # a prefix that nobody declared
        assert read_feed(rss(head).encode(), None, "https://a.example/rss").period_s == seconds


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        ("<skipHours><hour>0</hour><hour>23</hour></skipHours>", RestTimes(hours=(0, 23))),
        ("<skipHours><hour>24</hour><hour>x</hour><hour>25</hour></skipHours>", RestTimes(hours=(0,))),
        ("<skipDays><day>Sunday</day><day> saturday </day><day>Feastday</day></skipDays>", RestTimes(days=(5, 6))),
        (f"<copyright>{'İ' * 60}</copyright><skipHours><hour>7</hour></skipHours>", RestTimes(hours=(7,))),
        ("<skipHours><hour>1</hour>", RestTimes()),
        ("<hour>1</hour><day>Sunday</day>", RestTimes()),
    ],
)
def test_read_rest_times(head: str, rest: RestTimes) -> None:
    assert read_rest_times(rss(head)) == rest
    assert read_rest_times(rss("", head)) == rest  # RSS lets it stand behind the items too


def test_what_entries_say_of_such_elements_is_no_wish_of_the_feed() -> None:
    text = "<![CDATA[<skipHours><hour>1</hour></skipHours><sy:updatePeriod>yearly</sy:updatePeriod>]]>"
    document = rss("").replace("<title>a</title>", f"<title>a</title><description>{text}</description>")
    assert (read_period(document), read_rest_times(document)) == (None, RestTimes())


@given(st.text(alphabet="<>/skipHoursDaydItem0123 \n:updatePro", max_size=300))
def test_any_text_is_read_within_sense(text: str) -> None:
    rest, period = read_rest_times(text), read_period(text)
    assert all(0 <= hour < 24 for hour in rest.hours)
    assert all(0 <= day < 7 for day in rest.days)
    assert period is None or period > 0
