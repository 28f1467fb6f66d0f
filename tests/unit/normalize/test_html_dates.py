"""Dates of a page: as machines write them, as people print them, and which of several is believed."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.fields.date_ranking import settle_published
from services.normalize.grammar.dates import read_date
from services.normalize.grammar.machine_dates import Stamp
from services.normalize.grammar.printed_dates import find_dates
from services.normalize.grammar.zones import Assigned, assign_zone
from services.normalize.html.date_witness import DateWitness
from services.normalize.readers.html_page import read
from services.normalize.readings import RuleId
from shared.envelope import Raw, Source
from tests.unit.normalize.inputs import raw

DAY = dt.date(2015, 11, 9)


@pytest.mark.parametrize(
    ("text", "language", "day", "time", "offset"),
    [
        pytest.param("Thứ hai, 9/11/2015, 05:34 (GMT+7)", "vi", DAY, dt.time(5, 34), 420, id="day first, with zone"),
        pytest.param("05:34' - 09/11/2015", "vi", DAY, dt.time(5, 34), None, id="time before the date"),
        pytest.param("05h34 ngày 09/11/2015", "vi", DAY, dt.time(5, 34), None, id="hours with an h"),
        pytest.param("ngày 9 tháng 11 năm 2015", "vi", DAY, None, None, id="month by number in words"),
        pytest.param("11/9/2015", "en-US", DAY, None, None, id="month first where that is the custom"),
        pytest.param(
            "November 9th, 2015 at 9:30 p.m. EST", "en", DAY, dt.time(21, 30), -300, id="English with half day"
        ),
        pytest.param("9. November 2015 um 17:20", "de", DAY, dt.time(17, 20), None, id="German"),
        pytest.param("09.11.2015, 05.34 Uhr", "de", DAY, dt.time(5, 34), None, id="time with a dot"),
        pytest.param("Publié le 9 nov. 2015 à 18h30", "fr", DAY, dt.time(18, 30), None, id="French"),
        pytest.param("9 de noviembre de 2015 14:22h", "es", DAY, dt.time(14, 22), None, id="Spanish"),
        pytest.param("2015年11月9日 17時47分", "ja", DAY, dt.time(17, 47), None, id="Japanese"),
        pytest.param("9 ноября 2015, 20:28", "ru", DAY, dt.time(20, 28), None, id="Russian"),
        pytest.param("Datum:9. November 2015", "de", DAY, None, None, id="right behind a label"),
        pytest.param(
            "9 تشرين الثاني / نوفمبر 2015 09:22 مساءً", "ar", DAY, dt.time(21, 22), None, id="Arabic by two names"
        ),
        pytest.param("٩ نوفمبر ٢٠١٥", "ar", DAY, None, None, id="Arabic in its own digits"),
        pytest.param("9 जनवरी 2015", "hi", dt.date(2015, 1, 9), None, None, id="Hindi ending in a vowel sign"),
        pytest.param("৯ নভেম্বর ২০১৫, ১০:৩০", "bn", DAY, dt.time(10, 30), None, id="Bengali"),
        pytest.param("9 พฤศจิกายน 2558", "th", DAY, None, None, id="Thai by the Buddhist year"),
        pytest.param("9 พ.ย. 2558 เวลา 10:30 น.", "th", DAY, dt.time(10, 30), None, id="Thai shortened"),
        pytest.param("۱۸ آبان ۱۳۹۴", "fa", DAY, None, None, id="Persian"),
        pytest.param("1394/08/18 - 17:20", "fa", DAY, dt.time(17, 20), None, id="Persian by numbers"),
        pytest.param("平成27年11月9日", "ja", DAY, None, None, id="Japanese by reign"),
        pytest.param("民國104年11月9日", "zh-TW", DAY, None, None, id="Taiwanese by the republic"),
        pytest.param("2015年11月9日 下午3:20", "zh", DAY, dt.time(15, 20), None, id="half day before the time"),
        pytest.param(
            "2015年01月09日10:20", "zh", dt.date(2015, 1, 9), dt.time(10, 20), None, id="months with a nought"
        ),
        pytest.param("9 novembre 201510:43", "it", DAY, dt.time(10, 43), None, id="a time right behind the year"),
        pytest.param("09.11.1510:43", "de", DAY, dt.time(10, 43), None, id="a time right behind a short year"),
        pytest.param("15.11.09", "ko", DAY, None, None, id="year first, short"),
        pytest.param("9 Kasım 2015", "tr", DAY, None, None, id="Turkish"),
        pytest.param("09 KASIM 2015", "tr", DAY, None, None, id="Turkish capitals"),
        pytest.param("9 Kas 2015", "tr", DAY, None, None, id="Turkish shortened"),
        pytest.param("9 lis 2015", "pl", DAY, None, None, id="Polish shortened"),
        pytest.param(
            "9. listopada 2015.", "hr", dt.date(2015, 10, 9), None, None, id="a month that differs by language"
        ),
        pytest.param("9 листопада 2015", "uk", DAY, None, None, id="Ukrainian"),
        pytest.param("9 лістапада 2015", "be", DAY, None, None, id="Belarusian"),
        pytest.param("2015. november 9., 17:20", "hu", DAY, dt.time(17, 20), None, id="Hungarian"),
        pytest.param("9 Tháng Mười Một, 2015", "vi", DAY, None, None, id="month in words"),
        pytest.param("9 ta’ Novembru 2015", "mt", DAY, None, None, id="Maltese"),
        pytest.param("9 aout 2015", "fr", dt.date(2015, 8, 9), None, None, id="without its accent"),
        pytest.param("09-Nov-15", "en", DAY, None, None, id="year of two digits behind a name"),
        pytest.param("Nov 9, '15", "en", DAY, None, None, id="year of two digits behind a mark"),
        pytest.param("9/Nov/2015", "en", DAY, None, None, id="name between strokes"),
        pytest.param("09·11·2015", "es", DAY, None, None, id="dots in the middle"),
    ],
)
def test_printed_dates(text: str, language: str, day: dt.date, time: dt.time | None, offset: int | None) -> None:
    found = next(find_dates(text, language)).stamp
    assert (found.day, found.time, found.offset) == (day, time, offset)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2015",
        "version 1.2.3",
        "tel. 01-23-45-67-89",
        "32. Mai 2015",
        "2015",
        "9 people 2015",
        "9 Nov 15 people",
        "31 مهر 1394",
        "令和2年13月1日",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert list(find_dates(text, "vi")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2024-05-03T17:47:42+02:00", "2024-05-03T17:47:42+02:00", id="ISO 8601"),
        pytest.param("2024-05-03T17:47:42.123Z", "2024-05-03T17:47:42+00:00", id="with a fraction"),
        pytest.param("2024-05-03 17:47:42 +0200", "2024-05-03T17:47:42+02:00", id="with spaces"),
        pytest.param("Fri, 03 May 2024 15:47:42 GMT", "2024-05-03T15:47:42+00:00", id="RFC 822"),
        pytest.param("Tue, Sep 15 2020 10:01:41 EDT", "2020-09-15T10:01:41-04:00", id="month before day"),
        pytest.param("1714751262", "2024-05-03T15:47:42+00:00", id="seconds since 1970"),
    ],
)
def test_machine_dates(text: str, expected: str) -> None:
    reading = read_date(text)
    assert reading is not None
    assert reading.stamp.instant == dt.datetime.fromisoformat(expected)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_never_raised(text: str) -> None:
    read_date(text)
    list(find_dates(text, "en"))


KINDS = {
    "datePublished of the article": RuleId.DATE_JSON_LD,
    "meta published": RuleId.DATE_META,
    "meta modified": RuleId.DATE_META,
    "line of a date": RuleId.DATE_LINE,
    "time at the head": RuleId.DATE_TIME_ELEMENT,
    "address": RuleId.DATE_IN_ADDRESS,
}


def said(stamp: Stamp, kind: str) -> DateWitness:
    return DateWitness(stamp=stamp, rule=KINDS[kind], kind=kind)


RUNNING = "<p>The bridge was closed for nine months while its piers were set anew, the town said on Monday.</p>" * 3


def day_of(markup: str, url: str | None = None) -> dt.date | None:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0, url=url)
    return read(markup, raw).article.local_day


UTC_NIGHT = Stamp(day=dt.date(2020, 5, 2), time=dt.time(2, 25), offset=0)


@pytest.mark.parametrize(
    ("other", "url", "day", "hours"),
    [
        pytest.param(
            Stamp(day=dt.date(2020, 5, 1), time=dt.time(22, 25)), None, 1, -4, id="the clock shown tells the zone"
        ),
        pytest.param(Stamp(day=dt.date(2020, 5, 1)), None, 1, 0, id="the day shown is the publisher's"),
        pytest.param(Stamp(day=dt.date(2020, 4, 20)), None, 2, 0, id="another day is another event"),
        pytest.param(Stamp(day=dt.date(2020, 4, 20)), "https://a.de/x", 2, 2, id="the country tells the zone"),
    ],
)
def test_a_stamp_in_utc_is_told_by_the_publishers_clock(other: Stamp, url: str | None, day: int, hours: int) -> None:
    witnesses = [said(UTC_NIGHT, "datePublished of the article"), said(UTC_NIGHT, "meta published")]
    witnesses.append(msgspec.structs.replace(said(other, "line of a date"), signs=("a late line",)))
    settled = settle_published(witnesses, assign_zone(None, url, None))
    assert settled is not None
    assert settled.moment.value == UTC_NIGHT.instant
    assert settled.moment.day == dt.date(2020, 5, day)
    assert settled.moment.value.utcoffset() == dt.timedelta(hours=hours)


def test_a_day_in_the_masthead_is_not_the_publishers_where_its_own_is_printed_too() -> None:
    printed = [dt.date(2020, 5, 1), dt.date(2020, 5, 2)]
    others = [said(Stamp(day=day), "line of a date") for day in printed]
    settled = settle_published([said(UTC_NIGHT, "datePublished of the article"), *others], Assigned())
    assert settled is not None
    assert settled.moment.day == dt.date(2020, 5, 2)


def test_a_day_that_no_inhabited_zone_explains_is_another_day() -> None:
    noon = Stamp(day=dt.date(2020, 7, 9), time=dt.time(10, 4), offset=0)
    address = said(Stamp(day=dt.date(2020, 7, 8)), "address")
    declared = [said(noon, "datePublished of the article"), said(noon, "meta published")]
    settled = settle_published([*declared, address], Assigned())
    assert settled is not None
    assert settled.moment.day == dt.date(2020, 7, 9)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param("<div class='comment-list'><p>{}: I was there.</p></div>", id="a comment"),
        pytest.param("<blockquote><p>It is done. {}</p></blockquote>", id="a quoted post"),
        pytest.param("<div class='teaser'><a href=/x>Road closed</a> {}</div>", id="a teaser"),
    ],
)
def test_a_time_among_others_words_does_not_date_the_article(others: str) -> None:
    time = '<time datetime="2020-09-23T18:19:06+02:00">23.09.</time>'
    markup = f"<article><h1>Bridge closed</h1>{others.format(time)}{RUNNING}<p>20.09.2020</p></article>"
    assert day_of(markup) == dt.date(2020, 9, 20)


def declared_day(day: int, kind: str) -> DateWitness:
    return said(Stamp(day=dt.date(2020, 5, day), time=dt.time(9, 30), offset=0), kind)


BUILT = msgspec.structs.replace(declared_day(20, "meta modified"), modified=True)


@pytest.mark.parametrize(
    ("witnesses", "day"),
    [
        pytest.param(
            [
                declared_day(4, "datePublished of the article"),
                declared_day(6, "meta published"),
                declared_day(6, "line of a date"),
            ],
            6,
            id="of two declared days the one that is printed",
        ),
        pytest.param(
            [
                declared_day(4, "datePublished of the article"),
                declared_day(4, "meta published"),
                msgspec.structs.replace(declared_day(6, "line of a date"), signs=("a late line",)),
            ],
            4,
            id="a day that two declare, against one that is printed late",
        ),
        pytest.param(
            [declared_day(4, "meta published"), declared_day(6, "line of a date")],
            6,
            id="a day printed at the head, against one that a lone meta declares",
        ),
        pytest.param(
            [declared_day(21, "meta published"), BUILT, declared_day(6, "time at the head")],
            6,
            id="the printed day, where the declared one is after the last change",
        ),
        pytest.param(
            [
                declared_day(19, "meta published"),
                declared_day(19, "datePublished of the article"),
                BUILT,
                said(Stamp(day=dt.date(2020, 5, 6)), "address"),
            ],
            19,
            id="a day that two declare, against the address",
        ),
    ],
)
def test_of_days_that_differ_is_believed(witnesses: list[DateWitness], day: int) -> None:
    settled = settle_published(witnesses, Assigned())
    assert settled is not None
    assert settled.moment.day == dt.date(2020, 5, day)


def test_midnight_at_home_is_a_day_that_somebody_picked() -> None:
    midnight = Stamp(day=dt.date(2022, 11, 6), time=dt.time(23), offset=0)
    printed = said(Stamp(day=dt.date(2022, 11, 6)), "line of a date")
    settled = settle_published([said(midnight, "meta published"), printed], assign_zone(None, None, "de"))
    assert settled is not None
    assert settled.moment.day == dt.date(2022, 11, 7)


def test_the_publishers_day_may_be_printed_beside_a_word_for_a_change() -> None:
    early = said(Stamp(day=dt.date(2020, 4, 16), time=dt.time(1), offset=330), "datePublished of the article")
    changed = msgspec.structs.replace(said(Stamp(day=dt.date(2020, 4, 16)), "line of a date"), modified=True)
    teaser = said(Stamp(day=dt.date(2020, 4, 15)), "line of a date")
    settled = settle_published([early, teaser, changed], assign_zone(None, None, "hi"))
    assert settled is not None
    assert settled.moment.day == dt.date(2020, 4, 16)


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        pytest.param(
            f"<h1>Meetings</h1>{RUNNING}<p>The next meeting is on Wednesday, 5 February 2020, at the inn there.</p>"
            "<p>Last changed: 29 January 2020</p>",
            dt.date(2020, 1, 29),
            id="a day a sentence tells of is weaker than that of the last change",
        ),
        pytest.param(
            f"<aside><div><p>13.10.2019</p></div></aside>{'<div><p>Bridge</p></div>' * 40}<main><article><h1>Bridge"
            f" closed</h1>{RUNNING}</article></main>{'<div><p>Bridge</p></div>' * 40}<div><p>28.09.2019</p></div>",
            dt.date(2019, 9, 28),
            id="a day in the margin comes last",
        ),
        pytest.param(
            f"<meta name=date content=2022-01-26><main><h1>Bridge closed</h1>{RUNNING}</main>"
            "<aside><p><time datetime=2022-01-21>21 January</time></p></aside>",
            dt.date(2022, 1, 21),
            id="the only time of a page is its own",
        ),
        pytest.param(
            f"<article><a href=/x><div>4 May 2020</div></a><h1>Bridge closed</h1><p>3 May 2020</p>{RUNNING}</article>",
            dt.date(2020, 5, 3),
            id="a day in a link to another page comes last",
        ),
        pytest.param(
            "<article><ul><li><article><div>4 May 2020</div></article></li></ul><h1>Bridge closed</h1>"
            f"<p>3 May 2020</p>{RUNNING}</article>",
            dt.date(2020, 5, 3),
            id="an article in a list is another one",
        ),
        pytest.param(
            f"<article><p>4 May 2020</p><h1>Bridge closed</h1><p>Published: 3 May 2020</p>{RUNNING}</article>",
            dt.date(2020, 5, 3),
            id="a labelled day before a bare one",
        ),
        pytest.param(
            "<div class=top-bar><div class=date>4 May 2020</div></div><article><h1>Bridge closed</h1><p>3 May 2020</p>"
            f"{RUNNING}</article>",
            dt.date(2020, 5, 3),
            id="today's date in the masthead is not the article's",
        ),
        pytest.param(
            "<nav>" + "<div><time datetime=2020-01-02>2 January</time></div>" * 9 + "</nav><article><h1>Bridge closed"
            f"</h1><p><time datetime=2020-01-21>21 January</time></p>{RUNNING}</article>",
            dt.date(2020, 1, 21),
            id="a time at the head, however many stand before it",
        ),
    ],
)
def test_the_day_of_a_page(markup: str, day: dt.date) -> None:
    assert day_of(f"<html><body>{markup}</body></html>") == day


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "Last updated 4 June 2020, originally created 3 June 2020", id="the label nearest to a day counts"
        ),
        pytest.param("Updated: 4 June 2020 | Published: 3 June 2020", id="English"),
        pytest.param("Última actualización: 4 de junio de 2020. Publicado: 3 de junio de 2020", id="Spanish"),
        pytest.param("Geändert am 4. Juni 2020, erstellt am 3. Juni 2020", id="German"),
        pytest.param("Güncelleme: 4 Haziran 2020 - Yayınlanma: 3 Haziran 2020", id="Turkish"),
        pytest.param("수정 2020.06.04 입력 2020.06.03", id="Korean"),
        pytest.param("2020年6月4日更新 2020年6月3日", id="Japanese, behind the day"),
        pytest.param("Diperbarui 4 Juni 2020, diterbitkan 3 Juni 2020", id="Indonesian"),
        pytest.param("تحديث: 4 يونيو 2020 نشر: 3 يونيو 2020", id="Arabic"),
    ],
)
def test_a_day_of_a_change_is_not_that_of_publishing(line: str) -> None:
    assert day_of(f"<html><body><h1>Bridge closed</h1><p>{line}</p>{RUNNING}</body></html>") == dt.date(2020, 6, 3)


DECLARED_CHANGE = (
    '<script type="application/ld+json">{"@type":"NewsArticle","dateModified":"2020-06-03T09:00Z"}</script>'
)
META_CHANGE = "<meta property='article:modified_time' content='2020-06-03T09:00:00Z'>"


@pytest.mark.parametrize(
    ("head", "line", "day"),
    [
        pytest.param(DECLARED_CHANGE, "Updated: 4 June 2020", 3, id="what an article declares, over a printed day"),
        pytest.param(META_CHANGE, "Updated: 4 June 2020", 4, id="a printed day, over what the whole page declares"),
        pytest.param(
            DECLARED_CHANGE, "<span class=date>Updated: 4 June 2020</span>", 4, id="a day that is set as the article's"
        ),
        pytest.param(
            DECLARED_CHANGE, "<time class=updated datetime=2020-06-04T10:00Z>today</time>", 3, id="over a time element"
        ),
        pytest.param(
            DECLARED_CHANGE, "<abbr data-modified-date=2020-06-04T10:00Z>now</abbr> or so", 3, id="over an attribute"
        ),
        pytest.param(
            META_CHANGE, "<abbr data-modified-date=2020-06-04T10:00Z>now</abbr> or so", 4, id="an attribute at the head"
        ),
    ],
)
def test_of_days_of_the_last_change(head: str, line: str, day: int) -> None:
    page = f"<article><h1>Bridge closed</h1><p>{line}</p>{RUNNING}</article>"
    pushed = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0)
    changed = read(f"<html><head>{head}</head><body>{page}</body></html>", pushed).article.version_created
    assert changed is not None
    assert changed.date() == dt.date(2020, 6, day)


@pytest.mark.parametrize(
    ("head", "body", "url", "day"),
    [
        pytest.param("", "<p>04/05/2020</p>", "https://a.example/x", dt.date(2020, 4, 5), id="as its language has it"),
        pytest.param("", "<p>04/05/2020</p>", "https://a.com.au/x", dt.date(2020, 5, 4), id="as its country has it"),
        pytest.param(
            "",
            "<p>04/05/2020</p><ul><li>Older: 28/04/2020</li></ul>",
            "https://a.example/x",
            dt.date(2020, 5, 4),
            id="as another date of the page has it",
        ),
        pytest.param(
            "<meta name=date content=2020-05-04>",
            "<p>04/05/2020</p>",
            "https://a.example/x",
            dt.date(2020, 5, 4),
            id="as a declared day has it",
        ),
        pytest.param("", "<p>04/07/2026</p>", "https://a.com.au/x", dt.date(2026, 4, 7), id="not after it was read"),
        pytest.param(
            "",
            "<p>3 September 2026</p><p>4 May 2020</p>",
            "https://a.example/x",
            dt.date(2020, 5, 4),
            id="a day to come is another event's",
        ),
        pytest.param(
            "<meta name=x-first-publication-date content=2020-05-04>",
            "",
            None,
            dt.date(2020, 5, 4),
            id="a telling name",
        ),
        pytest.param(
            "<meta name=article:expiration_time content=2020-06-04>",
            "<p>4 May 2020</p>",
            None,
            dt.date(2020, 5, 4),
            id="a name that tells of another time",
        ),
        pytest.param(
            "",
            "<p><span data-published-at=2020-05-04T09:00:00Z>Monday</span></p>",
            None,
            dt.date(2020, 5, 4),
            id="a stamp in an attribute at the head",
        ),
    ],
)
def test_the_day_at_the_head_is_read(head: str, body: str, url: str | None, day: dt.date) -> None:
    markup = f"<html lang=en-US><head>{head}</head><body><h1>Bridge closed</h1>{body}{RUNNING}</body></html>"
    read_on = int(dt.datetime(2026, 5, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=read_on, url=url)
    assert read(markup, raw).article.local_day == day


def test_a_clock_without_zone_is_read_in_the_zone_of_the_source() -> None:
    stamp = Stamp(day=DAY, time=dt.time(5, 34))
    settled = settle_published([said(stamp, "line of a date")], assign_zone("Asia/Ho_Chi_Minh", None, "en"))
    assert settled is not None
    assert settled.moment.value.isoformat() == "2015-11-09T05:34:00+07:00"
    assert settled.moment.zone_rule == "source"


def test_a_day_without_time_stays_a_day() -> None:
    settled = settle_published([said(Stamp(day=DAY), "line of a date")], assign_zone(None, "https://a.de", "de"))
    assert settled is not None
    assert (settled.moment.precision, settled.moment.day) == ("day", DAY)


@pytest.mark.parametrize(
    ("line", "is_sure"),
    [
        pytest.param("Monday, November 9, 2015", False, id="today's day alone, as a masthead has it"),
        pytest.param("Monday, November 2, 2015", True, id="another day"),
        pytest.param("Published: November 9, 2015", True, id="a word says what it is"),
        pytest.param("November 9, 2015, 10:30", True, id="with a time"),
    ],
)
def test_a_day_that_may_be_the_mastheads_is_a_guess(line: str, is_sure: bool) -> None:
    words = "<p>The council voted on the new bridge over the river after a long debate, officials said.</p>" * 3
    markup = f"<html lang=en><body><div>{line}</div><main><h1>Council votes on bridge</h1>{words}</main></body></html>"
    (evidence,) = [e for e in read(markup, raw()).evidence if e.field == "first_created"]
    assert (evidence.sure > 0.5) is is_sure


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        pytest.param("Hôm qua, 14:09", "vi", "2015-11-08T14:09:00", id="Vietnamese, yesterday with a clock"),
        pytest.param("Yesterday", "en", "2015-11-08", id="English, the day alone"),
        pytest.param("vor 3 Tagen", "de", "2015-11-06", id="German, days ago"),
        pytest.param("7 years ago", "en", None, id="years are too vague for a day"),
        pytest.param("The council met yesterday", "en", None, id="a word among others"),
    ],
)
def test_a_day_told_from_the_receipt_is_a_guess(line: str, language: str, expected: str | None) -> None:
    markup = (
        f"<html lang={language}><body><article><h1>Bridge closed</h1><p>{line}</p>{RUNNING}</article></body></html>"
    )
    draft = read(markup, raw(language=language))
    article = draft.article
    shown = None
    if article.first_created is not None and article.local_day is not None:
        is_day = article.precision == "day"
        shown = article.local_day.isoformat() if is_day else article.first_created.replace(tzinfo=None).isoformat()
    assert shown == expected
    assert all(one.sure <= 0.5 for one in draft.evidence if one.field == "first_created")


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        pytest.param(
            "<meta property=article:published_time content=2024-08-30T12:40:00+02:00>",
            "<p>publié le 27 août 2024 à 20h18</p><p>(mis à jour le 30 août 2024 à 12h40)</p>",
            "2024-08-27T20:18",
            id="French, two lines",
        ),
        pytest.param(
            "<meta property=article:published_time content=2024-08-30T12:40:00+02:00>",
            "<p>Veröffentlicht: 27.08.2024, 20:18 Uhr | Aktualisiert: 30.08.2024, 12:40 Uhr</p>",
            "2024-08-27T20:18",
            id="German, one line",
        ),
        pytest.param(
            "<meta property=article:published_time content=2024-08-27T12:40:00+02:00>",
            "<p>Gepubliceerd op 27 augustus 2024 om 08:18, bijgewerkt op 27 augustus 2024 om 12:40</p>",
            "2024-08-27T08:18",
            id="Dutch, the same day",
        ),
        pytest.param(
            "<meta property=article:published_time content=2024-08-27T08:18:00+02:00>"
            "<meta property=article:modified_time content=2024-08-30T12:40:00+02:00>",
            "<p>Updated <time datetime=2024-08-30T12:40:00+02:00>30 August</time></p>",
            "2024-08-27T08:18",
            id="a time element that repeats the change",
        ),
        pytest.param(
            "",
            '<time class="entry-date published updated" datetime="2024-03-18T09:05:00+07:00">18/03/2024</time>',
            "2024-03-18T09:05",
            id="a time called published and updated",
        ),
        pytest.param(
            "",
            "<ul><li><a href=/a>Roads of the town</a> <time datetime=2024-05-01T10:00Z>1 May</time></li>"
            "<li><a href=/b>Rivers of the town</a> <time datetime=2024-04-30T10:00Z>30 April</time></li></ul>"
            "<p>Published: 2 March 2024, 10:15</p>",
            "2024-03-02T10:15",
            id="a list of links inside the text dates others",
        ),
        pytest.param(
            "<meta property=article:published_time content=2024-03-18T19:05:44>"
            '<script type="application/ld+json">{"@type":"Article","datePublished":"2024-03-19T00:05:44Z"}</script>',
            "<p>18 March 2024</p>",
            "2024-03-18T19:05",
            id="a clock without a zone and its twin in UTC",
        ),
    ],
)
def test_whose_word_for_the_moment_is_believed(head: str, body: str, expected: str) -> None:
    markup = f"<html><head>{head}</head><body><article><h1>Bridge closed</h1>{body}{RUNNING}</article></body></html>"
    pushed = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0)
    created = read(markup, pushed).article.first_created
    assert created is not None
    assert created.isoformat().startswith(expected)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        pytest.param("h1", dt.date(2015, 11, 9), id="a caption with the headline is the head of the article"),
        pytest.param("b", None, id="another tells when the picture was taken"),
    ],
)
def test_a_caption_dates_its_picture_alone(heading: str, expected: dt.date | None) -> None:
    caption = f"<figcaption><small>9 November 2015</small><{heading}>Bridge closed</{heading}></figcaption>"
    headline = "" if heading == "h1" else "<h1>Bridge closed</h1>"
    markup = f"<html lang=en><body><article><figure><img src=/a.jpg>{caption}</figure>{headline}{RUNNING}</article>"
    assert read(markup, raw(language="en")).article.local_day == expected


def test_the_newest_posts_within_a_text_do_not_date_it() -> None:
    posts = "".join(
        f"<li><a href=/{day}>Another one</a><time datetime=2015-10-{day}T10:00:00Z>{day}/10/2015</time></li>"
        for day in (12, 13, 14)
    )
    foot = "<footer>Published <time class='entry-date published updated' datetime=2012-08-07T18:56:00Z>7/8/2012</time>"
    markup = f"<html lang=en><body><article><h1>Bridge closed</h1><ul>{posts}</ul>{RUNNING}{foot}</footer></article>"
    assert read(markup, raw(language="en")).article.local_day == dt.date(2012, 8, 7)
