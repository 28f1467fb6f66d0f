"""The form by which a person corrects an article: what was changed is changed, and nothing else."""

import datetime as dt

import pytest
from msgspec.structs import asdict

from services.web.correction_form import corrected, words_of
from shared.article import Article, Block, Person
from shared.errors import PermanentError

PICTURE = Block(type="picture", href="https://a.example/x.jpg", caption="The bridge")
ARTICLE = Article(
    headline="The bridge", byline="Ann Lee", people=(Person(name="Ann Lee"),), description="A lead.",
    first_created=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
    blocks=(
        Block(type="paragraph", text="One."), Block(type="subhead", text="Under"), PICTURE,
        Block(type="paragraph", text="Two."), Block(type="list", items=("a", "b")), Block(type="quote", text="Three."),
    ),
)  # fmt: skip


def form(**changes: str) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(words_of(ARTICLE)).items()} | changes


def blocks_of(body: str) -> list[str]:
    changed = corrected(ARTICLE, form(body=body))
    return [f"{block.type}: {block.text or block.caption or ','.join(block.items)}" for block in changed.blocks]


def test_the_form_has_the_words_of_the_article() -> None:
    assert words_of(ARTICLE).body == "One.\n\nUnder\n\nTwo.\n\nThree."
    assert words_of(ARTICLE).date == "2026-01-02T03:04:00+00:00"


def test_what_is_not_changed_is_no_correction() -> None:
    with pytest.raises(PermanentError, match="nothing was changed"):
        corrected(ARTICLE, form(body="One.\r\n\r\nUnder\r\n\r\n\r\nTwo.\r\n\r\nThree.\r\n"))


def test_a_line_changes_its_field_alone() -> None:
    changed = corrected(ARTICLE, form(headline=" The old\n bridge "))
    assert (changed.headline, changed.byline, changed.blocks) == ("The old bridge", "Ann Lee", ARTICLE.blocks)
    assert corrected(ARTICLE, form(lead="")).description is None


def test_another_byline_is_read_anew() -> None:
    changed = corrected(ARTICLE, form(byline="Bob Ray"))
    assert (changed.byline, changed.people) == ("Bob Ray", ())


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        pytest.param(
            "One!\n\nUnder\n\nTwo.\n\nThree.",
            ["paragraph: One!", "subhead: Under", "picture: The bridge", "paragraph: Two.", "list: a,b",
             "quote: Three."],
            id="another word",
        ),
        pytest.param(
            "One.\n\nUnder it\n\nNew.\n\nTwo.\n\nThree.\n\nFour.",
            ["paragraph: One.", "subhead: Under it", "paragraph: New.", "picture: The bridge", "paragraph: Two.",
             "list: a,b", "quote: Three.", "paragraph: Four."],
            id="more paragraphs",
        ),
        pytest.param("Two.", ["picture: The bridge", "paragraph: Two.", "list: a,b"], id="fewer"),
        pytest.param("", ["picture: The bridge", "list: a,b"], id="none"),
    ],
)  # fmt: skip
def test_the_text_changes_where_it_stands_and_the_rest_stays(body: str, blocks: list[str]) -> None:
    assert blocks_of(body) == blocks


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-01-03T09:30+07:00", dt.datetime(2026, 1, 3, 2, 30, tzinfo=dt.UTC)),
        ("2026-01-03 09:30", dt.datetime(2026, 1, 3, 9, 30, tzinfo=dt.UTC)),
        ("", None),
    ],
)
def test_a_date_is_read(date: str, moment: dt.datetime | None) -> None:
    assert corrected(ARTICLE, form(date=date)).first_created == moment


def test_what_is_no_date_and_what_leaves_nothing_is_refused() -> None:
    with pytest.raises(PermanentError, match="'tomorrow' is no date"):
        corrected(ARTICLE, form(date="tomorrow"))
    with pytest.raises(PermanentError, match="withdraw it instead"):
        corrected(Article(headline="x"), {"headline": ""})
