"""Evidence is true: each path of a declared document resolves in it, and what stands there holds the quote."""

import html
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from shared.article import Evidence
from shared.envelope import FEED_ENTRY_TYPE, FeedEntry
from tests.unit.normalize.inputs import cleaned

BODY = "<p>HUẾ - The ferry runs again.</p><h2>New ways</h2><ul><li>One</li><li>Two</li></ul><p>It had stood still.</p>"
ENTRY = FeedEntry(
    feed="u",
    guid="g-1",
    link="http://p.example/1",
    title="Ferry &amp; island",
    summary="<p>The island is near.</p>",
    content=BODY,
    published="Mon, 09 Nov 2015 05:34:00 +0700",
    authors=("desk@p.example (Ann Lee)", "Miller, Jane"),
    tags=("ferries", "islands"),
    language="en",
    pictures=(("http://p.example/1.jpg", "A hill", "Bo Ek"),),
)
NINJS_1 = {
    "uri": "u:1", "version": "2", "headline": "Ferry", "headline_short": "Boats", "body_html": BODY, "language": "en",
    "description_text": "The island is near.", "byline": "Ann Lee", "dateline": "HUẾ", "keywords": ["ferries"],
    "versioncreated": "2015-11-09T05:34:00Z", "located": "Huế", "service": [{"name": "News", "code": "n"}],
    "associations": {"main": {"type": "picture", "description_text": "A hill", "byline": "Bo Ek"}},
}  # fmt: skip
NINJS_3 = {
    "uri": "u:1", "headlines": [{"role": "short", "value": "Boats"}, {"role": "main", "value": "Ferry"}],
    "bodies": [{"contentType": "text/html", "value": BODY}], "people": [{"rel": "writer", "name": "Ann Lee"}],
    "descriptions": [{"role": "lead", "value": "The island is near."}], "subjects": [{"name": "ferries"}],
    "infoSources": [{"name": "Agency"}], "firstCreated": "2015-11-09T05:34:00Z", "altIds": [{"value": "a-1"}],
    "associations": [{"type": "picture", "descriptions": [{"value": "A hill"}]}],
}  # fmt: skip
SCHEMA_ORG = {
    "@graph": [
        {"@type": "WebSite", "name": "Paper"},
        {
            "@type": "NewsArticle", "headline": "Ferry", "alternativeHeadline": "Boats", "articleBody": BODY,
            "author": [{"@type": "Person", "name": "Ann Lee"}, "Bo Ek"], "datePublished": "2015-11-09T05:34:00Z",
            "keywords": ["ferries", "islands"], "publisher": {"@type": "Organization", "name": "Paper"},
            "image": [{"@type": "ImageObject", "caption": "A hill"}], "description": "The island is near.",
            "url": "http://p.example/1", "articleSection": ["News"], "identifier": "a-1",
        },
    ]
}  # fmt: skip
NITF = (
    '<nitf xml:lang="en"><head><title>Ferry</title><docdata><doc-id id-string="d-1" regsrc="Agency"/><date.issue '
    'norm="20151109T053400Z"/><key-list><keyword key="ferries"/></key-list></docdata></head><body><body.head><hedline>'
    "<hl1>Ferry</hl1><hl2>Boats</hl2></hedline><note><p>For editors.</p></note>"
    "<byline><person>Ann Lee</person></byline><dateline><location>HUẾ</location></dateline>"
    "<abstract><p>The island is near.</p></abstract></body.head>"
    f"<body.content><block>{BODY}</block></body.content></body></nitf>"
)
G2 = (
    '<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="u:1" version="3"><itemMeta>'
    "<versionCreated>2015-11-09T05:34:00Z</versionCreated></itemMeta><contentMeta><headline>Ferry</headline>"
    "<headline>Boats</headline><creator><name>Ann Lee</name></creator><by>Ann Lee</by><description>The island is near."
    "</description><keyword>ferries</keyword><infoSource><name>Agency</name></infoSource></contentMeta><contentSet>"
    f'<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body>{BODY}</body></html></inlineXML></contentSet>'
    "</newsItem></itemSet></newsMessage>"
)
JSON = {
    "feed entry": (msgspec.json.encode(ENTRY).decode(), FEED_ENTRY_TYPE),
    "ninjs 1": (json.dumps(NINJS_1), "application/ninjs+json"),
    "ninjs 3": (json.dumps(NINJS_3), "application/ninjs+json"),
    "schema.org": (json.dumps(SCHEMA_ORG), "application/ld+json"),
}
XML = {"NITF": (NITF, "application/nitf+xml"), "NewsML-G2": (G2, "application/vnd.iptc.g2.newsitem+xml")}


@pytest.mark.parametrize("name", JSON)
def test_paths_of_json_resolve_and_hold_their_quotes(name: str) -> None:
    body, media_type = JSON[name]
    document = json.loads(body)
    article = cleaned(body, media_type)
    assert len(article.evidence) > 8
    wrong = [seen for seen in article.evidence if seen.path and not _holds(_texts(_at_json(document, seen.path)), seen)]
    assert not wrong
    assert all(seen.path for seen in article.evidence if seen.field.startswith(("blocks", "boilerplate", "headline")))


@pytest.mark.parametrize("name", XML)
def test_paths_of_xml_resolve_and_hold_their_quotes(name: str) -> None:
    body, media_type = XML[name]
    root = ET.fromstring(re.sub(r' xmlns="[^"]*"', "", body))
    article = cleaned(body, media_type)
    assert len(article.evidence) > 8
    wrong = [seen for seen in article.evidence if seen.path and not _holds(_at_xml(root, seen.path), seen)]
    assert not wrong
    assert all(seen.path for seen in article.evidence if seen.field.startswith(("blocks", "boilerplate", "headline")))


def _at_json(value: Any, path: str) -> Any:
    for key, number in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path.removeprefix("$")):
        value = value[key] if key else value[int(number)]
    return value


def _texts(value: Any) -> str:
    if isinstance(value, dict | list):
        return " ".join(map(_texts, value.values() if isinstance(value, dict) else value))
    return html.unescape(re.sub(r"<[^>]+>", " ", str(value)))


def _at_xml(root: ET.Element, path: str) -> str:
    steps, _, attribute = path.partition("/@")
    found = root.find(f".{steps.removeprefix(f'/{root.tag}')}")
    assert found is not None, path
    if attribute:
        return str(found.get(attribute) or found.get(f"{{http://www.w3.org/XML/1998/namespace}}{attribute[4:]}"))
    return " ".join((" ".join(found.itertext()), *found.attrib.values()))


def _holds(text: str, seen: Evidence) -> bool:
    """Whether the words of the quote stand there in their order, markup and signs between them of no account."""
    rest = iter(re.findall(r"\w+", text.casefold()))
    return all(word in rest for word in re.findall(r"\w+", (seen.quote or "").casefold()))
