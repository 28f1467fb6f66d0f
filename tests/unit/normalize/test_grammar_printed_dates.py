"""Dates as papers print them in sixty languages (`printed_dates.txt`), and any day and clock in each one's words."""

import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.fields.date import CLOCK
from services.normalize.grammar.date_words import month_named, words_of_dates
from services.normalize.grammar.dates import moment_of, read_date, read_dates
from services.normalize.grammar.machine_dates import hijri, persian
from services.normalize.grammar.zones import Assigned, assign_zone, match_zone
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry, Raw, Source

RECEIVED = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
LINES = Path(__file__).with_name("printed_dates.txt").read_text(encoding="utf-8").splitlines()
ROWS = [tuple(line.split("|", 2)) for line in LINES if line and not line.startswith("#")]


def shown(text: str, language: str | None) -> str:
    """The first date as the table writes it."""
    reading = read_date(text, language, latest=RECEIVED.date())
    moment = moment_of(reading, Assigned(), "text", RECEIVED) if reading is not None else None
    if reading is None or moment is None:
        return "None"
    value = moment.day.isoformat() if moment.precision == "day" else moment.value.isoformat(timespec="minutes")
    signs = [f"~{reading.residue}" * bool(reading.residue), "!" * reading.doubted, "?" * reading.ambiguous]
    return " ".join(filter(None, [value, *signs, (reading.label or "")[:1].upper()]))


@pytest.mark.parametrize(("language", "expected", "text"), ROWS, ids=[f"{row[0]}: {row[2]}" for row in ROWS])
def test_printed_as_in(language: str, expected: str, text: str) -> None:
    assert shown(text, None if language == "-" else language) == expected


@pytest.mark.parametrize(
    ("line", "language", "clocks"),
    [
        pytest.param("Publié le 14/11/2024 à 10h, mis à jour à 19h12", "fr", ["10:00", "19:12"], id="French"),
        pytest.param("14.11.2024 10:15 Uhr, aktualisiert um 12:30 Uhr", "de", ["10:15", "12:30"], id="German"),
        pytest.param("14/11/2024 10:15 | Cập nhật: 11:20", "vi", ["10:15", "11:20"], id="Vietnamese"),
        pytest.param("Published 14 Nov 2024, updated 10:15", "en", [None, "10:15"], id="the first without a clock"),
        pytest.param("14 Nov 2024 10:15 | Updated 09:10", "en", ["10:15"], id="no change is before the publishing"),
    ],
)
def test_a_clock_without_a_day_is_of_the_day_beside_it(line: str, language: str, clocks: list[str | None]) -> None:
    found = read_dates(line, language)
    assert {reading.stamp.day for reading in found} == {dt.date(2024, 11, 14)}
    assert [one.stamp.time.isoformat("minutes") if one.stamp.time else None for one in found] == clocks
    assert [one.label for one in found[1:]] == ["updated"] * (len(clocks) - 1)


@pytest.mark.parametrize(
    ("letters", "language", "zone", "offset", "is_doubted"),
    [
        pytest.param("IST", "en", None, 330, True, id="India's, if nothing tells"),
        pytest.param("IST", "en", "Asia/Kolkata", 330, False, id="India's, in an Indian paper"),
        pytest.param("IST", "en", "Europe/Dublin", 60, False, id="Ireland's, in its summer"),
        pytest.param("IST", "he", "Asia/Jerusalem", None, False, id="Israel's, in Hebrew"),
        pytest.param("CST", "en", None, -360, True, id="America's, if nothing tells"),
        pytest.param("CST", "en", "Asia/Shanghai", 480, False, id="China's, in a Chinese paper"),
        pytest.param("CST", "zh", None, 480, False, id="China's, in Chinese"),
        pytest.param("BST", "en", "Asia/Dhaka", 360, False, id="Bangladesh's"),
        pytest.param("EST", "en", None, -300, False, id="letters that nearly all papers mean one zone by"),
        pytest.param("ET", "en", None, None, False, id="general letters in English"),
        pytest.param("мск", "ru", None, 180, False, id="small letters that are no word"),
    ],
)
def test_letters_of_several_zones_are_doubted_unless_the_paper_is_at_home_in_one(
    letters: str, language: str, zone: str | None, offset: int | None, is_doubted: bool
) -> None:
    reading = read_date(f"2024-07-14 10:15 {letters}", language)
    assert reading is not None
    assert reading.residue == ""
    moment = moment_of(reading, assign_zone(zone, None, None), "text")
    assert moment is not None
    assert moment.is_zone_doubted is is_doubted
    ahead = moment.value.utcoffset()
    assert ahead is not None
    assert offset is None or ahead == dt.timedelta(minutes=offset)


@pytest.mark.parametrize("letters", ["ET", "PT", "MT"])
def test_general_letters_are_words_in_other_languages(letters: str) -> None:
    assert match_zone(f" {letters}", 0, "fr") is None


WORDS = "The bridge was closed for nine months while its piers were set anew, the town said on Monday. "
DOORS = ("text", "page", "feed", "ninjs", "schema.org")


def read_at(door: str, printed: str) -> Article:
    """The article of a door that prints a date in its own way, in English and in no known zone."""
    if door == "text":
        body, media_type = f"Bridge closed\n\n{printed}\n\n{WORDS * 2}\n\n{WORDS * 2}".encode(), "text/plain"
    elif door == "page":
        markup = f"<html lang=en><body><article><h1>Bridge closed</h1><p class=date>{printed}</p>"
        body, media_type = f"{markup}<p>{WORDS * 2}</p><p>{WORDS * 2}</p></article>".encode(), "text/html"
    elif door == "feed":
        entry = FeedEntry(feed="https://a.example/f", title="Bridge closed", summary=WORDS, published=printed)
        body, media_type = msgspec.json.encode(entry), FEED_ENTRY_TYPE
    elif door == "ninjs":
        item = {"uri": "urn:a", "headline": "Bridge closed", "body_text": WORDS, "firstcreated": printed}
        body, media_type = json.dumps(item).encode(), "application/json"
    else:
        item = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Bridge closed"}
        body = json.dumps(item | {"articleBody": WORDS, "datePublished": printed}).encode()
        media_type = "application/ld+json"
    received = int(RECEIVED.timestamp()) * 1_000_000
    return normalize(Raw(source=Source(kind="push", name="t"), media_type=media_type, body=body, received_us=received))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("printed", "expected", "most"),
    [
        pytest.param("14 Nov 2024, 10:15 AM IST", "2024-11-14T10:15:00+05:30", 0.5, id="letters of several zones"),
        pytest.param("14 Nov 2024, 10:15 AM EST", "2024-11-14T10:15:00-05:00", 0.97, id="letters of one"),
        pytest.param("14 Nov 2024, 10:15 AM", "2024-11-14T10:15:00", 0.5, id="no letters: no zone is asserted"),
    ],
)
def test_every_door_tells_how_sure_a_zone_is(door: str, printed: str, expected: str, most: float) -> None:
    article = read_at(door, printed)
    assert article.first_created is not None
    assert article.first_created.isoformat() == expected
    (clock,) = [one for one in article.evidence if one.field == CLOCK]
    assert clock.sure <= most


MONTHS = {
    tag: {number: [name for name in names if month_named(name, tag) == number] for number in range(1, 13)}
    for tag, words in words_of_dates().items()
    if (names := [*words.months, *(name.replace("_", " ") for row in words.month_rows for name in row.split())])
}
MOMENTS = st.tuples(st.dates(dt.date(1990, 1, 1), dt.date(2026, 11, 1)), st.integers(0, 1439)).map(
    lambda one: dt.datetime.combine(one[0], dt.time(one[1] // 60, one[1] % 60))
)


@settings(max_examples=120)
@given(st.sampled_from(sorted(MONTHS)), MOMENTS, st.data())
def test_any_day_in_the_months_of_any_language_is_read_back(tag: str, moment: dt.datetime, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(MONTHS[tag][moment.month]))
    form = data.draw(st.sampled_from(["{d} {m} {y}", "{d} {m} {y}, {t}", "{t} - {d} {m} {y}", "{d}. {m} {y} {t}"]))
    text = form.format(d=moment.day, m=name, y=moment.year, t=f"{moment:%H:%M}")
    reading = read_date(text, tag)
    assert reading is not None, text
    assert (reading.stamp.day, reading.residue) == (moment.date(), ""), text
    assert reading.stamp.time == (moment.time() if "{t}" in form else None), text


@settings(max_examples=120)
@given(st.sampled_from(sorted(words_of_dates())), MOMENTS, st.data())
def test_any_clock_with_the_words_of_a_language_is_read_back(
    tag: str, moment: dt.datetime, data: st.DataObject
) -> None:
    words = words_of_dates()[tag]
    halves = words.morning if moment.hour < 12 else words.afternoon
    forms = [f"{moment:%H:%M} {word}" for word in words.hour_words] + [f"{moment:%H:%M}"]
    forms += [f"{moment:%I:%M} {word}" for word in halves] + [f"{moment:%I:%M}{word}" for word in halves]
    forms += [f"{word} {moment:%H.%M}" for word in words.clock_openers]
    clock = data.draw(st.sampled_from(forms))
    reading = read_date(f"{moment:%d/%m/%Y} {clock}", tag, "dmy")
    assert reading is not None, clock
    assert (reading.stamp.day, reading.stamp.time) == (moment.date(), moment.time()), clock


@given(st.dates(dt.date(1940, 1, 1), dt.date(2070, 1, 1)), st.sampled_from(["persian", "hijri"]))
def test_the_days_of_other_calendars_follow_each_other(day: dt.date, calendar: str) -> None:
    of_calendar = persian if calendar == "persian" else hijri
    year = day.year - 621 if calendar == "persian" else int((day.year - 622) * 1.0307)
    month, number = day.month, min(day.day, 28)
    found, after = of_calendar(year, month, number), of_calendar(year, month, number + 1)
    assert found is not None
    assert after is not None
    assert after - found == dt.timedelta(days=1)
    assert abs(found.year - day.year) <= 2


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(persian(1403, 1, 1), dt.date(2024, 3, 20), id="Persian new year in a leap year"),
        pytest.param(persian(1404, 1, 1), dt.date(2025, 3, 21), id="and in the next"),
        pytest.param(hijri(1445, 9, 1), dt.date(2024, 3, 11), id="the month of fasting"),
        pytest.param(hijri(1446, 1, 1), dt.date(2024, 7, 8), id="the year of the moon, as tables count it"),
        pytest.param(persian(1403, 13, 1), None, id="no such month"),
        pytest.param(persian(1403, 8, 31), None, id="no such day"),
    ],
)
def test_other_calendars(found: dt.date | None, expected: dt.date | None) -> None:
    assert found == expected
