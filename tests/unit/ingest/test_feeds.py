"""Which entries a document holds, in whatever format and encoding, and which inputs they make."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.entry_traces import without_neighbours
from services.ingest.feed_news import Watched, read_news
from services.ingest.feeds import FeedItem, make_inputs, read_feed
from services.ingest.formats.announced import looks_like_feed
from services.ingest.formats.feed import Feed
from shared.envelope import FeedEntry, Source
from shared.errors import NotAFeed
from tests.cost import times_as_dear
from tests.unit.shared.old_encodings import misread, write

URL = "http://news.example/feed.xml"
SOURCE = Source(kind="feed", name=URL)
TITLE = "Bằng những nỗ lực, người trồng cao su ở Nam Đông vượt khó"


def document(title: str = TITLE, encoding: str = "utf-8", extra: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0"><channel><title>Tin</title>{extra}'
        f"<item><title>{title}</title><link>http://news.example/1</link></item></channel></rss>"
    )


def titles(body: bytes, content_type: str | None = None) -> list[str | None]:
    return [entry.title for entry in read_feed(body, content_type, URL).entries]


RSS = """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Báo Huế</title><link>http://news.example/</link><language>vi</language><ttl>30</ttl>
<atom:link rel="self" href="http://news.example/feed.xml"/><atom:link rel="hub" href="http://hub.example/"/>
<item><title>A &lt;b&gt;bold&lt;/b&gt; start</title><link>/bai/1.html</link><guid isPermaLink="false">n1</guid>
<pubDate>09/11/2015 - 05:34</pubDate><dc:creator>Anh Phong</dc:creator><category>Kinh tế</category>
<description>&lt;p onclick="x()"&gt;Lead&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Full <img src="a.jpg"></p>]]></content:encoded>
<enclosure url="/p.jpg" type="image/jpeg" length="1"/><media:credit>Ảnh: AP</media:credit></item>
</channel></rss>"""


def test_an_entry_keeps_everything_as_printed() -> None:
    feed = read_feed(RSS.encode(), None, URL)
    assert (feed.title, feed.language, feed.ttl_s, feed.hub) == ("Báo Huế", "vi", 1800, "http://hub.example/")
    assert feed.entries == (
        FeedEntry(
            guid="n1",
            link="http://news.example/bai/1.html",
            title="A <b>bold</b> start",
            title_is_html=True,
            summary='<p onclick="x()">Lead</p>',
            content='<p>Full <img src="a.jpg"></p>',
            published="09/11/2015 - 05:34",
            authors=("Anh Phong",),
            tags=("Kinh tế",),
            language="vi",
            base="http://news.example/bai/1.html",
            pictures=(("http://news.example/p.jpg", None, "Ảnh: AP"),),
        ),
    )


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><title>Tin</title><entry><id>tag:1</id>
<title>Một</title>
<link href="http://news.example/1"/><published>2015-11-09T05:34:00+07:00</published><updated>2015-11-09T06:00:00+07:00</updated>
<author><name>Anh Phong</name></author><content type="text">a &lt; b</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>Tin
</title></channel><item rdf:about="http://news.example/1"><title>Một</title><link>http://news.example/1</link></item></rdf:RDF>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Tin", "items": [{"id": 1, "title": "Một",
"url": "http://news.example/1", "content_text": "Lead", "date_published": "2015-11-09T05:34:00+07:00"}]}"""


@pytest.mark.parametrize(
    "text", [document("Một"), ATOM, RDF, JSON, "\n\n " + ATOM, "<br />\n<b>Warning</b>: x\n" + RDF]
)
def test_every_format_gives_its_entry(text: str) -> None:
    (entry,) = read_feed(text.encode(), "text/html", URL).entries
    assert (entry.title, entry.link) == ("Một", "http://news.example/1")


def test_atom_tells_text_from_html_and_both_dates() -> None:
    (entry,) = read_feed(ATOM.encode(), None, URL).entries
    assert (entry.content, entry.content_is_html, entry.published != entry.updated) == ("a < b", False, True)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(document(encoding="utf-8").encode(), None, id="utf-8"),
        pytest.param(document().encode("utf-8-sig"), None, id="utf-8 with a mark"),
        pytest.param(document(encoding="iso-8859-1").encode(), "text/xml; charset=iso-8859-1", id="utf-8 called latin"),
        pytest.param(document(encoding="x-bogus-9").encode(), None, id="utf-8 called nonsense"),
        pytest.param(document(encoding="utf-16").encode("utf-16"), None, id="utf-16 with a mark"),
        pytest.param(document(encoding="utf-16").encode("utf-16-le"), None, id="utf-16 little end first"),
        pytest.param(document(encoding="utf-16").encode("utf-16-be"), None, id="utf-16 big end first"),
        pytest.param(document("Huế").replace("Huế", TITLE).encode(), "application/xml; charset=utf-8", id="header"),
    ],
)
def test_a_title_comes_out_of_any_unicode(body: bytes, content_type: str | None) -> None:
    assert titles(body, content_type) == [TITLE]


@pytest.mark.parametrize(
    ("label", "name"), [("TCVN-5712", "tcvn5712"), ("TCVN5712-1", "tcvn5712"), ("VISCII", "viscii"), ("VNI", "vni")]
)
def test_a_title_comes_out_of_the_tables_of_before_unicode(label: str, name: str) -> None:
    assert titles(write(document(encoding=label), name)) == [TITLE]


CP1258 = "Kinh tê\u0301 Huê\u0301 đô\u0309i mơ\u0301i"


def test_a_title_comes_out_of_windows_1258_whoever_declares_it() -> None:
    body = document(CP1258, encoding="windows-1258").encode("cp1258")
    assert titles(body) == ["Kinh tế Huế đổi mới"]
    assert titles(body.replace(b"windows-1258", b"utf-8"), "text/xml; charset=utf-8") == ["Kinh tế Huế đổi mới"]
    assert titles(body.replace(b"windows-1258", b"iso-8859-1")) == ["Kinh tế Huế đổi mới"]
    bare = body.partition(b"?>")[2]
    assert titles(bare) == ["Kinh tế Huế đổi mới"]
    assert titles(bare, "text/xml; charset=windows-1258") == ["Kinh tế Huế đổi mới"]


@pytest.mark.parametrize("title", ["Perciò può più", "L'été à Orléans", "Não há condições", "Über Öl"])
def test_what_western_europe_writes_without_saying_so_is_read_as_windows_1252(title: str) -> None:
    assert titles(document(title).partition("?>")[2].encode("cp1252")) == [title]


def test_one_entry_in_another_encoding_spoils_no_other() -> None:
    mixed = document(TITLE).encode().replace(b"</channel>", b"<item><title>KEY</title></item></channel>")
    assert titles(mixed.replace(b"KEY", CP1258.encode("cp1258"))) == [TITLE, "Kinh tế Huế đổi mới"]


NEWS = (
    "Ủy ban nhân dân tỉnh vừa tổ chức hội nghị đánh giá kết quả trồng rừng gỗ lớn",
    "Mưa lớn khiến một số tuyến đường bị sạt lở, giao thông gián đoạn suốt năm giờ",
    "Các xã vùng cao kiến nghị hỗ trợ thêm cây giống, vật tư và kỹ thuật",
)


def entries(*written: bytes) -> bytes:
    """A document that stands on one line, as many feeds do."""
    return (
        b"<rss><channel>"
        + b"".join(b"<item><title>" + one + b"</title></item>" for one in written)
        + b"</channel></rss>"
    )


@pytest.mark.parametrize("name", ["tcvn5712", "viscii", "vni", "vps"])
def test_an_old_encoding_that_nobody_declares_is_told_by_its_words(name: str) -> None:
    assert titles(entries(*(write(title, name) for title in NEWS))) == list(NEWS)
    assert titles(entries(NEWS[0].encode(), write(NEWS[1], name), NEWS[2].encode())) == list(NEWS)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_an_entry_that_was_encoded_twice_is_mended_and_no_other_touched(encoding: str) -> None:
    twice = misread(NEWS[1].encode(), encoding).encode()
    assert titles(entries(NEWS[0].encode(), twice, NEWS[2].encode())) == list(NEWS)


def test_quotation_marks_of_windows_in_an_entry_of_utf8_are_read() -> None:
    assert titles(entries(NEWS[0].encode() + b" \x93x\x94", NEWS[1].encode())) == [NEWS[0] + " “x”", NEWS[1]]


def test_plain_text_in_the_header_leaves_references_in_json_alone() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1", "items": [{"title": "&#34;&#7879;&#34;&#34;"}]}'
    assert titles(body, "text/plain") == ["&#34;&#7879;&#34;&#34;"]


def test_a_stray_byte_costs_a_character_not_the_entry() -> None:
    body = document(TITLE + " X").encode().replace(b" X", b" \xe1\xff!")
    assert titles(body) == [TITLE + " \ufffd\ufffd!"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n ", "is empty", id="white space"),
        pytest.param(
            b"<!DOCTYPE html><html><link rel=alternate type=application/rss+xml></html>", "HTML page", id="page"
        ),
        pytest.param(b"%PDF-1.4\n%\xe2\xe3", "another kind", id="PDF"),
        pytest.param(b"\x00\x01\x02" * 100, "no feed", id="binary"),
        pytest.param(b"<nitf><body/></nitf>", "no feed", id="other XML"),
        pytest.param(b'{"type": "article"}', "no JSON Feed", id="other JSON"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1"', "is none", id="cut JSON"),
        pytest.param(b"[" * 100_000, "is none", id="deep JSON"),
        pytest.param(b"<rss><item " + b'a="1" ' * 500 + b"/></rss>", "too large", id="attributes"),
        pytest.param(b"<rss>" + b"<item/>" * 10_001, "more than 10000", id="many"),
    ],
)
def test_what_is_no_feed_or_hostile_says_so(body: bytes, reason: str) -> None:
    with pytest.raises(NotAFeed, match=reason):
        read_feed(body, "application/rss+xml", URL)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(document("Một &amp; hai &nbsp; ba"), id="an entity of HTML"),
        pytest.param(
            "<!DOCTYPE rss PUBLIC 'x' 'http://127.0.0.1/rss.dtd'>" + document().partition("?>")[2], id="a DTD"
        ),
        pytest.param('<!DOCTYPE r [<!ENTITY nbsp "&#160;">]>' + document().partition("?>")[2], id="a small entity"),
        pytest.param(document("a\x0bb\x00c"), id="control characters"),
        pytest.param(document("a&#xD800;b"), id="half a character"),
        pytest.param(document("<b>a</i> & <c"), id="bad markup"),
        pytest.param(document() + "junk", id="junk behind"),
        pytest.param(document(extra="<x:y>z</x:y>"), id="an unknown prefix"),
        pytest.param(
            document(extra="<description><![CDATA[" + "<br>" * 500 + "]]></description>"), id="breaks in CDATA"
        ),
        pytest.param(document().replace("</channel></rss>", "<item><title>Half of an ent"), id="cut in its last entry"),
    ],
)
def test_what_is_badly_made_is_read_as_far_as_it_goes(body: str) -> None:
    assert len(read_feed(body.encode(), None, URL).entries) == 1


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", None, URL).entries == ()


@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)),
    st.sampled_from(["<rss>", "<feed>", "{", ""]),
)
def test_any_bytes_are_read_or_refused_never_raised(body: bytes, root: str) -> None:
    try:
        read_feed(root.encode() + body, "text/xml; charset=x", URL)
    except NotAFeed:
        pass


def entry(number: int, **changes: str | None) -> FeedEntry:
    facts: dict[str, str | None] = {
        "guid": f"g{number}",
        "link": f"http://news.example/{number}",
        "title": f"T{number}",
    }
    return FeedEntry(**(facts | changes))  # type: ignore[arg-type]


def inputs(*entries: FeedEntry, home: str | None = None) -> tuple[FeedItem, ...]:
    return make_inputs(Feed(home=home, entries=entries), URL, SOURCE)


def aliases(*entries: FeedEntry, home: str | None = None) -> list[tuple[str, ...]]:
    return [one.input.aliases for one in inputs(*entries, home=home)]


def test_an_entry_is_known_by_its_link_and_its_guid() -> None:
    assert aliases(entry(1)) == [("url:https://news.example/1", f"guid:{URL} g1")]


def test_a_guid_that_all_share_tells_nothing_apart() -> None:
    assert aliases(entry(1, guid="x"), entry(2, guid="x")) == [
        ("url:https://news.example/1",),
        ("url:https://news.example/2",),
    ]


def test_a_link_that_all_share_tells_nothing_apart() -> None:
    home = "http://news.example/"
    assert aliases(entry(1, link=home), entry(2, link=home)) == [(f"guid:{URL} g1",), (f"guid:{URL} g2",)]
    assert aliases(entry(1, link=home), home=home) == [(f"guid:{URL} g1",)]
    assert aliases(entry(1, link=home, guid=None), entry(2, link=home, guid=None)) == [(), ()]


def test_a_live_blog_is_told_apart_by_guid() -> None:
    page = "http://news.example/live"
    assert aliases(entry(1, link=page + "#1"), entry(2, link=page + "#2")) == [(f"guid:{URL} g1",), (f"guid:{URL} g2",)]


def test_the_same_entry_twice_is_one_and_keeps_its_addresses() -> None:
    assert aliases(entry(1), entry(1)) == aliases(entry(1))


def test_a_very_long_guid_is_shortened() -> None:
    (only,) = aliases(entry(1, link=None, guid="x" * 100_000))
    assert len(only[0]) < 200


def test_what_changes_at_each_visit_is_not_in_the_bytes() -> None:
    (first,) = inputs(entry(1, guid="now", link="http://news.example/1?utm_source=a&id=7"))
    (second,) = inputs(entry(1, guid="later", link="http://news.example/1?id=7&fbclid=b"))
    assert first.input.body == second.input.body
    assert msgspec.json.decode(first.input.body, type=FeedEntry).link == "http://news.example/1?id=7"


def news(before: tuple[FeedEntry, ...], after: tuple[FeedEntry, ...]) -> list[str | None]:
    """The titles of what a second document says that the first did not."""
    first = read_news(Feed(entries=before), Watched(key="f1", source=SOURCE, now_s=0.0))
    watched = Watched(key="f1", source=SOURCE, now_s=0.0, memory=first.memory)
    second = read_news(Feed(entries=after), watched)
    return [msgspec.json.decode(one.body, type=FeedEntry).title for one in second.inputs]


def test_a_date_that_all_entries_share_is_that_of_the_visit() -> None:
    first = (entry(1, published="10:00"), entry(2, published="10:00"))
    assert news(first, (entry(1, published="10:15"), entry(2, published="10:15"))) == []
    assert news(first, (entry(1, published="10:15"), entry(2, published="10:00"))) == ["T1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (document().encode(), True),
        (document(encoding="utf-16").encode("utf-16"), True),
        (ATOM.encode(), True),
        (RDF.encode(), True),
        (JSON.encode(), True),
        (b"<nitf><head/></nitf>", False),
        (b'{"uri": "x"}', False),
    ],
)
def test_looks_like_feed(body: bytes, expected: bool) -> None:
    assert looks_like_feed(body) is expected


def test_entries_that_say_the_same_at_the_same_time_are_one_and_keep_all_addresses() -> None:
    same = {"title": "T", "published": "2015-11-09", "content": "words"}
    (only,) = aliases(entry(1, **same), entry(2, **same))
    assert only[:1] == ("url:https://news.example/1",)
    assert "url:https://news.example/2" in only


def test_what_shares_link_and_guid_but_says_other_things_are_other_articles() -> None:
    said = [
        {"guid": guid, "link": "http://news.example/all", "title": f"T{day}", "published": f"2015-11-0{day}"}
        for day, guid in ((1, "a"), (2, "a"), (3, "b"), (4, "c"))
    ]
    known = aliases(*(entry(1, **one) for one in said))
    assert len({alias for one in known for alias in one}) == sum(map(len, known))
    assert all(known)


def test_a_guid_made_anew_leaves_an_entry_without_a_page_what_it_was() -> None:
    said = {"link": None, "title": "T", "published": "2015-11-09", "content": "words"}
    ((_, first),) = aliases(entry(1, guid="a", **said))
    ((_, second),) = aliases(entry(1, guid="b", **said))
    assert first == second


@pytest.mark.parametrize(
    "moved",
    ["https://news.example/1", "http://www.news.example/1", "http://news.example/1/", "http://news.example/1?utm_id=1"],
)
def test_another_spelling_of_an_address_is_no_news(moved: str) -> None:
    assert news((entry(1),), (entry(1, link=moved),)) == []
    assert aliases(entry(1)) == aliases(entry(1, link=moved))


def test_a_feed_that_moves_says_nothing_new() -> None:
    documents = [
        read_feed(RSS.encode(), None, at) for at in ("http://news.example/feed.xml", "http://news.example/rss/new.xml")
    ]
    (first,), (second,) = (make_inputs(document, "f1", SOURCE) for document in documents)
    assert first == second


def test_guids_of_one_page_with_other_fragments_are_other_entries() -> None:
    page = "http://news.example/live"
    first, second = aliases(entry(1, link=page, guid=f"{page}#1"), entry(2, link=page, guid=f"{page}#2"))
    assert first
    assert second
    assert not set(first) & set(second)


def test_a_guid_that_entries_share_in_two_spellings_tells_nothing_apart() -> None:
    shared = ("http://news.example/all", "https://www.news.example/all/")
    first, second = aliases(entry(1, guid=shared[0]), entry(2, guid=shared[1]))
    assert not set(first) & set(second)


def test_the_page_behind_a_link_that_counts_clicks_is_the_address() -> None:
    item = (
        '<item xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><title>x</title>'
        "<link>http://feeds.example/~r/x/~3/abc/</link><feedburner:origLink>http://f.example/24</feedburner:origLink></item>"
    )
    body = f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'.encode()
    (only,) = make_inputs(read_feed(body, None, URL), "f1", SOURCE)
    assert (only.input.aliases, only.input.url) == (("url:https://f.example/24",), "http://f.example/24")


@pytest.mark.parametrize(
    ("html", "left"),
    [
        (
            '<p>a</p><ul class="wp-block-latest-posts__list x"><li>b<ul><li>c</li></ul></li></ul><p>d</p>',
            "<p>a</p><p>d</p>",
        ),
        ("<OL CLASS='recent-posts'><li>b</OL>c", "c"),
        ('<ul class="latest-posts"><li>never closed', None),
        ("<ul><li>The latest posts of the week</li></ul>", None),
        ("<p>latest-posts</p>", None),
        (None, None),
    ],
)
def test_lists_of_newest_posts_are_no_words_of_a_post(html: str | None, left: str | None) -> None:
    assert without_neighbours(html) == (html if left is None else left)


def test_looking_for_lists_takes_no_longer_than_the_text_is_long() -> None:
    def text(count: int) -> str:
        return '<ul class="a' * count + "<ul latest-posts></ul>" * count + "<ul latest-posts>" * count

    short, long = text(10_000), text(40_000)
    assert times_as_dear(lambda: without_neighbours(long), than=lambda: without_neighbours(short), bound=9) < 9
