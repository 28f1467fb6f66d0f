"""The tags a page prints become keywords: those of the article, not its section, not the site's cloud of them."""

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from tests.cost import times_as_dear

TEXT = "<p>The bridge was closed on Monday, the council said, and will not open again before the summer.</p>" * 4
TOLD = '<div class="tags"><a href="/tag/a/" rel="tag">Traffic</a> <a href="/tag/b/" rel="tag">Bridges</a></div>'


def article(under: str, over: str = "", behind: str = "", head: str = "") -> Article:
    page = (
        f"<html><head><title>Bridge closed</title>{head}</head><body>{over}<main><article><h1>Bridge closed</h1>"
        f"<div class='entry-content'>{TEXT}</div>{under}</article>{behind}</main></body></html>"
    )
    url = "https://paper.example/a/1"
    source = Source(kind="push", name="desk")
    return normalize(Raw(source=source, media_type="text/html", body=page.encode(), received_us=1, url=url))


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        pytest.param(TOLD, ("Traffic", "Bridges"), id="rel"),
        pytest.param(
            '<ul><li><a rel="tag" href="/x">#Verkehr</a></li><li><a rel="tag" href="/y">Brücken</a></li></ul>',
            ("Verkehr", "Brücken"),
            id="list",
        ),
        pytest.param('<p>標籤：<a href="/tags/橋/">橋</a>、<a href="/tags/路/">路</a></p>', ("橋", "路"), id="address"),
        pytest.param('<p><a href="/tag/bridges.html">bridges</a></p>', ("bridges",), id="file"),
        pytest.param(
            f'<p><a href="/local/" rel="category tag">Local</a></p>{TOLD}', ("Traffic", "Bridges"), id="section beside"
        ),
        pytest.param('<p><a href="/local/" rel="category tag">Local</a></p>', (), id="section alone"),
        pytest.param('<p><a href="/more">Bridges</a></p>', (), id="any link"),
    ],
)
def test_tags_under_the_text_are_keywords(markup: str, words: tuple[str, ...]) -> None:
    found = article(markup)
    assert found.keywords == words
    assert [seen.rule for seen in found.evidence if seen.field == "keywords"] == ["links to the article's tags"] * bool(
        words
    )


@pytest.mark.parametrize(
    "around",
    [
        "<nav>{}</nav>",
        "<aside>{}</aside>",
        "<div class='widget tagcloud'>{}</div>",
        "<div class='related'><article><h2>Another bridge</h2>{}</article></div>",
    ],
)
def test_tags_of_others_are_none(around: str) -> None:
    assert article("", behind=around.format(TOLD)).keywords == ()
    assert article("", over=around.format(TOLD)).keywords == ()


def test_declared_keywords_come_first_and_each_word_once() -> None:
    found = article(TOLD, head='<meta name="keywords" content="bridges, Harbour">')
    assert found.keywords == ("bridges", "Harbour", "Traffic")


def test_links_to_tags_cost_no_more_than_other_links() -> None:
    tags, links = ("".join(f"<p><a href='/{way}/{n}'>w{n}</a></p>" for n in range(2000)) for way in ("tag", "to"))
    assert times_as_dear(lambda: article(tags), lambda: article(links), bound=2) < 2
