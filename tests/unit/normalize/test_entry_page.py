"""An entry and its page tell of one article: which of both is believed of each field."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.pipeline import normalize
from shared.article import Article, Evidence
from shared.entry_with_page import ENTRY_WITH_PAGE_TYPE, Page, pack_entry_with_page
from shared.envelope import FeedEntry, Raw, Source
from shared.errors import NotAnArticle
from tests.corpus.documents import make_documents
from tests.corpus.scorer import read as read_document
from tests.corpus.scorer import score
from tests.corpus.stories import read_newsrooms
from tests.corpus.truth import Document

TAGS = re.compile(r"<[^<>]*>")

URL = "https://news.example/2026/rubber.html"
TITLE = "Rubber growers of Nam Dong overcome a hard year"
PARAGRAPHS = (
    "The growers of Nam Dong district earn hundreds of millions from their gardens, and yet the price fell twice.",
    "Mr. Ho Van Sang of Thuong Quang has three hectares, which he planted when nobody believed in rubber at all.",
    "The district wants to help with young trees, and with a road on which the trucks of the buyers can come.",
)
ENTRY = FeedEntry(
    link=URL,
    title=TITLE,
    summary="The growers of Nam Dong district earn hundreds of millions …",
    published="Mon, 09 Nov 2026 05:34:00 +0700",
    authors=("admin",),
    guid="g1",
    tags=("rubber",),
)


def page_of(
    title: str = TITLE, paragraphs: tuple[str, ...] = PARAGRAPHS, head: str = "", byline: str = "Lan Anh"
) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    author = f'<p class="author">By {byline}</p>' if byline else ""
    top = f"<head><meta charset=utf-8><title>{title}</title>{head}</head>"
    return f"<html lang=en>{top}<body><article><h1>{title}</h1>{author}{body}</article></body></html>".encode()


def read(entry: FeedEntry = ENTRY, page: bytes | None = None, media_type: str = "text/html") -> Article:
    body = pack_entry_with_page(
        msgspec.json.encode(entry), Page(url=URL, media_type=media_type, body=page_of() if page is None else page)
    )
    source = Source(kind="feed", name="https://news.example/rss", zone="Asia/Ho_Chi_Minh")
    return normalize(Raw(source=source, media_type=ENTRY_WITH_PAGE_TYPE, body=body, received_us=1_794_200_000_000_000))


def texts(article: Article) -> list[str]:
    return [block.text or "" for block in article.blocks if block.type == "paragraph"]


def seen(article: Article, field: str) -> Evidence:
    return next(one for one in article.evidence if one.field == field)


def test_the_text_is_the_pages_and_the_moment_the_entrys() -> None:
    article = read()
    assert texts(article) == list(PARAGRAPHS)
    assert article.headline == TITLE
    assert str(article.first_created) == "2026-11-09 05:34:00+07:00"
    assert "feed published" in seen(article, "first_created").rule
    assert (article.keywords, article.alt_ids) == (("rubber",), ("g1",))
    assert not article.is_cut


def test_who_signed_on_the_page_is_believed_before_the_login_in_the_feed() -> None:
    article = read()
    assert [person.name for person in article.people] == ["Lan Anh"]
    assert any(lost.value == "admin" for lost in seen(article, "byline").lost)


def test_the_feed_says_what_its_page_does_not() -> None:
    entry = msgspec.structs.replace(ENTRY, authors=("Anh Phong",))
    article = read(entry, page_of(byline=""))
    assert [person.name for person in article.people] == ["Anh Phong"]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page_of("Before you go on", ("We and our 812 partners store cookies. " * 8,)), id="a consent wall"
        ),
        pytest.param(b"<html><body><a href=/1>one</a></body></html>", id="no article"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<p>" * 100_000, id="hostile markup"),
    ],
)
def test_a_page_of_something_else_is_set_aside(page: bytes) -> None:
    article = read(page=page)
    assert article.headline == TITLE
    assert "We and our" not in " ".join(texts(article))
    assert seen(article, "page").rule.startswith("the page of this entry is set aside")


def test_a_page_for_subscribers_does_not_shorten_what_the_feed_says() -> None:
    content = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    entry = msgspec.structs.replace(ENTRY, summary=None, content=content)
    assert texts(read(entry, page_of(paragraphs=PARAGRAPHS[:1]))) == list(PARAGRAPHS)


def test_a_summary_of_its_own_is_kept_beside_the_page() -> None:
    told = "What the district plans for its farmers, and why the buyers stay away this winter."
    article = read(msgspec.structs.replace(ENTRY, summary=told))
    assert texts(article)[-3:] == list(PARAGRAPHS)
    assert told in (article.description, *texts(article), *article.boilerplate)


def test_a_bare_address_is_an_article_by_its_page_alone() -> None:
    article = read(FeedEntry(link=URL, published="2026-11-09"))
    assert (article.headline, texts(article)) == (TITLE, list(PARAGRAPHS))
    with pytest.raises(NotAnArticle):
        read(FeedEntry(link=URL), b"<html><body>x</body></html>")


def test_neither_publishes_what_the_other_holds_back() -> None:
    article = read(page=page_of(head='<meta name="embargo" content="2030-01-01T00:00:00Z">'))
    assert article.embargoed_until is not None


def test_what_is_no_entry_with_its_page_is_refused() -> None:
    source = Source(kind="feed", name="f")
    with pytest.raises(NotAnArticle):
        normalize(Raw(source=source, media_type=ENTRY_WITH_PAGE_TYPE, body=b"CDPAGE1\nx", received_us=1))


@given(title=st.text(max_size=60), summary=st.text(max_size=200), page=st.binary(max_size=300))
def test_any_entry_with_any_page_is_read_or_refused(title: str, summary: str, page: bytes) -> None:
    entry = FeedEntry(link=URL, title=title, summary=summary)
    try:
        read(msgspec.json.decode(msgspec.json.encode(entry), type=FeedEntry), page)
    except NotAnArticle:
        pass


def joined(page: Document, feed: Document, *, is_short: bool) -> Document:
    """A page of the corpus with the entry that a feed has of the same story, whole or as an excerpt."""
    entry = msgspec.json.decode(feed.raw.body, type=FeedEntry)
    if is_short:
        text = " ".join(TAGS.sub(" ", entry.content or entry.summary or "").split())
        excerpt = f"{text[:200].rpartition(' ')[0] or text[:60]} …"
        entry = msgspec.structs.replace(entry, content=None, summary=excerpt, summary_is_html=False, pictures=())
    found = Page(url=page.raw.url or "", media_type=page.raw.media_type, body=page.raw.body)
    body = pack_entry_with_page(msgspec.json.encode(entry), found)
    raw = msgspec.structs.replace(page.raw, media_type=ENTRY_WITH_PAGE_TYPE, body=body, source=feed.raw.source)
    return msgspec.structs.replace(page, raw=raw)


@pytest.mark.parametrize("is_short", [pytest.param(True, id="an excerpt"), pytest.param(False, id="a whole entry")])
def test_beside_its_entry_no_page_is_read_worse_than_alone(is_short: bool) -> None:
    documents = list(make_documents(read_newsrooms()))
    feeds = {entry.name.rpartition("/")[2]: entry for entry in documents if entry.path == "feeds"}
    pages = [entry for entry in documents if entry.name.startswith("pages/wordpress_blocks/")]
    assert len(pages) > 10
    for page in pages:
        both = joined(page, feeds[page.name.rpartition("/")[2]], is_short=is_short)
        alone, beside = score(page, read_document(page)).scores, score(both, read_document(both)).scores
        worse = {str(field): (alone[field], beside[field]) for field in alone if beside[field] < alone[field]}
        assert worse == {}, page.name
