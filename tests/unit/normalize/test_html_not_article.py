"""Pages that are no article are refused with a reason, by what they are made of; articles of few words never are."""

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle
from tests.unit.normalize.not_articles import CARD, FORMS, LISTS, NOT_FOUND, SEARCH, SEARCHES, each, page


def read(markup: str, url: str = "https://www.bay.example/n/77") -> Article:
    source = Source(kind="push", name="t")
    return normalize(Raw(source=source, media_type="text/html", body=markup.encode(), received_us=0, url=url))


@pytest.mark.parametrize("name", NOT_FOUND)
def test_a_page_that_was_not_found_is_refused(name: str) -> None:
    with pytest.raises(NotAnArticle, match=r"not found|error of its server"):
        read(NOT_FOUND[name])


@pytest.mark.parametrize("name", LISTS)
def test_a_page_of_teasers_is_refused(name: str) -> None:
    with pytest.raises(NotAnArticle, match=r"list of articles|front page"):
        read(LISTS[name])


@pytest.mark.parametrize("name", SEARCHES)
def test_a_page_of_search_results_is_refused(name: str) -> None:
    with pytest.raises(NotAnArticle, match=r"search results"):
        read(SEARCHES[name])


@pytest.mark.parametrize("name", FORMS)
def test_a_page_that_asks_or_sends_away_is_refused(name: str) -> None:
    with pytest.raises(NotAnArticle, match=r"log in|consent|elsewhere"):
        read(FORMS[name])


FLASH = "<p>The ferry to the islands sails again in May, the harbour office said on Monday.</p>"
TEXT = "".join(
    f"<p>On day {day} the ferry waited, as the harbour office had said it would, in May.</p>" for day in range(9)
)
LISTICLE = "".join(
    f'<h2><a href="/shop/{n}">A boat of make {n}</a></h2><p>This boat of make {n} keeps dry in every wind, and it is '
    "easy to row even for those who never held an oar, as our three testers found last week on the lake.</p>"
    for n in range(8)
)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        pytest.param(
            page(
                "Ferry", f"<main><h1>Ferry sails again</h1><time datetime='2024-05-03'>3 May 2024</time>{FLASH}</main>"
            ),
            "in May",
            id="a flash of one sentence",
        ),
        pytest.param(
            page("Ferry", f"<main><h1>Ferry sails again</h1><p>3 May 2024</p>{FLASH}</main><div>{each(CARD)}</div>"),
            "in May",
            id="a flash over teasers of other articles",
        ),
        pytest.param(
            page("Ferry", f"<main><h1>Ferry sails again</h1>{FLASH}</main>{SEARCH}<a href='/'>Home</a>"),
            "in May",
            id="an undated flash of a site with a search and a way home",
        ),
        pytest.param(
            page("Eight boats", f"<main><h1>Eight boats for the lake</h1>{LISTICLE}</main>"),
            "make 7",
            id="a text whose subheads are links",
        ),
        pytest.param(
            page("How 404 became a joke", f"<main><h1>How 404 became a joke</h1>{TEXT}</main>"),
            "in May",
            id="an article on an error",
        ),
        pytest.param(
            page("Bay", f"<main><h1>Harbour office counts 404 boats on a Monday</h1>{FLASH}</main>"),
            "in May",
            id="a number amid a headline",
        ),
        pytest.param(
            page(
                "Flood of 404 boats",
                f"<main><h1>Harbour counts 404 boats</h1>{FLASH}</main>",
                head='<meta property="og:type" content="article">',
            ),
            "in May",
            id="a number that is no error, on a page that says it is an article",
        ),
        pytest.param(
            page(
                "Dusk",
                "<main><h1>Dusk over the bay</h1><time datetime='2024-05-03'></time>"
                + "<figure><img src='/{n}.jpg'><figcaption>The bay at dusk.</figcaption></figure>" * 6
                + "</main>",
            ),
            "Dusk",
            id="a gallery",
        ),
        pytest.param(
            page(
                "Members' minutes",
                f"<main><h1>Minutes</h1>{TEXT}<form><input type='password'></form></main>",
            ),
            "in May",
            id="a text with a field to log in",
        ),
    ],
)
def test_an_article_is_never_refused_for_its_looks(markup: str, words: str) -> None:
    article = read(markup)
    said = " ".join(filter(None, (article.headline, article.description, *(b.text for b in article.blocks))))
    assert words in said
