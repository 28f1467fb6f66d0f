"""Names that a page declares or prints: which are the author's, each with its own place and sureness."""

import pytest

from services.normalize.readers.html_page import read
from shared.article import Article
from shared.envelope import Raw, Source

TEXT = "<p>The ferry will sail again in May, the harbour office said, once the new ramp has been tested.</p>" * 5


def article(body: str, head: str = "") -> Article:
    markup = f"<html><head><title>Ferry to sail in May</title>{head}</head><body>{body}</body></html>"
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0)
    draft = read(markup, raw)
    return Article(people=draft.article.people, byline=draft.article.byline, evidence=draft.evidence)


def names(body: str, head: str = "") -> list[str]:
    return [person.name for person in article(body, head).people]


STORY = f"<article><h1>Ferry to sail in May</h1>{{}}{TEXT}{{}}</article>{{}}"


@pytest.mark.parametrize(
    ("over", "under", "beside", "expected"),
    [
        pytest.param(
            "<p itemprop='author'>Ida Moe</p>",
            "<div class='more'><h4>Lighthouse sold</h4><p itemprop='author'>Per Dahl</p><h4>Storm ahead</h4>"
            "<p itemprop='author'>Siv Aas</p></div>",
            "",
            ["Ida Moe"],
            id="microdata of teasers under the text",
        ),
        pytest.param(
            "<p class='byline'>By Ida Moe</p>",
            "",
            "<div itemscope itemtype='https://schema.org/Article'><a href='/x'>Storm ahead</a>"
            "<span itemprop='author'>Siv Aas</span></div>",
            ["Ida Moe"],
            id="microdata of another item",
        ),
        pytest.param(
            "<p class='author'>By <a href='/author/ida-moe'>Ida Moe</a> "
            "<a href='/author/ida-moe/feed'>See all stories</a></p>",
            "",
            "",
            ["Ida Moe"],
            id="the words of a link are no name",
        ),
        pytest.param(
            "<p>By Ida Moe, Per Dahl, and Siv Aas</p>",
            "",
            "",
            ["Ida Moe", "Per Dahl", "Siv Aas"],
            id="a comma before the last name's and",
        ),
        pytest.param(
            "<p class='byline'>By Ida Moe</p>",
            "<ol><li id='fn1'>Rounded to tens. <a href='#r1'>↩</a></li><li id='fn:2'>Without islands.</li></ol>",
            "",
            ["Ida Moe"],
            id="a footnote's address is no hCard",
        ),
        pytest.param(
            "",
            "<footer><address>By <a href='/writers/3'>Ida Moe</a></address></footer>",
            "",
            ["Ida Moe"],
            id="an address under the text",
        ),
        pytest.param(
            "<p>Posted by: <a href='/author/editor2/'>Ida Moe</a> 3 May 2024</p>",
            "",
            "<div><h3>Authors</h3><ul><li>Per Dahl (3)</li><li>Siv Aas (12)</li></ul></div>",
            ["Ida Moe"],
            id="a list of all authors beside the text",
        ),
    ],
)
def test_authors_of_the_article_alone(over: str, under: str, beside: str, expected: list[str]) -> None:
    assert names(STORY.format(over, under, beside)) == expected


def test_given_and_family_name_make_a_name() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry to sail in May", '
        '"author": [{"@type": "Person", "givenName": "Ida", "familyName": "Moe"}]}</script>'
    )
    assert names(STORY.format("", "", ""), head) == ["Ida Moe"]


def test_a_name_by_json_ld_tells_script_and_node() -> None:
    head = (
        '<script>var a = 1</script><script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "Bay"}, '
        '{"@type": "NewsArticle", "headline": "Ferry to sail in May", "author": [{"name": "Ida Moe"}]}]}</script>'
    )
    found = article(STORY.format("", "", ""), head)
    person = next(seen for seen in found.evidence if seen.field == "people[0]")
    assert person.path == "/html/head/script[2]$.@graph[1].author[0].name"
    assert person.quote == "Ida Moe"
    assert 0.5 < person.sure <= 0.99
