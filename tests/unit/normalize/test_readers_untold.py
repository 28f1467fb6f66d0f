"""What a document declares beside the fields we have is told as removed, at its place; codes and addresses are not."""

import datetime as dt
import json
from typing import Any

import pytest

from shared.article import Article, Correction, Person
from tests.unit.normalize.inputs import cleaned

NINJS: dict[str, Any] = {"uri": "u:1", "headlines": [{"value": "Ferry runs again"}], "bodies": [{"value": "It runs."}]}
SCHEMA: dict[str, Any] = {"@type": "Article", "headline": "Ferry runs again", "articleBody": "It runs."}


def of_ninjs(**members: object) -> Article:
    return cleaned(json.dumps(NINJS | members), "application/ninjs+json")


def of_schema(**members: object) -> Article:
    return cleaned(json.dumps(SCHEMA | members), "application/ld+json")


def of_nitf(head: str = "", body_head: str = "", end: str = "") -> Article:
    head = f"<head><title>Ferry runs again</title><docdata>{head}</docdata></head>"
    body = f"<body.head>{body_head}</body.head><body.content><p>It runs.</p></body.content><body.end>{end}</body.end>"
    return cleaned(f"<nitf>{head}<body>{body}</body></nitf>", "application/nitf+xml")


def of_g2(meta: str) -> Article:
    body = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>It runs.</p></body></html>'
    content = f"<contentSet><inlineXML>{body}</inlineXML></contentSet>"
    head = "<contentMeta><headline>Ferry runs again</headline></contentMeta>"
    item = f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="u:1">{meta}{head}{content}</newsItem>'
    return cleaned(item, "application/vnd.iptc.g2.newsitem+xml")


def told(article: Article) -> dict[str, str]:
    """The words told as removed, by the path they stood at."""
    places = {seen.field: seen.path or "" for seen in article.evidence}
    return {places[f"boilerplate[{number}]"]: text for number, text in enumerate(article.boilerplate)}


@pytest.mark.parametrize(
    ("article", "path", "words"),
    [
        pytest.param(of_ninjs(edNote="Adds a quote."), "$.edNote", "Adds a quote.", id="a note to editors"),
        pytest.param(of_ninjs(slugline="Ferry-Harbour/"), "$.slugline", "Ferry-Harbour/", id="a slug"),
        pytest.param(of_ninjs(genres=[{"name": "Exclusive"}]), "$.genres[0].name", "Exclusive", id="a genre"),
        pytest.param(of_ninjs(usageterms="Not in Norway"), "$.usageterms", "Not in Norway", id="terms of use, ninjs 1"),
        pytest.param(
            of_ninjs(rightsInfo={"usageTerms": "No archive"}), "$.rightsInfo.usageTerms", "No archive", id="rights"
        ),
        pytest.param(
            of_ninjs(copyrightNotice="(c) Agency 2015"), "$.copyrightNotice", "(c) Agency 2015", id="a notice of rights"
        ),
        pytest.param(of_ninjs(copyrightholder="Paper Ltd"), "$.copyrightholder", "Paper Ltd", id="whose rights"),
        pytest.param(of_ninjs(expires="2016-01-01T00:00:00Z"), "$.expires", "2016-01-01T00:00:00Z", id="its end"),
        pytest.param(
            of_ninjs(associations=[{"type": "text", "bodies": [{"value": "He was born here."}]}]),
            "$.associations[0].bodies[0].value", "He was born here.", id="an article beside it",
        ),
        pytest.param(
            of_ninjs(bodies=[{"value": "It runs."}, {"value": "It runs. It stood."}]),
            "$.bodies[1].value", "It runs. It stood.", id="a longer body",
        ),
        pytest.param(of_ninjs(x_desk="Harbour desk"), "$.x_desk", "Harbour desk", id="a member nobody knows"),
        pytest.param(of_schema(backstory="We asked forty."), "$.backstory", "We asked forty.", id="how it was made"),
        pytest.param(
            of_schema(author={"@type": "Person", "name": "Ann Lee", "description": "Ann writes."}),
            "$.author.description", "Ann writes.", id="an author's life",
        ),
        pytest.param(
            of_schema(copyrightHolder={"name": "Paper"}), "$.copyrightHolder.name", "Paper", id="schema's rights"
        ),
        pytest.param(
            of_nitf(head='<ed-msg info="Hold for Sunday"/>'),
            "/nitf/head/docdata/ed-msg/@info", "Hold for Sunday", id="NITF's note to editors",
        ),
        pytest.param(
            of_nitf(head='<doc.copyright holder="Paper Ltd"/>'),
            "/nitf/head/docdata/doc.copyright/@holder", "Paper Ltd", id="NITF's rights",
        ),
        pytest.param(
            of_nitf(body_head="<rights>All <em>rights</em> kept</rights>"),
            "/nitf/body/body.head/rights", "All rights kept", id="a running text is one",
        ),
        pytest.param(
            of_nitf(head='<date.expire norm="20160101T000000Z"/>'),
            "/nitf/head/docdata/date.expire/@norm", "20160101T000000Z", id="NITF's end",
        ),
        pytest.param(
            of_g2("<itemMeta><edNote>Adds a quote.</edNote></itemMeta>"),
            "/newsItem/itemMeta/edNote", "Adds a quote.", id="NewsML-G2's note to editors",
        ),
        pytest.param(
            of_g2("<rightsInfo><usageTerms>Not in Norway.</usageTerms></rightsInfo>"),
            "/newsItem/rightsInfo/usageTerms", "Not in Norway.", id="NewsML-G2's terms of use",
        ),
        pytest.param(
            of_g2("<contentMeta><slugline>FERRY-HARBOUR</slugline></contentMeta>"),
            "/newsItem/contentMeta[1]/slugline", "FERRY-HARBOUR", id="NewsML-G2's slug",
        ),
        pytest.param(
            of_g2("<partMeta><description>A film comes first</description></partMeta>"),
            "/newsItem/partMeta/description", "A film comes first", id="a part of the content",
        ),
    ],
)  # fmt: skip
def test_what_no_field_takes_is_told_where_it_stood(article: Article, path: str, words: str) -> None:
    assert told(article) == {path: words}
    assert article.headline == "Ferry runs again"
    assert [block.text for block in article.blocks] == ["It runs."]


@pytest.mark.parametrize(
    "members",
    [
        {"type": "text", "profile": "long story", "urgency": 3, "pubStatus": "usable"},
        {"renditions": [{"href": "https://x.example/a b", "mimetype": "image/jpeg"}], "standard": {"name": "ninjs"}},
        {"ref": "urn:x:1", "hash": "9f8e7d6c5b4a", "stamp": "2015-11-09T05:34:00Z", "mail": "desk@p.example"},
        {"rank": 7, "flags": [True, None], "deep": {"a": {"b": ["1.2", "#", "—"]}}},
    ],
    ids=["words of the format", "addresses", "codes", "figures and signs"],
)
def test_codes_are_no_words_of_the_producer(members: dict[str, object]) -> None:
    assert told(of_ninjs(**members)) == {}


def test_what_a_field_or_the_text_says_already_is_not_told_again() -> None:
    article = of_ninjs(slugline="Ferry", caption="It runs.", keywords=["Isle, sea"], tags="isle, sea", by="Ann Lee")
    assert told(article) == {}


@pytest.mark.parametrize(
    ("article", "field", "value"),
    [
        pytest.param(of_ninjs(genres=[{"name": "Opinion"}]), "kind", "opinion", id="ninjs genre"),
        pytest.param(of_schema(**{"@type": "OpinionNewsArticle"}), "kind", "opinion", id="schema.org type"),
        pytest.param(of_schema(genre="Analysis"), "kind", "analysis", id="schema.org genre"),
        pytest.param(
            of_g2("<contentMeta><genre><name>Analysis</name></genre></contentMeta>"), "kind", "analysis", id="G2 genre"
        ),
        pytest.param(of_schema(isAccessibleForFree=False), "access", "paid", id="paid"),
        pytest.param(of_schema(isAccessibleForFree="True"), "access", "free", id="free, as text"),
        pytest.param(of_schema(articleSection=["News", "Isles"]), "section", "News", id="the first section"),
        pytest.param(
            of_schema(correction={"text": "A name was wrong.", "datePublished": "2015-11-10T00:00:00Z"}),
            "corrections", (Correction(text="A name was wrong.", at=dt.datetime(2015, 11, 10, tzinfo=dt.UTC)),),
            id="a correction with its day",
        ),
        pytest.param(
            of_schema(correction="A name was wrong."), "corrections", (Correction(text="A name was wrong."),), id="bare"
        ),
        pytest.param(
            of_nitf(head='<correction info="A name was wrong."/>'),
            "corrections", (Correction(text="A name was wrong."),), id="NITF correction",
        ),
        pytest.param(
            of_schema(author={"@type": "Person", "name": "Ann Lee", "jobTitle": "Reporter"}),
            "people", (Person(name="Ann Lee", job_title="Reporter"),), id="an author's post",
        ),
        pytest.param(
            of_schema(editor={"@type": "Person", "name": "Bo Ek"}),
            "people", (Person(name="Bo Ek", rel=("editor",)),), id="an editor",
        ),
        pytest.param(
            of_schema(contributor=[{"@type": "Person", "name": "Bo Ek"}]),
            "people", (Person(name="Bo Ek", rel=("contributor",)),), id="a contributor",
        ),
        pytest.param(
            of_nitf(body_head="<byline><person>Ann Lee</person> <byttl>Reporter</byttl></byline>"),
            "people", (Person(name="Ann Lee", job_title="Reporter"),), id="NITF byttl",
        ),
        pytest.param(
            of_g2("<itemMeta><provider><name>The Wire</name></provider></itemMeta>"),
            "sources", ("The Wire",), id="NewsML-G2 provider",
        ),
    ],
)  # fmt: skip
def test_a_member_that_is_a_field_of_ours_goes_there(article: Article, field: str, value: object) -> None:
    assert getattr(article, field) == value
    assert told(article) == {}
