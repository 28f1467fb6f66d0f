"""Our article in other tongues."""

import datetime as dt

import pytest

from services.index.exports.body import body_html
from services.index.exports.markdown import to_markdown
from services.index.exports.ninjs import to_ninjs
from services.index.exports.schema_org import to_schema_org
from shared.article import (
    Access,
    Article,
    Block,
    Correction,
    Evidence,
    Headline,
    Kind,
    LiveEntry,
    Person,
)

WHEN = dt.datetime(2015, 11, 9, 5, 34, tzinfo=dt.timezone(dt.timedelta(hours=7)))
ARTICLE = Article(
    headline="Từng bước nâng cao",
    first_created=WHEN,
    byline="Bài, ảnh: Anh Phong",
    people=(Person(name="Anh Phong", rel=("author", "photographer")),),
    sources=("TTXVN",),
    dateline="TTH",
    description="Bằng những giải pháp",
    blocks=(
        Block(type="paragraph", text="Một <b> & hai."),
        Block(type="caption", text="Sơ chế mủ cao su", byline="A. P."),
        Block(type="subhead", text="Củng cố"),
        Block(type="picture", href="javascript:alert(1)", caption='"Ảnh"'),
        Block(type="picture", href="https://x.example/1.jpg"),
        Block(type="list", items=("a", "b")),
        Block(type="table", rows=(("1", "2"),)),
        Block(type="quote", text="Lời"),
    ),
    language="vi",
    keywords=("Đảng",),
    section="Chính trị",
    version="2",
    alt_ids=("guid-1",),
    evidence=(Evidence(field="headline", rule="x", sure=1.0),),
)


def test_ninjs() -> None:
    item = to_ninjs(ARTICLE, "abc")
    plain, html = item.pop("bodies")
    assert plain["value"] == "Một <b> & hai.\n\nCủng cố\n\n- a\n- b\n\n1\t2\n\nLời"
    assert html == {"role": "main", "contentType": "text/html", "value": body_html(ARTICLE)}
    assert item == {
        "uri": "urn:copydesk:abc",
        "type": "text",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        },
        "version": "2",
        "firstCreated": "2015-11-09T05:34:00+07:00",
        "pubStatus": "usable",
        "language": "vi",
        "headlines": [{"role": "main", "contentType": "text/plain", "value": "Từng bước nâng cao"}],
        "descriptions": [{"role": "lead", "contentType": "text/plain", "value": "Bằng những giải pháp"}],
        "by": "Bài, ảnh: Anh Phong",
        "people": [{"name": "Anh Phong", "rel": "author"}, {"name": "Anh Phong", "rel": "photographer"}],
        "infoSources": [{"name": "TTXVN"}],
        "subjects": [{"name": "Chính trị", "rel": "section"}, {"name": "Đảng", "rel": "keyword"}],
        "associations": [
            {
                "name": "picture-1",
                "rel": "picture",
                "uri": "urn:copydesk:abc#picture-1",
                "type": "picture",
                "by": "A. P.",
                "descriptions": [{"role": "caption", "contentType": "text/plain", "value": "Sơ chế mủ cao su"}],
            },
            {
                "name": "picture-2",
                "rel": "picture",
                "uri": "urn:copydesk:abc#picture-2",
                "type": "picture",
                "descriptions": [{"role": "caption", "contentType": "text/plain", "value": '"Ảnh"'}],
            },
            {
                "name": "picture-3",
                "rel": "picture",
                "uri": "urn:copydesk:abc#picture-3",
                "type": "picture",
                "renditions": [{"name": "main", "href": "https://x.example/1.jpg"}],
            },
        ],
        "altIds": [{"value": "guid-1"}],
    }


def test_what_the_source_did_not_say_is_not_said() -> None:
    assert to_ninjs(Article(), "abc").keys() == {"uri", "type", "standard", "pubStatus"}
    assert to_schema_org(Article(), "abc").keys() == {"@context", "@type", "@id"}


def test_the_publishers_own_uri_stays() -> None:
    article = Article(uri="https://x.example/a#top", blocks=(Block(type="picture", href="https://x.example/1.jpg"),))
    item = to_ninjs(article, "abc")
    assert item["uri"] == "https://x.example/a#top"
    assert item["associations"][0]["uri"] == "https://x.example/a#picture-1"


def test_a_bare_number_is_no_uri() -> None:
    item = to_ninjs(Article(uri="4711", alt_ids=("4711", "x")), "abc")
    assert item["uri"] == "urn:copydesk:abc"
    assert item["altIds"] == [{"value": "4711"}, {"value": "x"}]


def test_html_is_safe() -> None:
    assert body_html(ARTICLE).splitlines() == [
        "<p>Một &lt;b&gt; &amp; hai.</p>",
        "<figure><figcaption>Sơ chế mủ cao su <cite>A. P.</cite></figcaption></figure>",
        "<h2>Củng cố</h2>",
        "<figure><figcaption>&quot;Ảnh&quot;</figcaption></figure>",
        '<figure><img src="https://x.example/1.jpg" alt=""></figure>',
        "<ul><li>a</li><li>b</li></ul>",
        "<table><tr><td>1</td><td>2</td></tr></table>",
        "<blockquote>Lời</blockquote>",
    ]


def test_an_address_that_is_none_leads_nowhere() -> None:
    assert body_html(Article(blocks=(Block(type="picture", href="http://[::1"),))) == ""


def test_schema_org() -> None:
    node = to_schema_org(ARTICLE, "abc")
    assert node["@type"] == "NewsArticle"
    assert node["datePublished"] == "2015-11-09T05:34:00+07:00"
    assert node["author"] == node["contributor"] == [{"@type": "Person", "name": "Anh Phong"}]
    assert node["dateline"] == "TTH"
    assert node["image"][0] == {"@type": "ImageObject", "caption": "Sơ chế mủ cao su", "creditText": "A. P."}
    assert "url" not in node
    assert to_schema_org(Article(pub_status="canceled"), "abc")["creativeWorkStatus"] == "canceled"


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        pytest.param(Block(type="paragraph", text="# 1 _and_ [2]"), "\\# 1 \\_and\\_ \\[2\\]", id="signs are escaped"),
        pytest.param(Block(type="paragraph", text="1. first"), "\\1. first", id="a number is no list"),
        pytest.param(Block(type="paragraph", text="- dash"), "\\- dash", id="a dash is no list"),
        pytest.param(Block(type="subhead", text="Củng cố"), "## Củng cố", id="subhead"),
        pytest.param(Block(type="quote", text="Lời", byline="A"), "> Lời\n>\n> — A", id="quote with its speaker"),
        pytest.param(Block(type="list", items=("a", "b")), "- a\n- b", id="list"),
        pytest.param(
            Block(type="table", rows=(("a", "b|c"), ("d",)), caption="T"),
            "*T*\n\n| a | b\\|c |\n| --- | --- |\n| d |  |",
            id="table with uneven rows",
        ),
        pytest.param(Block(type="code", text="```\nx"), "````\n```\nx\n````", id="code that holds a fence"),
        pytest.param(
            Block(type="picture", href="https://x.example/a(1).jpg", caption="C", byline="P"),
            "![C (P)](https://x.example/a%281%29.jpg)",
            id="picture",
        ),
        pytest.param(Block(type="picture", href="javascript:alert(1)", caption="C"), "*C*", id="no address of the web"),
        pytest.param(
            Block(type="embed", text="video", href="https://v.example/1"), "[video](https://v.example/1)", id="embed"
        ),
    ],
)
def test_markdown_of_a_block(block: Block, markdown: str) -> None:
    assert to_markdown(Article(blocks=(block,))) == markdown + "\n"


def test_markdown_of_an_article_begins_with_what_it_is() -> None:
    assert to_markdown(ARTICLE).startswith(
        "# Từng bước nâng cao\n\nBài, ảnh: Anh Phong · 2015-11-09\n\n**Bằng những giải pháp**\n\n"
    )


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        (None, "NewsArticle"),
        ("news", "NewsArticle"),
        ("press-release", "NewsArticle"),
        ("opinion", "OpinionNewsArticle"),
        ("analysis", "AnalysisNewsArticle"),
        ("review", "ReviewNewsArticle"),
        ("live", "LiveBlogPosting"),
        ("sponsored", "AdvertiserContentArticle"),
    ],
)
def test_schema_org_has_a_type_for_kinds(kind: Kind | None, type_: str) -> None:
    assert to_schema_org(Article(kind=kind), "abc")["@type"] == type_


@pytest.mark.parametrize(("access", "free"), [("free", True), ("metered", False), ("paid", False), (None, None)])
def test_schema_org_says_who_may_read_it(access: Access | None, free: bool | None) -> None:
    assert to_schema_org(Article(access=access), "abc").get("isAccessibleForFree") is free


def test_schema_org_has_what_was_put_right_and_who_holds_which_post() -> None:
    article = Article(
        people=(Person(name="Ann Lee", job_title="Transport Correspondent"), Person(name="Bo Li", rel=("editor",))),
        alternate_headlines=(Headline(value="Shorter", role="social"),),
        corrections=(Correction(text="It was Monday.", at=WHEN), Correction(text="Not Tuesday.")),
    )
    node = to_schema_org(article, "abc")
    assert node["author"] == [{"@type": "Person", "name": "Ann Lee", "jobTitle": "Transport Correspondent"}]
    assert node["editor"] == [{"@type": "Person", "name": "Bo Li"}]
    assert node["alternativeHeadline"] == ["Shorter"]
    assert node["correction"] == [
        {"@type": "CorrectionComment", "text": "It was Monday.", "datePublished": "2015-11-09T05:34:00+07:00"},
        {"@type": "CorrectionComment", "text": "Not Tuesday."},
    ]


def test_the_lead_picture_comes_first_and_once() -> None:
    first, second = (Block(type="picture", href=f"https://x.example/{n}.jpg", caption=f"C{n}") for n in (1, 2))
    lead = Block(type="picture", href="https://x.example/2.jpg")
    node = to_schema_org(Article(blocks=(first, second), lead_picture=lead), "abc")
    assert [image["caption"] for image in node["image"]] == ["C2", "C1"]
    alone = to_schema_org(Article(blocks=(first,), lead_picture=lead), "abc")
    assert [image["contentUrl"] for image in alone["image"]] == ["https://x.example/2.jpg", "https://x.example/1.jpg"]


def test_players_are_videos_and_recordings() -> None:
    blocks = (
        Block(type="embed", text="video", href="https://v.example/1", caption="The bridge"),
        Block(type="embed", text="audio", href="https://v.example/2"),
        Block(type="embed", text="post", href="https://v.example/3"),
        Block(type="embed", text="video", href="javascript:alert(1)"),
    )
    node = to_schema_org(Article(blocks=blocks), "abc")
    assert node["video"] == [{"@type": "VideoObject", "embedUrl": "https://v.example/1", "caption": "The bridge"}]
    assert node["audio"] == [{"@type": "AudioObject", "embedUrl": "https://v.example/2"}]


def test_the_entries_of_a_live_report() -> None:
    entry = LiveEntry(at=WHEN, headline="Closed", byline="Ann Lee", blocks=(Block(type="paragraph", text="At last."),))
    node = to_schema_org(Article(live_entries=(entry, LiveEntry(headline="Open"))), "abc")
    assert node["@type"] == "LiveBlogPosting"
    assert node["liveBlogUpdate"] == [
        {
            "@type": "BlogPosting",
            "headline": "Closed",
            "datePublished": "2015-11-09T05:34:00+07:00",
            "author": {"@type": "Person", "name": "Ann Lee"},
            "articleBody": "At last.",
        },
        {"@type": "BlogPosting", "headline": "Open"},
    ]


def test_ninjs_has_the_other_headlines_with_their_roles() -> None:
    others = (Headline(value="Shorter", role="social"), Headline(value="Transport", role="kicker"))
    item = to_ninjs(Article(headline="Longer", alternate_headlines=others), "abc")
    assert [(one["role"], one["value"]) for one in item["headlines"]] == [
        ("main", "Longer"),
        ("social", "Shorter"),
        ("kicker", "Transport"),
    ]


def test_a_clock_without_a_zone_is_no_instant_of_ninjs_but_one_of_schema_org() -> None:
    """RFC 3339 asks for an offset; ISO 8601, which schema.org names, does not."""
    bare = WHEN.replace(tzinfo=None)
    article = Article(first_created=bare, version_created=bare)
    assert not {"firstCreated", "versionCreated"} & to_ninjs(article, "abc").keys()
    node = to_schema_org(article, "abc")
    assert node["datePublished"] == node["dateModified"] == "2015-11-09T05:34:00"


def test_an_embargo_without_a_zone_holds_until_its_clock_has_struck_everywhere() -> None:
    item = to_ninjs(Article(embargoed_until=WHEN.replace(tzinfo=None)), "abc")
    assert item["embargoedUntil"] == "2015-11-09T05:34:00-12:00"
    assert to_ninjs(Article(embargoed_until=WHEN), "abc")["embargoedUntil"] == "2015-11-09T05:34:00+07:00"


def test_posts_and_every_role_come_out() -> None:
    people = (Person(name="Jane Miller", job_title="Transport Correspondent"), Person(name="Ed Roe", rel=("compiler",)))
    article = Article(people=people)
    assert to_ninjs(article, "abc")["people"] == [
        {
            "name": "Jane Miller",
            "rel": "author",
            "contactInfo": [{"type": "jobTitle", "value": "Transport Correspondent"}],
        },
        {"name": "Ed Roe", "rel": "compiler"},
    ]
    node = to_schema_org(article, "abc")
    assert node["author"] == [{"@type": "Person", "name": "Jane Miller", "jobTitle": "Transport Correspondent"}]
    assert node["contributor"] == [{"@type": "Person", "name": "Ed Roe"}]
