"""Who wrote a page: declared authors, bylines as readers see them, and which of them is believed."""

import pytest

from services.normalize.grammar.printed_byline import read_names
from services.normalize.html.authors import author_readings
from services.normalize.html.blocks import Outline, read_outline
from services.normalize.html.declared import Declared, read_declared
from services.normalize.html.tree import parse
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source
from tests.cost import times_as_dear

TEXT = "<p>The bridge was closed on Monday, the council said, and will not open again before the summer.</p>" * 4


def authors(markup: str, url: str = "https://www.talbote.example/news/bridge") -> list[str]:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0, url=url)
    article = read(markup, raw).article
    return [*(person.name for person in article.people), *article.organisations]


def page(over: str = "", under: str = "", head: str = "", last: str = "", behind: str = "") -> str:
    return (
        f"<html><head><title>Bridge closed</title>{head}</head><body><main><h1>Bridge closed</h1>{over}"
        f"<article class='article-body'>{TEXT}{last}</article>{under}</main>{behind}</body></html>"
    )


@pytest.mark.parametrize(
    ("over", "names"),
    [
        pytest.param("<p>By Jane Doe and John Roe</p>", ["Jane Doe", "John Roe"], id="en"),
        pytest.param("<p>Von Anna Berg</p>", ["Anna Berg"], id="de"),
        pytest.param("<p>Ein Artikel von Anna Berg | 27.01.2022 - 12:45</p>", ["Anna Berg"], id="de, before the date"),
        pytest.param("<p>jeudi 13 juin 2019, par Luc Petit</p>", ["Luc Petit"], id="fr, behind the date"),
        pytest.param("<p>Autor(in): Anna Berg</p>", ["Anna Berg"], id="both genders"),
        pytest.param("<p>Publicado por Ana Ruiz</p>", ["Ana Ruiz"], id="es"),
        pytest.param("<p>A cura di Mario Rossi</p>", ["Mario Rossi"], id="it"),
        pytest.param("<p>Geschreven door Jan Smit</p>", ["Jan Smit"], id="nl"),
        pytest.param("<p>Tác giả: Nguyễn Văn An</p>", ["Nguyễn Văn An"], id="vi"),
        pytest.param("<p>Текст: Анна Иванова</p>", ["Анна Иванова"], id="ru"),
        pytest.param("<p>取材・文：山田太郎</p>", ["山田太郎"], id="ja"),
        pytest.param("<p>责任编辑：焦鹏</p>", ["焦鹏"], id="zh"),
        pytest.param("<div>ByJane Doe</div>", ["Jane Doe"], id="the label stands close"),
        pytest.param("<p>Posted in News by nightowl on August 3, 2019</p>", ["nightowl"], id="a pseudonym"),
        pytest.param("<dl><dt>Autor</dt><dd>Anna Berg</dd></dl>", ["Anna Berg"], id="a label in a box of its own"),
        pytest.param("<p><a href='/author/jane-doe'>Jane Doe</a></p>", ["Jane Doe"], id="a link to the author's page"),
        pytest.param("<p><a href='/author/login'>Sign In</a></p>", [], id="an account's page is no author's"),
        pytest.param(
            "<p><span class='author'>Jane Doe</span>, <span class='author'>John Roe</span></p>",
            ["Jane Doe", "John Roe"],
            id="one element an author",
        ),
        pytest.param(
            "<p><span class='byline'><span class='screen-reader-text'>Author</span>"
            "<a class='fn' href='/a'>Jane Doe</a></span></p>",
            ["Jane Doe"],
            id="a label for screen readers",
        ),
        pytest.param("<div class='author'>© Jane Doe</div>", [], id="who owns the picture did not write"),
        pytest.param("<div class='author'>Photograph by Jane Doe, Blue Lake</div>", [], id="nor who took it"),
        pytest.param("<p>Bestseller-Autorin Anna Berg im Gespräch</p>", [], id="a word that ends like a label"),
        pytest.param("<h2>Von Brücken, Booten und ganz viel Wasser</h2>", [], id="a heading that starts like a byline"),
        pytest.param("<p>Trang chủ » Xã hội Đăng lúc: 15/12/2017 08h00</p>", [], id="a way home beside the date"),
        pytest.param("<p>Anh Phong 15/12/2017 08h00</p>", ["Anh Phong"], id="a name beside the date"),
        pytest.param("<p class='credit'>AFP</p>", ["AFP"], id="an agency alone over the text"),
    ],
)
def test_a_byline_over_the_text(over: str, names: list[str]) -> None:
    assert authors(page(over)) == names


@pytest.mark.parametrize(
    ("last", "under", "names"),
    [
        pytest.param("<p><b><i>Anna Berg</i></b></p>", "", ["Anna Berg"], id="a signature in another type"),
        pytest.param("<p>Anna Berg</p>", "", [], id="a name in the same type is text"),
        pytest.param("<p><i>Theo Reuters News</i></p>", "", [], id="the source in another type"),
        pytest.param("<p><i>Vị trí dải Gaza</i></p>", "", [], id="a caption in another type"),
        pytest.param("<p>(dpa/lno)</p>", "", ["dpa/lno"], id="the codes of an agency"),
        pytest.param("<p>Quelle: Anna Berg</p>", "", ["Anna Berg"], id="the source"),
        pytest.param(
            "",
            "<div class='post-footer'><div>Eingestellt von <span class='fn'>der Michel</span> um 21:11</div></div>",
            ["der Michel"],
            id="the footer of a post",
        ),
        pytest.param("", "<div class='author-bio footer'><h3>Anna Berg</h3></div>", ["Anna Berg"], id="author's box"),
        pytest.param(
            "",
            "".join(f"<div class='item'>By {name} on 3 May 2022</div>" for name in ("Jane Doe", "John Roe", "Al Lee")),
            [],
            id="a list of other articles",
        ),
        pytest.param("", "<div class='related-item'><p class='author'>Al Lee</p></div>", [], id="a teaser"),
        pytest.param("", "<div class='comment'><p class='author'>Al Lee</p></div>", [], id="a comment"),
    ],
)
def test_a_byline_under_the_text(last: str, under: str, names: list[str]) -> None:
    assert authors(page(last=last, under=under)) == names


def test_links_to_authors_of_other_articles_are_left_out() -> None:
    other = "<p>More</p>" * 6 + "<p><a rel='author' href='/r'>John Roe</a></p>"
    assert authors(page("<p><a rel='author' href='/d'>Jane Doe</a></p>", under=other)) == ["Jane Doe"]


@pytest.mark.parametrize(
    ("head", "over", "names"),
    [
        pytest.param(
            "<meta name='author' content='LTX'>", "<p>von Anna Berg</p>", ["Anna Berg"], id="a person, not the outlet"
        ),
        pytest.param(
            "<meta name='author' content='Tal Bote'>", "<p>Von Anna Berg</p>", ["Anna Berg"], id="known by its initials"
        ),
        pytest.param(
            "<meta name='author' content='Jan Ohm'>", "<p>Von Anna Berg</p>", ["Jan Ohm", "Anna Berg"], id="two people"
        ),
        pytest.param("<meta name='author' content='LTX'>", "<p>News</p>", ["LTX"], id="the outlet for want of others"),
        pytest.param(
            "<meta name='twitter:label1' content='Verfasst von'><meta name='twitter:data1' content='Jessie'>",
            "",
            ["Jessie"],
            id="Twitter's label says whose name it is",
        ),
        pytest.param(
            "<meta name='twitter:label1' content='Reading time'><meta name='twitter:data1' content='four minutes'>",
            "",
            [],
            id="or that it is none",
        ),
        pytest.param(
            '<script type="application/ld+json">{"@type": "WebPage", "author": {"name": "Jane Doe"}}</script>',
            "",
            ["Jane Doe"],
            id="the page's author where no article is declared",
        ),
    ],
)
def test_who_is_believed(head: str, over: str, names: list[str]) -> None:
    assert authors(page(over, head=head), "https://www.tb.com/news/bridge") == names


NAMES = [f"{first} {last}" for first in ("Anna", "Luc", "Mario") for last in ("Berg", "Petit", "Rossi", "Smit", "Ruiz")]


@pytest.mark.parametrize(
    ("declared", "over", "count"),
    [
        pytest.param(5, "<p>By Anna Berg and Anna Petit</p>", 5, id="five people may write one article"),
        pytest.param(6, "<p>By Anna Berg and Anna Petit</p>", 2, id="of more those that readers see"),
        pytest.param(12, "", 12, id="all, where readers see none"),
        pytest.param(13, "", 1, id="a whole newsroom is its first name"),
    ],
)
def test_of_a_long_list_of_authors(declared: int, over: str, count: int) -> None:
    head = f"<meta name='author' content='{', '.join(NAMES[:declared])}'>"
    assert authors(page(over, head=head)) == NAMES[:count]


def test_the_outlet_may_sign_a_byline_of_its_page() -> None:
    head = "<meta property='og:site_name' content='Zahlenspiel'>"
    over = "<h4 class='vcard author'>von <span class='fn'>zahlenspiel</span></h4>"
    assert authors(page(over, head=head)) == ["zahlenspiel"]


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<p>" + "<span class='a'>by on </span><br><br>" * 6000 + "</p>", id="lines share their elements"),
        pytest.param("<div class='author'>" + "von am " * 50_000 + "</div>", id="prepositions only"),
        pytest.param("<meta name='author' content='" + "senior editor " * 20_000 + "x'>", id="roles only"),
        pytest.param("<meta name='author' content='" + ",".join(map(str, range(20_000))) + "'>", id="many names"),
        pytest.param("<span class='author'>" * 150 + "<a>x</a>" * 3000, id="a byline in a byline"),
    ],
)
def test_hostile_bylines_cost_no_more_than_their_length(markup: str) -> None:
    def read_page() -> tuple[Declared, Outline]:
        root = parse(page(over=markup, last=markup))
        return read_declared(root, None), read_outline(root)

    declared, outline = read_page()
    ratio = times_as_dear(
        lambda: author_readings(declared, outline, outline.boxes[0], outline.blocks[:110]), than=read_page, bound=8
    )
    assert ratio < 8


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe with agencies", ["Jane Doe"]),
        ("Von Anna Berg mit Agenturen", ["Anna Berg"]),
        ("Par Élise Garnier avec agences", ["Élise Garnier"]),
        ("By Jane Doe and wires", ["Jane Doe"]),
        ("Von Anna Berg und dpa", ["Anna Berg", "dpa"]),
    ],
)
def test_agencies_without_a_name_are_nobody(byline: str, names: list[str]) -> None:
    assert read_names(byline) == names


@pytest.mark.parametrize("button", ["分享让更多人看到", "点击这里查看更多内容", "この記事を印刷する方法"])
def test_a_button_under_the_text_signs_nothing(button: str) -> None:
    assert button not in authors(page(last=f"<p><b>{button}</b></p>"))
