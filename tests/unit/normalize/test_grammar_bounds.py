"""Where the small grammars begin and end: the last value that is one, and the first that is none."""

import datetime as dt

import pytest

from services.normalize.document import size
from services.normalize.grammar.clocks import clocks_in
from services.normalize.grammar.machine_dates import hijri, persian
from services.normalize.grammar.relative_dates import find_ago, relative_days
from services.normalize.grammar.titles import cuts, fold, is_site, letters, without_site
from services.normalize.grammar.wire_codes import without_code
from services.normalize.readings import Reading, RuleId, contradicting, rank, shortened, sureness

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ((1399, 1, 1), dt.date(2020, 3, 20)),
        ((1403, 1, 1), dt.date(2024, 3, 20)),
        ((1403, 6, 31), dt.date(2024, 9, 21)),  # six months of 31 days
        ((1403, 7, 1), dt.date(2024, 9, 22)),
        ((1403, 7, 30), dt.date(2024, 10, 21)),
        ((1403, 8, 1), dt.date(2024, 10, 22)),  # and then of 30
        ((1403, 12, 30), dt.date(2025, 3, 20)),  # a leap year
        ((1404, 1, 1), dt.date(2025, 3, 21)),
        ((1357, 11, 22), dt.date(1979, 2, 11)),
        ((1403, 7, 31), None),
        ((1403, 6, 32), None),
        ((1403, 1, 0), None),
        ((1403, 0, 1), None),
        ((1403, 13, 1), None),
    ],
)
def test_days_of_the_persian_calendar(date: tuple[int, int, int], day: dt.date | None) -> None:
    assert persian(*date) == day


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ((1445, 1, 1), dt.date(2023, 7, 19)),
        ((1445, 2, 1), dt.date(2023, 8, 18)),
        ((1445, 9, 1), dt.date(2024, 3, 11)),
        ((1446, 1, 1), dt.date(2024, 7, 8)),
        ((1446, 1, 30), dt.date(2024, 8, 6)),
        ((1446, 1, 31), None),
        ((1446, 1, 0), None),
        ((1446, 0, 1), None),
        ((1446, 13, 1), None),
    ],
)
def test_days_of_the_islamic_calendar(date: tuple[int, int, int], day: dt.date | None) -> None:
    found = hijri(*date)
    assert (found is None) is (day is None)
    assert day is None or found is None or abs((found - day).days) <= 1  # the moon may be seen a day later


@pytest.mark.parametrize(
    ("text", "seconds", "unit"),
    [
        ("2 hours ago", 2 * HOUR, HOUR),
        ("an hour ago", HOUR, HOUR),
        ("a minute ago", MINUTE, MINUTE),
        ("1 day, 3 hours ago", DAY + 3 * HOUR, HOUR),
        ("1 week 2 days ago", WEEK + 2 * DAY, DAY),
        ("vor 3 Tagen", 3 * DAY, DAY),
        ("vor einer Stunde", HOUR, HOUR),
        ("il y a 5 minutes", 5 * MINUTE, MINUTE),
        ("hace 2 horas", 2 * HOUR, HOUR),
        ("há uma hora", HOUR, HOUR),
        ("2 giờ trước", 2 * HOUR, HOUR),
        ("3時間前", 3 * HOUR, HOUR),
        ("5分钟前", 5 * MINUTE, MINUTE),
        ("2시간 전", 2 * HOUR, HOUR),
        ("2 часа назад", 2 * HOUR, HOUR),
    ],
)
def test_how_long_ago_in_any_language(text: str, seconds: int, unit: int) -> None:
    found = find_ago(f"{text} · 4 min")
    assert found is not None
    assert (found.seconds, found.unit, found.start, found.end) == (seconds, unit, 0, len(text))


@pytest.mark.parametrize(
    "text", ["2 hours", "in 2 hours", "2 hours agog", "ago 2 hours", "Chicago 3", "vor der Stunde", "3 days later", ""]
)
def test_a_length_of_time_is_not_how_long_ago(text: str) -> None:
    assert find_ago(text) is None


@pytest.mark.parametrize(
    ("language", "word", "days"),
    [("en", "yesterday", 1), ("de", "gestern", 1), ("vi", "hôm qua", 1), ("fr", "hier", 1), ("en", "today", 0)],
)
def test_days_told_from_today(language: str, word: str, days: int) -> None:
    pattern, counts = relative_days(language)
    match = pattern.search(f"{word}, 10:00")
    assert match is not None
    assert counts[match[0].casefold()] == days


@pytest.mark.parametrize(
    ("text", "language", "time"),
    [
        ("05:34", "en", (5, 34)),
        ("5:34 PM", "en", (17, 34)),
        ("5.34 p.m.", "en", (17, 34)),
        ("12:05 a.m.", "en", (0, 5)),
        ("12:05 p.m.", "en", (12, 5)),
        ("11:59 PM", "en", (23, 59)),
        ("24:00", "en", (0, 0)),
        ("17h30", "fr", (17, 30)),
        ("5 giờ 34 phút", "vi", (5, 34)),
        ("3 giờ chiều", "vi", (15, 0)),
        ("10 giờ tối", "vi", (22, 0)),
        ("7 giờ tối", "vi", (19, 0)),
        ("2 giờ sáng", "vi", (2, 0)),
        ("下午3点20分", "zh", (15, 20)),
        ("上午9点", "zh", (9, 0)),
        ("晚上12点", "zh", (0, 0)),
        ("3点半", "zh", (3, 30)),
        ("中午12点", "zh", (12, 0)),
        ("中午1点", "zh", (13, 0)),
        ("kl. 10.15", "da", (10, 15)),
    ],
)
def test_a_clock_in_the_words_of_its_language(text: str, language: str, time: tuple[int, int]) -> None:
    assert [(clock.time.hour, clock.time.minute) for clock in clocks_in(text, language)] == [time]


@pytest.mark.parametrize(
    "text", ["25:00", "12:60", "24:01", "1:2", "3.5%", "10.15 million", "http://p.example:80", "1.2.3", "0-5:3"]
)
def test_figures_that_are_no_clock(text: str) -> None:
    assert clocks_in(text, "en") == []


@pytest.mark.parametrize(
    ("title", "sites", "headline"),
    [
        ("Ferry sails again | Marlow Post", {"marlowpost"}, "Ferry sails again"),
        ("Ferry sails again - Marlow Post", {"marlowpost"}, "Ferry sails again"),
        ("Marlow Post: Ferry sails again", {"marlowpost"}, "Ferry sails again"),
        ("Ferry sails again — Islands — Marlow Post", {"marlowpost"}, "Ferry sails again — Islands"),
        ("The ferry sails once again | News | Marlow", {"marlowpost"}, "The ferry sails once again"),
        ("Ferry sails | again", set(), "Ferry sails | again"),  # so short that the bar may be the headline's
        ("Ferry - sails again", set(), "Ferry - sails again"),
        ("Marlow Post", {"marlowpost"}, "Marlow Post"),  # what is nothing else stays
        ("la « gravité » du moment", {"moment"}, "la « gravité » du moment"),
    ],
)
def test_the_sites_name_is_cut_off_either_end_of_a_title(title: str, sites: set[str], headline: str) -> None:
    assert without_site(title, sites) == headline


@pytest.mark.parametrize(
    ("text", "site", "same"),
    [
        ("Marlow Post", "marlowpost", True),
        ("The Marlow Post", "marlowpost", True),
        ("Marlow", "marlowpost", True),
        ("Post of all the islands round Marlow Post and more", "marlowpost", False),
        ("AP", "ap", True),  # three letters only as a whole
        ("APA", "ap", False),
        ("map", "apple", False),
        ("", "marlowpost", False),
    ],
)
def test_what_names_the_site_more_or_less(text: str, site: str, *, same: bool) -> None:
    assert is_site(text, {site}) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Ferry” sails", '"ferry" sails'),
        ("Ferry – sails", "ferry - sails"),
        ("Ferry\u00a0sails…", "ferry sails..."),
        ("Fer\u00adry sails", "Ferry sails"),
        ("Ferry's", "FERRY’S"),
    ],
)
def test_titles_are_the_same_whatever_their_signs(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert letters(one) == letters(other)


def test_the_parts_of_a_title_are_all_runs_of_them_but_the_whole() -> None:
    assert cuts("Ferry sails | Islands | Marlow") == [
        "Ferry sails", "Ferry sails | Islands", "Islands", "Islands | Marlow", "Marlow",
    ]  # fmt: skip
    assert cuts("Ferry sails") == []


@pytest.mark.parametrize(
    ("headline", "tag", "told"),
    [
        ("UPDATE 12-Ferry sails", "en", "Ferry sails"),
        ("WRAPUP 3: Ferry sails", "en", "Ferry sails"),
        ("ROUNDUP 2: Fähre fährt", "de", "Fähre fährt"),
        ("KORR: Fähre fährt", "xx", "KORR: Fähre fährt"),
        ("Ferry 2 sails", "en", "Ferry 2 sails"),
        ("(Lead) Ferry sails", "en", "Ferry sails"),
        ("(A very long remark) Ferry sails", "en", "(A very long remark) Ferry sails"),
    ],
)
def test_codes_of_wires_by_their_form(headline: str, tag: str, told: str) -> None:
    assert without_code(headline, tag) == told


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("one", 1), ("one two  three", 3), ("渡轮恢复通航了", 3), ("ferry 渡轮恢复", 3), ("x" * 10_001, 1_250)],
)
def test_how_many_words_a_line_has(text: str, words: int) -> None:
    assert size(text) == words


def reading(value: str, rule: RuleId, weight: float | None = None, field: str = "headline") -> Reading:
    return Reading(field=field, value=value, rule=rule, weight=weight)


def test_the_surest_reading_is_believed_and_of_two_as_sure_the_first() -> None:
    one, two = reading("One", RuleId.OG_TITLE), reading("Two", RuleId.HEADING)
    strong, weak = reading("Three", RuleId.PAGE_TITLE), reading("Four", RuleId.JSON_LD_NAME, weight=3.0)
    for readings, first in (([one, two], "One"), ([two, one], "Two"), ([strong, one], "One"), ([one, weak], "Four")):
        ranking = rank("headline", readings)
        assert ranking is not None
        assert ranking.believed.value == first
        assert ranking.sure == ranking.believed.sure


def test_readings_of_other_fields_and_of_the_same_value_contradict_nothing() -> None:
    same, other = reading("One", RuleId.HEADING), reading("2024", RuleId.DATE_META, field="first_created")
    ranking = rank("headline", [reading("One", RuleId.OG_TITLE), same, other, reading("Two", RuleId.PAGE_TITLE)])
    assert ranking is not None
    assert [lost.value for lost in ranking.lost] == ["Two"]
    assert rank("headline", [other]) is None
    assert contradicting([]) == ()


@pytest.mark.parametrize(("weight", "sure"), [(0.0, 0.5), (2.0, 0.881), (-2.0, 0.119), (1e9, 1.0), (-1e9, 0.0)])
def test_a_weight_in_logits_is_a_share(weight: float, sure: float) -> None:
    assert sureness(weight) == pytest.approx(sure, abs=0.001)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 200, "a" * 200),
        ("word " * 40 + "more", ("word " * 40)),
        ("word " * 39 + "longer than that", "word " * 39),
        ("x" * 250, "x" * 200),  # one word alone is cut: else nothing would be left
    ],
)
def test_a_quote_is_cut_where_a_word_ends(text: str, kept: str) -> None:
    assert shortened(text) == kept
