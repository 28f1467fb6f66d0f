"""Kinds of copy that desks drop: without a headline, of few lines, sung, with tables; each read as what it is."""

import pytest

from services.normalize.fields.line_labels import STATES, State, _model, follows, may_open
from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source

HEADLINE = "Harbour town votes to rebuild its wooden pier"
FIRST = "The town council voted on Monday night to rebuild the wooden pier that a storm tore away in January."
SECOND = "Engineers told the meeting that the old piles could carry the new deck if they were set in concrete first."
THIRD = "Work should begin in May and take about ten months, the mayor said, and the ferries will run as usual."
BODY = [FIRST, SECOND, THIRD]


def read(text: str, language: str | None = "en") -> Article:
    """The article in a text."""
    source = Source(kind="drop", name="", language=language)
    return normalize(Raw(source=source, media_type="text/plain", body=text.encode(), received_us=1_710_300_000_000_000))


def texts(article: Article) -> list[str | None]:
    """The standfirst and the texts of all blocks."""
    return [text for text in (article.description, *(block.text for block in article.blocks)) if text]


@pytest.mark.parametrize(
    "over",
    [
        pytest.param(["By Jane Miller"], id="a byline"),
        pytest.param(["PIER-VOTE", "By Jane Miller"], id="a slug and a byline"),
        pytest.param(["By Jane Miller", "March 12, 2024, 8:15 am"], id="a byline and a date"),
    ],
)
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_copy_without_a_headline_has_none(over: list[str], gap: str) -> None:
    article = read(gap.join([*over, *BODY]))
    assert article.headline is None
    assert [person.name for person in article.people] == ["Jane Miller"]
    assert texts(article) == BODY


@pytest.mark.parametrize(
    ("language", "byline", "name", "body"),
    [
        (
            "de",
            "Von Clara Lindner",
            "Clara Lindner",
            "Der Stadtrat hat am Montagabend für den Bau der Brücke gestimmt.",
        ),
        ("nl", "Door: Jan de Vries", "Jan de Vries", "De gemeenteraad heeft maandag gestemd voor een nieuwe pier."),
        ("ru", "Автор: Анна Белова", "Анна Белова", "Городской совет в понедельник одобрил строительство моста."),
        (
            "tr",
            "Yazan: Ayşe Demir",
            "Ayşe Demir",
            "Belediye meclisi pazartesi akşamı yeni iskeleyi onayladı.",
        ),
        (
            "vi",
            "Bài: Hoài Nam",
            "Hoài Nam",
            "Tối thứ hai, hội đồng thị trấn đã thông qua kế hoạch xây cầu cảng gỗ.",
        ),
    ],
)
def test_a_byline_right_over_the_text_is_no_headline(language: str, byline: str, name: str, body: str) -> None:
    article = read(f"{byline}\n\n{body}", language)
    assert article.headline is None
    assert [person.name for person in article.people] == [name]
    assert texts(article) == [body]


@pytest.mark.parametrize("text", ["The pier opened again on Monday.", "Pier reopens"])
def test_one_line_is_a_headline(text: str) -> None:
    assert read(text).headline == text


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_release_may_have_two_titles(gap: str) -> None:
    second = "Work on the landmark begins in May with oak from local woods"
    article = read(f"FOR IMMEDIATE RELEASE\n\n{HEADLINE}{gap}{second}\n\n" + "\n\n".join(BODY))
    assert (article.headline, article.description) == (HEADLINE, second)
    assert article.boilerplate == ("FOR IMMEDIATE RELEASE",)


@pytest.mark.parametrize("byline", ["By Jane Miller and Tom Hart, The Vell Herald", "By Jane Miller, Herald staff"])
def test_a_byline_with_more_than_names_is_a_byline(byline: str) -> None:
    article = read("\n\n".join([HEADLINE, byline, *BODY]))
    assert article.byline == byline
    assert texts(article) == BODY


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        (["Name\tCity\tBoats", "Ann Roe\tPort Vell\t310", "John May\tNew Haven\t280"], 3),
        (["Month\tVisitors", "May\t310", "June\t280"], 2),
        (["Pier | Built | Length", "Old Pier | 1904 | 310", "New Pier | 1921 | 280"], 3),
    ],
)
@pytest.mark.parametrize("ends", [True, False], ids=["last", "amid the text"])
def test_rows_are_no_people_and_no_notes(rows: list[str], cells: int, ends: bool) -> None:
    article = read("\n\n".join([HEADLINE, FIRST, "\n".join(rows), *([] if ends else [SECOND])]))
    (table,) = [block.rows for block in article.blocks if block.type == "table"]
    assert [len(row) for row in table] == [cells] * len(rows)
    assert article.headline == HEADLINE
    assert article.people == ()
    assert article.boilerplate == ()


def test_a_refrain_is_text_each_time() -> None:
    refrain = "And the sea goes on."
    lines = [FIRST, refrain, SECOND, refrain, THIRD, refrain]
    assert texts(read("\n\n".join(["The pier song", *lines]))) == lines


def test_a_song_keeps_its_lines() -> None:
    verses = ["Row, row, row your boat.", "Gently down the stream.", "Merrily, merrily.", "Row, row, row your boat.",
              "Merrily, merrily.", "Life is but a dream."]  # fmt: skip
    article = read("\n".join(["The pier song", "", *verses]))
    assert article.headline == "The pier song"
    assert texts(article) == verses
    assert article.boilerplate == ()


WIRE = """PORT VELL (HP) - The town council of Port Vell voted on Monday
to rebuild the wooden pier that a storm tore away in January.
Work should begin in May, the mayor said."""
BROKEN = """The town council of Port Vell voted on Monday to re-
build the wooden pier that a storm tore away in Jan-
uary and damaged the ferry landing."""
TWO = """The town council of Port Vell voted on Monday to rebuild the
wooden pier that a storm tore away."""


@pytest.mark.parametrize("wrapped", [WIRE, BROKEN, TWO], ids=["a wire's lines", "words broken", "two lines"])
@pytest.mark.parametrize("over", ["", "bc-pier\n"])
def test_short_wrapped_copy_is_an_article(wrapped: str, over: str) -> None:
    article = read(f"{over}Council votes to rebuild pier\n\n{wrapped}\n")
    assert article.headline == "Council votes to rebuild pier"
    whole = wrapped.replace("-\n", "").replace("\n", " ").removeprefix("PORT VELL (HP) - ")
    assert " ".join(filter(None, texts(article))) == whole
    assert article.boilerplate == (("bc-pier",) if over else ())


@pytest.mark.parametrize(
    ("tag", "headline", "first", "last", "name"),
    [
        ("ja", "港の朝市、十年ぶりに再開", "港で十四日、途絶えていた朝市が再開し、多くの買い物客でにぎわった。",
         "主催者の佐藤健さん（五十八）は「笑顔が戻ってうれしい」と話した。", "鈴木花子"),
        ("de", "Stadtrat stimmt für Brücke", "Der Stadtrat hat am Montag für den Bau der Brücke am Hafen gestimmt.",
         "Die Arbeiten beginnen nach Angaben der Stadt im Mai und dauern zehn Monate.", "Anna Berg"),
        ("vi", "Xây lại cầu cảng gỗ", "Tối thứ hai, hội đồng thị trấn đã thông qua kế hoạch xây lại cầu cảng gỗ.",
         "Công trình sẽ khởi công vào tháng năm và kéo dài khoảng mười tháng.", "Thu Hà"),
    ],
)  # fmt: skip
def test_a_name_in_brackets_behind_the_last_sentence_signs_the_text(
    tag: str, headline: str, first: str, last: str, name: str
) -> None:
    signed = f"（{name}）" if tag == "ja" else f" ({name})"
    article = read(f"{headline}\n\n{first}\n\n{last}{signed}", tag)
    assert [person.name for person in article.people] == [name]
    assert article.byline == name
    assert texts(article) == [first, last]


def test_a_name_in_brackets_within_a_sentence_signs_nothing() -> None:
    assert read(f"{HEADLINE}\n\n{FIRST}\n\nThe work was planned by the town's engineer (Anna Berg)").people == ()


@pytest.mark.parametrize(("stamp", "rest"), [("Đà Nẵng", "Sau năm ngày"), ("TP HCM", "Hơn bốn"), ("Mỹ", "Tổng thống")])
def test_a_place_that_runs_into_the_first_word_is_the_dateline(stamp: str, rest: str) -> None:
    first = f"{rest} nghỉ tránh lũ, hơn 4.000 học sinh ở Quế Sơn quay lại trường trong khi bàn ghế còn chưa khô."
    article = read(f"Lũ rút, học sinh Quế Sơn trở lại lớp\n\n{stamp}{first}\n\n{first}", "vi")
    assert (article.dateline, article.located) == (stamp, stamp)
    assert texts(article)[0] == first


def test_states_without_a_headline_open_the_text_under_a_byline_a_date_or_a_slug() -> None:
    paragraph = State("body", "para")
    assert {one.label for one in STATES if one.zone == "pre" and follows(one, paragraph)} == {"byline", "date", "slug"}
    assert [state.label for state in STATES if state.zone == "body" and may_open(state)] == ["para"]


def test_a_text_never_goes_from_its_head_to_its_foot_unpunished() -> None:
    foot, headline = STATES.index(State("foot", "note")), STATES.index(State("headline", "headline"))
    assert dict(_model().after[headline])[foot] < min(
        weight for at, weight in _model().after[headline] if STATES[at].zone == "body"
    )
