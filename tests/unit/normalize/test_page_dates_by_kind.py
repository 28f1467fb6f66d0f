"""Who of a page is believed about its days: what is declared, printed, labelled, impossible or turned round."""

import datetime as dt
import json

import pytest

from services.normalize.grammar.machine_dates import Stamp
from services.normalize.html.date_witness import DateWitness, is_near, possible, told_by_labels, turned
from services.normalize.readings import RuleId
from shared.article import Article
from tests.unit.normalize.doors import page, paragraphs

TITLE = "The ferry sails again"
RIVER = "The ferry had stood still for three weeks because the river was too high for any boat that the island owns."
ROAD = "The islanders had to take the long way round by the bridge, and the school bus never came, the mayor said."
TEXT = paragraphs(RIVER, ROAD, f"{RIVER} {ROAD}")
MAY = "2024-05-{:02}T{:02}:00:00+00:00"


def made(under: str = "", head: str = "", url: str | None = None) -> Article:
    """A page with a line under its headline and elements in its head."""
    return page(f"<article><h1>{TITLE}</h1>{under}{TEXT}</article>", head, zone="UTC", url=url)


def json_ld(**members: str) -> str:
    item = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **members}
    return f"<script type='application/ld+json'>{json.dumps(item)}</script>"


def meta(name: str, value: str) -> str:
    return f"<meta property='{name}' content='{value}'>"


def told(article: Article) -> tuple[str | None, str | None]:
    """Day and hour of the publishing and of the last change."""
    return tuple(at and at.strftime("%d %H") for at in (article.first_created, article.version_created))  # type: ignore[return-value]  # two of them


@pytest.mark.parametrize(
    ("head", "under", "days"),
    [
        pytest.param(json_ld(datePublished=MAY.format(3, 10)), "", ("03 10", None), id="JSON-LD"),
        pytest.param(json_ld(datePublished=MAY.format(3, 10), dateModified=MAY.format(4, 11)), "",
                     ("03 10", "04 11"), id="JSON-LD with its change"),
        pytest.param(meta("article:published_time", MAY.format(3, 10)), "", ("03 10", None), id="meta"),
        pytest.param(meta("article:published_time", MAY.format(3, 10))
                     + meta("article:modified_time", MAY.format(5, 12)), "",
                     ("03 10", "05 12"), id="meta with its change"),
        pytest.param("", f"<time datetime='{MAY.format(3, 10)}'>3 May</time>", ("03 10", None), id="time element"),
        pytest.param("", "<p>Published 3 May 2024, 10:00</p>", ("03 10", None), id="printed with a label"),
        pytest.param("", "<p>Published: 3 May 2024, 10:00</p><p>Updated: 4 May 2024, 11:00</p>",
                     ("03 10", "04 11"), id="both printed with labels"),
        pytest.param("", "<p>3 May 2024, 10:00</p>", ("03 10", None), id="printed alone"),
        pytest.param(json_ld(datePublished=MAY.format(3, 10)), "<p>3 May 2024, 10:00</p>",
                     ("03 10", None), id="declared and printed"),
    ],
)  # fmt: skip
def test_the_days_of_a_page(head: str, under: str, days: tuple[str | None, str | None]) -> None:
    created, changed = told(made(under, head))
    assert created == days[0]
    assert changed in (days[1], days[1] or created)


@pytest.mark.parametrize(
    ("printed", "language", "day"),
    [
        ("03.05.2024, 10.00 Uhr", "de", "03 10"),
        ("2024年5月3日 10:00", "zh", "03 10"),
        ("3 mei 2024 10:00", "nl", "03 10"),
        ("3 de mayo de 2024, 10:00", "es", "03 10"),
        ("٣ مايو ٢٠٢٤ ١٠:٠٠", "ar", "03 10"),
    ],
)
def test_a_printed_day_is_read_in_the_language_of_its_page(printed: str, language: str, day: str) -> None:
    body = f"<article><h1>{TITLE}</h1><p>{printed}</p>{TEXT}</article>"
    assert told(page(body, language=language, zone="UTC"))[0] == day


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Le bac est resté immobile pendant trois semaines parce que la rivière était trop haute.", "03"),
        ("Phà đã phải dừng ba tuần vì nước sông quá cao nên người dân trên đảo phải đi đường vòng.", "03"),
        ("Die Fähre stand drei Wochen still, weil der Fluss zu hoch für jedes Boot der Insel war.", "03"),
        ("The ferry had stood still for three weeks because the river was too high for any boat.", "05"),
    ],
)
def test_figures_are_day_or_month_first_by_the_language_of_the_words(words: str, day: str) -> None:
    body = f"<article><h1>{words[:20]}</h1><p>03/05/2024 10:00</p>{paragraphs(words, words)}</article>"
    for language in ("en", "fr", "vi"):  # what the program calls the page says less than its words
        assert told(page(body, language=language, zone="UTC"))[0] == f"{day} 10"


def witness(
    day: int,
    rule: RuleId = RuleId.DATE_META,
    kind: str = "meta published",
    *,
    hour: int | None = 10,
    modified: bool = False,
    labelled: bool = False,
    other: int | None = None,
    year: int = 2024,
) -> DateWitness:
    """Somebody who says a day of May, at an hour of UTC or as a day alone."""
    stamp = stamp_of(day, hour, year)
    return DateWitness(
        stamp=stamp,
        rule=rule,
        kind=kind,
        modified=modified,
        labelled=labelled,
        turned=stamp_of(other, hour, year) if other is not None else None,
    )


def stamp_of(day: int, hour: int | None, year: int = 2024) -> Stamp:
    time = dt.time(hour) if hour is not None else None
    return Stamp(day=dt.date(year, 5, day), time=time, offset=0 if time else None)


RECEIVED = dt.date(2024, 5, 10)


@pytest.mark.parametrize(
    ("found", "days"),
    [
        pytest.param([witness(3)], [3], id="a day before the receipt"),
        pytest.param([witness(11, RuleId.DATE_LINE)], [11], id="a day after it, for zones differ"),
        pytest.param([witness(12, RuleId.DATE_LINE)], [], id="printed, and later: a day of what is told"),
        pytest.param([witness(12)], [12], id="declared, and later: an article of tomorrow's"),
        pytest.param([witness(3, year=1994)], [], id="before there were pages"),
        pytest.param([witness(3, year=1995)], [3], id="as old as a page can be"),
        pytest.param([witness(3, other=5)], [3], id="turned, and nobody says otherwise"),
        pytest.param([witness(3, other=5), witness(5)], [5, 5], id="turned, as another says it"),
        pytest.param([witness(3, other=5), witness(3)], [3, 3], id="turned, and another says it as it stands"),
        pytest.param([witness(20, other=5)], [5], id="turned, for it would be later than the receipt"),
        pytest.param([witness(20, other=25)], [20], id="later in both ways"),
    ],
)
def test_which_days_a_page_can_be_of(found: list[DateWitness], days: list[int]) -> None:
    assert [one.stamp.day.day for one in possible(found, RECEIVED)] == days


CHANGE = witness(5, kind="meta modified", modified=True)
OWN = witness(3, RuleId.DATE_JSON_LD, "datePublished of the article")


@pytest.mark.parametrize(
    ("found", "modified"),
    [
        pytest.param([OWN, witness(5), CHANGE], [False, True, True], id="a meta that repeats the change"),
        pytest.param([OWN, witness(4), CHANGE], [False, False, True], id="a meta of another day"),
        pytest.param([witness(5), CHANGE], [False, True], id="nobody says anything earlier"),
        pytest.param([OWN, witness(5, RuleId.DATE_LINE), CHANGE], [False, False, True], id="a line is as printed"),
        pytest.param([witness(3, RuleId.DATE_LINE, "line", labelled=True),
                      witness(5, RuleId.DATE_LINE, "line", labelled=True, modified=True), witness(5)],
                     [False, True, True], id="labels tell both days, and a meta repeats the second"),
        pytest.param([witness(3, RuleId.DATE_LINE, "line", labelled=True),
                      witness(5, RuleId.DATE_LINE, "line", labelled=True, modified=True), witness(3)],
                     [False, True, False], id="labels tell both days, and a meta says the first"),
    ],
)  # fmt: skip
def test_who_only_repeats_the_last_change(found: list[DateWitness], modified: list[bool]) -> None:
    assert [one.modified for one in told_by_labels(found)] == modified


@pytest.mark.parametrize(
    ("one", "near"),
    [
        (witness(3), True),
        (witness(3, modified=True), False),
        (witness(3, kind="time elsewhere"), False),
        (witness(3, kind="meta created"), False),
        (witness(3, kind="date of others"), False),
    ],
)
def test_who_speaks_of_the_publishing(one: DateWitness, *, near: bool) -> None:
    assert is_near(one) is near


@pytest.mark.parametrize(("day", "month", "other"), [(5, 3, (3, 5)), (12, 1, (1, 12)), (13, 3, None)])
def test_a_day_turned_round_is_a_day_where_there_is_such_a_month(
    day: int, month: int, other: tuple[int, int] | None
) -> None:
    found = turned(Stamp(day=dt.date(2024, month, day), time=dt.time(10), offset=0))
    assert (found and (found.day.day, found.day.month)) == other
    assert found is None or found.time == dt.time(10)
