"""ninjs of three generations, and schema.org in its shapes, give the same fields; what is no article says so."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalize.document import Draft
from services.normalize.readers import ninjs, schema_org
from shared.article import Person
from shared.errors import NotAnArticle, StatusUnread
from tests.unit.normalize.inputs import cleaned, raw

ONE = {
    "uri": "urn:news:1",
    "type": "text",
    "version": "2",
    "language": "vi",
    "pubstatus": "usable",
    "headline": "Giữ rừng ở Nam Đông",
    "description_text": "Người dân cùng giữ rừng.",
    "byline": "Bài, ảnh: Anh Phong",
    "firstcreated": "2015-11-09T05:34:00+07:00",
    "versioncreated": "2015-11-09T06:00:00+07:00",
    "body_html": "<p>Đoạn một.</p><h2>Cách làm mới</h2><p>Đoạn <b>hai</b>.</p>",
    "associations": {
        "main": {
            "type": "picture",
            "description_text": "Sơ chế mủ cao su",
            "byline": "Anh Phong",
            "renditions": {"thumbnail": {"href": "https://x/t.jpg"}, "original": {"href": "https://x/o.jpg"}},
        }
    },
    "subject": [{"name": "lâm nghiệp"}],
    "person": [{"name": "Hồ Thị A", "rel": "about"}],
}
TWO = {
    **{key: ONE[key] for key in ("uri", "type", "version", "language", "pubstatus", "firstcreated", "versioncreated")},
    "headlines": [{"role": "short", "value": "Giữ rừng"}, {"role": "main", "value": ONE["headline"]}],
    "descriptions": [{"role": "lead", "value": ONE["description_text"]}],
    "by": ONE["byline"],
    "bodies": [{"contenttype": "text/html", "value": ONE["body_html"]}],
    "associations": [
        {
            "name": "main",
            "type": "picture",
            "descriptions": [{"role": "caption", "value": "Sơ chế mủ cao su"}],
            "by": "Anh Phong",
            "renditions": [{"name": "original", "href": "https://x/o.jpg"}],
        }
    ],
    "subjects": [{"name": "lâm nghiệp"}],
    "people": [{"name": "Hồ Thị A", "rel": "about"}],
}
_CAMEL = {"pubstatus": "pubStatus", "firstcreated": "firstCreated", "versioncreated": "versionCreated"}
THREE = {_CAMEL.get(key, key): value for key, value in TWO.items()} | {
    "bodies": [
        {"contentType": "text/plain", "value": "Đoạn một.\n\nĐoạn hai."},
        {"contentType": "text/html", "value": ONE["body_html"]},
    ]
}
NEWS_ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Giữ rừng ở Nam Đông",
    "description": "Người dân cùng giữ rừng.",
    "datePublished": "2015-11-09T05:34:00+07:00",
    "dateModified": "2015-11-09T06:00:00+07:00",
    "author": [{"@type": "Person", "name": "Anh Phong"}, {"@type": "Organization", "name": "TTXVN"}],
    "articleBody": "Đoạn một.\n\nĐoạn hai.",
    "keywords": "lâm nghiệp, rừng",
    "inLanguage": "vi",
    "url": "https://bao.vn/a1",
    "image": [{"@type": "ImageObject", "caption": "Sơ chế mủ cao su", "creditText": "Anh Phong", "url": "https://x/o"}],
}


def read_ninjs(document: object, zone: str | None = None) -> Draft:
    return ninjs.read(json.dumps(document, ensure_ascii=False), raw(zone, "vi"))


def read_schema(document: object) -> Draft:
    return schema_org.read(json.dumps(document, ensure_ascii=False), raw(None, "vi"))


@pytest.mark.parametrize("document", [ONE, TWO, THREE], ids=["1.x", "2.x", "3.x"])
def test_every_generation_of_ninjs_gives_the_same_article(document: object) -> None:
    draft = read_ninjs(document)
    article = draft.article
    assert article.uri == "urn:news:1"
    assert article.headline == "Giữ rừng ở Nam Đông"
    assert article.description == "Người dân cùng giữ rừng."
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34:00+07:00")
    assert article.version_created == dt.datetime.fromisoformat("2015-11-09T06:00:00+07:00")
    assert article.local_day == dt.date(2015, 11, 9)
    assert article.people == (Person(name="Anh Phong", rel=("author", "photographer")),)
    assert article.byline == "Bài, ảnh: Anh Phong"
    assert article.version == "2"
    assert article.language == "vi"
    assert article.keywords == ("lâm nghiệp",)
    pieces = [(piece.shape, piece.text) for piece in draft.pieces]
    assert pieces == [
        ("paragraph", "Đoạn một."),
        ("heading", "Cách làm mới"),
        ("paragraph", "Đoạn hai."),
        ("picture", "Sơ chế mủ cao su"),
    ]
    assert (draft.pieces[3].byline, draft.pieces[3].href) == ("Anh Phong", "https://x/o.jpg")


def test_evidence_names_the_place_the_quote_and_the_losers() -> None:
    evidence = {item.field: item for item in read_ninjs(THREE).evidence}
    assert evidence["headline"].path == "$.headlines[1].value"
    assert evidence["headline"].quote == "Giữ rừng ở Nam Đông"
    assert [lost.value for lost in evidence["headline"].lost] == ["Giữ rừng"]
    assert evidence["first_created"].path == "$.firstCreated"
    assert evidence["first_created"].quote == "2015-11-09T05:34:00+07:00"
    assert evidence["people[0]"].path == "$.by"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("usable", "usable"),
        ("withheld", "withheld"),
        ("canceled", "canceled"),
        ("cancelled", "canceled"),
        ("stat:withheld", "withheld"),
        ("http://cv.iptc.org/newscodes/pubstatusg2/canceled", "canceled"),
        ("no such state", "usable"),
        ("", "usable"),
        (None, "usable"),
    ],
)
def test_pub_status(status: object, expected: str) -> None:
    assert read_ninjs({**ONE, "pubstatus": status}).article.pub_status == expected


@pytest.mark.parametrize("status", [7, ["canceled"], {"value": "usable"}, True])
def test_a_status_that_nobody_can_read_is_refused(status: object) -> None:
    with pytest.raises(StatusUnread, match=r"\$\.pubstatus"):
        read_ninjs({**ONE, "pubstatus": status})


@pytest.mark.parametrize("name", ["pubStatus", "PubStatus", "pubstatus"])
def test_of_two_statuses_that_differ_none_is_believed(name: str) -> None:
    doubled = json.dumps({**ONE, "pubstatus": "usable"})[:-1] + f', "{name}": "canceled"}}'
    with pytest.raises(StatusUnread):
        ninjs.read(doubled, raw())
    same = json.dumps({**ONE, "pubstatus": "canceled"})[:-1] + f', "{name}": "stat:canceled"}}'
    if name != "pubstatus":
        assert ninjs.read(same, raw()).article.pub_status == "canceled"


def test_an_article_of_schema_org_is_withdrawn_by_either_member() -> None:
    article = {"@type": "NewsArticle", "headline": "Rubber", "articleBody": "Better latex, better prices."}
    for member, said in (("pubStatus", "canceled"), ("creativeWorkStatus", "canceled"), ("pubstatus", "killed")):
        assert schema_org.read(json.dumps(article | {member: said}), raw()).article.pub_status == "canceled"


@pytest.mark.parametrize("number", ["5", "1e999", "-1e999", "7.5", "true"])
def test_a_number_is_no_word_of_an_article(number: str) -> None:
    item = (
        '{"headline": N, "body_text": N, "bodies": [{"value": N}], "by": N, "keywords": [N], "located": N, "uri": N, '
    )
    item += '"firstCreated": N, "altIds": {"a": N}, "description_text": "Better latex, better prices."}'
    article = ninjs.read(item.replace("N", number), raw()).article
    assert (article.headline, article.byline, article.keywords, article.located, article.uri) == (
        None,
        None,
        (),
        None,
        None,
    )
    assert "inf" not in "".join(article.alt_ids)
    for kind in (
        '"headline": N',
        '"bodies": [{"value": N}]',
        '"@type": "NewsArticle", "headline": N, "articleBody": N',
    ):
        with pytest.raises(NotAnArticle):
            (schema_org if "@type" in kind else ninjs).read("{" + kind.replace("N", number) + "}", raw())


@pytest.mark.parametrize("key", ["embargoed", "embargoedUntil"])
def test_an_embargo_is_an_instant(key: str) -> None:
    article = read_ninjs({**ONE, key: "2015-11-10 06:00"}, zone="Asia/Ho_Chi_Minh").article
    assert article.embargoed_until == dt.datetime.fromisoformat("2015-11-10T06:00+07:00")


def test_the_versions_date_is_not_taken_for_the_first() -> None:
    article = read_ninjs({key: value for key, value in ONE.items() if key != "firstcreated"}).article
    assert article.first_created is None
    assert article.local_day is None


@pytest.mark.parametrize("key", sorted({*ONE, *THREE} - {"pubstatus", "pubStatus"}))
@pytest.mark.parametrize("value", [None, 7, True, "x", [], [None, 3], {}, {"a": {"b": []}}, [[["x"]]], [{"value": 9}]])
def test_a_field_of_the_wrong_type_is_passed_over(key: str, value: object) -> None:
    draft = read_ninjs({**ONE, "headlines": THREE["headlines"], key: value})
    assert draft.article.headline is not None


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(NEWS_ARTICLE, id="an object"),
        pytest.param([{"@type": "BreadcrumbList"}, NEWS_ARTICLE], id="a list"),
        pytest.param({"@graph": [{"@type": "WebSite", "name": "Báo", "description": "x"}, NEWS_ARTICLE]}, id="a graph"),
        pytest.param({**NEWS_ARTICLE, "@type": ["Article", "BlogPosting"]}, id="several types"),
        pytest.param({"@type": "WebPage", "name": "x", "mainEntity": NEWS_ARTICLE}, id="the main entity of a page"),
        pytest.param({key: value for key, value in NEWS_ARTICLE.items() if key != "@type"}, id="without a type"),
    ],
)
def test_schema_org_in_all_its_shapes(document: object) -> None:
    draft = read_schema(document)
    article = draft.article
    assert article.headline == "Giữ rừng ở Nam Đông"
    assert article.description == "Người dân cùng giữ rừng."
    assert article.first_created == dt.datetime.fromisoformat("2015-11-09T05:34:00+07:00")
    assert article.people == (Person(name="Anh Phong"),)
    assert article.organisations == ("TTXVN",)
    assert article.uri == "https://bao.vn/a1"
    assert article.keywords == ("lâm nghiệp", "rừng")
    assert [(piece.shape, piece.text) for piece in draft.pieces] == [
        ("picture", "Sơ chế mủ cao su"),
        ("line", "Đoạn một."),
        ("line", "Đoạn hai."),
    ]
    assert draft.pieces[0].byline == "Anh Phong"


@pytest.mark.parametrize(
    ("author", "people"),
    [
        pytest.param("Anh Phong", ["Anh Phong"], id="text"),
        pytest.param({"@type": "Person", "name": "Anh Phong"}, ["Anh Phong"], id="an object"),
        pytest.param({"@type": "Person", "givenName": "Jane", "familyName": "Doe"}, ["Jane Doe"], id="parts of a name"),
        pytest.param(["Jane Doe", "John Roe"], ["Jane Doe", "John Roe"], id="texts"),
        pytest.param("By Jane Doe and John Roe", ["Jane Doe", "John Roe"], id="a printed byline"),
        pytest.param({"@type": "Person", "name": "https://x.com/jane"}, [], id="an address is no name"),
        pytest.param({"@type": "NewsMediaOrganization", "name": "Báo"}, [], id="an organisation is no person"),
        pytest.param(None, [], id="nothing"),
    ],
)
def test_schema_org_authors(author: object, people: list[str]) -> None:
    assert [person.name for person in read_schema({**NEWS_ARTICLE, "author": author}).article.people] == people


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param("{}", "no headline, headlines", id="an empty object"),
        pytest.param('{"uri": "urn:x", "type": "picture"}', "no headline", id="a picture"),
        pytest.param("[1, 2]", "not an object", id="a list"),
        pytest.param('"text"', "not an object", id="a text"),
        pytest.param("{", "is cut off", id="cut"),
        pytest.param("[" * 200_000, "nested too deeply", id="nested"),
        pytest.param('{"headline":' * 100_000, "nested too deeply", id="nested objects"),
        pytest.param("9" * 10_000, "more than 4300 digits", id="a number of ten thousand digits"),
    ],
)
def test_json_that_is_no_article_says_what_was_looked_for(document: str, said: str) -> None:
    with pytest.raises(NotAnArticle, match=said):
        ninjs.read(document, raw())


@pytest.mark.parametrize(
    "document",
    ['{"@type": "Organization", "name": "x"}', "[]", '{"a": 1}', '{"@graph": [{"@graph": 1}]}', '{"@type": "Article"}'],
)
def test_schema_org_without_an_article_says_so(document: str) -> None:
    with pytest.raises(NotAnArticle, match="no article"):
        schema_org.read(document, raw())


_words = st.sampled_from(["x", "<p>a</p>", "2015-11-09", "urn:x", "Anh Phong", "", "&lt;", "</"])
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _words | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "role", "name", "@type", "@id"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(document=st.dictionaries(st.sampled_from(sorted({*ONE, *THREE, *NEWS_ARTICLE})), _values, max_size=6))
@settings(max_examples=120, deadline=None)
def test_any_json_is_read_or_refused(document: dict[str, object]) -> None:
    for read in (read_ninjs, read_schema):
        try:
            draft = read(document)
        except NotAnArticle:
            continue
        assert draft.article.headline or draft.article.description or draft.pieces


def test_a_date_without_a_zone_is_in_that_of_the_addresss_country() -> None:
    item = {"uri": "urn:a", "headline": "a b", "body_text": "c d.", "firstcreated": "2024-06-15 07:30"}
    article = ninjs.read(json.dumps(item), raw(url="https://baomau.example.vn/a")).article
    assert article.first_created is not None
    assert article.first_created.isoformat() == "2024-06-15T07:30:00+07:00"
    assert article.zone_rule == "region"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ('{"headline": "Rain at noon",\n "body_text": "It rai', r"ends at line 2, column 21, .* line 2, column 15"),
        ('{"headline": "Rain at noon",\n', "ends at line 1, column 28"),
        ('[{"headline": "Rain at noon"}, {', "ends at line 1, column 32"),
        ('{"headline": "Rain at noon" "body_text": "It rained."}', r"cannot be read: Expecting ',' .* column 29"),
    ],
)
def test_json_that_is_cut_off_is_refused_with_where_it_ends(kept: str, told: str) -> None:
    with pytest.raises(NotAnArticle, match=told):
        cleaned(kept, "application/json")
