"""Date lines: day first, time on either side, zone in the text, labels, relative dates; and what is no date line."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.date_line import moment, read_dates
from services.normalize.language.load import DayOrder, for_tag, languages

HANOI = dt.timezone(dt.timedelta(hours=7))
RECEIVED = dt.datetime(2015, 11, 10, 12, 0, tzinfo=HANOI)


def first(line: str, tag: str = "vi", order: DayOrder | None = None) -> str | None:
    """The first moment of a line as ISO text; a day without a time as a bare day."""
    reading = read_dates(line, tag, order or for_tag(tag).dates.order, RECEIVED.date())
    if reading is None or reading.residue:
        return None
    found = moment(reading.stamps[0], HANOI, "test", RECEIVED)
    return found.instant.date().isoformat() if found.precision == "day" else found.instant.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("09/11/2015 - 05:34", "2015-11-09T05:34+07:00", id="day comes first"),
        pytest.param("05:34' - 09/11/2015", "2015-11-09T05:34+07:00", id="time first, with a minute sign"),
        pytest.param("05:34 | 09/11/2015", "2015-11-09T05:34+07:00", id="a stroke between"),
        pytest.param("Thứ hai, 9/11/2015, 05:34 (GMT+7)", "2015-11-09T05:34+07:00", id="weekday and offset"),
        pytest.param("Thứ năm, 5/6/2014, 08:17", "2014-06-05T08:17+07:00", id="the weekday Thứ năm is no year"),
        pytest.param("09-11-2015 05:34", "2015-11-09T05:34+07:00", id="hyphens"),
        pytest.param("09.11.2015 05:34", "2015-11-09T05:34+07:00", id="full stops"),
        pytest.param("09/11/15 05:34", "2015-11-09T05:34+07:00", id="two figures of the year"),
        pytest.param("09/11/99 05:34", "1999-11-09T05:34+07:00", id="two figures of a year before"),
        pytest.param("Đăng lúc: 09/11/2015 05h34", "2015-11-09T05:34+07:00", id="h between hours and minutes"),
        pytest.param("09/11/2015 lúc 5 giờ 34 phút", "2015-11-09T05:34+07:00", id="words for hours and minutes"),
        pytest.param("Cập nhật lúc 05:34, Thứ Hai, 09/11/2015 (GMT+7)", "2015-11-09T05:34+07:00", id="a label"),
        pytest.param("09/11/2015 05:34 UTC+9", "2015-11-09T05:34+09:00", id="the offset in the text wins"),
        pytest.param("2015-11-09T05:34:12Z", "2015-11-09T05:34+00:00", id="ISO with Z"),
        pytest.param("2015-11-09 05:34", "2015-11-09T05:34+07:00", id="ISO without an offset"),
        pytest.param("Mon, 09 Nov 2015 05:34:00 +0700", "2015-11-09T05:34+07:00", id="as mail writes it"),
        pytest.param("9 thg 11, 2015", "2015-11-09", id="a month cut short"),
        pytest.param("Mon, 99 Nov 2015 05:34:00 +0700", None, id="no such day in a mail's date"),
        pytest.param("Ngày 9 tháng 11 năm 2015", "2015-11-09", id="in words"),
        pytest.param("Thứ Hai, ngày 9/11/2015", "2015-11-09", id="a day alone"),
        pytest.param("2 giờ trước", "2015-11-10T10:00+07:00", id="hours ago"),
        pytest.param("45 phút trước", "2015-11-10T11:15+07:00", id="minutes ago"),
        pytest.param("Hôm qua, 05:34", "2015-11-09T05:34+07:00", id="yesterday with a time"),
        pytest.param("3 ngày trước", "2015-11-07", id="days ago are a day"),
        pytest.param("31/02/2015 - 05:34", None, id="no such day"),
        pytest.param("25:61 09/11/2015", None, id="no such time"),
        pytest.param("TTH - Bằng những", None, id="a dateline is no date line"),
        pytest.param("Tin nóng thế giới ngày mới 19/3", None, id="a headline with a day"),
        pytest.param("Sáng 22 - 2", None, id="no year"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_vietnamese_date_lines(line: str, expected: str | None) -> None:
    assert first(line) == expected


@pytest.mark.parametrize(
    ("tag", "line", "expected"),
    [
        pytest.param("en", "Nov 9, 2015 5:34 PM EST", "2015-11-09T17:34-05:00", id="American"),
        pytest.param("en", "9th November 2015", "2015-11-09", id="British"),
        pytest.param("en", "Published 13/11/2015", "2015-11-13", id="only one order fits"),
        pytest.param("en", "2 hours ago", "2015-11-10T10:00+07:00", id="hours ago"),
        pytest.param("de", "Stand: 09.11.2015, 17:34 Uhr", "2015-11-09T17:34+07:00", id="German"),
        pytest.param("de", "9. November 2015", "2015-11-09", id="German month"),
        pytest.param("fr", "Publié le 9 novembre 2015 à 17h34", "2015-11-09T17:34+07:00", id="French"),
        pytest.param("es", "9 de noviembre de 2015, 17:34 h", "2015-11-09T17:34+07:00", id="Spanish"),
        pytest.param("pt", "Publicado em 09/11/2015 às 17h34", "2015-11-09T17:34+07:00", id="Portuguese"),
        pytest.param("it", "Pubblicato il 9 novembre 2015 alle 17:34", "2015-11-09T17:34+07:00", id="Italian"),
        pytest.param("ru", "9 ноября 2015, 17:34 МСК", "2015-11-09T17:34+03:00", id="Russian, Moscow's time said"),
        pytest.param("ja", "2015年11月9日 17時34分", "2015-11-09T17:34+07:00", id="Japanese"),
        pytest.param("zh", "发布时间：2015年11月9日 下午5点34分", "2015-11-09T17:34+07:00", id="Chinese afternoon"),
        pytest.param("ko", "입력 2015.11.09 17:34", "2015-11-09T17:34+07:00", id="Korean"),
        pytest.param("id", "Senin, 9 November 2015 17:34 WIB", "2015-11-09T17:34+07:00", id="Indonesian"),
        pytest.param("th", "9 พ.ย. 2558 เวลา 17:34 น.", "2015-11-09T17:34+07:00", id="Thai, Buddhist era"),
    ],
)
def test_other_languages(tag: str, line: str, expected: str) -> None:
    assert first(line, tag) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [pytest.param("mdy", "2015-09-11", id="month first"), pytest.param("dmy", "2015-11-09", id="day first")],
)
def test_the_region_says_which_comes_first(order: DayOrder, expected: str) -> None:
    assert first("09/11/2015", "en", order) == expected


def test_a_day_that_may_be_a_month_is_marked_ambiguous() -> None:
    reading = read_dates("09/11/2015", "en", None, RECEIVED.date())
    assert reading is not None
    assert reading.stamps[0].ambiguous


def test_published_and_updated_are_told_apart() -> None:
    reading = read_dates("06/11/2021 01:41 | Cập nhật: 07/11/2021 02:00", "vi", "dmy", RECEIVED.date())
    assert reading is not None
    assert [(stamp.label, stamp.day) for stamp in reading.stamps] == [
        (None, dt.date(2021, 11, 6)),
        ("updated", dt.date(2021, 11, 7)),
    ]


@given(st.text(max_size=60), st.sampled_from(sorted(languages())))
def test_any_text_is_read_or_refused_never_raised(line: str, tag: str) -> None:
    read_dates(line, tag, None, RECEIVED.date())


@given(st.lists(st.sampled_from("0123456789/-:. |giờtrướcngàylúc"), max_size=40).map("".join))
def test_any_figures_are_read_or_refused(line: str) -> None:
    reading = read_dates(line, "vi", "dmy", RECEIVED.date())
    for stamp in reading.stamps if reading else ():
        if stamp.day is None or stamp.day.year > 1:
            moment(stamp, HANOI, "test", RECEIVED)
