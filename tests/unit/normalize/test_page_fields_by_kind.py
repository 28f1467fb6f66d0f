"""Headline, address, kind, access and their evidence on pages, kind by kind."""

import json
from typing import Any

import pytest
from lxml import html

from shared.article import Article, Evidence
from tests.unit.normalize.doors import entry, page, paragraphs

FIRST = "The ferry to the island runs again after three weeks."
SECOND = "It had stood still because the river was too high, the harbour office said on Monday."
BODY = paragraphs(FIRST, SECOND)
TITLE = "The ferry sails again"


def seen(article: Article, field: str) -> Evidence:
    """The evidence of a field."""
    (found,) = (evidence for evidence in article.evidence if evidence.field == field)
    return found


@pytest.mark.parametrize(
    ("title", "declared", "heading", "headline"),
    [
        pytest.param(f"{TITLE} | The Courier", TITLE, TITLE, TITLE, id="all say the same"),
        pytest.param(TITLE, TITLE, "Original text", TITLE, id="a heading of a widget against two"),
        pytest.param(f"The Courier: {TITLE}", None, TITLE, TITLE, id="the site in front of the title"),
        pytest.param(f"{TITLE} | News | The Courier", None, None, TITLE, id="a section and the site behind"),
        pytest.param(
            "Ferry: again in May", None, "Ferry: again in May", "Ferry: again in May", id="a colon of its own"
        ),
        pytest.param("渡轮恢复通航_交通_城市日报", None, "渡轮恢复通航", "渡轮恢复通航", id="low lines in Chinese"),
        pytest.param("渡轮恢复通航_交通_城市日报", "渡轮恢复通航", None, "渡轮恢复通航", id="declared in Chinese"),
    ],
)
def test_the_headline_is_what_most_witnesses_say(
    title: str, declared: str | None, heading: str | None, headline: str
) -> None:
    meta = f"<meta property='og:title' content='{declared}'>" if declared else ""
    over = f"<h1>{heading}</h1>" if heading else ""
    assert page(f"{over}<article>{BODY}</article>", f"<title>{title}</title>{meta}").headline == headline


def test_a_feeds_title_with_a_colon_stays_whole() -> None:
    article = entry(f"<p>Harbour opens the gates on Monday.</p>{BODY}", title="Harbour: the ferry sails")
    assert article.headline == "Harbour: the ferry sails"


@pytest.mark.parametrize(
    ("head", "url", "uri", "rule"),
    [
        pytest.param(
            "<link rel=canonical href='https://p.example/ferry'>", "https://p.example/x?utm=1",
            "https://p.example/ferry", "canonical", id="a canonical link",
        ),
        pytest.param(
            "<meta property='og:url' content='https://p.example/ferry'>", "https://p.example/x",
            "https://p.example/ferry", "og:url", id="og:url",
        ),
        pytest.param("", "https://p.example/x", "https://p.example/x", "fetched", id="where it was fetched"),
    ],
)  # fmt: skip
def test_the_address_says_who_told_it(head: str, url: str, uri: str, rule: str) -> None:
    article = page(f"<article><h1>{TITLE}</h1>{BODY}</article>", head, url=url)
    evidence = seen(article, "uri")
    assert article.uri == uri
    assert rule in evidence.rule
    assert (evidence.path is None) == (not head)


def test_a_page_without_any_address_has_none() -> None:
    article = page(f"<article><h1>{TITLE}</h1>{BODY}</article>")
    assert article.uri is None
    assert not [evidence for evidence in article.evidence if evidence.field == "uri"]


@pytest.mark.parametrize(
    ("declared", "free", "kind", "access"),
    [
        pytest.param("NewsArticle", None, None, None, id="nothing said"),
        pytest.param("OpinionNewsArticle", None, "opinion", None, id="an opinion"),
        pytest.param("AdvertiserContentArticle", False, "sponsored", "paid", id="paid for and to be paid for"),
        pytest.param("ReviewNewsArticle", True, "review", "free", id="a free review"),
        pytest.param("AnalysisNewsArticle", "False", "analysis", "paid", id="no in a word"),
        pytest.param("LiveBlogPosting", "true", "live", "free", id="yes in a word"),
        pytest.param("NewsArticle", False, "news", "paid", id="news to be paid for"),
    ],
)
def test_kind_and_access_are_what_is_declared(
    declared: str, free: object, kind: str | None, access: str | None
) -> None:
    said = {"@context": "https://schema.org", "@type": declared, "headline": TITLE}
    said |= {} if free is None else {"isAccessibleForFree": free}  # type: ignore[dict-item]  # JSON of any kind
    script = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    article = page(f"<article><h1>{TITLE}</h1>{BODY}</article>", script)
    assert (article.kind or "news", article.access) == (kind or "news", access)


def test_every_path_of_a_page_resolves_to_the_words_it_quotes() -> None:
    head = (
        f"<title>{TITLE} | The Courier</title><meta name=description content='Boats run.'>"
        "<meta name=keywords content='ferry, harbour'><meta property='article:published_time' "
        "content='2024-12-15T10:00:00Z'><link rel=canonical href='https://p.example/ferry'>"
    )
    body = (
        f"<article><h1>{TITLE}</h1><p class=byline>By Anna Berg</p>{BODY}<ul><li>Six</li><li>Nine</li></ul></article>"
    )
    article = page(body, head)
    tree = html.document_fromstring(
        f"<html lang='en'><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    )
    paths = {evidence.field: evidence.path for evidence in article.evidence if evidence.path}
    assert {"headline", "uri", "first_created", "blocks[0]", "people[0]"} <= paths.keys()
    for field, path in paths.items():
        elements: Any = tree.xpath(path)
        (element,) = elements
        shown = " ".join([*element.itertext(), *element.attrib.values()]).split()
        for word in (seen(article, field).quote or "").split() if field != "people[0]" else ["Anna", "Berg"]:
            assert word in shown, (field, path)


@pytest.mark.parametrize(
    ("markup", "keywords"),
    [
        pytest.param("<meta name=keywords content='ferry, harbour'>", ("ferry", "harbour"), id="keywords"),
        pytest.param("<meta name=news_keywords content='ferry'>", ("ferry",), id="news_keywords"),
        pytest.param("<meta property='article:tag' content='ferry'>", ("ferry",), id="article:tag"),
        pytest.param("", (), id="none"),
    ],
)
def test_keywords_name_the_element_they_were_read_from(markup: str, keywords: tuple[str, ...]) -> None:
    article = page(f"<article><h1>{TITLE}</h1>{BODY}</article>", markup)
    assert article.keywords == keywords
    paths = [evidence.path for evidence in article.evidence if evidence.field == "keywords"]
    assert paths == (["/html/head/meta[2]"] if markup else [])


@pytest.mark.parametrize(
    ("lang", "first", "told"),
    [
        pytest.param("en", FIRST, "en", id="said and so"),
        pytest.param("en-GB", FIRST, "en", id="with its region"),
        pytest.param("", FIRST, "en", id="not said"),
    ],
)
def test_the_language_of_a_page_is_that_of_its_words(lang: str, first: str, told: str) -> None:
    article = page(f"<article><h1>{TITLE}</h1>{paragraphs(first, SECOND)}</article>", language=lang)
    assert (article.language or "").split("-")[0] == told
