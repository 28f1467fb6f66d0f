"""What feedparser mixes up or drops: references, media texts, authors as printed, an entry's own language."""

import pytest

from services.ingest.feeds import read_feed
from services.ingest.formats.deleted import read_deleted
from services.ingest.formats.json_articles import split_json
from services.ingest.formats.precheck import open_document
from shared.envelope import FeedEntry
from shared.errors import NotAFeed
from tests.cost import times_as_dear

URL = "http://paper.example/feed.xml"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:m="http://search.yahoo.com/mrss/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def rss(*items: str, head: str = "", channel: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0" {SPACES}><channel><title>Paper</title>{channel}{inner}</channel></rss>'


def entries(document: str) -> tuple[FeedEntry, ...]:
    return read_feed(document.encode(), None, URL).entries


def entry(inner: str, head: str = "") -> FeedEntry:
    (found,) = entries(rss(f"<title>T</title>{inner}", head=head))
    return found


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param("R&D and AT&T", "R&D and AT&T", id="bare"),
        pytest.param("R&amp;D &lt;now&gt;", "R&D <now>", id="of XML"),
        pytest.param("Caf&eacute; &ndash; &#8364;5", "Café – €5", id="of HTML"),
        pytest.param("&paper; &nobody;", "The Paper &nobody;", id="of the document's own DTD"),
        pytest.param("<![CDATA[R&D &paper;]]>", "R&D &paper;", id="not inside CDATA"),
    ],
)
def test_references_of_a_title_are_what_they_stand_for(written: str, title: str) -> None:
    head = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY paper "The Paper">]>'
    (found,) = entries(rss(f"<title>{written}</title><link>http://paper.example/?a=1&b=2</link>", head=head))
    assert (found.title or "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == title
    assert found.link == "http://paper.example/?a=1&b=2"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        f'<!DOCTYPE rss [<!ENTITY a "{"x" * 201}">]>',
    ],
)
def test_entities_that_fetch_or_multiply_stay_text_and_the_rest_is_read(head: str) -> None:
    first, second = entries(rss("<title>&a; &b;</title>", "<title>T</title>", head=head))
    assert (first.title or "").replace("&amp;", "&").replace("aa", "&a;") == "&a; &b;"
    assert second.title == "T"


def test_a_flood_of_harmless_entities_is_cut_off() -> None:
    head = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 200}">]>'
    (found,) = entries(rss("<title>T</title><description>" + "&a;" * 10_000 + "</description>", head=head))
    assert 1_000_000 < len(found.summary or "") < 1_100_000


@pytest.mark.parametrize("ends", ["</a>", ""])
def test_what_is_nested_too_deep_loses_its_tags_and_no_word(ends: str) -> None:
    deep = "<title>T</title>" + "<a>" * 5_000 + "x" + ends * 5_000
    found = entries(rss("<title>S</title>", deep, "<title>U</title>", channel="<b>" * 300))
    assert [one.title for one in found] == ["S", "T", "U"]


def test_tags_are_left_out_in_time_linear_in_the_document() -> None:
    def document(count: int) -> str:
        return rss("<title>T</title>" + "".join(f"<a{number}>" for number in range(count)))

    short, long = document(20_000), document(80_000)
    assert times_as_dear(lambda: open_document(long, URL), than=lambda: open_document(short, URL), bound=9) < 9


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        pytest.param('<entry xmlns="http://www.w3.org/2005/Atom"><title>T</title></entry>', ["T"], id="Atom"),
        pytest.param(
            '<?xml version="1.0"?>\n<!-- x --><a:entry xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title></a:entry>',
            ["T"],
            id="with a prefix",
        ),
    ],
)
def test_an_entry_that_stands_alone_is_a_feed_of_one(text: str, titles: list[str]) -> None:
    assert [one.title for one in entries(text)] == titles


@pytest.mark.parametrize(
    ("inner", "guid", "link"),
    [
        pytest.param("<guid>n1</guid>", "n1", None, id="no address"),
        pytest.param("<guid>http://p.example/1</guid>", "http://p.example/1", "http://p.example/1", id="an address"),
        pytest.param("<guid>/1</guid>", "/1", "http://paper.example/1", id="a path"),
        pytest.param("<guid>n1</guid><link>/2</link>", "n1", "http://paper.example/2", id="before the link"),
        pytest.param("<link>/2</link><guid>n1</guid>", "n1", "http://paper.example/2", id="behind the link"),
        pytest.param(
            "<link>2</link><guid isPermaLink='false'>2</guid>", "2", "http://paper.example/2", id="both alike"
        ),
        pytest.param("<guid isPermaLink='false'>http://p.example/1</guid>", "http://p.example/1", None, id="no link"),
    ],
)
def test_a_guid_is_a_link_only_where_it_is_an_address(inner: str, guid: str, link: str | None) -> None:
    found = entry(inner)
    assert (found.guid, found.link) == (guid, link)


@pytest.mark.parametrize(
    ("channel", "link"),
    [
        pytest.param("<link>http://site.example/</link>", "http://site.example/bai/1", id="of the site"),
        pytest.param("", "http://paper.example/bai/1", id="of the feed where the site is not named"),
        pytest.param("<link>/news/</link>", "http://paper.example/bai/1", id="of the feed where the site is relative"),
    ],
)
def test_a_bare_path_in_rss_is_of_the_channels_link(channel: str, link: str) -> None:
    inner = '<title>T</title><link>/bai/1</link><enclosure url="/p.jpg" type="image/jpeg" length="1"/>'
    (found,) = entries(rss(inner, channel=channel))
    assert (found.link, found.pictures[0][0]) == (link, link.replace("bai/1", "p.jpg"))


def test_an_xml_base_goes_before_the_channels_link() -> None:
    document = rss("<title>T</title><link>1</link>", channel="<link>http://site.example/</link>")
    (found,) = entries(document.replace("<rss ", '<rss xml:base="/b/" '))
    assert found.link == "http://paper.example/b/1"


def test_a_bare_path_in_atom_is_of_the_feed() -> None:
    (found,) = entries(
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="http://site.example/"/>'
        '<entry><title>T</title><link href="/1"/></entry></feed>'
    )
    assert found.link == "http://paper.example/1"


@pytest.mark.parametrize(
    "text",
    [
        rss('<title>T</title><source url="http://o.example/rss">Other Paper</source>'),
        f"<feed {ATOM}><entry><title>T</title><source><title>Other Paper</title></source></entry></feed>",
    ],
)
def test_an_entry_that_was_taken_over_names_its_origin(text: str) -> None:
    (found,) = entries(text)
    assert (found.title, found.origin) == ("T", "Other Paper")


def test_the_image_of_an_item_is_its_picture() -> None:
    found = entry("<image><url>http://paper.example/i.jpg</url><title>Paper</title></image>")
    assert found.pictures == (("http://paper.example/i.jpg", None, None),)
    assert found.title == "T"


@pytest.mark.parametrize(
    "head",
    [
        "<!-- made by the <html> to RSS bridge -->",
        '<?xml version="1.0"?>\n<!-- <rss> of yesterday --> <!-- <!doctype html> -->',
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>',
    ],
)
def test_what_stands_before_the_root_makes_no_page_of_a_feed(head: str) -> None:
    (found,) = entries(rss("<title>Morning</title>", head=head))
    assert found.title == "Morning"


def test_a_page_that_shows_a_feed_is_a_page() -> None:
    with pytest.raises(NotAFeed, match="HTML page"):
        entries(rss("<title>x</title>", head="<html><body><p>How a feed looks:</p>"))


@pytest.mark.parametrize(
    ("media", "pictures"),
    [
        pytest.param(
            '<media:content url="/1.jpg" medium="image"><media:description>A hill</media:description>'
            "<media:credit>Ann Lee</media:credit></media:content>",
            (("http://paper.example/1.jpg", "A hill", "Ann Lee"),),
            id="within",
        ),
        pytest.param(
            '<media:group><m:content url="/1.jpg" width="90"/><m:content url="/2.jpg" width="900"/>'
            "<m:description><![CDATA[A <b>hill</b>]]></m:description></media:group>",
            (("http://paper.example/2.jpg", "A <b>hill</b>", None),),
            id="renditions in a group, another prefix",
        ),
        pytest.param(
            '<media:content url="/1.jpg"/><media:description>A hill</media:description><media:credit>A</media:credit>'
            "<media:credit>B</media:credit>",
            (("http://paper.example/1.jpg", "A hill", "A, B"),),
            id="beside the only one",
        ),
        pytest.param(
            '<media:content url="/1.mp4" type="video/mp4"><media:thumbnail url="/1.jpg"/>'
            "<media:text>A film</media:text></media:content>",
            (("http://paper.example/1.jpg", "A film", None),),
            id="thumbnail of a film",
        ),
        pytest.param("<media:description>A hill</media:description>", (("", "A hill", None),), id="no picture"),
        pytest.param('<media:thumbnail url="/1.jpg"/>', (("http://paper.example/1.jpg", None, None),), id="thumbnail"),
        pytest.param(
            '<media:content url="/1.jpg" width="140"><media:credit>A</media:credit></media:content>'
            '<media:content url="/2.jpg" width="460"><media:credit>A</media:credit></media:content>',
            (("http://paper.example/2.jpg", None, "A"),),
            id="the same words twice",
        ),
        pytest.param(
            '<enclosure url="/1.jpg" type="image/jpeg"/><media:credit>Ann Lee</media:credit>',
            (("http://paper.example/1.jpg", None, "Ann Lee"),),
            id="enclosed",
        ),
        pytest.param('<enclosure url="/1.mp3" type="audio/mpeg"/>', (), id="a sound"),
    ],
)  # fmt: skip
def test_media_texts_belong_to_their_pictures(
    media: str, pictures: tuple[tuple[str, str | None, str | None], ...]
) -> None:
    found = entry(f"{media}<description>The text.</description>")
    assert (found.title, found.summary, found.content) == ("T", "The text.", None)
    assert found.pictures == pictures


def test_the_title_of_its_media_names_an_entry_without_one() -> None:
    (found,) = entries(rss('<media:content url="/1.jpg"><media:title>A hill</media:title></media:content>'))
    assert found.title == "A hill"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("<author>desk@paper.online (Ann Lee)</author>", ("desk@paper.online (Ann Lee)",)),
        ("<dc:creator><![CDATA[Miller, Jane]]></dc:creator>", ("Miller, Jane",)),
        ("<dc:creator>Ann Lee</dc:creator><dc:creator>Bo Ek</dc:creator>", ("Ann Lee", "Bo Ek")),
    ],
)
def test_authors_are_as_printed(author: str, expected: tuple[str, ...]) -> None:
    assert entry(author).authors == expected


def test_the_feeds_author_is_that_of_an_atom_entry_without_one() -> None:
    own = "<author><name>Bo Ek</name></author>"
    source = "<source><author><name>Cy Orr</name></author></source>"
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><author><name>Ann Lee</name></author>'
    document = (
        f"{feed}<entry><title>A</title></entry><entry><title>B</title>{own}</entry><entry>{source}</entry></feed>"
    )
    assert [found.authors for found in entries(document)] == [("Ann Lee",), ("Bo Ek",), ("Cy Orr",)]


def test_an_entrys_language_is_its_own_and_no_other_entrys() -> None:
    document = rss(
        "<title>a</title><dc:language>en</dc:language>", "<title>b</title>", channel="<language>vi</language>"
    )
    assert [found.language for found in entries(document)] == ["en", "vi"]


def test_texts_with_other_words_are_all_kept() -> None:
    found = entry(
        "<content:encoded><![CDATA[<p>One two.</p>]]></content:encoded>"
        "<itunes:summary xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>Three four.</itunes:summary>"
        "<description>Five.</description>"
    )
    said = f"{found.summary} {found.content}"
    assert all(word in said for word in ("One two.", "Three four.", "Five."))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'{"headline":"a \ud800 b","body_text":"x"}', rb'{"headline":"a \ufffd b","body_text":"x"}'),
        (rb'{"headline":"\ud83d\ude00 \\ud800 \uDC00\ud800"}', rb'{"headline":"\ud83d\ude00 \\ud800 \ufffd\ufffd"}'),
    ],
)
def test_half_a_letter_does_not_keep_an_article_out(written: bytes, read: bytes) -> None:
    assert [article.body for article in split_json(written)] == [read]


@pytest.mark.parametrize(
    ("written", "deleted"),
    [
        pytest.param('<at:deleted-entry ref="tag:1" when="x"/>', (("tag:1", ""),), id="bare"),
        pytest.param(
            "<deleted-entry when='x' ref='a&amp;b'><comment>Not\n true</comment></deleted-entry>",
            (("a&b", "Not true"),),
            id="with a reason",
        ),
        pytest.param(
            '<at:deleted-entry ref="1"><at:by/></at:deleted-entry><at:deleted-entry ref="2"/>',
            (("1", ""), ("2", "")),
            id="two",
        ),
        pytest.param('<at:deleted-entry href="1"/><at:deleted-entry ref=""/>', (), id="none of an id"),
    ],
)
def test_tombstones_of_an_atom_feed_are_read(written: str, deleted: tuple[tuple[str, str], ...]) -> None:
    space = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'
    document = f"<feed {ATOM} {space}>{written}<entry><id>3</id><title>T</title></entry></feed>"
    feed = read_feed(document.encode(), None, URL)
    assert (feed.deleted, [one.title for one in feed.entries]) == (deleted, ["T"])


@pytest.mark.parametrize(
    "piece", ["<at:deleted-entry ref='1'>", "<deleted-entry ", "<a:deleted-entry ref=", "<comment>"]
)
def test_looking_for_tombstones_takes_no_longer_than_the_document_is_long(piece: str) -> None:
    short, long = ("<deleted-entry >" + piece * count for count in (5_000, 20_000))
    assert times_as_dear(lambda: read_deleted(long), than=lambda: read_deleted(short), bound=9) < 9


A, B = "http://p.example/a.jpg", "http://p.example/b.jpg"


def image(address: str, words: str = "", **said: object) -> str:
    told = "".join(f' {name}="{value}"' for name, value in said.items())
    return f'<media:content url="{address}" medium="image"{told}>{words}</media:content>'


@pytest.mark.parametrize(
    ("inner", "pictures"),
    [
        pytest.param(
            f"<media:credit>An</media:credit>{image(A, '<media:text>a</media:text>')}{image(B)}",
            ((A, "a", "An"), (B, None, "An")),
            id="a credit of the entry is that of each",
        ),
        pytest.param(
            f"<media:credit>An</media:credit>{image(A, '<media:credit>Bo</media:credit>')}",
            ((A, None, "Bo"),),
            id="its own credit goes before",
        ),
        pytest.param(
            f"<media:group>{image(A, '<media:description>a</media:description>')}"
            f"{image(B, '<media:description>b</media:description>')}</media:group>",
            ((A, "a", None), (B, "b", None)),
            id="what a group holds may be of several pictures",
        ),
        pytest.param(
            f"<media:group><media:description>g</media:description>{image(A)}{image(B, width=9)}</media:group>",
            ((B, "g", None),),
            id="renditions of one picture are one, the widest",
        ),
        pytest.param(
            f"<media:group>{image(A)}{image(B, isDefault='true')}</media:group>",
            ((B, None, None),),
            id="else the one that is to be shown",
        ),
        pytest.param(
            image(A, "<media:copyright>© Paper</media:copyright>"), ((A, None, "© Paper"),), id="a notice of copyright"
        ),
        pytest.param(
            f'<media:thumbnail url="{A}" width="75"/><media:thumbnail url="{B}" width="800"/>',
            ((B, None, None),),
            id="the widest thumbnail",
        ),
        pytest.param(
            f"<media:group>{image(A)}</media:group>" * 300, ((A, None, None),), id="more than anybody shows"
        ),
    ],
)  # fmt: skip
def test_media_say_what_their_group_and_their_entry_say(
    inner: str, pictures: tuple[tuple[str, str | None, str | None], ...]
) -> None:
    assert entry(inner).pictures == pictures
