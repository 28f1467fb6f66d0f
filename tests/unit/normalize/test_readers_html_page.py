"""A page from end to end, and what holds for any page at all."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.normalize.document import Draft
from services.normalize.readers.html_page import read
from shared.envelope import Raw, Source
from shared.errors import NotAnArticle

PAGES = Path(__file__).parents[2] / "corpus" / "pages"
MARKUP = [path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.html"))]
_TAG = r"""<[a-zA-Z/!?](?:=\s*(?:"[^"]*"|'[^']*')|[^>])*>"""  # `<&` and `< ` open no tag; a quoted `>` ends none
TAGS = [
    "<p>", "</p>", "<div class='caption'>", "</div>", "<figure>", "<img src=a>", "<figcaption>", "<h1>", "<a href=b>",
    "<td>", "<table>", "<br>", "<time datetime='2020-13-40'>", "<script type='application/ld+json'>", "{\"@type\":",
    "<meta property='og:title' content='", "'>", "&#0;", "<li>", "\x00", "1.2.2020", "By ", "Foto: ", " | ", "(", ")",
]  # fmt: skip


def draft(markup: str, url: str | None = None) -> Draft:
    raw = Raw(source=Source(kind="push", name="t"), media_type="text/html", body=b"", received_us=0, url=url)
    return read(markup, raw)


def page(name: str) -> Draft:
    return draft((PAGES / name).read_text(encoding="utf-8"), "https://www.talbote.example/lokales/bruecke-4711")


def texts(read: Draft, *shapes: str) -> list[str]:
    return [piece.text for piece in read.pieces if piece.shape in shapes]


def test_declared_and_visible_evidence_make_one_article() -> None:
    article = page("news_declared.html").article
    assert article.headline == "Brücke über die Leine wird erneuert"
    assert article.first_created == dt.datetime(2024, 2, 3, 22, 30, tzinfo=dt.UTC)
    assert article.local_day == dt.date(2024, 2, 3)
    assert article.first_created is not None
    assert article.first_created.utcoffset() == dt.timedelta(hours=1)
    assert article.version_created == dt.datetime(2024, 2, 4, 8, 10, tzinfo=dt.UTC)
    assert [person.name for person in article.people] == ["Anna Berg", "Jan Ohm"]
    assert article.uri == "https://www.talbote.example/lokales/bruecke-4711?seite=2"
    assert (article.language, article.section, article.keywords) == ("de", "Lokales", ("Verkehr", "Leine"))


def test_the_body_holds_the_article_and_nothing_of_the_site() -> None:
    read = page("news_declared.html")
    assert texts(read, "lead") == ["Die Arbeiten beginnen im März und dauern ein Jahr."]
    assert texts(read, "heading") == ["Was es kostet"]
    assert texts(read, "quote") == ["„Wir haben lange genug geflickt“, sagt die Bürgermeisterin."]
    assert [piece.items for piece in read.pieces if piece.shape == "list"] == [
        ("Beginn: März", "Ende: nächstes Frühjahr")
    ]
    assert len(texts(read, "paragraph")) == 3
    shown = " ".join(piece.text for piece in read.pieces if piece.shape != "debris")
    assert not re.search("Stau auf|Lesen Sie|Teilen|Hans|Rechte|Lokales|Von Anna", shown)
    removed = texts(read, "debris")
    assert "Stau auf der Umgehung Neue Radwege" in removed
    assert not set(removed) & set(texts(read, "paragraph", "lead", "heading"))


def test_a_picture_has_its_caption_and_its_credit_apart() -> None:
    picture = next(piece for piece in page("news_declared.html").pieces if piece.shape == "picture")
    assert picture.text == "Seit 1931 führt die Brücke über den Fluss."
    assert (picture.byline, picture.href) == ("Lena Roth/dpa", "https://www.talbote.example/bilder/bruecke.jpg")


def test_a_page_that_declares_nothing_is_read_from_what_it_shows() -> None:
    read = page("bare_table.html")
    assert read.article.headline == "Cầu mới qua sông Hương thông xe"
    assert read.article.first_created == dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    assert texts(read, "lead")[0].startswith("Sáng nay, cây cầu thứ sáu")
    assert texts(read, "picture") == ["Người dân đi bộ qua cầu trong buổi sáng đầu tiên"]
    assert texts(read, "byline") == ["Anh Phong"]
    assert len(texts(read, "paragraph")) == 2


def test_a_second_article_on_the_page_is_another_article() -> None:
    read = page("two_articles.html")
    assert read.article.headline == "Harbour reopens after the storm"
    assert [person.name for person in read.article.people] == ["Mary Shaw"]
    assert read.article.first_created == dt.datetime(2021, 5, 4, 13, 30, tzinfo=dt.UTC)
    assert "parking" not in " ".join(texts(read, "paragraph", "heading"))
    assert len(texts(read, "paragraph")) == 3


def test_every_settled_field_says_where_it_was_read() -> None:
    read = page("news_declared.html")
    seen = {evidence.field: evidence for evidence in read.evidence}
    fields = {"headline", "first_created", "version_created", "byline", "people[0]", "uri", "description", "language"}
    assert fields <= seen.keys()
    assert all(seen[field].rule and seen[field].path and 0 < seen[field].sure < 1 for field in fields)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A page of ours with pieces of markup put in and stretches taken out."""
    markup = draw(st.sampled_from(MARKUP))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(markup)))
        end = min(len(markup), start + draw(st.integers(0, 60)))
        markup = markup[:start] + draw(st.sampled_from(TAGS)) + markup[end:]
    return markup


ANY_PAGE = st.one_of(
    mutated(), st.lists(st.one_of(st.sampled_from(TAGS), st.text(max_size=20)), max_size=30).map("".join)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_PAGE)
def test_any_page_is_read_or_refused_twice_the_same(markup: str) -> None:
    try:
        once = draft(markup)
    except NotAnArticle:
        return
    assert draft(markup) == once


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_no_word_is_invented(markup: str) -> None:
    try:
        read = draft(markup)
    except NotAnArticle:
        return
    known = set(re.findall(r"\w+", re.sub(_TAG, " ", markup) + " " + markup))
    glued = "".join(sorted(known))
    for text in [read.article.headline or "", *(piece.text for piece in read.pieces)]:
        for word in re.findall(r"\w+", text):
            assert word in known or word in glued or word in re.sub(_TAG + r"|\W", "", markup)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div>" * 3000, id="deep"),
        pytest.param("<p " + "a=1 " * 5000 + ">", id="many attributes"),
    ],
)
def test_hostile_markup_is_refused(markup: str) -> None:
    with pytest.raises(NotAnArticle):
        draft(markup)
