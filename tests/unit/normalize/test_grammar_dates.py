"""Dates, clocks and zones of every form and language: one grammar, which every door reads by."""

import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.grammar.date_words import weekday_named, words_of_dates
from services.normalize.grammar.dates import LONGEST, moment_of, read_date, read_dates, read_day_of_dateline
from services.normalize.grammar.printed_dates import LONGEST as SEARCHED
from services.normalize.grammar.printed_dates import find_dates
from services.normalize.grammar.zones import Assigned, assign_zone, match_zone
from services.normalize.language.load import DayOrder
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source

RECEIVED = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


def shown(text: str, language: str | None = None, order: DayOrder | None = None) -> str | None:
    """The first date as ISO text: a bare day without a clock, no offset where none is printed; None beside words."""
    reading = read_date(text, language, order, RECEIVED.date())
    moment = moment_of(reading, Assigned(), "text", RECEIVED) if reading is not None and not reading.residue else None
    if moment is None:
        return None
    return moment.day.isoformat() if moment.precision == "day" else moment.value.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("vi", "3 giờ 20 chiều 12/11/2025", "2025-11-12T15:20", id="Vietnamese, the clock in words"),
        pytest.param("vi", "12/11/2025 8:15 tối", "2025-11-12T20:15", id="Vietnamese evening"),
        pytest.param("vi", "12/11/2025 9:10:11 CH", "2025-11-12T21:10", id="Vietnamese letters"),
        pytest.param(None, "12/11/2025 9:10 SA", "2025-11-12T09:10", id="the same, the language not known"),
        pytest.param("vi", "12/11/2025, 11 giờ trưa", "2025-11-12T11:00", id="before noon"),
        pytest.param("vi", "12/11/2025, 1 giờ trưa", "2025-11-12T13:00", id="after noon"),
        pytest.param("vi", "12/11/2025, 2 giờ đêm", "2025-11-12T02:00", id="deep in the night"),
        pytest.param("vi", "12/11/2025, 11 giờ đêm", "2025-11-12T23:00", id="late at night"),
        pytest.param("zh", "2025年11月12日 下午3点20分", "2025-11-12T15:20", id="Chinese"),
        pytest.param("zh", "2025年11月12日 凌晨1:05", "2025-11-12T01:05", id="Chinese, before dawn"),
        pytest.param("ja", "令和7年11月12日（水）午後3時20分", "2025-11-12T15:20", id="Japanese, by the era"),
        pytest.param("ko", "입력 2025.11.12 오후 5:34", "2025-11-12T17:34", id="Korean"),
        pytest.param("ar", "نشر في: 14 نوفمبر 2024 - 03:15 م", "2024-11-14T15:15", id="Arabic"),
        pytest.param("hi", "प्रकाशित: 14 नवंबर 2024 शाम 5:30 बजे", "2024-11-14T17:30", id="Hindi"),
        pytest.param("el", "12/11/2025 05:30 μ.μ.", "2025-11-12T17:30", id="Greek"),
        pytest.param("en", "Nov 12, 2025 12:05 a.m.", "2025-11-12T00:05", id="just after midnight"),
        pytest.param("en", "Nov 12, 2025 12:05 p.m.", "2025-11-12T12:05", id="just after noon"),
        pytest.param(None, "Sun, 15 Dec 2024 3:15 PM", "2024-12-15T15:15", id="behind an RFC 822 date"),
        pytest.param(None, "Mon, 16 Dec 2024 03:15:20 PM +0700", "2024-12-16T15:15+07:00", id="and a zone behind it"),
    ],
)
def test_halves_of_the_day(language: str | None, text: str, expected: str) -> None:
    assert shown(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Sat, 18 Mar 2023 20:21:00 America/Los_Angeles", "2023-03-18T20:21-07:00", id="IANA, summer"),
        pytest.param("2023-12-18 20:21 America/Los_Angeles", "2023-12-18T20:21-08:00", id="IANA, winter"),
        pytest.param("2025-11-09 05:34:00 ICT", "2025-11-09T05:34+07:00", id="letters behind ISO"),
        pytest.param("2025-11-09T05:34+07", "2025-11-09T05:34+07:00", id="hours alone"),
        pytest.param("Sun, 15 Dec 2024 15:15:00 +07", "2024-12-15T15:15+07:00", id="hours alone behind RFC 822"),
        pytest.param("2018-10-29T10:15-500", "2018-10-29T10:15-05:00", id="three figures"),
        pytest.param("9 Nov 2015, 05:34 (GMT+7)", "2015-11-09T05:34+07:00", id="in brackets"),
        pytest.param("05:34, 9 Nov 2015 (GMT+7)", "2015-11-09T05:34+07:00", id="behind the day"),
        pytest.param("9 Nov 2015 05:34 UTC-03:30", "2015-11-09T05:34-03:30", id="half an hour"),
        pytest.param("November 12, 2026, 4:19 PM ET", "2026-11-12T16:19-05:00", id="general letters, winter"),
        pytest.param("July 12, 2026, 4:19 PM ET", "2026-07-12T16:19-04:00", id="general letters, summer"),
        pytest.param("10/28/2026 11:00 AM PT", "2026-10-28T11:00-07:00", id="Pacific"),
        pytest.param("Nov 9, 2015 5:34 p.m. EST/EDT", "2015-11-09T17:34-05:00", id="two with a stroke"),
        pytest.param("14 Nov 2024, 03:15 PM (IST)", "2024-11-14T15:15+05:30", id="India's"),
        pytest.param("Tue Dec 13 2016 18:06:00 GMT+0000 (UTC)", "2016-12-13T18:06+00:00", id="told twice"),
        pytest.param("Mon Aug 03 12:45:00 EDT 2015", "2015-08-03T12:45-04:00", id="as Unix writes it"),
        pytest.param("9 November 2015 05:34 Pacific Time", "2015-11-09T05:34-08:00", id="in words"),
        pytest.param("9 November 2015 09:00-10:30", "2015-11-09T09:00", id="a range of hours is no zone"),
        pytest.param("9 November 2015 05:34 ABC", None, id="letters of nowhere are words beside the date"),
    ],
)
def test_zones(text: str, expected: str | None) -> None:
    assert shown(text, "en") == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("nl", "wo, 12 mrt 2025 10:09:29 +0100", "2025-03-12T10:09+01:00", id="Dutch in a feed"),
        pytest.param("nl", "donderdag 14 november 2024 om 10:15 uur", "2024-11-14T10:15", id="Dutch"),
        pytest.param("sv", "Publicerad: 2024-11-14 10.15", "2024-11-14T10:15", id="Swedish, a dotted clock"),
        pytest.param("no", "Publisert 12. mai 2024 kl. 10:15", "2024-05-12T10:15", id="Norwegian"),
        pytest.param("da", "Publiceret 12. maj 2024 kl. 10.15", "2024-05-12T10:15", id="Danish"),
        pytest.param("pl", "Opublikowano 14 listopada 2024, 10:15", "2024-11-14T10:15", id="Polish"),
        pytest.param("tr", "14 Kasım 2024 Perşembe, 10:15", "2024-11-14T10:15", id="Turkish"),
        pytest.param("th", "วันที่ 14 พฤศจิกายน พ.ศ. 2567", "2024-11-14", id="Thai, by the Buddhist year"),
        pytest.param("th", "14/11/2567 10:30 น.", "2024-11-14T10:30", id="the same in figures"),
        pytest.param("fi", "Julkaistu 14.11.2024 klo 10.15", "2024-11-14T10:15", id="Finnish"),
        pytest.param(None, "14 listopada 2024", "2024-11-14", id="a month of a language that nobody declared"),
        pytest.param(None, "Wed, 12 Nov 25 09:10 +0700", "2025-11-12T09:10+07:00", id="a year of two figures"),
        pytest.param("vi", "T2, 09 Thg 11 2015 05:34:00 +0700", "2015-11-09T05:34+07:00", id="RFC 822 in Vietnamese"),
        pytest.param("vi", "09/11/99 05:34", "1999-11-09T05:34", id="a year of two figures, before"),
    ],
)
def test_dates_of_many_languages(language: str | None, text: str, expected: str) -> None:
    assert shown(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        pytest.param("vi", "2 giờ trước", "2026-11-20T10:00", id="Vietnamese"),
        pytest.param("tr", "3 saat önce", "2026-11-20T09:00", id="Turkish"),
        pytest.param("ar", "منذ 3 ساعات", "2026-11-20T09:00", id="Arabic"),
        pytest.param("hi", "45 मिनट पहले", "2026-11-20T11:15", id="Hindi"),
        pytest.param("vi", "Hôm qua, 05:34", "2026-11-19T05:34", id="yesterday with a clock"),
        pytest.param("de", "vor 3 Tagen", "2026-11-17T00:00", id="days ago are a day"),
    ],
)
def test_how_long_ago(language: str, text: str, expected: str) -> None:
    reading = read_date(text, language, latest=RECEIVED.date())
    assert reading is not None
    moment = moment_of(reading, Assigned(zone=assign_zone("Asia/Ho_Chi_Minh", None, None).zone), "text", RECEIVED)
    assert moment is not None
    assert moment.value.replace(tzinfo=None).isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("31/02/2015 - 05:34", "vi", id="no such day"),
        pytest.param("Tin nóng thế giới ngày mới 19/3", "vi", id="no year"),
        pytest.param("1970-01-01T00:00:00Z", None, id="the machine's beginning"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", None, id="the same as mail writes it"),
        pytest.param("Wed, 31 Dec 1969 19:00:00 -0500", None, id="the same in New York"),
        pytest.param("0", None, id="the same in seconds"),
        pytest.param("soon", "en", id="no date"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_is_no_date(text: str, language: str | None) -> None:
    assert read_date(text, language) is None


def test_the_tail_behind_a_date_never_vanishes() -> None:
    reading = read_date("2024-05-03T17:47:42+02:00 by the editors")
    assert reading is not None
    assert reading.residue == "by the editors"


@pytest.mark.parametrize(
    ("text", "order", "day", "differs"),
    [
        pytest.param("Monday, 9 November 2015", None, dt.date(2015, 11, 9), False, id="its own weekday"),
        pytest.param("Friday, 9 November 2015", None, dt.date(2015, 11, 9), True, id="another's"),
        pytest.param("Thursday 05/04/2012", "mdy", dt.date(2012, 4, 5), False, id="it tells day from month"),
        pytest.param("Friday 05/04/2012", "dmy", dt.date(2012, 5, 4), False, id="and month from day"),
    ],
)
def test_a_printed_weekday_is_held_against_its_day(
    text: str, order: DayOrder | None, day: dt.date, differs: bool
) -> None:
    reading = read_date(text, "en", order)
    assert reading is not None
    assert (reading.stamp.day, reading.doubted) == (day, differs)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        pytest.param("06/11/2021 01:41 | Cập nhật: 07/11/2021 02:00", "vi", id="Vietnamese"),
        pytest.param("Publié le 6 novembre 2021 (mis à jour le 7 novembre 2021)", "fr", id="French"),
        pytest.param("Gepubliceerd 6 november 2021, bijgewerkt 7 november 2021", "nl", id="Dutch"),
        pytest.param("2021年11月6日 公開 2021年11月7日 更新", "ja", id="Japanese, behind the day"),
        pytest.param("Published: Nov 6, 2021 | Updated: Nov 7, 2021", None, id="English, not known"),
    ],
)
def test_published_and_updated_are_told_apart(line: str, language: str | None) -> None:
    first, second = read_dates(line, language)
    assert (first.label in (None, "published"), second.label) == (True, "updated")
    assert (first.stamp.day.day, second.stamp.day.day) == (6, 7)


@pytest.mark.parametrize(
    ("setting", "url", "language", "rule", "name"),
    [
        pytest.param("Europe/Prague", "https://a.vn/x", "fr", "source", "Europe/Prague", id="the source's setting"),
        pytest.param(None, "https://a.vn/x", "fr", "region", "Asia/Ho_Chi_Minh", id="the country of the address"),
        pytest.param(None, "https://a.com/x", "zh", "language", "Asia/Shanghai", id="the language"),
        pytest.param(None, None, "zh-TW", "language", "Asia/Taipei", id="the language of a region"),
        pytest.param(None, None, "nb", "language", "Europe/Oslo", id="another name of a language"),
        pytest.param(None, "https://a.com/x", "en", "assumed", None, id="nothing tells"),
        pytest.param("Nowhere/Else", None, None, "assumed", None, id="a zone that there is not"),
    ],
)
def test_whose_zone_a_clock_without_one_is_in(
    setting: str | None, url: str | None, language: str | None, rule: str, name: str | None
) -> None:
    assigned = assign_zone(setting, url, language)
    assert (assigned.rule, assigned.zone.key if assigned.zone else None) == (rule, name)


def test_every_row_of_names_is_whole() -> None:
    for words in words_of_dates().values():
        assert all(len(row.split()) == 12 for row in words.month_rows)
        assert set(words.months.values()) <= set(range(1, 13))


def test_a_weekday_that_two_languages_count_otherwise_says_nothing_where_neither_is_known() -> None:
    assert weekday_named("lördag", None) == 6
    assert weekday_named("sábado", "es") == 6


TEXTS = {
    "en": "The bridge was closed for nine months while its piers were set anew, the town said on Monday.",
    "vi": "Cây cầu đã đóng trong chín tháng để sửa lại các trụ, thành phố cho biết sáng nay với người dân.",
    "zh": "市政府星期一表示，这座桥在重新修建桥墩期间关闭了九个月，现在居民可以再次通行，车辆也可以通过。",
    "tr": "Belediye pazartesi günü köprünün ayakları yenilenirken dokuz ay boyunca kapalı kaldığını söyledi.",
    "pl": "Most był zamknięty przez dziewięć miesięcy, ponieważ jego filary zostały odnowione, jak podało miasto.",
    "nl": "De brug was negen maanden gesloten terwijl de pijlers werden vernieuwd, zo zei de gemeente op maandag.",
    "de": "Die Brücke war neun Monate lang gesperrt, weil ihre Pfeiler erneuert wurden, wie die Stadt mitteilte.",
}
DOORS = ("text", "page", "feed", "ninjs")


def read_at(door: str, printed: str, language: str) -> Article:
    """The article of a door that prints a date in its own way."""
    words = TEXTS[language]
    if door == "text":
        body, media_type = f"Bridge closed\n\n{printed}\n\n{words}\n\n{words}".encode(), "text/plain"
    elif door == "page":
        markup = f"<html lang={language}><body><article><h1>Bridge closed</h1><p class=date>{printed}</p>"
        body, media_type = f"{markup}<p>{words}</p><p>{words}</p></article></body></html>".encode(), "text/html"
    elif door == "feed":
        entry = FeedEntry(feed="https://a.example/f", title="Bridge closed", summary=words, published=printed)
        body, media_type = msgspec.json.encode(msgspec.structs.replace(entry, language=language)), FEED_ENTRY_TYPE
    else:
        item = {"uri": "urn:a", "headline": "Bridge closed", "body_text": words, "language": language}
        body, media_type = json.dumps(item | {"firstcreated": printed}).encode(), "application/json"
    source = Source(kind="push", name="t", language=language)
    received = int(RECEIVED.timestamp()) * 1_000_000
    return normalize(Raw(source=source, media_type=media_type, body=body, received_us=received))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("language", "printed", "expected"),
    [
        pytest.param("vi", "Thứ Hai, 09/11/2015, 05:34 (GMT+7)", "2015-11-09T05:34:00+07:00", id="Vietnamese"),
        pytest.param("vi", "09/11/2015 8:15 tối", "2015-11-09T20:15:00+07:00", id="Vietnamese evening"),
        pytest.param("en", "November 9, 2015, 4:19 PM ET", "2015-11-09T16:19:00-05:00", id="American"),
        pytest.param("en", "Nov 9, 2015 2:00 PM", "2015-11-09T14:00:00", id="a clock of no known zone"),
        pytest.param("zh", "2015年11月9日 下午3点20分", "2015-11-09T15:20:00+08:00", id="Chinese"),
        pytest.param("tr", "9 Kasım 2015 Pazartesi, 10:15", "2015-11-09T10:15:00+02:00", id="Turkish"),
        pytest.param("pl", "9 listopada 2015, 10:15", "2015-11-09T10:15:00+01:00", id="Polish"),
        pytest.param("nl", "ma 9 nov 2015 10:09:29 +0100", "2015-11-09T10:09:29+01:00", id="Dutch, to the second"),
        pytest.param("en", "2015-11-09T05:34:12Z", "2015-11-09T05:34:12+00:00", id="as machines write it"),
        pytest.param("de", "9. November 2015", "2015-11-09T00:00:00+01:00", id="a day alone"),
    ],
)
def test_every_door_reads_a_date_the_same(door: str, language: str, printed: str, expected: str) -> None:
    article = read_at(door, printed, language)
    assert article.first_created is not None
    assert article.first_created.isoformat() == expected
    assert article.local_day == dt.date(2015, 11, 9)
    clock = [one for one in article.evidence if one.field == "first_created.clock"]
    assert len(clock) == (article.precision != "day")
    assert all(one.sure <= 0.5 for one in clock) or article.zone_rule != "assumed"


def test_a_date_far_in_the_future_is_doubted() -> None:
    article = read_at("feed", "2031-01-01T10:00:00Z", "en")
    (evidence,) = [one for one in article.evidence if one.field == "first_created"]
    assert evidence.sure <= 0.5


@given(st.text(max_size=80), st.sampled_from([None, *sorted(words_of_dates())]))
def test_any_text_is_read_or_refused_never_raised(text: str, language: str | None) -> None:
    for reading in (read_date(text, language), *read_dates(text, language)):
        if reading is not None:
            moment_of(reading, Assigned(), "text", RECEIVED)
    match_zone(text, 0, language)


@given(
    st.lists(
        st.sampled_from(["0", "1", "9", "20", "15", "/", "-", ":", ".", " ", "|", "giờ", "trước", "PM"]), max_size=40
    )
)
def test_any_figures_are_read_or_refused(parts: list[str]) -> None:
    for reading in read_dates("".join(parts), "vi", "dmy"):
        moment_of(reading, Assigned(), "text", RECEIVED)


@given(st.integers(631_152_000, 1_893_456_000), st.integers(-12, 14))
def test_what_a_machine_writes_is_read_to_the_second(seconds: int, hours: int) -> None:
    written = dt.datetime.fromtimestamp(seconds, dt.timezone(dt.timedelta(hours=hours)))
    reading = read_date(written.isoformat())
    assert reading is not None
    assert reading.stamp.instant == written


PUMPED = [
    "09/11/2015 05:34 ", "Thứ hai, 9/11/2015, 05:34 (GMT+7) ", "Published: Nov 9, 2015 5:34 PM EST | ",
    "2015年11月9日 下午5点34分 ",
    "1/1/", "12.", "9 november ", "+07 ", "(GMT+7", "5:34 PM ", "3 hours ago ", "monday ", "٩ ", "9", "a", " ",
]  # fmt: skip


@pytest.mark.parametrize("pumped", PUMPED)
def test_a_long_run_of_any_pattern_costs_no_more_than_its_head(pumped: str) -> None:
    """What is tried is bounded: a string of 160 thousand characters is read as its first few thousand are."""
    long = (pumped * 160_000)[:160_000]
    assert read_dates(long, "vi") == read_dates(long[: LONGEST + 1], "vi")
    assert read_date(long) == read_date(long[: LONGEST + 1])
    assert [found.stamp for found in find_dates(long, "en")] == [
        found.stamp for found in find_dates(long[:SEARCHED], "en")
    ]
    assert len([*find_dates(long, "en")]) <= 40


def test_one_day_may_stand_behind_two_clocks() -> None:
    first, second = read_dates("Published 10:15 | Updated 11:20, 14 November 2024", "en")
    assert (first.stamp.day, first.stamp.time, first.label) == (dt.date(2024, 11, 14), dt.time(10, 15), "published")
    assert (second.stamp.day, second.stamp.time, second.label) == (dt.date(2024, 11, 14), dt.time(11, 20), "updated")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param("vi", "Số ra ngày 9/11/2015", id="Vietnamese"),
        pytest.param("fr", "Édition du 9 novembre 2015", id="French"),
        pytest.param("de", "Ausgabe vom 9. November 2015", id="German"),
        pytest.param("it", "Edizione del 9 novembre 2015", id="Italian"),
        pytest.param("en", "Issue date: 9 November 2015", id="English"),
    ],
)
def test_the_day_of_an_issue_is_that_of_publishing(language: str, text: str) -> None:
    (reading,) = read_dates(text, language)
    assert (reading.label, reading.stamp.day, reading.residue) == ("published", dt.date(2015, 11, 9), "")


@pytest.mark.parametrize(
    ("dateline", "language", "order", "expected"),
    [
        pytest.param("Điện Biên, 14/11 (TTXVN) -", "vi", "dmy", "2026-11-14", id="Vietnamese"),
        pytest.param("Vigo, 14 nov (EFE).-", "es", "dmy", "2026-11-14", id="Spanish"),
        pytest.param("Brest (France), 14 nov 2026 (AFP) -", "fr", "dmy", "2026-11-14", id="French, with the year"),
        pytest.param("NEW YORK, Nov. 14 (AP) -", "en", "mdy", "2026-11-14", id="American"),
        pytest.param("Warszawa, 14.11. (PAP) -", "pl", "dmy", "2026-11-14", id="Polish"),
        pytest.param("新华社北京11月14日电", "zh", "ymd", "2026-11-14", id="Chinese"),
        pytest.param("Hà Nội, 30/12 -", "vi", "dmy", "2025-12-30", id="a day to come is last year's"),
        pytest.param("BERLIN (dpa) -", "de", "dmy", None, id="no day"),
        pytest.param("(24h) -", "vi", "dmy", None, id="figures that are no day"),
    ],
)
def test_the_day_of_a_dateline(dateline: str, language: str, order: DayOrder, expected: str | None) -> None:
    day = read_day_of_dateline(dateline, language, order, RECEIVED.date())
    assert (day.isoformat() if day else None) == expected


def test_a_dateline_gives_the_day_only_where_nothing_else_does() -> None:
    words = TEXTS["vi"]
    source = Source(kind="push", name="t", language="vi")
    received = int(RECEIVED.timestamp()) * 1_000_000
    for head, day, sure in (("", 14, 0.5), ("15/11/2026 - 10:15\n\n", 15, 0.98)):
        body = f"Cầu Trường Tiền mở lại\n\n{head}Huế, 14/11 (TTXVN) - {words}\n\n{words}".encode()
        article = normalize(Raw(source=source, media_type="text/plain", body=body, received_us=received))
        assert article.local_day == dt.date(2026, 11, day)
        assert next(one.sure for one in article.evidence if one.field == "first_created") == sure
