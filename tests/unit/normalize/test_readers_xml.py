"""NITF and NewsML-G2 give their fields and bodies; hostile XML, and XML that is no article, say so at once."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.readers import newsml_g2, nitf
from shared.article import Person
from shared.errors import NotAnArticle
from tests.cost import times_as_dear
from tests.unit.normalize.inputs import raw

NITF = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">
<nitf xml:lang="vi">
  <head>
    <title>Tên khác</title>
    <docdata management-status="withheld">
      <doc-id id-string="tth-1" regsrc="TTH"/>
      <du-key key="k-1" version="3"/>
      <date.release norm="20151109T053400+0700"/>
      <key-list><keyword key="cao su"/><keyword key="nông thôn"/></key-list>
    </docdata>
  </head>
  <body>
    <body.head>
      <hedline><hl1>Giữ rừng ở <em>Nam Đông</em></hl1><hl2>Đầu đề phụ</hl2></hedline>
      <byline>Bài: <person>Anh Phong</person></byline>
      <dateline><location>HUẾ</location><story.date norm="20151108"/></dateline>
      <abstract><p>Người dân cùng giữ rừng.</p></abstract>
    </body.head>
    <body.content>
      <block>
        <p>Đoạn một.</p>
        <hl2>Cách làm mới</hl2>
        <media media-type="image">
          <media-reference source="https://x/a.jpg"/>
          <media-caption><p>Sơ chế mủ cao su</p></media-caption>
          <media-producer>Anh Phong</media-producer>
        </media>
        <p>Đoạn hai.</p>
        <ul><li>một</li><li>hai</li></ul>
        <table><tr><td>a</td><td>b</td></tr></table>
      </block>
    </body.content>
  </body>
</nitf>"""
BODY = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Đoạn một.</p><p>Đoạn hai.</p></body></html>'
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:bao.vn,2015:1" version="11" xml:lang="vi">
  <itemMeta>
    <versionCreated>2015-11-09T06:00:00+07:00</versionCreated>
    <firstCreated>2015-11-09T05:34:00+07:00</firstCreated>
    <embargoed>2015-11-10T00:00:00Z</embargoed>
    <pubStatus qcode="stat:usable"/>
  </itemMeta>
  <contentMeta>
    <creator type="cpnat:person"><name>Anh Phong</name></creator>
    <creator type="cpnat:organisation"><name>TTH</name></creator>
    <infoSource><name>TTXVN</name></infoSource>
    <by>Bài: Anh Phong</by>
    <dateline>HUẾ</dateline>
    <headline>Giữ rừng ở Nam Đông</headline>
    <description role="drol:caption">Chú thích</description>
    <description role="drol:summary">Người dân cùng giữ rừng.</description>
    <subject><name>lâm nghiệp</name></subject>
  </contentMeta>
  <contentSet>CONTENT</contentSet>
</newsItem>"""
INLINE_XHTML = f'<inlineXML contenttype="application/xhtml+xml">{BODY}</inlineXML>'
PARAGRAPHS = ["Đoạn một.", "Đoạn hai."]


@pytest.mark.parametrize("between", ["", "\n", '\n<?xml version="1.0"?>\n<!DOCTYPE nitf>\n'])
@pytest.mark.parametrize("first", [NITF, NITF.replace("Đoạn một", "Đoạn &nbsp;một")], ids=["whole", "with a slip"])
def test_of_several_documents_behind_each_other_none_is_taken_for_the_whole(first: str, between: str) -> None:
    bare = NITF[NITF.index("<nitf") :]
    with pytest.raises(NotAnArticle, match="send each by itself"):
        nitf.read(first + between + bare, raw())
    quoted = NITF.replace("Đoạn một.", "<![CDATA[<nitf></nitf>]]>") + "<!-- <nitf> -->"
    assert nitf.read(quoted, raw()).article.headline


def test_nitf_gives_every_field_it_declares() -> None:
    draft = nitf.read(NITF, raw())
    article = draft.article
    assert article.headline == "Giữ rừng ở Nam Đông"
    assert article.description == "Người dân cùng giữ rừng."
    assert article.dateline == article.located == "HUẾ"
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34+07:00")
    assert article.people == (Person(name="Anh Phong"),)
    assert (article.uri, article.version, article.alt_ids) == ("tth-1", "3", ("k-1",))
    assert (article.sources, article.keywords) == (("TTH",), ("cao su", "nông thôn"))
    assert (article.language, article.pub_status) == ("vi", "withheld")
    assert [(piece.shape, piece.text) for piece in draft.pieces] == [
        ("paragraph", "Đoạn một."),
        ("heading", "Cách làm mới"),
        ("picture", "Sơ chế mủ cao su"),
        ("paragraph", "Đoạn hai."),
        ("list", "một hai"),
        ("table", "a b"),
    ]
    assert (draft.pieces[2].byline, draft.pieces[2].href) == ("Anh Phong", "https://x/a.jpg")
    assert draft.pieces[4].items == ("một", "hai")
    assert draft.pieces[5].rows == (("a", "b"),)


def test_evidence_points_into_the_document() -> None:
    evidence = {item.field: item for item in nitf.read(NITF, raw()).evidence}
    assert evidence["headline"].path == "/nitf/body/body.head/hedline/hl1"
    assert "Tên khác" in [lost.value for lost in evidence["headline"].lost]
    assert evidence["first_created"].path == "/nitf/head/docdata/date.release/@norm"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(INLINE_XHTML, PARAGRAPHS, id="XHTML"),
        pytest.param(f"<inlineXML>{NITF[NITF.index('<nitf') :]}</inlineXML>", ["Đoạn một.", "Đoạn hai."], id="NITF"),
        pytest.param("<inlineData>Đoạn một.\n\nĐoạn hai.</inlineData>", PARAGRAPHS, id="plain text"),
        pytest.param(
            '<inlineData contenttype="text/html">&lt;p>Đoạn một.&lt;/p>&lt;p>Đoạn hai.&lt;/p></inlineData>',
            PARAGRAPHS,
            id="escaped HTML",
        ),
        pytest.param('<remoteContent href="https://x/1.jpg"/>', [], id="nothing inside"),
        pytest.param('<inlineData encoding="base64">iVBORw0KGgo=</inlineData>', [], id="a picture in letters"),
    ],
)
def test_newsml_g2_gives_its_fields_and_the_text_inside_it(content: str, expected: list[str]) -> None:
    draft = newsml_g2.read(G2.replace("CONTENT", content), raw())
    article = draft.article
    assert article.uri == "tag:bao.vn,2015:1"
    assert article.headline == "Giữ rừng ở Nam Đông"
    assert article.description == "Người dân cùng giữ rừng."
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34+07:00")
    assert article.version_created == dt.datetime.fromisoformat("2015-11-09T06:00+07:00")
    assert article.embargoed_until == dt.datetime.fromisoformat("2015-11-10T00:00Z")
    assert article.people == (Person(name="Anh Phong"),)
    assert "TTH" in article.organisations
    assert "TTXVN" in article.sources
    assert article.version == "11"
    assert [piece.text for piece in draft.pieces if piece.shape in ("paragraph", "line")] == expected


def test_a_message_gives_its_first_item() -> None:
    message = f"<newsMessage><itemSet>{G2.replace('CONTENT', INLINE_XHTML)}</itemSet></newsMessage>"
    assert newsml_g2.read(message, raw()).article.headline == "Giữ rừng ở Nam Đông"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param("<packageItem guid='x'/>", "a package", id="a package"),
        pytest.param("<conceptItem guid='x'/>", "a concept", id="a concept"),
        pytest.param(
            "<newsMessage><itemSet><planningItem/></itemSet></newsMessage>", "a plan", id="a plan in a message"
        ),
        pytest.param("<newsItem guid='x'/>", "no <headline>", id="an empty item"),
        pytest.param("<rss/>", "its root is <rss>", id="another format"),
        pytest.param("no markup", "cannot be read", id="no XML"),
        pytest.param("", "cannot be read", id="nothing"),
    ],
)
def test_newsml_g2_that_is_no_article_says_what_it_is(document: str, said: str) -> None:
    with pytest.raises(NotAnArticle, match=said):
        newsml_g2.read(document, raw())


@pytest.mark.parametrize("document", ["<rss/>", "<nitf/>", "<nitf><head/></nitf>", "no markup", "<nitf"])
def test_nitf_that_is_no_article_says_so(document: str) -> None:
    with pytest.raises(NotAnArticle):
        nitf.read(document, raw())


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(f"<!DOCTYPE nitf [{LAUGHS}]><nitf><hl1>&l9;</hl1></nitf>", id="a billion laughs"),
        pytest.param(
            f'<!DOCTYPE nitf [<!ENTITY a "{"x" * 50_000}">]><nitf>{"&a;" * 20_000}</nitf>', id="a quadratic blow-up"
        ),
        pytest.param('<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/hostname">]><nitf>&a;</nitf>', id="a file"),
        pytest.param("<nitf>" + "<block>" * 200_000, id="deep nesting"),
        pytest.param("<nitf " + " ".join(f"a{n}='1'" for n in range(80_000)) + "/>", id="attributes"),
        pytest.param("<nitf>" + "<p/>" * 300_000 + "</nitf>", id="elements"),
        pytest.param(f"<nitf a='{'x' * 20_000_000}'/>", id="one attribute of 20 MB"),
    ],
)
def test_bombs_are_refused_before_they_cost_as_much_as_a_few_articles(document: str) -> None:
    def refuse() -> None:
        with pytest.raises(NotAnArticle):
            nitf.read(document, raw())

    body = "<p>Theo đó, người dân phải đi thuyền trong nhiều ngày liền vì nước lên.</p>" * 500
    article = NITF.replace("</body.content>", f"{body}</body.content>")
    assert times_as_dear(refuse, than=lambda: nitf.read(article, raw()), bound=6) < 6


def test_an_external_dtd_is_not_fetched_and_does_no_harm() -> None:
    document = '<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd">' + NITF[NITF.index("<nitf") :]
    assert nitf.read(document, raw()).article.headline == "Giữ rừng ở Nam Đông"


@given(
    place=st.integers(0, len(NITF)), cut=st.integers(0, 60), put=st.text(alphabet="<>/&;'\"= abnitf![]-", max_size=12)
)
@settings(max_examples=120, deadline=None)
def test_any_damage_is_read_or_refused(place: int, cut: int, put: str) -> None:
    for whole, read in ((NITF, nitf.read), (G2.replace("CONTENT", INLINE_XHTML), newsml_g2.read)):
        try:
            draft = read(whole[:place] + put + whole[place + cut :], raw())
        except NotAnArticle:
            continue
        assert draft.article.headline or draft.pieces
