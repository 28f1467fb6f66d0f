"""What no step took comes back as text, as another headline, or told as removed; nothing comes twice."""

import pytest

from shared.article import Article
from tests.unit.normalize.doors import MARKUP_DOORS, entry, ninjs, nitf, of_markup, page, paragraphs, read, shown

TITLE = "The ferry sails again"
TEXT = "The ferry had stood still for three weeks because the river was too high, and the islanders took the bridge."
MORE = "Nobody was hurt in those weeks, and the school bus came late on two days only, the mayor of the island said."


HEDLINE = f"<hedline><hl1>{TITLE}</hl1></hedline>"


def texts(article: Article) -> list[str | None]:
    return [block.text for block in article.blocks]


@pytest.mark.parametrize(
    "note",
    [
        "The bridge stood three weeks",
        "High water: the islanders and the ferry",
        "Three weeks still, too high",
        "The river again",
    ],
)
def test_words_that_stand_in_the_text_one_by_one_are_not_said_there(note: str) -> None:
    article = ninjs(headline=TITLE, body_text=f"{TEXT}\n\n{MORE}", ednote=note)
    assert article.boilerplate == (note,)


@pytest.mark.parametrize(
    "note", ["The ferry had stood still for three weeks", "because the river was too high", "The ferry sails again"]
)
def test_words_that_stand_together_in_the_text_are_told_once(note: str) -> None:
    assert ninjs(headline=TITLE, body_text=f"{TEXT}\n\n{MORE}", ednote=note).boilerplate == ()


def test_another_headline_made_of_the_texts_words_is_one() -> None:
    article = ninjs(
        headline=TITLE, headline_extended="The river stood still three weeks", body_text=f"{TEXT}\n\n{MORE}"
    )
    assert [other.value for other in article.alternate_headlines] == ["The river stood still three weeks"]


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("The quay at dawn. Photo: Ann Lee", "Ann Lee"),
        ("The quay at dawn. Photo by: Ann Lee", "Ann Lee"),
        ("The quay at dawn (Photo: Ann Lee/AFP)", "Ann Lee/AFP"),
    ],
)
@pytest.mark.parametrize("door", MARKUP_DOORS)
def test_the_label_of_a_credit_is_no_word_of_its_own(door: str, line: str, credit: str) -> None:
    figure = f"<figure><img src='https://p.example/1.jpg'/><figcaption>{line}</figcaption></figure>"
    article = of_markup(door, f"{paragraphs(TEXT)}{figure}{paragraphs(MORE)}")
    assert [block.byline for block in article.blocks if block.type == "picture"] == [credit]
    assert article.boilerplate == ()
    assert texts(article)[-1] == MORE


@pytest.mark.parametrize(
    "article",
    [
        pytest.param(entry(paragraphs("By Ann Lee", TEXT, MORE), authors=["Jane Doe"], language="en"), id="feed"),
        pytest.param(
            nitf(
                paragraphs("By Ann Lee", TEXT, MORE), f"<hedline><hl1>{TITLE}</hl1></hedline><byline>Jane Doe</byline>"
            ),
            id="NITF",
        ),
        pytest.param(
            ninjs(headline=TITLE, language="en", byline="Jane Doe", body_xhtml=paragraphs("By Ann Lee", TEXT, MORE)),
            id="ninjs",
        ),
    ],
)
def test_a_byline_beside_the_one_that_was_taken_is_told_and_no_text(article: Article) -> None:
    assert (article.byline, article.boilerplate, texts(article)) == ("Jane Doe", ("By Ann Lee",), [TEXT, MORE])


def test_a_date_line_beside_the_date_that_was_taken_is_told_and_no_text() -> None:
    article = entry(paragraphs("3 May 2024", TEXT, MORE), language="en", published="2024-05-01T10:00:00Z")
    assert (article.boilerplate, texts(article)) == (("3 May 2024",), [TEXT, MORE])


def test_a_sentence_that_begins_as_a_byline_does_is_text() -> None:
    sentence = "By Monday the boat had sailed nine times."
    assert texts(entry(paragraphs(TEXT, sentence, MORE), authors=["Jane Doe"], language="en")) == [TEXT, sentence, MORE]


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        pytest.param(f"<blockquote><p>{TITLE}</p><cite>Ann Lee, captain</cite></blockquote>",
                     ("paragraph", "Ann Lee, captain"), id="who said the quote that repeats the headline"),
        pytest.param(f"<table><caption>Trips in May</caption><tr><td>{TITLE}</td></tr></table>",
                     ("caption", "Trips in May"), id="what stood over a table of one cell"),
        pytest.param("<table><caption>Trips in May</caption><tr><td></td></tr></table>",
                     ("caption", "Trips in May"), id="what stood over an empty table"),
    ],
)  # fmt: skip
def test_what_stands_beside_a_piece_outlives_it(markup: str, kept: tuple[str, str]) -> None:
    assert shown(entry(f"{paragraphs(TEXT)}{markup}{paragraphs(MORE)}", title=TITLE).blocks) == [
        ("paragraph", TEXT),
        kept,
        ("paragraph", MORE),
    ]


@pytest.mark.parametrize("flash", ["Ferry sails again.", "Read more", "By Ann Lee", "3 May 2024"])
def test_a_flash_that_reads_like_a_line_of_a_site_is_not_thrown_away(flash: str) -> None:
    article = read(f"{TITLE}\n\n{flash}")
    said = [*texts(article), *article.boilerplate, article.byline, str(article.local_day), article.description]
    assert flash in said or "2024-05-03" in said


def test_a_summary_that_a_page_declares_and_prints_is_the_lead_once() -> None:
    head = f"<meta name=description content='{TEXT}'><meta property=og:description content='{TEXT}'>"
    article = page(f"<article><h1>{TITLE}</h1>{paragraphs(TEXT, MORE)}</article>", head)
    assert (article.description, texts(article)) == (TEXT, [MORE])
