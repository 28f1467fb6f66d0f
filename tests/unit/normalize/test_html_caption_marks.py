"""How newsrooms of many countries mark a caption and its credit, and which pictures are not the article's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.document import Draft, Piece
from services.normalize.grammar.credit_lines import clean_credit
from services.normalize.html.caption_lines import split_credit
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source

TEXT = "<p>The council decided that the old bridge must be closed for a year, the mayor said on Tuesday night.</p>" * 3
DUSK = "The old bridge at dusk"


def draft(before: str = "", within: str = "", frame: str = "article-body") -> Draft:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0)
    head = "<title>Bridge closed</title><body><article><h1>Bridge closed</h1>"
    return read(f"{head}<div class='{frame}'>{before}<div>{TEXT}{within}{TEXT}</div></div></article></body>", raw)


def pictures(draft: Draft) -> list[tuple[str, str | None]]:
    pieces: tuple[Piece, ...] = draft.pieces
    return [(piece.text, piece.byline) for piece in pieces if piece.shape == "picture" and (piece.text or piece.byline)]


def figure(caption: str, image: str = "<img src=a>") -> str:
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize(
    ("markup", "caption", "credit"),
    [
        pytest.param(
            figure(f"<span>{DUSK}.</span><span><b>Credit...</b><i>Mary Shaw for The Times</i></span>"),
            f"{DUSK}.",
            "Mary Shaw for The Times",
            id="a bare label names the words after it",
        ),
        pytest.param(
            f"<figure><div><img src=a><p><span>Image source, </span>Getty Images</p></div>"
            f"<figcaption><span>Image caption, </span>{DUSK}</figcaption></figure>",
            DUSK,
            "Getty Images",
            id="the credit stands beside the figcaption",
        ),
        pytest.param(
            f"<div class=image><img src=a><div class=image__caption>{DUSK}.</div>"
            "<figcaption class=image__credit>Mary Shaw/AFP</figcaption></div>",
            f"{DUSK}.",
            "Mary Shaw/AFP",
            id="the figcaption holds the credit",
        ),
        pytest.param(
            f"<div class=image><img src=a><div class=image__title>{DUSK}</div>"
            "<div class=image__author>Mary Shaw / Talbote</div></div>",
            DUSK,
            "Mary Shaw / Talbote",
            id="a title and an author of the picture",
        ),
        pytest.param(
            f"<div class=wrap><img src=a><div class=image-text><span>{DUSK}</span><br>"
            "<span class=author><span class=author-label>Image:</span> <span class=name>GCIS</span></span></div></div>",
            DUSK,
            "GCIS",
            id="a label of its own inside the credit",
        ),
        pytest.param(
            figure(DUSK, f"<img src=a alt='{DUSK}' title='{DUSK} | AFP/Mary Shaw'>"),
            DUSK,
            "AFP/Mary Shaw",
            id="the credit stands in the picture's title only",
        ),
        pytest.param(
            figure(DUSK, "<img src=a alt='Many people. (Photo: Mary Shaw)'>"),
            DUSK,
            "Mary Shaw",
            id="the credit stands in the alternative text only",
        ),
        pytest.param(
            figure(f"{DUSK} <span class=credit>Mary Shaw/Copyright 2024 The AP. All rights reserved.</span>"),
            DUSK,
            "Mary Shaw",
            id="an agency's legal phrase is no part of the credit",
        ),
        pytest.param(
            figure(f"{DUSK} <span class=copyright>dpa | 26.10.2025 | 2:43 min</span>"),
            DUSK,
            "dpa",
            id="a day and a playing time are no credit",
        ),
        pytest.param(figure(f"{DUSK}. <i>Mary Shaw/dpa</i>"), f"{DUSK}.", "Mary Shaw/dpa", id="an agency in italics"),
        pytest.param(
            figure(f"<span>3<span>of</span>4</span><span>{DUSK}</span> <small>Mary Shaw</small>"),
            DUSK,
            "Mary Shaw",
            id="the slide's number is no caption",
        ),
        pytest.param(
            f"<p><img src=a></p><p>{DUSK}. Photo: Mary Shaw</p>", f"{DUSK}.", "Mary Shaw", id="a line that ends so"
        ),
        pytest.param("<p><img src=a></p><p>Photo: Mary Shaw</p>", "", "Mary Shaw", id="nothing but a credit under it"),
    ],
)
def test_a_caption_and_its_credit_are_told_apart(markup: str, caption: str, credit: str | None) -> None:
    assert pictures(draft(within=markup)) == [(caption, credit)]


@pytest.mark.parametrize(
    "frame",
    [pytest.param("share-zone", id="sharing"), pytest.param("has-sidebar sidebar__layout", id="a sidebar's layout")],
)
def test_a_frame_round_the_whole_text_says_nothing_of_its_pictures(frame: str) -> None:
    assert pictures(draft(before=figure(f"{DUSK}. Foto: dpa"), frame=frame)) == [(f"{DUSK}.", "dpa")]


def test_a_head_with_a_caption_is_no_caption() -> None:
    shown = f"<figure><img src=a></figure><p class=caption>{DUSK}</p>"
    head = f"<div class='head hasCaption'><h2>What it costs</h2>{shown}</div>"
    assert pictures(draft(before=head)) == [(DUSK, None)]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(f"<div><img src=a width=1 height=1><p>{DUSK} was seen</p></div>", id="a counting pixel"),
        pytest.param(f"<div><img src=a width=24 height=24><p>{DUSK} was seen</p></div>", id="an icon"),
        pytest.param(
            f"<figure><blockquote>{DUSK}</blockquote><figcaption>Mary Shaw, mayor</figcaption></figure>",
            id="who is quoted",
        ),
        pytest.param(f"<aside><div><img src=a><p>{DUSK} was seen</p></div></aside>", id="a box at the side"),
        pytest.param("<div><img src=a><p>By Mary Ann Shaw</p></div>", id="a byline beside a portrait"),
        pytest.param("<div><img src=a><p>Presented by Our Good Bank</p></div>", id="a sponsor"),
        pytest.param("<div><img src=a><p>Share this article</p></div>", id="the page's own words"),
    ],
)  # fmt: skip
def test_what_stands_beside_a_picture_is_not_always_its_caption(markup: str) -> None:
    assert pictures(draft(within=markup)) == []


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("夕暮れの古い橋（写真：ロイター）", "夕暮れの古い橋", "ロイター", id="Japanese brackets"),
        pytest.param("夕暮れの古い橋＝東京都＝共同", "夕暮れの古い橋＝東京都", "共同", id="Japanese agency"),
        pytest.param("這是舊橋。新华社记者 张三 摄", "這是舊橋。", "新华社记者 张三 摄", id="Chinese reporter"),
        pytest.param("오래된 다리. /사진=뉴스1", "오래된 다리.", "뉴스1", id="Korean label"),
        pytest.param("오래된 다리. 연합뉴스", "오래된 다리.", "연합뉴스", id="Korean agency"),
        pytest.param("الجسر القديم (رويترز)", "الجسر القديم", "رويترز", id="Arabic agency"),
        pytest.param("पुराना पुल (फोटो: PTI)", "पुराना पुल", "PTI", id="Hindi label"),
        pytest.param("Старий міст / Фото Івана Петренка", "Старий міст", "Івана Петренка", id="label without colon"),
        pytest.param("A régi híd. Fotó: Kovács János", "A régi híd.", "Kovács János", id="Hungarian label"),
        pytest.param("Il vecchio ponte (ansa)", "Il vecchio ponte", "ansa", id="an agency in small letters"),
        pytest.param("The old bridge. REUTERS/Mary Shaw", "The old bridge.", "REUTERS/Mary Shaw", id="agency last"),
        pytest.param("The old bridge. It fell.", "The old bridge. It fell.", None, id="a last sentence is no credit"),
    ],
)  # fmt: skip
def test_a_credit_is_split_off_in_many_languages(text: str, caption: str, credit: str | None) -> None:
    assert split_credit(text) == (caption, credit)


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        pytest.param("Tous droits réservés", None, id="the law's phrase alone"),
        pytest.param("12.03.2024", None, id="a day"),
        pytest.param("Copyright 2024 Mary Shaw", "2024 Mary Shaw", id="nothing before the notice"),
    ],
)
def test_clean_credit(text: str, credit: str | None) -> None:
    assert clean_credit(text) == credit


@given(st.text(alphabet="ab .|()/:©（）＝摄Foto", max_size=60))
def test_a_caption_and_its_credit_are_words_of_the_text(text: str) -> None:
    caption, credit = split_credit(text)
    assert caption in text
    assert credit is None or set(credit) <= set(text) | set(") ")  # a closed bracket, a space round a bar
