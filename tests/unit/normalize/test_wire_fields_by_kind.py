"""What wire documents declare, member by member: which of two is believed, and what each code means."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from shared.article import Article
from shared.errors import EmbargoUnread, NotAnArticle
from tests.unit.normalize.doors import G2, entry, names, ninjs, page, read, schema_org, shown

TITLE = "The ferry sails again"
TEXT = "The ferry had stood still for three weeks because the river was too high for any boat that the island owns."
HREF = "https://p.example/1.jpg"
MAIN = {"main": {"href": HREF}}
IPTC = "http://iptc.org/std/nar/2006-10-01/"


def of_ninjs(**members: object) -> Article:
    """The article of an item with a text; its headline may be given."""
    return ninjs(**{"headline": TITLE, "language": "en", "body_text": TEXT, **members})


def of_schema(**members: object) -> Article:
    """The article of a NewsArticle with a text."""
    return schema_org(**{"headline": TITLE, "inLanguage": "en", "articleBody": TEXT, **members})


def of_nitf(head: str = "", body_head: str = "", content: str = "", end: str = "") -> Article:
    """The article of a NITF document with these elements in its parts."""
    body = f"<body.head><hedline><hl1>{TITLE}</hl1></hedline>{body_head}</body.head>"
    body += f"<body.content>{content}<p>{TEXT}</p></body.content><body.end>{end}</body.end>"
    return read(f"<nitf xml:lang='en'><head>{head}</head><body>{body}</body></nitf>", "application/nitf+xml")


XHTML = f"<inlineXML><html xmlns='http://www.w3.org/1999/xhtml'><body><p>{TEXT}</p></body></html></inlineXML>"


def of_g2(item: str = "", content: str = "", inline: str | None = None) -> Article:
    """The article of a newsItem with these elements in itemMeta and contentMeta."""
    meta = f"<itemMeta>{item}</itemMeta><contentMeta><headline>{TITLE}</headline>{content}</contentMeta>"
    inside = f"{meta}<contentSet>{inline or XHTML}</contentSet>"
    return read(f"<newsItem xmlns='{IPTC}' xml:lang='en' guid='urn:p:1'>{inside}</newsItem>", G2)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("usable", "usable"),
        ("stat:usable", "usable"),
        ("Withheld", "withheld"),
        ("embargoed", "withheld"),
        ("canceled", "canceled"),
        ("stat:cancelled", "canceled"),
        ("withdrawn", "canceled"),
        ("killed", "canceled"),
        ("nonsense", "usable"),  # only what we know takes an article away
    ],
)
def test_the_state_of_a_ninjs_item(said: str, status: str | None) -> None:
    assert of_ninjs(pubstatus=said).pub_status == of_ninjs(pubStatus=said).pub_status == status


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("usable", "usable"),
        ("embargoed", "withheld"),
        ("withheld", "withheld"),
        ("CANCELED", "canceled"),
        ("x", "usable"),
    ],
)
def test_the_state_of_a_nitf_document(said: str, status: str | None) -> None:
    assert of_nitf(f"<docdata management-status='{said}'/>").pub_status == status


@pytest.mark.parametrize(
    ("attribute", "status"),
    [
        ("qcode='stat:usable'", "usable"),
        ("qcode='stat:withheld'", "withheld"),
        ("uri='http://cv.iptc.org/newscodes/pubstatusg2/canceled'", "canceled"),
        ("qcode='stat:cancelled'", "canceled"),
        ("qcode='stat:other'", "usable"),
    ],
)
def test_the_state_of_a_newsml_g2_item(attribute: str, status: str | None) -> None:
    assert of_g2(f"<pubStatus {attribute}/>").pub_status == status


@pytest.mark.parametrize(
    ("said", "status"),
    [("Published", "usable"), ("withdrawn", "canceled"), ("Retracted", "canceled"), ("New", "usable")],
)
def test_the_state_of_a_schema_org_article(said: str, status: str | None) -> None:
    assert of_schema(creativeWorkStatus=said).pub_status == status
    assert of_schema(creativeWorkStatus={"@type": "DefinedTerm", "name": said}).pub_status == status


@pytest.mark.parametrize(
    ("said", "access"), [(True, "free"), (False, "paid"), ("True", "free"), ("false", "paid"), ("perhaps", None)]
)
def test_whether_an_article_is_free_to_read(said: object, access: str | None) -> None:
    assert of_schema(isAccessibleForFree=said).access == access


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("OpinionNewsArticle", "opinion"),
        ("AnalysisNewsArticle", "analysis"),
        ("BackgroundNewsArticle", "analysis"),
        ("ReviewNewsArticle", "review"),
        ("AdvertiserContentArticle", "sponsored"),
        ("LiveBlogPosting", "live"),
        ("ReportageNewsArticle", "news"),
        ("NewsArticle", "news"),
        ("https://schema.org/OpinionNewsArticle", "opinion"),
        ("Article", None),
    ],
)
def test_the_kind_of_a_schema_org_article(kind: str, expected: str | None) -> None:
    assert of_schema(**{"@type": kind}).kind == expected


@pytest.mark.parametrize(
    ("entries", "headline", "others"),
    [
        pytest.param([("main", "One"), ("seo", "Two")], "One", ["Two"], id="main"),
        pytest.param([("seo", "Two"), ("main", "One")], "One", ["Two"], id="main in any place"),
        pytest.param([("seo", "Two"), ("headline", "One")], "One", ["Two"], id="headline"),
        pytest.param([("seo", "Two"), ("", "One")], "One", ["Two"], id="without a role"),
        pytest.param([("hedrole:main", "One"), ("hedrole:seo", "Two")], "One", ["Two"], id="codes with a prefix"),
        pytest.param([("seo", "Two")], "Two", [], id="only one of another role"),
    ],
)
def test_the_headline_of_several_is_the_main_one(
    entries: list[tuple[str, str]], headline: str, others: list[str]
) -> None:
    values = {"One": TITLE, "Two": "Ferry news: boats sail in Marlow"}
    article = ninjs(
        language="en", body_text=TEXT, headlines=[{"role": role, "value": values[key]} for role, key in entries]
    )
    assert article.headline == values[headline]
    assert [other.value for other in article.alternate_headlines] == [values[key] for key in others]


@pytest.mark.parametrize(
    ("members", "first", "changed", "embargo"),
    [
        pytest.param({"firstcreated": "2024-05-03T10:00:00Z"}, "03", None, None, id="1.x"),
        pytest.param({"firstCreated": "2024-05-03T10:00:00Z"}, "03", None, None, id="3.x"),
        pytest.param({"firstPublished": "2024-05-04T10:00:00Z"}, "04", None, None, id="published alone"),
        pytest.param({"firstPublished": "2024-05-04T10:00:00Z", "firstCreated": "2024-05-03T10:00:00Z"},
                     "03", None, None, id="created before published"),
        pytest.param({"versioncreated": "2024-05-05T10:00:00Z", "firstcreated": "2024-05-03T10:00:00Z"},
                     "03", "05", None, id="changed"),
        pytest.param({"embargoed": "2024-05-06T10:00:00Z", "firstcreated": "2024-05-03T10:00:00Z"},
                     "03", None, "06", id="embargo of 1.x"),
        pytest.param({"embargoedUntil": "2024-05-06T10:00:00Z", "firstCreated": "2024-05-03T10:00:00Z"},
                     "03", None, "06", id="embargo of 3.x"),
    ],
)  # fmt: skip
def test_the_dates_of_a_ninjs_item(
    members: dict[str, str], first: str, changed: str | None, embargo: str | None
) -> None:
    article = of_ninjs(**members)
    said = (article.first_created, article.version_created, article.embargoed_until)
    assert tuple(at and at.strftime("%d") for at in said) == (first, changed, embargo)


@pytest.mark.parametrize(
    ("head", "body_head", "day"),
    [
        pytest.param("<docdata><date.issue norm='20240503T100000Z'/></docdata>", "", 3, id="issue"),
        pytest.param("<docdata><date.issue norm='20240503T100000Z'/><date.release norm='20240504T100000Z'/></docdata>",
                     "", 4, id="release before issue"),
        pytest.param("<docdata><date.release norm='20240504T100000Z'/></docdata>"
                     "<pubdata date.publication='20240505T100000Z'/>", "", 5, id="publication before release"),
        pytest.param("", "<dateline><story.date norm='20240506T100000Z'/></dateline>", 6, id="that of the dateline"),
    ],
)  # fmt: skip
def test_the_date_of_a_nitf_document(head: str, body_head: str, day: int) -> None:
    article = of_nitf(head, body_head)
    assert article.first_created is not None
    assert (article.first_created.day, article.first_created.hour) == (day, 10)


@pytest.mark.parametrize(
    ("item", "content", "days"),
    [
        pytest.param("<firstCreated>2024-05-03T10:00:00Z</firstCreated>", "", (3, None, None), id="first created"),
        pytest.param("", "<contentCreated>2024-05-04T10:00:00Z</contentCreated>", (4, None, None), id="content's"),
        pytest.param("<firstCreated>2024-05-03T10:00:00Z</firstCreated>"
                     "<versionCreated>2024-05-05T10:00:00Z</versionCreated>",
                     "<contentCreated>2024-05-04T10:00:00Z</contentCreated>", (3, 5, None), id="the item's before"),
        pytest.param("<firstCreated>2024-05-03T10:00:00Z</firstCreated><embargoed>2024-05-06T10:00:00Z</embargoed>",
                     "", (3, None, 6), id="embargo"),
    ],
)  # fmt: skip
def test_the_dates_of_a_newsml_g2_item(item: str, content: str, days: tuple[int | None, ...]) -> None:
    article = of_g2(item, content)
    said = (article.first_created, article.version_created, article.embargoed_until)
    assert tuple(at and at.day for at in said) == days


@pytest.mark.parametrize(
    ("members", "people"),
    [
        ({"people": [{"name": "Ann Lee", "rel": "author"}]}, [("Ann Lee", ("author",))]),
        ({"people": [{"name": "Ann Lee", "rel": "photographer"}]}, [("Ann Lee", ("photographer",))]),
        ({"authors": [{"name": "Ann Lee", "role": "editor"}]}, [("Ann Lee", ("editor",))]),
        ({"person": [{"name": "Queen Mary", "rel": "subject"}], "byline": "By Ann Lee"}, [("Ann Lee", ("author",))]),
        ({"byline": "By Ann Lee and Tom Wall"}, [("Ann Lee", ("author",)), ("Tom Wall", ("author",))]),
        ({"by": "Ann Lee"}, [("Ann Lee", ("author",))]),
    ],
)
def test_the_people_of_a_ninjs_item(members: dict[str, object], people: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(person.name, person.rel) for person in of_ninjs(**members).people] == people


@pytest.mark.parametrize(
    ("members", "people", "organisations"),
    [
        ({"author": {"@type": "Person", "name": "Ann Lee"}}, [("Ann Lee", "author")], []),
        ({"author": [{"@type": "Person", "givenName": "Ann", "familyName": "Lee"}]}, [("Ann Lee", "author")], []),
        ({"author": "Ann Lee"}, [("Ann Lee", "author")], []),
        ({"author": {"@type": "Organization", "name": "Marlow Desk"}}, [], ["Marlow Desk"]),
        ({"author": {"@type": "NewsMediaOrganization", "name": "Marlow Post"}}, [], ["Marlow Post"]),
        ({"creator": {"@type": "Person", "name": "Tom Wall"}}, [("Tom Wall", "author")], []),
        ({"author": {"@type": "Person", "name": "Ann Lee"}, "creator": {"@type": "Person", "name": "Tom Wall"}},
         [("Ann Lee", "author")], []),
        ({"author": {"@type": "Person", "name": "Ann Lee"}, "editor": {"@type": "Person", "name": "Tom Wall"}},
         [("Ann Lee", "author"), ("Tom Wall", "editor")], []),
        ({"translator": {"@type": "Person", "name": "Tom Wall"}}, [("Tom Wall", "translator")], []),
        ({"contributor": {"@type": "Person", "name": "Tom Wall"}}, [("Tom Wall", "contributor")], []),
        ({"illustrator": {"@type": "Person", "name": "Tom Wall"}}, [("Tom Wall", "illustrator")], []),
        ({"author": "https://p.example/people/7"}, [], []),
    ],
)  # fmt: skip
def test_the_people_of_a_schema_org_article(
    members: dict[str, object], people: list[tuple[str, str]], organisations: list[str]
) -> None:
    article = of_schema(**members)
    assert [(person.name, *person.rel) for person in article.people] == people
    assert list(article.organisations) == organisations


@pytest.mark.parametrize(
    ("byline", "people", "posts"),
    [
        ("<person>Ann Lee</person>", [("Ann Lee", "author")], [None]),
        ("<person class='photographer'>Ann Lee</person>", [("Ann Lee", "photographer")], [None]),
        ("<person>Ann Lee</person><byttl>Chief Reporter</byttl>", [("Ann Lee", "author")], ["Chief Reporter"]),
        ("<person>Ann Lee</person> and <person>Tom Wall</person>",
         [("Ann Lee", "author"), ("Tom Wall", "author")], [None, None]),
        ("By Ann Lee", [("Ann Lee", "author")], [None]),
    ],
)  # fmt: skip
def test_the_people_of_a_nitf_byline(byline: str, people: list[tuple[str, str]], posts: list[str | None]) -> None:
    article = of_nitf(body_head=f"<byline>{byline}</byline>")
    assert [(person.name, *person.rel) for person in article.people] == people
    assert [person.job_title for person in article.people] == posts


@pytest.mark.parametrize(
    ("content", "people", "organisations"),
    [
        ("<creator><name>Ann Lee</name></creator>", [("Ann Lee", "author")], []),
        ("<creator type='cpnat:organisation'><name>Marlow Desk</name></creator>", [], ["Marlow Desk"]),
        ("<creator type='cpnat:organisation'><name>Ann Lee</name></creator>", [], ["Ann Lee"]),
        (
            "<contributor role='crol:photographer'><name>Tom Wall</name></contributor>",
            [("Tom Wall", "photographer")],
            [],
        ),
        ("<contributor><name>Tom Wall</name></contributor>", [], []),
        ("<by>By Ann Lee</by>", [("Ann Lee", "author")], []),
        ("<creator><name>Ann Lee</name></creator><by>By Ann Lee, Marlow</by>", [("Ann Lee", "author")], []),
    ],
)
def test_the_people_of_a_newsml_g2_item(content: str, people: list[tuple[str, str]], organisations: list[str]) -> None:
    article = of_g2(content=content)
    assert [(person.name, *person.rel) for person in article.people] == people
    assert list(article.organisations) == organisations


@pytest.mark.parametrize(
    ("picture", "block"),
    [
        ({"type": "picture", "description_text": "The quay", "byline": "Ann Lee", "renditions": MAIN},
         ("picture", ("The quay", "Ann Lee"))),
        ({"type": "graphic", "caption": "The quay", "creditline": "Ann Lee", "renditions": MAIN},
         ("picture", ("The quay", "Ann Lee"))),
        ({"caption": "The quay", "renditions": [{"name": "main", "href": HREF}]}, ("picture", ("The quay", None))),
        ({"type": "video", "description_text": "The quay", "renditions": MAIN}, ("embed", "The quay")),
        ({"type": "video", "description_text": "The quay"}, ("caption", "The quay")),
        ({"type": "picture", "description_html": "<p>The <b>quay</b></p>"}, ("caption", "The quay")),
    ],
)  # fmt: skip
def test_what_stands_beside_a_ninjs_text(picture: dict[str, object], block: tuple[str, object]) -> None:
    assert shown(of_ninjs(associations={"one": picture}).blocks)[1:] == [block]


@pytest.mark.parametrize(
    ("renditions", "href"),
    [
        ({"thumbnail": {"href": "https://p.example/t.jpg"}, "original": {"href": HREF}}, HREF),
        ([{"name": "thumbnail", "href": "https://p.example/t.jpg"}, {"name": "original", "href": HREF}], HREF),
        ({"main": {"mimetype": "image/jpeg"}, "small": {"href": HREF}}, HREF),
        ({"main": {"href": HREF}, "small": {"href": "https://p.example/t.jpg"}}, HREF),
    ],
)
def test_the_address_of_a_picture_is_its_originals_else_the_first(renditions: object, href: str) -> None:
    picture = {"type": "picture", "caption": "The quay", "renditions": renditions}
    assert [block.href for block in of_ninjs(associations={"one": picture}).blocks if block.type == "picture"] == [href]


@pytest.mark.parametrize(
    ("members", "body"),
    [
        pytest.param({"body_text": "Plain one.", "body_html": f"<p>{TEXT}</p>"}, TEXT, id="markup before text"),
        pytest.param({"body_xhtml": f"<p>{TEXT}</p>", "body_text": "Plain one."}, TEXT, id="XHTML before text"),
        pytest.param({"bodies": [{"contentType": "text/plain", "value": "Plain one."},
                                 {"contentType": "text/html", "value": f"<p>{TEXT}</p>"}]}, TEXT, id="bodies of 3.x"),
        pytest.param({"bodies": [{"contenttype": "text/plain", "value": TEXT}]}, TEXT, id="bodies of 2.x"),
        pytest.param({"body_html": " ", "body_text": TEXT}, TEXT, id="an empty one is none"),
    ],
)  # fmt: skip
def test_the_body_of_several_is_the_one_with_markup(members: dict[str, object], body: str) -> None:
    article = ninjs(headline=TITLE, language="en", **members)
    assert article.blocks[0].text == body
    assert sum(block.text == body for block in article.blocks) == 1


@pytest.mark.parametrize(
    ("inline", "first"),
    [
        (f"<inlineData contenttype='text/plain'>{TEXT}</inlineData>", TEXT),
        (f"<inlineData contenttype='text/html'>&lt;p&gt;{TEXT}&lt;/p&gt;</inlineData>", TEXT),
        (f"<inlineData>&lt;p&gt;{TEXT}&lt;/p&gt;</inlineData>", TEXT),
        (f"<inlineData encoding='base64'>AAAA</inlineData><inlineData>{TEXT}</inlineData>", TEXT),
        (f"<inlineXML><nitf xmlns=''><body><body.content><p>{TEXT}</p></body.content></body></nitf></inlineXML>", TEXT),
    ],
)
def test_the_text_inside_a_newsml_g2_item_may_be_of_any_kind(inline: str, first: str) -> None:
    assert [block.text for block in of_g2(inline=inline).blocks] == [first]


@pytest.mark.parametrize(
    ("root", "told"),
    [
        ("packageItem", "a package that lists other items"),
        ("conceptItem", "a concept, such as a person or an event"),
        ("knowledgeItem", "a list of concepts"),
        ("planningItem", "a plan of coverage"),
        ("catalogItem", "a catalogue of vocabularies"),
    ],
)
@pytest.mark.parametrize(
    "form", ["<{0} xmlns='{1}'/>", "<newsMessage xmlns='{1}'><itemSet><{0}/></itemSet></newsMessage>"]
)
def test_an_item_that_is_no_news_is_told_as_what_it_is(root: str, told: str, form: str) -> None:
    with pytest.raises(NotAnArticle, match=told):
        read(form.format(root, IPTC), G2)


def test_a_message_of_several_items_is_refused_not_cut_to_the_first() -> None:
    item = f"<newsItem><contentMeta><headline>{TITLE}</headline></contentMeta></newsItem>"
    with pytest.raises(NotAnArticle, match="2 items"):
        read(f"<newsMessage xmlns='{IPTC}'><itemSet>{item}{item}</itemSet></newsMessage>", G2)


@pytest.mark.parametrize("member", ["@graph", "itemListElement"])
def test_several_articles_in_one_document_are_refused_not_cut_to_the_first(member: str) -> None:
    article = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT}
    with pytest.raises(NotAnArticle, match="2 articles"):
        read(json.dumps({"@context": "https://schema.org", member: [article, article]}), "application/ld+json")


@pytest.mark.parametrize("member", ["@graph", "mainEntity", "mainEntityOfPage", "itemListElement"])
def test_an_article_below_another_object_is_found(member: str) -> None:
    article = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT, "author": "Ann Lee"}
    found = read(json.dumps({"@type": "WebPage", "name": "Marlow Post", member: [article]}), "application/ld+json")
    assert (found.headline, names(found)) == (TITLE, ["Ann Lee"])


@pytest.mark.parametrize(
    "article",
    [
        pytest.param(of_ninjs(ednote="Repeats with new photos"), id="ninjs"),
        pytest.param(of_schema(usageInfo="Repeats with new photos"), id="schema.org"),
        pytest.param(of_nitf("<docdata><ed-msg info='Repeats with new photos'/></docdata>"), id="NITF"),
        pytest.param(of_g2("<edNote>Repeats with new photos</edNote>"), id="NewsML-G2"),
    ],
)
def test_a_note_to_editors_is_told_as_removed(article: Article) -> None:
    assert article.boilerplate == ("Repeats with new photos",)


@pytest.mark.parametrize(
    "value", ["urn:p:7", "ABC-2024-117", "https://p.example/x", "deadbeef01", "2024-05-03", "x_y", "#7", "a.b"]
)
def test_codes_addresses_and_instants_are_no_words(value: str) -> None:
    assert of_ninjs(slugcode=value).boilerplate == ()


@pytest.mark.parametrize(
    ("head", "keywords"),
    [
        (
            "<docdata><key-list><keyword key='Ferries'/><keyword key='Islands'/></key-list></docdata>",
            ("Ferries", "Islands"),
        ),
        ("<docdata><key-list><keyword key=' Ferries '/></key-list></docdata>", ("Ferries",)),
    ],
)
def test_the_keywords_of_a_nitf_document(head: str, keywords: tuple[str, ...]) -> None:
    assert of_nitf(f"<docdata><key-list>{head}</key-list></docdata>").keywords == keywords


COPY = (
    "MARLOW (AP) - The ferry sails again after three weeks in which the river was too high for any boat.",
    "What the islanders say",
    "The islanders had to take the long way round by the bridge, and the school bus never came, the mayor said.",
    "- One boat for all",
    "- Two boats in summer",
    "Nobody was hurt in those weeks, she said, and the post came on every day but two, in a lorry of the army.",
)
READ = [
    ("paragraph", COPY[0].partition(" - ")[2]),
    ("subhead", COPY[1]),
    ("paragraph", COPY[2]),
    ("list", ["One boat for all", "Two boats in summer"]),
    ("paragraph", COPY[5]),
]


@pytest.mark.parametrize("has_picture", [False, True], ids=["alone", "with a picture"])
@pytest.mark.parametrize("door", ["ninjs", "schema.org", "feed"])
def test_a_plain_text_is_read_as_one_whether_a_picture_comes_with_it(door: str, *, has_picture: bool) -> None:
    text = "\n\n".join(COPY)
    match door:
        case "ninjs":
            more = {"associations": {"one": {"type": "picture", "caption": "The quay", "renditions": MAIN}}}
            article = of_ninjs(body_text=text, **(more if has_picture else {}))
        case "schema.org":
            image = {"@type": "ImageObject", "url": HREF, "caption": "The quay"}
            article = of_schema(articleBody=text, **({"image": image} if has_picture else {}))
        case _:
            article = entry(
                text, title=TITLE, language="en", pictures=[(HREF, "The quay", None)] if has_picture else []
            )
    blocks = shown(article.blocks)
    pictures = [block for block in blocks if block[0] == "picture"]
    assert pictures == ([("picture", ("The quay", None))] if has_picture else [])
    assert [block for block in blocks if block[0] != "picture"] == READ
    assert (article.dateline, article.located) == ("MARLOW (AP)", "Marlow")


def test_no_uri_is_kept_with_a_login_in_it() -> None:
    secret = "https://anna:secret@p.example/1"
    for article in (of_ninjs(uri=secret), of_schema(url=secret), of_schema(mainEntityOfPage={"@id": secret})):
        assert article.uri == "https://p.example/1"
        assert "secret" not in str(article)


AT = "https://anna:secret@p.example/"
PICTURE = f"<figure><img src='{AT}i.jpg'><figcaption>The quay. Photo: Bo Li</figcaption></figure>"
RENDITIONS = {"main": {"type": "picture", "description_text": "x", "renditions": {"original": {"href": f"{AT}i.jpg"}}}}
DECLARED = json.dumps({"@type": "NewsArticle", "headline": TITLE, "url": AT, "image": f"{AT}i.jpg"})
STORY = f"<article><h1>{TITLE}</h1>{PICTURE}<p>{TEXT} <a href='{AT}more'>more</a></p></article>"


@pytest.mark.parametrize(
    "read_it",
    [
        pytest.param(lambda: page(STORY, f"<link rel=canonical href='{AT}1'>"), id="canonical link"),
        pytest.param(lambda: page(STORY, r"<link rel=canonical href='https:\\anna:secret@p.example/1'>"), id="slashes"),
        pytest.param(lambda: page(STORY, f"<meta property='og:url' content='{AT}1'>"), id="og:url"),
        pytest.param(lambda: page(STORY, url=f"{AT}1"), id="where it was fetched"),
        pytest.param(lambda: page(STORY, f"<meta property='og:image' content='{AT}i.jpg'>"), id="og:image"),
        pytest.param(lambda: page(STORY, f"<script type='application/ld+json'>{DECLARED}</script>"), id="JSON-LD"),
        pytest.param(lambda: of_ninjs(altids={"a": f"{AT}2"}, associations=RENDITIONS), id="ninjs"),
        pytest.param(
            lambda: of_schema(identifier=f"{AT}2", image={"contentUrl": f"{AT}i.jpg", "caption": "x"}), id="schema.org"
        ),
        pytest.param(lambda: of_nitf(f"<docdata><du-key key='{AT}2'/></docdata>"), id="NITF"),
        pytest.param(lambda: of_g2(content=f"<altId>{AT}2</altId>"), id="NewsML-G2"),
        pytest.param(
            lambda: entry(f"<p>{TEXT}</p>", link=f"{AT}1", pictures=((f"{AT}i.jpg", "A quay", None),)), id="feed"
        ),
    ],
)
def test_no_address_and_no_evidence_of_one_shows_a_login(read_it: Callable[[], Article]) -> None:
    article = read_it()
    assert "secret" not in str(article)
    assert "p.example" in str(article)


UNREAD = ["31.12.2099 klo 10", "", 7, False, ["2099-12-31T10:00:00Z"], "2099-12-31", "2099-12-31T10:00:00"]


@pytest.mark.parametrize("said", UNREAD)
def test_no_article_is_read_past_an_embargo_whose_end_is_unknown(said: object) -> None:
    for read_it in (of_ninjs, of_schema):
        with pytest.raises(EmbargoUnread, match=r"It is under an embargo .*embargoedUntil"):
            read_it(embargoedUntil=said)
        assert read_it(embargoedUntil=None).embargoed_until is None
    if isinstance(said, str):
        with pytest.raises(EmbargoUnread, match=r"It is under an embargo .*embargoed"):
            of_g2(f"<embargoed>{said}</embargoed>")


@pytest.mark.parametrize(
    ("release", "until"),
    [("20991231T100000Z", "2099-12-31T10:00"), ("20991231T100000+0700", "2099-12-31T03:00"), ("20010101T100000Z", None),
     ("20010101", None), ("20010101T100000", None)],
)  # fmt: skip
def test_a_release_that_lies_ahead_is_an_embargo(release: str, until: str | None) -> None:
    read_until = of_nitf(f"<docdata><date.release norm='{release}'/></docdata>").embargoed_until
    assert read_until == (dt.datetime.fromisoformat(f"{until}Z") if until else None)


@pytest.mark.parametrize("release", ["20991231", "20991231T100000", "31.12.2099 klo 10"])
def test_a_release_that_lies_ahead_at_no_moment_anyone_can_tell_is_refused(release: str) -> None:
    with pytest.raises(EmbargoUnread, match=r"date\.release"):
        of_nitf(f"<docdata><date.release norm='{release}'/></docdata>")


@pytest.mark.parametrize(
    "read_with",
    [
        pytest.param(lambda tag: of_ninjs(language=tag), id="ninjs"),
        pytest.param(lambda tag: of_schema(inLanguage=tag), id="schema.org"),
        pytest.param(
            lambda tag: read(f"<nitf xml:lang='{tag}'><body><p>{TEXT}</p></body></nitf>", "application/nitf+xml"),
            id="NITF",
        ),
        pytest.param(lambda tag: of_g2(content=f"<language tag='{tag}'/>"), id="NewsML-G2"),
        pytest.param(lambda tag: entry(f"<p>{TEXT}</p>", language=tag), id="a feed"),
        pytest.param(lambda tag: page(f"<article><h1>{TITLE}</h1><p>{TEXT}</p></article>", language=tag), id="a page"),
    ],
)
def test_a_language_that_is_no_tag_is_not_taken_as_one(read_with: Callable[[str], Article]) -> None:
    assert read_with("zz-!!").language == "en"
    assert read_with("en_GB").language == "en-GB"
