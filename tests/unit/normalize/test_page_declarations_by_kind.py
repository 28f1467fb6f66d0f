"""What a page declares and prints about its article: which member is read, where it must stand, what is another's."""

import datetime as dt
import json

import pytest

from shared.article import Article
from shared.errors import NotAnArticle
from tests.unit.normalize.doors import page, paragraphs, read

TITLE = "The ferry sails again"
RIVER = "The ferry had stood still for three weeks because the river was too high for any boat that the island owns."
ROAD = "The islanders had to take the long way round by the bridge, and the school bus never came, the mayor said."
TEXT = paragraphs(RIVER, ROAD, f"{RIVER} {ROAD}")
URL = "https://www.marlow.example/news/ferry"


def made(under: str = "", head: str = "", over: str = "", *, url: str | None = URL) -> Article:
    """A page with something over its headline, under its text, and in its head."""
    return page(f"<article>{over}<h1>{TITLE}</h1>{TEXT}{under}</article>", head, url=url)


def json_ld(**members: object) -> str:
    """A NewsArticle in the head of a page."""
    item = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **members}
    return f"<script type='application/ld+json'>{json.dumps(item)}</script>"


@pytest.mark.parametrize(
    ("links", "keywords"),
    [
        pytest.param("<a rel='tag' href='/x/ferries'>Ferries</a>", ("Ferries",), id="rel=tag"),
        pytest.param("<a href='/tag/ferries/'>Ferries</a> <a href='/tag/marlow'>Marlow</a>",
                     ("Ferries", "Marlow"), id="addresses of tags"),
        pytest.param("<a href='/topics/ferries?page=2'>Ferries</a>", ("Ferries",), id="a topic with a query"),
        pytest.param("<a href='/schlagwort/faehre/'>Fähre</a>", ("Fähre",), id="German"),
        pytest.param("<a rel='tag' href='/tag/ferries'>#Ferries, </a>", ("Ferries",), id="without its signs"),
        pytest.param("<a rel='tag' href='/tag/a'>Ferries</a> <a rel='tag' href='/tag/a'>Ferries</a>",
                     ("Ferries",), id="each once"),
        pytest.param("<a rel='category tag' href='/c/news'>News</a>", (), id="a category is a section"),
        pytest.param("<a href='/tag/'>All tags</a>", (), id="the list of all tags"),
        pytest.param("<a href='/news/ferries'>Ferries</a>", (), id="any other link"),
        pytest.param(f"<a rel='tag' href='/tag/x'>{'Ferries ' * 9}</a>", (), id="a sentence is no tag"),
        pytest.param("<a rel='tag' href='/tag/x'></a>", (), id="no words"),
        pytest.param("<aside><a rel='tag' href='/tag/x'>Ferries</a></aside>", (), id="in a margin"),
        pytest.param("<div class='related'><a rel='tag' href='/tag/x'>Ferries</a></div>", (), id="of others"),
        pytest.param("<div class='tag-cloud'><a rel='tag' href='/tag/x'>Ferries</a></div>", (), id="of a cloud"),
    ],
)  # fmt: skip
def test_the_tags_of_an_article_are_the_links_under_it(links: str, keywords: tuple[str, ...]) -> None:
    assert made(f"<p class='tags'>{links}</p>").keywords == keywords


def test_tags_over_the_headline_and_of_another_article_are_not_its_own() -> None:
    tag = "<p><a rel='tag' href='/tag/x'>Boats</a></p>"
    assert made(over=tag).keywords == ()
    assert page(f"<article><h1>{TITLE}</h1>{TEXT}</article><article><h2>Boats burn</h2>{tag}</article>").keywords == ()


@pytest.mark.parametrize(("count", "is_read"), [(25, True), (26, False)])
def test_a_cloud_of_all_tags_is_no_articles(count: int, *, is_read: bool) -> None:
    links = " ".join(f"<a rel='tag' href='/tag/{number}'>Tag {number}</a>" for number in range(count))
    assert bool(made(f"<p>{links}</p>").keywords) is is_read


@pytest.mark.parametrize(
    ("tier", "access"),
    [
        ("free", "free"),
        ("metered", "metered"),
        ("locked", "paid"),
        ("paid", "paid"),
        ("Premium", "paid"),
        ("x", None),
    ],
)
def test_access_by_the_tier_of_a_meta(tier: str, access: str | None) -> None:
    assert made(head=f"<meta property='article:content_tier' content='{tier}'>").access == access


@pytest.mark.parametrize(
    ("said", "access"), [(True, "free"), (False, "paid"), ("True", "free"), ("False", "paid"), (1, None), (None, None)]
)
def test_access_by_json_ld(said: object, access: str | None) -> None:
    assert made(head=json_ld(isAccessibleForFree=said)).access == access


PAID = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paid"}


@pytest.mark.parametrize(
    ("part", "under", "is_cut"),
    [
        pytest.param(PAID, "", True, id="the paid part is away"),
        pytest.param([PAID], "", True, id="in a list"),
        pytest.param(PAID, "<div class='paid'></div>", True, id="it is there and empty"),
        pytest.param(PAID, "<div class='paid'>Subscribe to read on</div>", True, id="it only asks to pay"),
        pytest.param(PAID, f"<div class='a paid'><p>{RIVER}</p></div>", False, id="it is there"),
        pytest.param({**PAID, "cssSelector": "#paid"}, f"<p id='paid'>{RIVER}</p>", False, id="by its id"),
        pytest.param({**PAID, "cssSelector": "#paid"}, f"<p class='paid'>{RIVER}</p>", True, id="not by class"),
        pytest.param({**PAID, "isAccessibleForFree": True}, "", False, id="a free part"),
        pytest.param({**PAID, "cssSelector": "main > div.paid"}, "", False, id="a selector that we do not read"),
        pytest.param("paid", "", False, id="no object"),
    ],
)
def test_a_text_is_cut_where_its_paid_part_is_away(part: object, under: str, *, is_cut: bool) -> None:
    assert made(under, json_ld(hasPart=part)).is_cut is is_cut


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/opinion/ferry", "opinion"),
        ("/op-ed/2024/ferry", "opinion"),
        ("/analysis/ferry", "analysis"),
        ("/news/opinion", None),  # the last step is the article's own name
        ("/news/ferry", None),
    ],
)
def test_the_kind_by_a_step_of_the_address(path: str, kind: str | None) -> None:
    assert made(url=f"https://www.marlow.example{path}").kind == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("<meta property='article:section' content='Opinion'>", "opinion"),
        ("<meta property='article:section' content='Islands'>", None),
        (json_ld(articleSection="Opinion"), "opinion"),
        (json_ld(**{"@type": ["NewsArticle", "ReviewNewsArticle"]}), "review"),
        (json_ld(), "news"),
        (json_ld(**{"@type": "LiveBlogPosting"}), "live"),
    ],
)
def test_the_kind_that_a_page_declares(head: str, kind: str | None) -> None:
    assert made(head=head).kind == kind


@pytest.mark.parametrize(
    ("over", "kicker"),
    [
        ("<p class='kicker'>Flood on the Marlow</p>", "Flood on the Marlow"),
        ("<span class='eyebrow'>Flood on the Marlow</span>", "Flood on the Marlow"),
        ("<p class='dachzeile'>Flood on the Marlow:</p>", "Flood on the Marlow"),
        (f"<p class='kicker'>{TITLE}</p>", None),  # the headline once more
        ("<p class='kicker'>A</p>", None),
        ("<p class='kicker'>" + "Flood on the Marlow " * 6 + "</p>", None),
    ],
)
def test_a_kicker_is_a_headline_beside_the_main_one(over: str, kicker: str | None) -> None:
    article = made(over=over)
    assert article.headline == TITLE
    assert [other.value for other in article.alternate_headlines] == ([kicker] if kicker else [])


@pytest.mark.parametrize(
    "heading",
    [
        f"<span class='kicker'>Flood</span> {TITLE}",
        f"<span class='date'>3 May</span> {TITLE}",
        f"<span class='label'>Update</span> {TITLE}",
        f"<span aria-hidden='true'>#</span>{TITLE}",
        f"<span hidden>Menu</span>{TITLE}",
    ],
)
def test_what_stands_beside_the_headline_in_its_heading_is_no_part_of_it(heading: str) -> None:
    head = f"<title>{TITLE} | Marlow Post</title>"
    assert page(f"<article><h1>{heading}</h1>{TEXT}</article>", head, url=URL).headline == TITLE


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("404 Not Found", True),
        ("403 Forbidden", True),
        ("500 Internal Server Error", True),
        ("Error 404", True),
        ("Page not found (404)", True),
        ("451 Unavailable For Legal Reasons", True),
        ("404 people sailed", False),
        ("404.5 million for ferries", False),
        ("405 cars on one ferry", False),
    ],
)
def test_a_short_page_headed_by_an_answer_of_its_server_is_no_article(title: str, *, status: bool) -> None:
    text = RIVER if not status else "We are sorry."
    body = f"<h1>{title}</h1><p>{text}</p>"
    if not status:
        assert page(f"<time datetime='2024-05-03T10:00Z'>3 May 2024</time>{body}", url=URL).headline == title
        return
    with pytest.raises(NotAnArticle, match="no article but"):
        page(body, url=URL)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("error404", "a page that was not found"),
        ("search-results", "a page of search results"),
        ("home-template", "a front page"),
        ("archive", "a list of articles"),
        ("tag-template", "a list of articles"),
        ("author-template", "a list of articles"),
    ],
)
def test_a_page_that_its_program_calls_a_list_is_no_article(name: str, told: str) -> None:
    def of_body(names: str, head: str = "") -> Article:
        markup = f"<html><head>{head}</head><body class='{names}'><h1>{TITLE}</h1>{TEXT}</body></html>"
        return read(markup, "text/html", url=URL)

    with pytest.raises(NotAnArticle, match=told):
        of_body(name)
    assert of_body(f"{name} single-post").headline == TITLE
    assert of_body(name, json_ld()).headline == TITLE


def live(count: int, *, newest_first: bool = True, head: str = "") -> Article:
    """A page with so many entries under their clocks."""
    hours = [9 + number for number in range(count)]
    entries = "".join(
        f"<div class='entry'><time datetime='2024-05-03T{hour:02}:15:00Z'>{hour:02}:15</time><h3>Hour {hour}</h3>"
        f"<p>{RIVER}</p></div>"
        for hour in (reversed(hours) if newest_first else hours)
    )
    return page(f"<article><h1>{TITLE}</h1><p>{ROAD}</p><div class='live'>{entries}</div></article>", head)


@pytest.mark.parametrize(
    ("article", "hours"),
    [
        pytest.param(live(4), [12, 11, 10, 9], id="four, the newest first"),
        pytest.param(live(3), [11, 10, 9], id="three are the fewest"),
        pytest.param(live(2), [], id="two are none"),
        pytest.param(live(4, newest_first=False), [], id="a diary tells from morning to evening"),
        pytest.param(live(4, newest_first=False, head=json_ld(**{"@type": "LiveBlogPosting"})),
                     [9, 10, 11, 12], id="what is declared live may be told so, too"),
    ],
)  # fmt: skip
def test_entries_under_their_clocks_are_those_of_a_live_report(article: Article, hours: list[int]) -> None:
    entries = article.live_entries
    assert [entry.at for entry in entries] == [dt.datetime(2024, 5, 3, hour, 15, tzinfo=dt.UTC) for hour in hours]
    assert [entry.headline for entry in entries] == [f"Hour {hour}" for hour in hours]
    assert all([block.text for block in entry.blocks] == [RIVER] for entry in entries)
