"""Captions, subheads and paragraphs told apart; pictures of a page joined with the line under them."""

import pytest

from services.normalize.fields.captions import Totals, likeliest
from services.normalize.pipeline import normalize
from shared.article import Block
from shared.envelope import Raw, Source
from tests.unit.normalize.doors import page as of_page
from tests.unit.normalize.doors import schema_org, shown

LONG = "Nước đã rút ở vùng cao nhưng vùng trũng vẫn còn ngập sâu gần một mét, người dân phải đi thuyền. " * 3
LEAD = "Sáng nay mưa rất to ở nhiều nơi trong tỉnh khiến nhiều tuyến đường bị ngập và trường học phải cho nghỉ."


def blocks(body: str, media_type: str = "text/plain") -> tuple[Block, ...]:
    """The body's blocks."""
    source = Source(kind="drop", name="", language="vi")
    return normalize(Raw(source=source, media_type=media_type, body=body.encode(), received_us=1)).blocks


def page(middle: str) -> str:
    """A page with one thing between lead and text."""
    head = "<html lang='vi'><head><title>Mưa lớn ở Huế</title></head><body><article><h1>Mưa lớn ở Huế</h1>"
    return f"{head}<p><b>{LEAD}</b></p>{middle}<p>{LONG}</p><p>{LONG}</p></article></body></html>"


def test_a_line_between_blank_lines_is_a_caption_and_one_close_to_the_text_a_subhead() -> None:
    above = f"Mưa lớn ở Huế\n\n{LEAD}\n\nMột con đường ở Huế ngập sâu\n\n{LONG}\n{LONG}\n"
    text = f"{above}Bài học từ trận lũ\n\n{LONG}\n{LONG}"
    assert [block.type for block in blocks(text)][:4] == ["caption", "paragraph", "paragraph", "subhead"]


@pytest.mark.parametrize(
    ("middle", "caption", "credit"),
    [
        pytest.param(
            '<p><img src="/a.jpg"></p><p><em>Một con đường ở Huế ngập sâu</em></p>',
            "Một con đường ở Huế ngập sâu",
            None,
            id="a line under it",
        ),
        pytest.param(
            '<p><img src="/a.jpg"></p><p>Đường ngập sâu. Ảnh: Minh Tâm/TTXVN</p>',
            "Đường ngập sâu.",
            "Minh Tâm/TTXVN",
            id="a line with its credit",
        ),
        pytest.param(
            '<figure><img src="/a.jpg"><figcaption>Đường ngập sâu (Ảnh: AFP)</figcaption></figure>',
            "Đường ngập sâu",
            "AFP",
            id="a figure",
        ),
    ],
)
def test_a_pages_picture_gets_its_caption(middle: str, caption: str, credit: str | None) -> None:
    picture = blocks(page(middle), "text/html")[0]
    assert (picture.type, picture.caption, picture.byline, picture.href) == ("picture", caption, credit, "/a.jpg")


def test_a_paragraph_under_a_picture_stays_one() -> None:
    kinds = [block.type for block in blocks(page('<p><img src="/a.jpg"></p>'), "text/html")]
    assert kinds == ["picture", "paragraph", "paragraph"]


def test_two_subheads_in_a_row_are_unlikely() -> None:
    near: Totals = {"caption": 1.9, "subhead": 2.0, "paragraph": 0.0}
    assert likeliest([{"paragraph": 0.0}, near, near, {"paragraph": 0.0}])[1:3].count("subhead") == 1


def test_the_lines_are_judged_together_not_one_after_the_other() -> None:
    lines: list[Totals] = [{"caption": 10.0, "paragraph": 0.0}, {"subhead": 5.0, "paragraph": 0.0}]
    follows = {"caption": {"subhead": -100.0}}
    assert likeliest(lines, follows) == ["caption", "paragraph"]  # the likelier caption rules the subhead out
    assert likeliest(lines, {}) == ["caption", "subhead"]


def test_a_subhead_at_the_end_is_unlikely() -> None:
    assert likeliest([{"paragraph": 0.0}, {"caption": 1.0, "subhead": 2.0, "paragraph": 0.0}])[1] == "caption"


RIVER = "The ferry had stood still for three weeks because the river was too high for any boat that the island owns."
ROAD = "The islanders had to take the long way round by the bridge, and the school bus never came, the mayor said."
AGENCY = "The ferry leaves the harbour of Marlow"
AGENCY_LONG = (
    f"{AGENCY} on its first trip since the flood while the mayor, two dogs and the whole school wave from the quay"
)


def english(*parts: str) -> list[tuple[str, object]]:
    """The blocks of an English page with these parts under its headline."""
    return shown(of_page(f"<article><h1>The ferry sails again</h1>{''.join(parts)}</article>").blocks)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("What the islanders say", "subhead"),
        ("What the islanders say about the bridge", "subhead"),
        (
            "What the islanders say about the long way round by the bridge and the school bus that never came",
            "paragraph",
        ),
        ("What they say about the long way round by the bridge, the school bus and the boat", "paragraph"),
    ],
)
def test_only_a_short_line_in_bold_is_a_subhead_of_a_page(line: str, kind: str) -> None:
    found = english(f"<p>{RIVER}</p><p><b>{line}</b></p><p>{ROAD}</p><p>{RIVER} Nobody was hurt.</p>")
    assert found[1] == (kind, line)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("It sails again.", "subhead"),
        ("It sails again today.", "paragraph"),
        ("Boats sail again today for all.", "paragraph"),
    ],
)
def test_a_sentence_of_four_words_right_under_the_headline_opens_the_text(line: str, kind: str) -> None:
    assert english(f"<p><b>{line}</b></p><p>{RIVER}</p><p>{ROAD}</p>")[0] == (kind, line)


@pytest.mark.parametrize(
    ("line", "block"),
    [
        (f"{AGENCY} (AFP)", Block(type="caption", text=AGENCY, byline="AFP")),
        (
            f"{AGENCY_LONG}. They had waited for three weeks, and nobody had thought that it would be so soon (AFP)",
            None,
        ),
    ],
)
def test_an_agency_in_brackets_credits_a_short_line_and_ends_a_long_one(line: str, block: Block | None) -> None:
    body = f"{RIVER}\n\n{line}\n\n{ROAD}"
    article = schema_org(headline="The ferry sails again", inLanguage="en", articleBody=body)
    assert article.blocks[1] == (block or Block(type="paragraph", text=line))
