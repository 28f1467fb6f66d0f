"""Captions and credits of a page: how publishers mark them, and what only looks like one."""

import pytest

from services.normalize.document import Piece
from services.normalize.html.caption_lines import split_credit
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source

RUNNING = "<p>The bridge was closed for nine months while its piers were set anew, the town said on Monday.</p>" * 3


def pictures(markup: str) -> list[tuple[str, str | None]]:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0)
    page = f"<body><article><h1>Bridge closed</h1><div class='article-body'>{RUNNING}{markup}{RUNNING}</div></article>"
    pieces: tuple[Piece, ...] = read(page, raw).pieces
    return [(piece.text, piece.byline) for piece in pieces if piece.shape == "picture" and (piece.text or piece.byline)]


BRIDGE = "The bridge in early spring"


def figure(caption: str) -> str:
    return f"<figure><img src=a><figcaption>{caption}</figcaption></figure>"


@pytest.mark.parametrize(
    ("markup", "credit"),
    [
        pytest.param(
            figure(f"{BRIDGE}. (Foto: Reuters)"),
            "Reuters",
            id="an agency in brackets",
        ),
        pytest.param(figure(f"{BRIDGE}. Foto: Jan Hansen."), "Jan Hansen", id="a credit's full stop is not the name's"),
        pytest.param(figure(f"{BRIDGE}. Foto: Getty Inc."), "Getty Inc.", id="a shortened word keeps its full stop"),
        pytest.param(
            f"<picture><img src=a></picture><figcaption><span>{BRIDGE}, Foto: Jan Ohm</span></figcaption>",
            "Jan Ohm",
            id="a figcaption without a figure",
        ),
        pytest.param(
            figure(f"Legende: {BRIDGE} <span class=distributor>Keystone</span>"),
            "Keystone",
            id="a label before the caption",
        ),
        pytest.param(
            f"<div><img src=a></div><p class=img-description>{BRIDGE} | <strong>Jan Ohm/dpa</strong></p>",
            "Jan Ohm/dpa",
            id="a credit behind a bar",
        ),
        pytest.param(
            f"<div><div><img src=a></div><div>{BRIDGE} over the river </div><div>Jan Ohm</div></div>",
            "Jan Ohm",
            id="a name alone under the caption",
        ),
        pytest.param(
            f"<ul><li style='background:url(a)'><span class=img-info>{BRIDGE}. Bild: Jan Ohm</span></li></ul>",
            "Jan Ohm",
            id="an inline element named a caption",
        ),
        pytest.param(
            f"<div class=x><img src=a alt='{BRIDGE}'></div><div class=y><span>{BRIDGE}</span></div>",
            None,
            id="the words of the alternative text",
        ),
    ],
)
def test_a_caption_and_its_credit(markup: str, credit: str | None) -> None:
    ((caption, byline),) = pictures(markup)
    assert caption.startswith(BRIDGE)
    assert "Legende" not in caption
    assert byline == credit
    assert credit is None or credit not in caption


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param(
            "<figure class=flex><img src=a><figcaption><address>By Anna Berg, editor</address></figcaption></figure>",
            id="a portrait beside a byline",
        ),
        pytest.param("<div class='text-caption'>28.04.2024, 17:19 Uhr • Lesezeit: 8 Minuten</div>", id="a clock"),
        pytest.param(
            f"<a href=/x><img src=a alt='{BRIDGE}'></a><h3><a href=/x>{BRIDGE}</a></h3>", id="a teaser and its picture"
        ),
    ],
)
def test_what_is_no_caption(markup: str) -> None:
    assert pictures(markup) == []


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        pytest.param("Sơ chế mủ cao su. Ảnh: Anh Phong", "Sơ chế mủ cao su.", "Anh Phong", id="a label"),
        pytest.param("The old bridge at dawn | Jan Ohm/dpa", "The old bridge at dawn", "Jan Ohm/dpa", id="a bar"),
        pytest.param("Stocks | Bonds", "Stocks | Bonds", None, id="a bar between two words"),
        pytest.param("The old bridge at dawn (Jan Ohm/dpa)", "The old bridge at dawn", "Jan Ohm/dpa", id="brackets"),
        pytest.param("The old bridge (1931)", "The old bridge (1931)", None, id="a year in brackets"),
    ],
)
def test_a_credit_is_split_off(text: str, caption: str, credit: str | None) -> None:
    assert split_credit(text) == (caption, credit)
