"""The short way through plain RSS and Atom gives what the long way gives, or nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.formats import plain_xml, rss_atom
from services.ingest.formats.entry_parts import read_entry_parts
from services.ingest.formats.feed import Feed
from services.ingest.formats.precheck import open_document
from tests.cost import times_as_dear

URL = "http://paper.example/feed.xml"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0" xmlns:own="http://paper.example/ns"'
)
WORDS = (
    "Night buses stay", "&lt;b&gt;Đêm&lt;/b&gt; &amp;amp; ngày", "<![CDATA[<p>Chợ nổi &amp; <i>gốm</i></p>]]>", "",
    "  R&amp;D \n", "CafÃ© \u0093x\u0094",
    "http:////paper.example/1?a=1&amp;b=2", "/bai/1", "n1", "a &lt; b", "&amp;lt;x&amp;gt;",
    "&#x2013;", "<!-- no --> words", "Mon, 09 Nov 2015 05:34:00 GMT",
)  # fmt: skip
RSS_PARTS = (
    "<title>{}</title>", "<link>{}</link>", "<guid>{}</guid>", '<guid isPermaLink="false">{}</guid>',
    "<description>{}</description>", "<content:encoded>{}</content:encoded>", "<category>{}</category>",
    '<category domain="x">{}</category>', "<dc:subject>{}</dc:subject>", "<dc:creator>{}</dc:creator>",
    "<author>{}</author>", "<pubDate>{}</pubDate>", "<dc:date>{}</dc:date>", "<atom:updated>{}</atom:updated>",
    '<enclosure url="/p.jpg" type="IMAGE/jpeg" length="1"/>', '<source url="http://o.example/">{}</source>',
    '<atom:link href="/other"/>', '<atom:link rel="self" href="/self"/>', "<slash:comments>4</slash:comments>",
    "<comments>{}</comments>", "<fb:origLink>{}</fb:origLink>", "<own:score>{}</own:score>",
    '<media:content url="/m.jpg" medium="image"><media:description>{}</media:description></media:content>',
    '<media:group><media:thumbnail url="/t.jpg"/><media:credit>{}</media:credit></media:group>',
    "<itunes:summary>{}</itunes:summary>", "<dc:language>vi</dc:language>", "<dc:title>{}</dc:title>",
    "<summary>{}</summary>", "<image><url>/i.jpg</url></image>", '<own:box a="1"><own:b>{}</own:b></own:box>',
)  # fmt: skip
ATOM_PARTS = (
    "<title>{}</title>", '<title type="html">{}</title>', "<summary>{}</summary>", '<summary type="html">{}</summary>',
    "<content>{}</content>", '<content type="HTML">{}</content>', '<content type="text/plain">{}</content>',
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x <b>y</b></div></content>', "<id>{}</id>",
    '<link href="/1"/>', '<link rel="enclosure" type="image/png" href="/p.png"/>', '<link rel="ALTERNATE" href="/2"/>',
    '<link type="application/pdf" href="/3"/>', '<link type="xhtml" href="/4"/>', "<published>{}</published>",
    "<updated>{}</updated>", "<author><name>{}</name><email>a@b.example</email><uri>http://a.example/</uri></author>",
    "<author><name>An</name></author>", '<category term="c" label="C"/>', '<category scheme="s" term=""/>',
    "<source><id>{}</id><title>Other</title><author><name>Bo</name></author></source>", "<rights>{}</rights>",
    "<contributor><name>{}</name><uri>/u</uri></contributor>", "<own:score>{}</own:score>",
)  # fmt: skip
RSS_CHANNEL = (
    "<title>Báo</title>", "<link>http://site.example/</link>", "<language>vi</language>", "<ttl>60</ttl>",
    '<atom:link rel="hub" href="http://hub.example/"/>',
    "<image><url>/i.png</url><title>I</title><link>/</link></image>",
    "<skipHours><hour>1</hour></skipHours>", "<itunes:author>X</itunes:author>", "<lastBuildDate>x</lastBuildDate>",
    "<managingEditor>a@b.example (A)</managingEditor>", "<dc:language>en</dc:language>", "<link/>",
)  # fmt: skip
ATOM_FEED = (
    "<title>Báo</title>", '<link href="http://site.example/"/>', '<link rel="self" href="/feed"/>', "<id>http://f.example/</id>",
    "<author><name>Desk</name></author>", "<subtitle>x</subtitle>", "<icon>/i.ico</icon>",
    '<generator uri="/g">G</generator>',
)  # fmt: skip


def both(text: str) -> tuple[Feed | None, Feed]:
    """What the short way and the long way read of a document."""
    document, around, parts = read_entry_parts(open_document(text, URL))
    plain = plain_xml.read(document)
    short = None if plain is None else rss_atom.make_feed(plain, around, parts, document, URL)
    return short, rss_atom.make_feed(rss_atom.parse(document, URL), around, parts, document, URL)


def filled(parts: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(parts), st.sampled_from(WORDS))


def document_of(root: str, name: str, channel: tuple[str, ...], parts: tuple[str, ...]) -> st.SearchStrategy[str]:
    entries = st.lists(st.lists(filled(parts), max_size=6).map("".join), min_size=1, max_size=3)
    head = st.lists(st.sampled_from(channel), unique=True, max_size=5).map("".join)
    start, _, end = root.partition("…")
    return st.builds(
        lambda said, inner: start + said + "".join(f"<{name}>{one}</{name}>" for one in inner) + end, head, entries
    )


RSS = document_of(f'<rss version="2.0" {SPACES}><channel>…</channel></rss>', "item", RSS_CHANNEL, RSS_PARTS)
ATOM = document_of(
    f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en_US" {SPACES}>…</feed>', "entry", ATOM_FEED, ATOM_PARTS
)


@given(st.one_of(RSS, ATOM))
@settings(max_examples=300, deadline=None)
def test_both_ways_read_the_same(text: str) -> None:
    short, long = both(text)
    assert short is None or short == long


def plain_rss(count: int = 1) -> str:
    item = (
        "<item><title>T</title><link>http://site.example/1</link><guid>g</guid><pubDate>x</pubDate><dc:creator>An</dc:creator>"
        "<description>&lt;p&gt;x&lt;/p&gt;</description><content:encoded><![CDATA[<p>y</p>]]></content:encoded></item>"
    )
    return f'<rss version="2.0" {SPACES}><channel><title>Báo</title><link>/</link>{item * count}</channel></rss>'


def plain_atom() -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>B</title><entry><id>1</id><title>T</title><link href="/1"/>'
        "<updated>x</updated><author><name>An</name></author><content type='html'>&lt;p&gt;</content></entry></feed>"
    )


@pytest.mark.parametrize(
    "text",
    [
        plain_rss(),
        plain_atom(),
    ],
    ids=["RSS", "Atom"],
)
def test_what_newsrooms_send_goes_the_short_way(text: str) -> None:
    short, long = both(text)
    assert short == long


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(plain_rss().replace("<title>T", "<title>a</title><title>T"), id="a title twice"),
        pytest.param(plain_rss().replace("<title>T", "<title><b>T</b>"), id="markup that is not escaped"),
        pytest.param(plain_rss().replace("<title>T", "<title lang='vi'>T"), id="an attribute"),
        pytest.param(plain_rss().replace("<item>", "<item xml:base='/x/'>"), id="a base"),
        pytest.param(plain_rss().replace("</item>", "<thumb>x</thumb></item>"), id="an element of nobody's"),
        pytest.param(plain_rss().replace("</rss>", ""), id="a document that is cut"),
        pytest.param('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', id="another format"),
    ],
)
def test_what_is_not_plain_goes_the_long_way(text: str) -> None:
    assert plain_xml.read(text) is None


def test_the_short_way_is_much_shorter() -> None:
    document = read_entry_parts(open_document(plain_rss(300), URL))[0]
    ratio = times_as_dear(lambda: plain_xml.read(document), than=lambda: rss_atom.parse(document, URL), bound=0.3)
    assert ratio < 0.3
