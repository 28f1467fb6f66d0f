"""A body that stands alone: what feeds and other documents carry as markup."""

import pytest

from services.normalize.html.fragment import pieces_of_fragment


@pytest.mark.parametrize(
    ("markup", "shape", "words"),
    [
        ("<ul><li>Bring <b>boots</b></li><li>Bring water</li></ul>", "list", "Bring boots Bring water"),
        ("<ol><li>Erstens</li><li>Zweitens</li></ol>", "list", "Erstens Zweitens"),
        ("<table><tr><td>Hải Phòng</td><td>12</td></tr><tr><td>Huế</td><td>7</td></tr></table>", "table", "Huế 7"),
        ("<blockquote><p>We waited for years.</p></blockquote>", "quote", "We waited for years."),
        ("<h3>What comes next</h3>", "heading", "What comes next"),
        ("<p>The ferry sails at noon.</p>", "paragraph", "The ferry sails at noon."),
        ("Loose words<br><br>and more of them", "paragraph", "and more of them"),
        ("<p><a>Words in an anchor that leads nowhere</a></p>", "paragraph", "Words in an anchor that leads nowhere"),
        ("<figure><img src='a.jpg'><figcaption>The new bridge</figcaption></figure>", "picture", "The new bridge"),
    ],
)
def test_every_kind_of_markup_gives_its_piece(markup: str, shape: str, words: str) -> None:
    pieces = pieces_of_fragment(f"<p>It rained on Monday, and the road was shut.</p>{markup}")
    assert any(piece.shape == shape and words in piece.text for piece in pieces)


def test_what_is_the_sites_own_is_told_and_not_lost() -> None:
    pieces = pieces_of_fragment("<p>It rained on Monday.</p><div class='share-bar'>Share this story</div>")
    assert [(piece.shape, piece.text) for piece in pieces] == [
        ("paragraph", "It rained on Monday."),
        ("debris", "Share this story"),
    ]


@pytest.mark.parametrize("markup", ["", "   ", "<p></p>", "<script>x()</script>"])
def test_nothing_to_read_gives_nothing(markup: str) -> None:
    assert pieces_of_fragment(markup) == ()
