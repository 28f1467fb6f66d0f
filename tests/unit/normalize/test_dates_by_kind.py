"""Dates and zones that were read wrongly, kind by kind: as papers print them, at the doors where they stand."""

import datetime as dt

import pytest

from shared.article import Article
from tests.unit.normalize.doors import entry, page, paragraphs, read, schema_org

FIRST = "The ferry to the island runs again after three weeks."
SECOND = "It had stood still because the river was too high, the harbour office said on Monday."
BODY = paragraphs(FIRST, SECOND)
VIETNAMESE = (
    "Sáng nay phà ra đảo đã chạy trở lại sau ba tuần nghỉ vì nước sông dâng cao.",
    "Phà phải nằm bờ vì nước quá lớn, cảng vụ cho biết hôm thứ hai vừa qua tại cuộc họp báo.",
)


def stamp(article: Article) -> str | None:
    """The instant of an article as ISO 8601 says it."""
    return article.first_created.isoformat() if article.first_created else None


def sure(article: Article) -> list[float]:
    """How sure the day and the clock are."""
    return [seen.sure for seen in article.evidence if seen.field.startswith("first_created")]


@pytest.mark.parametrize("door", ["feed", "schema.org"])
@pytest.mark.parametrize(
    ("printed", "instant", "precision", "zone_rule"),
    [
        pytest.param("15 Dec 2024 3:15 PM", "2024-12-15T15:15:00", "minute", "assumed", id="a half day behind"),
        pytest.param(
            "Sun, 15 Dec 2024 03:15:20 PM +0700",
            "2024-12-15T15:15:20+07:00", "second", "declared", id="a half day before the zone",
        ),
        pytest.param(
            "Sun, 15 Dec 2024 12:15:20 AM GMT",
            "2024-12-15T00:15:20+00:00", "second", "declared", id="twelve in the night",
        ),
        pytest.param(
            "Sun, 15 Dec 24 15:15:20 +0700",
            "2024-12-15T15:15:20+07:00", "second", "declared", id="a year of two digits",
        ),
        pytest.param("2024-12-15T15:15:20 ICT", "2024-12-15T15:15:20+07:00", "second", "declared", id="zone letters"),
        pytest.param("2024-12-15T15:15:20+07", "2024-12-15T15:15:20+07:00", "second", "declared", id="hours alone"),
        pytest.param("2024-12-15T15:15:20-0500", "2024-12-15T15:15:20-05:00", "second", "declared", id="no colon"),
        pytest.param(
            "2024-12-15 15:15:20 America/Los_Angeles",
            "2024-12-15T15:15:20-08:00", "second", "declared", id="a name of the zone database",
        ),
        pytest.param(
            "2024-12-15T15:15:20.123Z", "2024-12-15T15:15:20+00:00", "second", "declared", id="parts of a second"
        ),
        pytest.param(
            "Sun, 15 Dec 2024 15:15:20 EST", "2024-12-15T15:15:20-05:00", "second", "declared", id="eastern time"
        ),
        pytest.param(
            "Sun, 15 Dec 2024 15:15:20 PDT", "2024-12-15T15:15:20-07:00", "second", "declared", id="pacific summer time"
        ),
        pytest.param("1734275720", "2024-12-15T15:15:20+00:00", "second", "declared", id="seconds since 1970"),
        pytest.param("zo 15 december 2024 15:15", "2024-12-15T15:15:00", "minute", "assumed", id="Dutch, undeclared"),
        pytest.param("15 Aralık 2024 15:15", "2024-12-15T15:15:00", "minute", "assumed", id="Turkish, undeclared"),
        pytest.param("15 grudnia 2024 15:15", "2024-12-15T15:15:00", "minute", "assumed", id="Polish, undeclared"),
        pytest.param("15/12/2024 15:15", "2024-12-15T15:15:00", "minute", "assumed", id="the day first"),
        pytest.param("12/15/2024 3:15 PM", "2024-12-15T15:15:00", "minute", "assumed", id="the month first"),
        pytest.param("December 15, 2024", "2024-12-15T00:00:00", "day", "assumed", id="a day in words"),
        pytest.param("2024-12-15", "2024-12-15T00:00:00", "day", "assumed", id="a day in figures"),
        pytest.param("1970-01-01T00:00:00Z", None, None, None, id="a clock that was never set"),
        pytest.param("Sun, 32 Dec 2024 10:00:00 GMT", None, None, None, id="no day of any month"),
        pytest.param("soon", None, None, None, id="a word"),
    ],
)  # fmt: skip
def test_a_declared_date_is_read_to_its_end(
    door: str, printed: str, instant: str | None, precision: str | None, zone_rule: str | None
) -> None:
    article = (
        entry(BODY, published=printed)
        if door == "feed"
        else schema_org(headline="The ferry sails", articleBody=FIRST, datePublished=printed)
    )
    assert (stamp(article), article.precision, article.zone_rule) == (instant, precision, zone_rule)


@pytest.mark.parametrize("door", ["text", "page"])
@pytest.mark.parametrize(
    ("line", "instant"),
    [
        pytest.param("15/12/2024 3:20 chiều", "2024-12-15T15:20:00+07:00", id="in the afternoon"),
        pytest.param("15/12/2024, 8:15 tối", "2024-12-15T20:15:00+07:00", id="in the evening"),
        pytest.param("15/12/2024, 8:15 sáng", "2024-12-15T08:15:00+07:00", id="in the morning"),
        pytest.param("9:10:11 CH 15/12/2024", "2024-12-15T21:10:11+07:00", id="two letters for a half day"),
        pytest.param("9:10:11 SA 15/12/2024", "2024-12-15T09:10:11+07:00", id="two letters for the other"),
        pytest.param("Ngày 15 tháng 12 năm 2024, 3 giờ 20 chiều", "2024-12-15T15:20:00+07:00", id="all of it in words"),
        pytest.param("Đăng lúc 15/12/2024 15:20", "2024-12-15T15:20:00+07:00", id="behind a label"),
        pytest.param("Chủ Nhật, 15/12/2024 - 15:20", "2024-12-15T15:20:00+07:00", id="behind its weekday"),
        pytest.param("Chủ Nhật, 15/12/2024 - 15:20 (GMT+7)", "2024-12-15T15:20:00+07:00", id="with its zone"),
    ],
)
def test_half_days_are_words_of_the_language_on_paper_and_on_a_page(door: str, line: str, instant: str) -> None:
    title = "Phà ra đảo chạy lại"
    if door == "text":
        article = read("\n\n".join((f"{title}\n{line}", *VIETNAMESE)))
    else:
        markup = f"<article><h1>{title}</h1><p class=date>{line}</p>{paragraphs(*VIETNAMESE)}</article>"
        article = page(markup, language="vi")
    assert stamp(article) == instant
    assert article.precision in ("minute", "second")


@pytest.mark.parametrize(
    ("line", "least", "most"),
    [
        pytest.param("Chủ Nhật, 15/12/2024 15:20", 0.7, 1.0, id="the weekday of the day"),
        pytest.param("Thứ Hai, 15/12/2024 15:20", 0.0, 0.6, id="the weekday of another day"),
        pytest.param("15/12/2024 15:20", 0.7, 1.0, id="no weekday"),
    ],
)
def test_a_printed_weekday_is_a_check_of_its_day(line: str, least: float, most: float) -> None:
    article = read("\n\n".join((f"Phà ra đảo chạy lại\n{line}", *VIETNAMESE)))
    assert article.local_day == dt.date(2024, 12, 15)
    assert least <= sure(article)[0] <= most


@pytest.mark.parametrize(
    ("printed", "most"),
    [
        pytest.param("2024-12-15T15:15:20Z", 1.0, id="days before it came"),
        pytest.param("2024-12-21T02:00:00+14:00", 1.0, id="a little ahead of the clock"),
        pytest.param("2028-12-15T15:15:20Z", 0.5, id="years ahead"),
        pytest.param("2099-12-15T15:15:20Z", 0.5, id="generations ahead"),
    ],
)
def test_a_day_that_has_not_come_is_a_doubt(printed: str, most: float) -> None:
    article = entry(BODY, published=printed)
    assert article.first_created == dt.datetime.fromisoformat(printed)
    assert (max(sure(article)) <= most) and (most <= 0.5 or max(sure(article)) > 0.5)


@pytest.mark.parametrize(
    ("url", "language", "instant", "zone_rule"),
    [
        pytest.param("https://p.example.vn/a", "vi", "2024-12-15T10:00:00+07:00", "region", id="a country of one zone"),
        pytest.param("https://p.example.fr/a", "fr", "2024-12-15T10:00:00+01:00", "region", id="another"),
        pytest.param("https://p.example.co.za/a", "en", "2024-12-15T10:00:00+02:00", "region", id="behind co"),
        pytest.param("https://p.example.co.ke/a", "en", "2024-12-15T10:00:00+03:00", "region", id="behind co, again"),
        pytest.param("https://p.example.com/a", "en", "2024-12-15T10:00:00", "assumed", id="a language of many zones"),
    ],
)
def test_a_clock_without_zone_gets_one_that_is_known_or_none(
    url: str, language: str, instant: str, zone_rule: str
) -> None:
    head = "<meta property='article:published_time' content='2024-12-15T10:00:00'>"
    article = page(f"<article><h1>The ferry</h1>{BODY}</article>", head, language=language, url=url)
    assert (stamp(article), article.zone_rule) == (instant, zone_rule)


def test_a_clock_is_in_the_zone_of_a_language_that_has_one() -> None:
    head = "<meta property='article:published_time' content='2024-12-15T10:00:00'>"
    body = paragraphs(
        "开往岛上的渡轮停航三周后今天恢复通航，港务局说。", "因为河水太高，渡轮一直停在港口，居民只能绕道。"
    )
    article = page(
        f"<article><h1>渡轮恢复通航</h1>{body}</article>", head, language="zh", url="https://p.example.com/a"
    )
    assert (stamp(article), article.zone_rule) == ("2024-12-15T10:00:00+08:00", "language")


def test_a_clock_in_no_known_zone_is_told_as_a_guess_and_never_as_utc() -> None:
    article = entry(BODY, published="2024-12-15 10:00")
    assert article.first_created == dt.datetime(2024, 12, 15, 10)  # noqa: DTZ001  # a clock without a zone
    day, clock = sure(article)
    assert day > 0.5 >= clock


def test_the_setting_of_the_source_comes_before_what_the_address_says() -> None:
    head = "<meta property='article:published_time' content='2024-12-15T10:00:00'>"
    markup = f"<article><h1>The ferry</h1>{BODY}</article>"
    article = page(markup, head, zone="Asia/Tokyo", url="https://p.example.fr/a")
    assert (stamp(article), article.zone_rule) == ("2024-12-15T10:00:00+09:00", "source")


def test_printed_labels_know_better_than_two_metas_that_repeat_each_other() -> None:
    metas = "".join(
        f"<meta property='article:{name}_time' content='2024-12-15T10:00:00Z'>" for name in ("published", "modified")
    )
    line = "Published 14 December 2024, 09:00. Updated 15 December 2024, 10:00"
    article = page(f"<article><h1>The ferry</h1><p>{line}</p>{BODY}</article>", metas)
    assert article.first_created is not None
    assert article.first_created.date() == dt.date(2024, 12, 14)
    assert article.version_created == dt.datetime(2024, 12, 15, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("var expires='2026-01-01T00:00:00Z'", id="when something expires"),
        pytest.param("track({t: 1600000000})", id="a number of a tracker"),
    ],
)
def test_dates_in_scripts_date_nothing(script: str) -> None:
    markup = f"<article><h1>The ferry</h1><p class=date>15 December 2024, 10:00</p>{BODY}</article>"
    assert page(markup, f"<script>{script}</script>").local_day == dt.date(2024, 12, 15)


@pytest.mark.parametrize(
    ("copy", "day"),
    [
        pytest.param(
            "Le bac reprend\n\nPARIS, 14 déc 2024 (AFP) - Le bac vers l'île reprend après trois semaines d'arrêt, a "
            "annoncé lundi le bureau du port.\n\nIl était resté à quai parce que la rivière était trop haute.",
            dt.date(2024, 12, 14),
            id="French, with its year",
        ),
        pytest.param(
            f"Phà ra đảo chạy lại\n\nĐiện Biên, 14/12 (TTXVN) - {VIETNAMESE[0]}\n\n{VIETNAMESE[1]}",
            dt.date(2024, 12, 14),
            id="Vietnamese, without a year",
        ),
    ],
)
def test_the_day_of_an_agencys_dateline_dates_copy_without_another(copy: str, day: dt.date) -> None:
    article = read(copy)
    assert (article.local_day, article.precision) == (day, "day")
    assert max(sure(article)) <= 0.5
