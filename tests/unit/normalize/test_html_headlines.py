"""The headline of a page: which title is believed, and what is cut off it."""

import pytest

from services.normalize.grammar.titles import without_site
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source

TEXT = "<p>" + "The bridge was closed for nine months while the piers were set anew, the town said. " * 6 + "</p>"


def headline_of(head: str, body: str, url: str = "https://www.talbote.example/a/1") -> str | None:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0, url=url)
    return read(f"<html><head>{head}</head><body><article>{body}{TEXT}</article></body></html>", raw).article.headline


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


def ld(headline: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{headline}"}}</script>'


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        pytest.param(
            "<title>Das „Wunder vom Tal« ist zu Ende – Talbote</title>",
            "<h1>Das „Wunder vom Tal« ist zu Ende</h1>",
            "Das „Wunder vom Tal« ist zu Ende",
            id="a closing guillemet alone is no border",
        ),
        pytest.param(
            og("Le maire dénonce la « lenteur de l'État »"),
            "<h1>Le maire dénonce la « lenteur de l'État »</h1>",
            "Le maire dénonce la « lenteur de l'État »",
            id="a closing guillemet at the end stays",
        ),
        pytest.param(
            "<title>x</title>",
            '<h1><span class="title__overline">Bridge over the Leine</span><span> - </span>'
            '<span class="title__text">Nine months of works begin</span></h1>',
            "Nine months of works begin",
            id="a kicker in the heading is no part of it",
        ),
        pytest.param(
            og("Bridge over the Leine: Nine months of works begin"),
            '<h1><span class="kicker">Bridge over the Leine: </span>Nine months of works begin</h1>',
            "Bridge over the Leine: Nine months of works begin",
            id="a kicker that the publisher declares stays",
        ),
        pytest.param(
            ld("Kenya: Nairobi from below") + og("Kenya: Nairobi from below"),
            '<p class="topic">Kenya</p><h1>Nairobi from below</h1>',
            "Kenya: Nairobi from below",
            id="what JSON-LD and OpenGraph both say counts more than the heading without its kicker",
        ),
        pytest.param(
            og("Arms for Israel: Complaint filed"),
            "<h1>Arms for Israel:</h1><p>Complaint filed</p>",
            "Arms for Israel: Complaint filed",
            id="a heading that ends in a colon is a kicker",
        ),
        pytest.param(
            ld("Mayor resigns after the flood") + og("You will not believe why the mayor goes"),
            "<h2>Mayor resigns after the flood</h2>",
            "Mayor resigns after the flood",
            id="where no h1 is, a smaller heading speaks for the declared title it repeats",
        ),
        pytest.param(
            "<title>Sliced liver with apples and onions | Love goes through the stomach</title>",
            "<h1>Love goes through the stomach</h1><h2>Sliced liver with apples and onions</h2>",
            "Sliced liver with apples and onions",
            id="a heading that is the tail of every title is the site's",
        ),
        pytest.param(
            "<title>Nine months of works begin</title>",
            '<h1 class="aural">Office of Bridges and Roads</h1><h1>Nine months of works begin</h1>',
            "Nine months of works begin",
            id="a heading that is read aloud only is rarely the headline",
        ),
        pytest.param(
            ld("Fires in the south! The latest - Daily news") + og("Fires in the south! The latest - Daily news"),
            "<h1>Fires in the south! The latest</h1>",
            "Fires in the south! The latest - Daily news",
            id="nothing is cut off what JSON-LD and OpenGraph agree on, but the site's name",
        ),
        pytest.param(
            og("What the works at the bridge cost") + "<title>What the works at the bridge cost</title>",
            "<h1>Nine months of works begin</h1>",
            "Nine months of works begin",
            id="a page's only h1 counts more than its title for search engines",
        ),
        pytest.param(
            og("Nine months of works begin (Talbote)"),
            "",
            "Nine months of works begin",
            id="the site's name in brackets",
        ),
        pytest.param(
            "<title>The ferry starts again in spring</title>",
            "<div><a>Life and people</a><span>20-06-2016 21:27</span></div><div>The ferry starts again in spring</div>",
            "The ferry starts again in spring",
            id="a section and a clock over a text without headings are no headline",
        ),
    ],
)
def test_the_headline_of_a_page(head: str, body: str, expected: str) -> None:
    assert headline_of(head, body) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Mayor resigns over flood | News | Talbote", "Mayor resigns over flood", id="sections go too"),
        pytest.param("Talbote: Mayor resigns", "Mayor resigns", id="the name before a colon"),
        pytest.param(
            "A song of lemons - and of oranges", "A song of lemons - and of oranges", id="no name of the site"
        ),
        pytest.param("» Talbote «", "» Talbote «", id="nothing else is left"),
    ],
)
def test_the_name_of_the_site_is_cut_off_either_end(title: str, expected: str) -> None:
    assert without_site(title, {"talbote", "talboteexample"}) == expected


def test_the_name_in_a_link_to_the_front_page_is_no_part_of_the_title() -> None:
    home = '<a href="/"><img alt="Nhật báo Đồng Xanh"></a>'
    title = "<title>青浜市の茶畑、66年ぶりに再開 – Nhật báo Đồng Xanh</title>"
    assert headline_of(title, f"{home}<h2>青浜市の茶畑、66年ぶりに再開</h2>", "") == "青浜市の茶畑、66年ぶりに再開"


def test_the_readings_over_japanese_words_are_no_part_of_a_headline() -> None:
    heading = "<h1><ruby>子<rp>(</rp><rt>こ</rt><rp>)</rp></ruby>どもへの<ruby>体罰<rt>たいばつ</rt></ruby>を禁止</h1>"
    assert headline_of("", heading) == "子どもへの体罰を禁止"
