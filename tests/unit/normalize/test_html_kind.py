"""The kind of article, access, lead picture and other headlines of a page; and pages that are no article."""

import pytest

from services.normalize.pipeline import normalize
from shared.article import Article
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

TEXT = "<p>The ferry will sail again in May, the harbour office said, once the new ramp has been tested.</p>" * 5
URL = "https://www.bay.example/news/2024/ferry-to-sail"


def article(over: str = "", head: str = "", url: str = URL, body: str = "<body>") -> Article:
    markup = f"<html><head><title>Ferry to sail in May</title>{head}</head>{body}<article>{over}<h1>Ferry to sail in May</h1>{TEXT}</article></body></html>"  # noqa: E501
    source = Source(kind="push", name="t")
    return normalize(Raw(source=source, media_type="text/html", body=markup.encode(), received_us=0, url=url))


def ld(fields: str) -> str:
    return f'<script type="application/ld+json">{{"headline": "Ferry to sail in May", {fields}}}</script>'


@pytest.mark.parametrize(
    ("over", "head", "url", "kind"),
    [
        pytest.param("<p class='label'>Sponsored</p>", "", URL, "sponsored", id="en label"),
        pytest.param("<p>Anzeige</p>", "", URL, "sponsored", id="de label"),
        pytest.param("<span>Ý kiến</span>", "", URL, "opinion", id="vi label"),
        pytest.param("", ld('"@type": "AdvertiserContentArticle"'), URL, "sponsored", id="type"),
        pytest.param("", ld('"@type": ["NewsArticle", "OpinionNewsArticle"]'), URL, "opinion", id="of two types"),
        pytest.param("<p>Advertorial</p>", ld('"@type": "NewsArticle"'), URL, "sponsored", id="label and type"),
        pytest.param("", ld('"@type": "NewsArticle", "articleSection": "Comment"'), URL, "opinion", id="section"),
        pytest.param("", "", "https://www.bay.example/op-ed/ferry", "opinion", id="address"),
        pytest.param("<p>By Ida Moe</p>", "", URL, None, id="nobody says"),
    ],
)
def test_the_kind_of_a_page(over: str, head: str, url: str, kind: str | None) -> None:
    assert article(over, head, url).kind == kind


@pytest.mark.parametrize(
    ("head", "access"),
    [
        (ld('"@type": "NewsArticle", "isAccessibleForFree": false'), "paid"),
        (ld('"@type": "NewsArticle", "isAccessibleForFree": "True"'), "free"),
        ("<meta property='article:content_tier' content='metered'>", "metered"),
        ("", None),
    ],
)
def test_access_is_what_is_declared(head: str, access: str | None) -> None:
    assert article(head=head).access == access


@pytest.mark.parametrize(
    ("head", "href", "place"),
    [
        (
            "<meta property='og:image' content='/media/ferry.jpg'>",
            "https://www.bay.example/media/ferry.jpg",
            "/html/head/meta",
        ),
        (
            ld('"@type": "NewsArticle", "image": [{"url": "https://cdn.example/f.jpg"}]'),
            "https://cdn.example/f.jpg",
            "/html/head/script$.image[0].url",
        ),
    ],
)
def test_the_lead_picture_is_the_declared_one(head: str, href: str, place: str) -> None:
    found = article(head=head)
    assert found.lead_picture is not None
    assert found.lead_picture.href == href
    assert next(seen.path for seen in found.evidence if seen.field == "lead_picture") == place


def test_other_headlines_are_kept_with_what_they_are_for() -> None:
    found = article(head="<meta property='og:title' content='Islanders get their boat back | Bay'>")
    assert found.headline == "Ferry to sail in May"
    assert [(one.value, one.role) for one in found.alternate_headlines] == [("Islanders get their boat back", "social")]


@pytest.mark.parametrize("names", ["error404", "search search-results", "archive category", "home-template"])
def test_a_page_that_says_it_is_none_is_no_article(names: str) -> None:
    with pytest.raises(NotAnArticle, match="The page is no article but"):
        article(body=f"<body class='{names}'>")


def test_a_post_behind_a_password_is_no_article() -> None:
    with pytest.raises(NotAnArticle, match="password"):
        article(over="<form class='post-password-form' method='post'><input type='password'></form>")


def test_an_article_in_an_archive_stays_one() -> None:
    assert article(body="<body class='single archive'>").headline == "Ferry to sail in May"
    assert article(body="<body class='archive'>", head="<meta property='og:type' content='article'>").headline


@pytest.mark.parametrize(
    "over",
    [
        pytest.param("<p class='kicker'>Ports of the north</p>", id="a line over the heading"),
        pytest.param("<div><span class='dachzeile'>Ports of the north</span></div>", id="a German name"),
    ],
)
def test_the_kicker_is_another_headline(over: str) -> None:
    read = article(over=over)
    assert read.headline == "Ferry to sail in May"
    assert [(one.value, one.role) for one in read.alternate_headlines] == [("Ports of the north", "kicker")]
