"""An article at a terminal: every field with the place it was read from, and nothing that could steer the terminal."""

import datetime as dt

import pytest

from services.cli.printing import (
    NO_BREAK,
    ago,
    article_lines,
    clean,
    counted,
    fitted,
    moment,
    person_line,
    table,
    timeline_lines,
)
from shared.article import Article, Block, Candidate, Evidence, Person
from shared.envelope import Event

HANOI = dt.timezone(dt.timedelta(hours=7))
AT = dt.datetime(2015, 11, 9, 5, 34, tzinfo=HANOI)
ARTICLE = Article(
    headline="Chợ nổi mở thêm bến thuyền",
    first_created=AT,
    version_created=AT + dt.timedelta(hours=2),
    people=(Person(name="Anh Phong", rel=("author", "photographer")), Person(name="Lan", rel=("translator",))),
    sources=("TTXVN",),
    dateline="TTH",
    language="vi",
    blocks=(
        Block(type="caption", text="Sơ chế mủ cao su", byline="Lan"),
        Block(type="picture", href="https://example.org/a.jpg", caption="Cạo mủ"),
        Block(type="paragraph", text="một hai ba"),
        Block(type="list", items=("bốn", "năm")),
    ),
    boilerplate=("Chia sẻ bài viết",),
    evidence=(
        Evidence(
            field="firstCreated",
            rule="date line",
            sure=0.9,
            start=0,
            end=18,
            quote="09/11/2015 - 05:34",
            lost=(Candidate(value="11/09/2015", rule="month first"),),
        ),
        Evidence(field="headline", rule="og:title", sure=0.8, path="/html/head/meta[3]"),
        Evidence(field="blocks[0]", rule="short line", sure=0.7, start=30, end=46),
        Evidence(field="blocks[2]", rule="signs of a paragraph", sure=0.6, start=50, end=60),
        Evidence(field="language", rule="letters", sure=1.0),
    ),
)


def shown(article: Article, *, detailed: bool = False) -> str:
    return "\n".join(article_lines(article, detailed=detailed))


@pytest.mark.parametrize(
    "words",
    [
        "Chợ nổi mở thêm bến thuyền\nfrom /html/head/meta[3]",
        "When       Monday 9 November 2015, 05:34 (UTC+07:00)\n             from characters 0–18: “09/11/2015 - 05:34”",
        "Changed    Monday 9 November 2015, 07:34",
        "By         Anh Phong, author and photographer\n             Lan, translator",
        "Source     TTXVN",
        "Dateline   TTH",
        "Language   vi\n  ",
        "Captions   Sơ chế mủ cao su (Lan)\n             from characters 30–46\n             Cạo mủ",
        "Body       1 caption, 1 picture, 1 paragraph, 1 list, 10 words",
        "Removed    Chia sẻ bài viết",
    ],
)
def test_every_field_stands_with_its_place(words: str) -> None:
    assert words in shown(ARTICLE)


def test_details_add_rules_how_sure_and_what_lost() -> None:
    text = shown(ARTICLE, detailed=True)
    assert "from characters 0–18 by date line, 90% sure: “09/11/2015 - 05:34”" in text
    assert "not “11/09/2015” (month first)" in text
    assert "concluded by letters, 100% sure" in text
    assert "Paragraph  một hai ba\n             from characters 50–60 by signs of a paragraph, 60% sure" in text
    assert "List       bốn năm" in text
    assert "Paragraph  một" not in shown(ARTICLE)


def test_what_the_input_does_not_say_is_not_invented() -> None:
    text = shown(Article())
    assert "(no headline)" in text
    assert "When       the input does not say" in text
    assert "By" not in text
    day = Article(first_created=AT, precision="day")
    assert "When       Monday 9 November 2015\n" in shown(day)
    local = Article(local_day=dt.date(2015, 11, 9))
    assert "Monday 9 November 2015, the zone is not known" in shown(local)


def test_what_an_article_says_never_steers_the_terminal() -> None:
    assert clean("\x1b[31mred\x07\u202eabc\nTrần") == "·[31mred··abc·Trần"
    hostile = Article(headline="\x1b]0;x\x07", boilerplate=("\x1b[2J",), people=(Person(name="\x9b1m"),))
    assert not {"\x1b", "\x07", "\x9b"} & set(shown(hostile, detailed=True))


def test_people_are_named_with_what_they_did() -> None:
    assert person_line(Person(name="Anh Phong", rel=("author", "photographer"))) == "Anh Phong, author and photographer"
    assert person_line(Person(name="Lan")) == "Lan, author"


def test_a_body_is_counted() -> None:
    blocks = (Block(type="paragraph", text="một hai ba"), Block(type="quote", text="x"), Block(type="quote", text="y"))
    assert counted(blocks) == "1 paragraph, 2 quotes, 5 words"


def test_moments_carry_their_zone() -> None:
    assert moment(AT) == "Monday 9 November 2015, 05:34 (UTC+07:00)"
    assert moment(AT, day_only=True) == "Monday 9 November 2015"
    assert moment(AT.astimezone(dt.UTC)).endswith("22:34 (UTC)")


def test_the_timeline_tells_what_each_step_took() -> None:
    events = (
        Event(state="received", at_us=1_000_000),
        Event(state="working", at_us=1_200_000, note="host:1"),
        Event(state="indexed", at_us=1_250_000),
    )
    plain, detailed = ("".join(timeline_lines(events, detailed=flag)) for flag in (False, True))
    assert "received → working +0.200 s → indexed +0.050 s" in plain.replace(NO_BREAK, " ")
    assert "working +0.200 s (host:1)" in detailed.replace(NO_BREAK, " ")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (3, "3 s"), (89, "89 s"), (300, "5 min"), (7200, "2 h"), (4 * 86400, "4 days")],
)
def test_ages_are_rounded_as_people_do(seconds: int, said: str) -> None:
    assert ago(1_000_000_000, 1_000_000_000 + seconds * 1_000_000) == said


def test_columns_are_as_wide_as_they_need() -> None:
    assert list(table([("ID", "N"), ("a", "1"), ("long", "12")], right=frozenset({1}))) == [
        "ID     N",
        "a      1",
        "long  12",
    ]


@pytest.mark.parametrize(
    ("widths", "room", "whole", "fit"),
    [
        ([10, 20], 40, frozenset(), [10, 20]),
        ([10, 60], 40, frozenset(), [10, 28]),
        ([30, 60], 40, frozenset({0}), [30, 8]),
        ([30, 30], 40, frozenset(), [19, 19]),
        ([5, 5], 3, frozenset(), [5, 5]),
    ],
)
def test_the_widest_column_gives_way_until_a_table_fits(
    widths: list[int], room: int, whole: frozenset[int], fit: list[int]
) -> None:
    assert fitted(widths, room, whole) == fit
