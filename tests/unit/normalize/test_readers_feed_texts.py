"""Summary beside content: the longer never goes, what one says beyond the other stays, nothing is said twice."""

import msgspec
import pytest

from services.normalize.readers.feed_texts import join_texts, pictures_of, with_pictures, without_invitation
from services.normalize.readers.markup import pieces_of_markup
from tests.unit.normalize.inputs import feed_article

BODY = [
    ("paragraph", "The ferry to the island runs again."),
    ("paragraph", "It had stood still for three weeks because the river was too high."),
]
LONG = "".join(f"<p>{text}</p>" for _, text in BODY)


def joined(summary: str, content: str) -> tuple[str | None, list[tuple[str, str]]]:
    lead, body = join_texts(pieces_of_markup(summary, None, "$.summary"), pieces_of_markup(content, None, "$.content"))
    return lead, [(piece.shape, piece.text) for piece in body]


@pytest.mark.parametrize(
    ("summary", "lead", "body"),
    [
        pytest.param("", None, BODY, id="none"),
        pytest.param("<p>Boats sail.</p>", "Boats sail.", BODY, id="words of its own"),
        pytest.param("The ferry to the island runs again. It had stood st", None, BODY, id="cut in a word"),
        pytest.param("<p>The ferry to the island runs […]</p>", None, BODY, id="cut and marked"),
        pytest.param("It had stood still for three weeks", None, BODY, id="a sentence from within"),
        pytest.param("<p>The ferry to … <a>Continue reading Ferries</a></p>", None,
                     [*BODY, ("debris", "Continue reading Ferries")], id="an invitation"),
        pytest.param("The ferry to the island runs again.", None,
                     [("lead", BODY[0][1]), BODY[1]], id="the first paragraph"),
        pytest.param("<ul><li>Boats</li></ul><p>Sails.</p>", "Sails.", [("list", "Boats"), *BODY], id="a list too"),
        pytest.param(LONG + "<p>More of it.</p>", None, [*BODY, ("paragraph", "More of it.")], id="all and more"),
    ],
)  # fmt: skip
def test_summary_and_content_lose_nothing(summary: str, lead: str | None, body: list[tuple[str, str]]) -> None:
    assert joined(summary, LONG) == (lead, body)


def test_a_longer_summary_comes_first_and_the_content_stays() -> None:
    assert joined(LONG, "<p>See the pictures.</p>") == (None, [*BODY, ("paragraph", "See the pictures.")])


@pytest.mark.parametrize(
    ("text", "parts", "is_cut"),
    [
        ("Words of it … Continue reading Ferries", ["Words of it …", "Continue reading Ferries"], True),
        ("Words of it … More of “Ferries” here", ["Words of it …", "More of “Ferries” here"], True),
        ("Words of it […]", ["Words of it […]"], True),
        ("He said … nothing at all.", ["He said … nothing at all."], False),
        ("Words of it.", ["Words of it."], False),
    ],
)
def test_an_invitation_to_read_on_is_no_part_of_the_text(text: str, parts: list[str], is_cut: object) -> None:
    body, cut = without_invitation(pieces_of_markup(f"<p>{text}</p>", None, "$"), "Ferries", "en")
    assert ([piece.text for piece in body], cut) == (parts, is_cut)
    assert [piece.shape for piece in body] == ["paragraph", "debris"][: len(parts)]


def test_pictures_beside_the_text_keep_their_words_once() -> None:
    body = pieces_of_markup("<img src='http://p.example/1.jpg'><p>A hill</p>", None, "$")
    pictures = (
        ("http://p.example/1.jpg", "Seen from above", "Ann Lee"),
        ("http://p.example/2.jpg", "A hill", None),
        ("", "A &amp; B", None),
    )
    assert [
        (piece.shape, piece.text, piece.byline, piece.href) for piece in with_pictures(body, pictures_of(pictures, "$"))
    ] == [
        ("picture", "Seen from above", "Ann Lee", "http://p.example/1.jpg"),
        ("paragraph", "A hill", None, None),
        ("picture", "", None, "http://p.example/2.jpg"),
        ("caption", "A & B", None, None),
    ]


def test_an_entry_archived_by_an_older_release_is_read() -> None:
    old = {
        "feed": "u",
        "title": "T",
        "summary": "The ferry sails again.",
        "pictures": [["http://p.example/1.jpg", None, None]],
    }
    article = feed_article(msgspec.json.encode(old))
    assert (article.headline, [block.type for block in article.blocks]) == ("T", ["paragraph", "picture"])
