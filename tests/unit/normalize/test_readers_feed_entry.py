"""An entry of a feed gives what the feed says, with its dates in the publisher's zone."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.document import Draft
from services.normalize.readers import feed_entry
from shared.article import Person
from shared.envelope import FeedEntry
from shared.errors import NotAnArticle
from tests.unit.normalize.inputs import raw

HANOI = "Asia/Ho_Chi_Minh"
CONTENT = """<p><strong>TTH - Người dân cùng giữ rừng.</strong></p>
<p style="text-align: justify;">Đoạn một của bài viết nói về việc giữ rừng ở vùng cao.</p>
<h2>Cách làm mới</h2>
<figure><img src="/a.jpg" width="800" onclick="zoom(this)"><figcaption>Sơ chế mủ cao su</figcaption></figure>
Lời không có thẻ, <b>vẫn</b> là một đoạn.<br><br>Đoạn sau hai lần xuống dòng.
<p class="author"><strong>Bài, ảnh: Anh Phong</strong></p>
<p><img src="https://bao.vn/px.gif" width="1" height="1"></p><script>track()</script>"""
ENTRY = FeedEntry(
    feed="https://bao.vn/rss",
    guid="g-1",
    link="https://bao.vn/a1.html?utm_source=rss&id=7",
    title="Giữ rừng &amp; trồng rừng",
    title_is_html=True,
    summary="Người dân cùng giữ rừng.",
    content=CONTENT,
    published="Mon, 09 Nov 2015 05:34:00 +0700",
    updated="2015-11-09T06:00:00+07:00",
    authors=("Anh Phong",),
    tags=("lâm nghiệp",),
    language="vi",
    pictures=(("https://bao.vn/b.jpg", "Vườn cây", "Thu Hà"), ("https://bao.vn/a.jpg", "Sơ chế mủ cao su", None)),
)


def read(entry: FeedEntry, zone: str | None = HANOI, language: str | None = "vi") -> Draft:
    return feed_entry.read(msgspec.json.encode(entry).decode(), raw(zone, language))


def changed(**fields: object) -> FeedEntry:
    return msgspec.structs.replace(ENTRY, **fields)


def test_an_entry_gives_what_the_feed_says() -> None:
    draft = read(ENTRY)
    article = draft.article
    assert article.headline == "Giữ rừng & trồng rừng"
    assert article.description is None
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34+07:00")
    assert article.version_created == dt.datetime.fromisoformat("2015-11-09T06:00+07:00")
    assert article.people == (Person(name="Anh Phong"),)
    assert article.uri == "https://bao.vn/a1.html?id=7"
    assert article.alt_ids == ("g-1",)
    assert article.keywords == ("lâm nghiệp",)
    assert [(piece.shape, piece.text) for piece in draft.pieces] == [
        ("lead", "TTH - Người dân cùng giữ rừng."),
        ("paragraph", "Đoạn một của bài viết nói về việc giữ rừng ở vùng cao."),
        ("heading", "Cách làm mới"),
        ("picture", "Sơ chế mủ cao su"),
        ("paragraph", "Lời không có thẻ, vẫn là một đoạn."),
        ("paragraph", "Đoạn sau hai lần xuống dòng."),
        ("paragraph", "Bài, ảnh: Anh Phong"),
        ("picture", "Vườn cây"),
    ]
    assert draft.pieces[3].href == "https://bao.vn/a.jpg"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        pytest.param("Mon, 09 Nov 2015 05:34:00 +0700", "2015-11-09T05:34+07:00", id="RFC 822"),
        pytest.param("Sun, 08 Nov 2015 22:34:00 GMT", "2015-11-09T05:34+07:00", id="RFC 822 in GMT"),
        pytest.param("T2, 09 Thg 11 2015 05:34:00 +0700", "2015-11-09T05:34+07:00", id="RFC 822 with Vietnamese names"),
        pytest.param("2015-11-09T05:34:00.000+07:00", "2015-11-09T05:34+07:00", id="ISO 8601"),
        pytest.param("2015-11-08T22:34:00Z", "2015-11-09T05:34+07:00", id="ISO 8601 in UTC"),
        pytest.param("2015-11-09 05:34:00", "2015-11-09T05:34+07:00", id="without a zone: the source's"),
        pytest.param("09/11/2015 - 05:34", "2015-11-09T05:34+07:00", id="as printed, day first"),
        pytest.param("Thứ Hai, 09/11/2015, 05:34 (GMT+7)", "2015-11-09T05:34+07:00", id="as printed, in full"),
        pytest.param("11/9/2015 5:34 AM", "2015-11-09T05:34+07:00", id="American: month first"),
        pytest.param("1447022040", "2015-11-09T05:34+07:00", id="seconds since 1970"),
        pytest.param("1447022040000", "2015-11-09T05:34+07:00", id="milliseconds since 1970"),
        pytest.param("1970-01-01T00:00:00Z", None, id="the beginning of the machine's time is no date"),
        pytest.param("soon", None, id="no date"),
        pytest.param("31/02/2015 - 05:34", None, id="no such day"),
        pytest.param("", None, id="empty"),
    ],
)
def test_dates_as_feeds_print_them(printed: str, expected: str | None) -> None:
    article = read(changed(published=printed, updated=None)).article
    assert article.first_created == (dt.datetime.fromisoformat(expected) if expected else None)


def test_the_local_day_is_the_publishers() -> None:
    article = read(changed(published="Sun, 08 Nov 2015 22:34:00 GMT")).article
    assert article.local_day == dt.date(2015, 11, 9)


def test_without_any_zone_it_is_a_clock_without_one() -> None:
    words = "The council said on Monday that the buses will run until March, as they have in the past."
    entry = FeedEntry(
        feed="https://a.example/rss", title="Council keeps night buses", summary=words, published="2015-11-09 05:34"
    )
    draft = feed_entry.read(msgspec.json.encode(entry).decode(), raw())
    clock = next(item for item in draft.evidence if item.field == "first_created.clock")
    assert draft.article.zone_rule == "assumed"
    assert draft.article.first_created == dt.datetime(2015, 11, 9, 5, 34)  # noqa: DTZ001  # the clock of nobody's zone
    assert clock.sure <= 0.5


def test_months_are_read_in_the_declared_language_though_people_write_another() -> None:
    article = read(changed(published="ma, 08 okt 2018 10:09:29 +0000", language="nl")).article
    assert article.first_created == dt.datetime(2018, 10, 8, 10, 9, 29, tzinfo=dt.UTC)


def test_a_word_for_today_beside_a_date_that_nobody_reads_dates_nothing() -> None:
    assert read(changed(published="ma, 08 xyz 2018", updated=None, language="hu")).article.first_created is None


def test_without_declared_language_the_zone_is_that_of_the_words() -> None:
    article = read(changed(published="2015-11-09 05:34", language=None), None, None).article
    assert article.zone_rule == "language"
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34+07:00")


@pytest.mark.parametrize(
    ("author", "people", "organisations"),
    [
        pytest.param("a@bao.vn (Anh Phong)", ["Anh Phong"], (), id="RSS's address and name"),
        pytest.param("Bài, ảnh: Anh Phong", ["Anh Phong"], (), id="a printed byline"),
        pytest.param("By Jane Doe and John Roe", ["Jane Doe", "John Roe"], (), id="two"),
        pytest.param("Reuters", [], ("Reuters",), id="an agency"),
        pytest.param("", [], (), id="nothing"),
    ],
)
def test_authors(author: str, people: list[str], organisations: tuple[str, ...]) -> None:
    article = read(changed(authors=(author,))).article
    assert [person.name for person in article.people] == people
    assert article.organisations == organisations


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        pytest.param(
            "<img src='/0.jpg'><br/>Người dân cùng giữ rừng.", "Người dân cùng giữ rừng.", id="with a picture"
        ),
        pytest.param("&lt;p&gt;Người dân cùng giữ rừng.&lt;/p&gt;", "Người dân cùng giữ rừng.", id="escaped twice"),
        pytest.param("Người dân cùng giữ […]", None, id="a cut of the body"),
        pytest.param(None, None, id="none"),
    ],
)
def test_the_summary_is_the_lead_unless_it_is_cut_off(summary: str | None, expected: str | None) -> None:
    content = CONTENT if summary and "…" in summary else CONTENT.partition("</p>")[2]
    assert read(changed(summary=summary, content=content)).article.description == expected


def test_a_tag_under_the_body_is_debris() -> None:
    pieces = read(changed(content=f"{CONTENT}<p><a href='/tag/1'>#lâm nghiệp</a></p><p>#khác thì không</p>")).pieces
    assert [piece.text for piece in pieces if piece.shape == "debris"] == ["#lâm nghiệp"]


def test_a_summary_alone_is_the_body() -> None:
    draft = read(changed(content=None, pictures=()))
    assert draft.article.description is None
    assert [piece.text for piece in draft.pieces] == ["Người dân cùng giữ rừng."]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A &amp;amp; B", "A & B"),
        ("&lt;b&gt;Giữ&lt;/b&gt; rừng", "Giữ rừng"),
        ("Giữ <i>rừng</i>", "Giữ rừng"),
        ("3 < 4", "3 < 4"),
        ("AT&T", "AT&T"),
    ],
)
def test_titles_lose_their_markup_however_often_escaped(title: str, expected: str) -> None:
    assert read(changed(title=title, title_is_html=False)).article.headline == expected


@pytest.mark.parametrize("document", ["{}", '{"feed": 7}', "[", '{"feed": "x"}', '{"feed": "x", "title": " "}'])
def test_an_entry_without_words_says_so(document: str) -> None:
    with pytest.raises(NotAnArticle, match="feed entry"):
        feed_entry.read(document, raw())


_text = st.none() | st.text(max_size=30) | st.text(alphabet="<>/&;=\"' abp1\n", max_size=40)


@given(title=_text, summary=_text, content=_text, published=_text, link=_text, author=st.text(max_size=30))
@settings(max_examples=120, deadline=None)
def test_any_entry_is_read_or_refused(
    title: str | None, summary: str | None, content: str | None, published: str | None, link: str | None, author: str
) -> None:
    fields = {"title": title, "summary": summary, "content": content, "published": published, "link": link}
    try:
        draft = read(changed(**fields, authors=(author,)))
    except NotAnArticle:
        return
    assert draft.article.headline or draft.pieces
