"""Text broken at one width is joined again; text that is not stays as it is."""

import textwrap

import pytest

from services.normalize.pipeline import normalize
from shared.envelope import Raw, Source

FIRST = """A strong storm swept across the northern provinces on Monday, leaving thousands of homes without electricity,
and officials said that the repairs could take until the end of the week because many of the roads were blocked."""
SECOND = """The provincial power company said it had sent two hundred workers to repair the lines, and that another
hundred would follow from the south as soon as the airport could be used again by the larger aeroplanes."""
BODY = (FIRST.replace("\n", " "), SECOND.replace("\n", " "))


def blocks(text: str) -> list[str | None]:
    """The texts of the body's blocks."""
    raw = Raw(source=Source(kind="drop", name=""), media_type="text/plain", body=text.encode(), received_us=1)
    return [block.text for block in normalize(raw).blocks]


@pytest.mark.parametrize("width", [60, 72, 78])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_paragraphs_broken_at_a_width(width: int, newline: str) -> None:
    wrapped = [newline.join(textwrap.wrap(paragraph, width)) for paragraph in BODY]
    assert blocks((newline * 2).join(["Storm leaves thousands without power", *wrapped])) == list(BODY)


@pytest.mark.parametrize(
    ("lines", "whole"),
    [
        ("der Verein wurde von dem Kultur-\nund Sportamt der Stadt", "Kultur- und Sportamt"),
        ("der Verein wurde nach der Neu-\ngründung im Sommer", "Neugründung"),
    ],
)
def test_a_hyphen_before_and_is_no_broken_word(lines: str, whole: str) -> None:
    texts = blocks(f"Verein am Hafen\n\nSeit Montag steht es fest und ist bekannt:\n{lines} am Hafen ausgezeichnet.\n")
    assert whole in " ".join(text or "" for text in texts)


def test_a_byline_close_under_the_headline_is_no_more_of_it() -> None:
    head = ["Council of the harbour town votes to rebuild the pier", "By Jane Miller"]
    raw = Raw(source=Source(kind="drop", name="", language="en"), media_type="text/plain", received_us=1,
              body="\n".join([*head, *textwrap.wrap(BODY[0], 60), *textwrap.wrap(BODY[1], 60)]).encode())  # fmt: skip
    article = normalize(raw)
    assert article.headline == head[0]
    assert [person.name for person in article.people] == ["Jane Miller"]


def test_paragraphs_on_one_line_each_stay() -> None:
    assert blocks("\n".join(["Storm leaves thousands without power", *BODY])) == list(BODY)


def test_a_poem_stays_in_its_lines() -> None:
    poem = [f"The rain that fell on day {day}" for day in range(1, 9)]
    text = "\n".join(["Eight days of rain", "", *poem])
    raw = Raw(source=Source(kind="drop", name=""), media_type="text/plain", body=text.encode(), received_us=1)
    article = normalize(raw)
    lines = [article.description, *(block.text for block in article.blocks), *article.boilerplate]
    assert [line for line in lines if line is not None] == poem
