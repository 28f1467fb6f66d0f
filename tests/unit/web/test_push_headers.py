"""What a push says about itself: kinds of body, and the addresses an article may be known by."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from services.web.keys import Publisher
from services.web.problems import Problem
from services.web.push_headers import Kind, inputs_of, read_kind
from shared.identity import address_alias

NINJS = Kind("application/json", "application/json")
JSON_LD = Kind("application/ld+json", "application/ld+json")
HTML = Kind("text/html", "text/html")
TEXT = Kind("text/plain", "text/plain")
XML = Kind("application/xml", "application/xml")
HUE = Publisher(name="hue")


def addresses(kind: Kind, body: bytes, headers: dict[str, str]) -> tuple[str, ...]:
    """The aliases of the one article of a push."""
    (only,) = inputs_of(kind, body, headers, HUE)
    return only.aliases


@pytest.mark.parametrize(
    ("header", "full"),
    [
        pytest.param("text/plain", "text/plain", id="without a charset the reader finds out"),
        pytest.param("Text/Plain; Charset=Windows-1258", "text/plain; charset=Windows-1258", id="case does not matter"),
        pytest.param("text/plain; charset=utf-32-be", "text/plain; charset=utf-32-be", id="wide letters"),
        pytest.param("text/plain; charset=utf-16", "text/plain; charset=utf-16", id="half as wide"),
        pytest.param('text/html; charset="utf-8"', "text/html; charset=utf-8", id="quoted"),
        pytest.param("application/json; charset=latin-1", "application/json", id="JSON is UTF-8 whatever it says"),
    ],
)
def test_kinds_of_body(header: str, full: str) -> None:
    assert read_kind(header).full == full


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "application/x-www-form-urlencoded",
        "image/png",
        "text/plain; charset=klingon",
        "text/plain; charset=rot13",
        "text/plain; charset=zlib",
        "text/html; charset=undefined",
        "text",
        ";",
        "é",
    ],
)
def test_other_kinds_are_refused_with_a_list_of_what_is_taken(header: str | None) -> None:
    with pytest.raises(Problem) as caught:
        read_kind(header)
    assert caught.value.kind.status == 415
    assert "text/plain" in caught.value.more["accepted"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("kind", "body", "headers", "expected"),
    [
        pytest.param(TEXT, b"Bai", {}, (), id="a text declares nothing"),
        pytest.param(TEXT, b"Bai", {"x-article-uri": "tag:hue,2015:1"}, ("uri:hue tag:hue,2015:1",), id="header"),
        pytest.param(
            HTML,
            b"<p>",
            {"content-location": "https://hue.example/1"},
            ("url:https://hue.example/1",),
            id="a page's URL",
        ),
        pytest.param(
            TEXT,
            b"Bai",
            {"content-location": "https://hue.example/1?id=7&utm_source=x"},
            ("url:https://hue.example/1?id=7",),
            id="the page of a text, with its query and without what tracks its reader",
        ),
        pytest.param(
            TEXT,
            b"Bai",
            {"content-location": "https://hue.example/1", "x-article-uri": "tag:hue,2015:1"},
            ("uri:hue tag:hue,2015:1", "url:https://hue.example/1"),
            id="a uri, and the page beside it",
        ),
        pytest.param(
            NINJS,
            {"uri": "urn:newsml:1", "headlines": []},
            {"content-location": "https://hue.example/1"},
            ("uri:hue urn:newsml:1", "url:https://hue.example/1"),
            id="the uri of ninjs, and the page beside it",
        ),
        pytest.param(
            XML,
            b'<newsItem guid="tag:hue,2015:2"/>',
            {"content-location": "https://hue.example/1"},
            ("uri:hue tag:hue,2015:2", "url:https://hue.example/1"),
            id="the guid of an item, and the page beside it",
        ),
        pytest.param(
            NINJS,
            {"uri": "urn:newsml:1", "headlines": []},
            {},
            ("uri:hue urn:newsml:1",),
            id="ninjs uri, its publisher's own",
        ),
        pytest.param(
            NINJS,
            {"uri": "https://hue.example/1", "body_text": "x"},
            {},
            ("url:https://hue.example/1",),
            id="ninjs uri, a page",
        ),
        pytest.param(
            JSON_LD,
            {"@id": "#article", "headline": "x", "url": "https://hue.example/1"},
            {},
            ("url:https://hue.example/1",),
            id="a fragment is no address",
        ),
        pytest.param(
            JSON_LD,
            {"headline": "x", "mainEntityOfPage": {"@id": "https://hue.example/1"}},
            {},
            ("url:https://hue.example/1",),
            id="page as an object",
        ),
        pytest.param(
            JSON_LD,
            {
                "@graph": [
                    {"@type": "Organization", "name": "Báo"},
                    {"@type": "NewsArticle", "headline": "x", "@id": "a:1"},
                ]
            },
            {},
            ("uri:hue a:1",),
            id="the article of a graph",
        ),
        pytest.param(
            JSON_LD,
            [
                {"@type": "BreadcrumbList", "name": "x"},
                {"@type": ["NewsArticle"], "name": "x", "url": "https://a.example/"},
            ],
            {},
            ("url:https://a.example/",),
            id="the article of a list",
        ),
        pytest.param(
            NINJS, {"uri": 7, "headline": "x", "url": {"a": 1}}, {}, (), id="of another shape: declares nothing"
        ),
        pytest.param(
            NINJS,
            {"uri": "a:1", "headline": "x"},
            {"x-article-uri": "b:2"},
            ("uri:hue b:2", "uri:hue a:1"),
            id="the header is the strongest",
        ),
    ],
)
def test_addresses(kind: Kind, body: object, headers: dict[str, str], expected: tuple[str, ...]) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert addresses(kind, raw, headers) == expected


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param(NINJS, b"{", 400, id="cut JSON"),
        pytest.param(NINJS, b'{"headline": "\xff"}', 400, id="broken UTF-8"),
        pytest.param(NINJS, b'{"skipped": "\xff", "headline": "x"}', 400, id="broken UTF-8 where nobody looks"),
        pytest.param(NINJS, b"[]", 422, id="a list"),
        pytest.param(NINJS, b'"Bai"', 422, id="a string"),
        pytest.param(NINJS, b"null", 422, id="nothing"),
        pytest.param(NINJS, b'{"price": 3}', 422, id="some other object"),
        pytest.param(NINJS, b'{"uri": "a:1"}', 422, id="an address alone"),
        pytest.param(JSON_LD, b"[]", 422, id="an empty list"),
        pytest.param(JSON_LD, b"[" + b"{}," * 400_000 + b"{}]", 422, id="a list that would fill the memory"),
        pytest.param(
            JSON_LD, b'{"@graph": [' + b"{}," * 400_000 + b"{}]}", 422, id="a graph that would fill the memory"
        ),
        pytest.param(JSON_LD, b'{"@type": "NewsArticle"}', 422, id="a type alone"),
        pytest.param(NINJS, b'{"uri": "a b", "headline": "x"}', 400, id="a uri with a space"),
        pytest.param(NINJS, b'{"uri": "' + b"a" * 2001 + b'", "headline": "x"}', 400, id="an endless uri"),
        pytest.param(NINJS, b'{"x":' * 100_000, 400, id="deeper than anyone writes"),
        pytest.param(NINJS, b'{"headline":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, id="deep but whole"),
    ],
)
def test_json_that_is_no_article_is_refused(kind: Kind, body: bytes, status: int) -> None:
    with pytest.raises(Problem) as caught:
        addresses(kind, body, {})
    assert caught.value.kind.status == status


@pytest.mark.parametrize("kind", [HTML, TEXT, NINJS])
def test_a_page_location_must_be_absolute(kind: Kind) -> None:
    with pytest.raises(Problem, match="absolute"):
        addresses(kind, b'{"headline": "x"}', {"content-location": "/1.html"})


def test_where_a_list_stands_is_no_address_of_its_articles() -> None:
    at = {"content-location": "https://hue.example/list"}
    two = inputs_of(NINJS, b'[{"headline": "x", "uri": "urn:1"}, {"headline": "y"}]', at, HUE)
    assert [(item.aliases, item.url) for item in two] == [(("uri:hue urn:1",), None), ((), None)]
    (alone,) = inputs_of(NINJS, b'[{"headline": "x"}]', at, HUE)
    (entry,) = inputs_of(NINJS, json.dumps(FEED | {"items": [{"id": "1", "content_text": "x"}]}).encode(), at, HUE)
    assert "url:https://hue.example/list" not in alone.aliases + entry.aliases


def test_the_page_of_an_article_in_a_graph_is_its_address() -> None:
    body = b'{"@graph": [{"@type": "WebPage", "name": "x"}, {"@type": "NewsArticle", "headline": "x"}]}'
    assert addresses(JSON_LD, body, {"content-location": "https://hue.example/1"}) == ("url:https://hue.example/1",)


def test_links_in_any_body_are_followed_from_where_it_stands() -> None:
    (item,) = inputs_of(XML, b"<newsItem/>", {"content-location": "https://hue.example/a/1"}, HUE)
    assert item.url == "https://hue.example/a/1"


def test_a_header_in_utf8_is_read_as_such() -> None:
    sent = "tag:huế,2015:1".encode().decode("latin-1")
    assert addresses(TEXT, b"x", {"x-article-uri": sent}) == ("uri:hue tag:huế,2015:1",)


def test_no_publisher_reaches_anothers_uri() -> None:
    assert address_alias("urn:1", "hue") != address_alias("urn:1", "hanoi")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([NINJS, JSON_LD, TEXT, HTML]), st.text(max_size=30))
def test_any_body_is_read_or_refused_never_raised(body: bytes, kind: Kind, address: str) -> None:
    try:
        found = addresses(kind, body, {"x-article-uri": address})
    except Problem:
        return
    assert all("\n" not in alias for alias in found)
    "".join(found).encode()


NEWS, MORE = ({"@type": "NewsArticle", "headline": head, "url": f"https://a.example/{head}"} for head in ("Mot", "Hai"))
ORGANISATION = {"@type": "Organization", "name": "Bao", "description": "A paper"}
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [{"id": str(n), "title": f"Bai {n}", "url": f"https://a.example/{n}"} for n in (1, 2)],
}


@pytest.mark.parametrize(
    ("kind", "document", "known"),
    [
        pytest.param(
            NINJS, [{"uri": "a:1", "headline": "Mot"}, {"headline": "Hai"}], [("uri:hue a:1",), ()], id="ninjs"
        ),
        pytest.param(
            JSON_LD,
            {"@context": "https://schema.org", "@graph": [ORGANISATION, NEWS, MORE]},
            [("url:https://a.example/Mot",), ("url:https://a.example/Hai",)],
            id="a graph",
        ),
        pytest.param(
            JSON_LD,
            {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": NEWS}, MORE]},
            [("url:https://a.example/Mot",), ("url:https://a.example/Hai",)],
            id="a list of schema.org",
        ),
        pytest.param(
            NINJS,
            FEED,
            [("url:https://a.example/1", "guid:push:hue 1"), ("url:https://a.example/2", "guid:push:hue 2")],
            id="a JSON Feed by its version",
        ),
    ],
)
def test_each_article_of_a_body_is_an_input(kind: Kind, document: object, known: list[tuple[str, ...]]) -> None:
    found = inputs_of(kind, json.dumps(document).encode(), {}, HUE)
    assert [one.aliases for one in found] == known
    heads = [json.loads(one.body).get("headline") or json.loads(one.body)["title"] for one in found]
    assert heads in (["Mot", "Hai"], ["Bai 1", "Bai 2"])


def test_an_address_that_articles_of_one_body_share_tells_none_of_them_apart() -> None:
    page = {"mainEntityOfPage": "https://a.example/today"}
    rows = [NEWS | page, MORE | {"mainEntityOfPage": "http://www.a.example/today/"}, {"headline": "Ba"} | page]
    found = inputs_of(JSON_LD, json.dumps(rows).encode(), {}, HUE)
    assert [one.aliases for one in found] == [("url:https://a.example/Mot",), ("url:https://a.example/Hai",), ()]


def test_an_article_that_is_cut_out_keeps_the_context_and_its_bytes() -> None:
    bare, own = b'{"@type":"Report","headline":"Mot" }', b'{"@type":"Report","headline":"Hai","@context":"x"}'
    body = b'{"@context":"https://schema.org","@graph":[' + bare + b" , " + own + b"]}"
    first, second = (one.body for one in inputs_of(JSON_LD, body, {}, HUE))
    assert first == b'{"@context":"https://schema.org",' + bare[1:]
    assert second == own


@pytest.mark.parametrize(
    ("kind", "document", "why"),
    [
        pytest.param(NINJS, [{"headline": "Mot"}, {"price": 3}], "Item 2 of the list is no article", id="an odd item"),
        pytest.param(NINJS, [{"headline": "Mot"}, 7], "Item 2 of the list is no article", id="a number"),
        pytest.param(NINJS, [[{"headline": "Mot"}]], "Looked for", id="a list of lists"),
        pytest.param(JSON_LD, {"@graph": [ORGANISATION, ORGANISATION]}, "Looked for", id="no article among several"),
        pytest.param(NINJS, FEED | {"items": []}, "holds no items", id="an empty feed"),
        pytest.param(NINJS, [{"headline": "x"}] * 1001, "holds 1001 articles", id="too many"),
    ],
)
def test_what_cannot_be_split_is_refused_with_a_sentence(kind: Kind, document: object, why: str) -> None:
    with pytest.raises(Problem, match=why) as caught:
        inputs_of(kind, json.dumps(document).encode(), {}, HUE)
    assert caught.value.kind.status == 422


def test_one_address_in_the_header_is_not_that_of_several() -> None:
    body = json.dumps([NEWS, MORE]).encode()
    with pytest.raises(Problem, match="names one article, and the body holds 2"):
        inputs_of(JSON_LD, body, {"x-article-uri": "urn:1"}, HUE)


G2 = b'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>%s</itemSet></newsMessage>'
ITEM = b'<newsItem guid="%s"><contentMeta><headline>x</headline></contentMeta></newsItem>'


@pytest.mark.parametrize(
    ("body", "known"),
    [
        pytest.param(G2 % (ITEM % b"urn:1" + ITEM % b"https://a.example/2"),
                     [("uri:hue urn:1",), ("url:https://a.example/2",)], id="a message of two"),
        pytest.param(G2 % (ITEM % b"urn:1"), [("uri:hue urn:1",)], id="a message of one"),
        pytest.param(ITEM % b"urn:1", [("uri:hue urn:1",)], id="an item"),
        pytest.param(b"<newsItem><contentMeta/></newsItem>", [()], id="an item that says no guid"),
        pytest.param(b"<nitf><body/></nitf>", [()], id="NITF"),
        pytest.param(b"<newsItem guid='urn:1'>", [()], id="broken: its reader says so"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + ITEM % b"&b;", [()], id="with entities: its reader says so"),
    ],
)  # fmt: skip
def test_each_item_of_a_message_is_an_input_known_by_its_guid(body: bytes, known: list[tuple[str, ...]]) -> None:
    assert [one.aliases for one in inputs_of(XML, body, {}, HUE)] == known


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (G2 % (ITEM % b"urn:1" + b"<newsItem/>"), "the body holds an empty newsItem"),
        (b"<rss version='2.0'><channel/></rss>", "RSS and Atom are not pushed"),
    ],
)
def test_xml_that_cannot_be_split_is_refused_with_a_sentence(body: bytes, why: str) -> None:
    with pytest.raises(Problem, match=why) as caught:
        inputs_of(XML, body, {}, HUE)
    assert caught.value.kind.status == 422


BAD, WORDS = "not an address", {"headline": "Rubber", "body_text": "Better latex."}


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param(WORDS | {"uri": BAD}, "#/uri", id="one item"),
        pytest.param([WORDS | {"uri": "urn:a:1"}, WORDS | {"uri": BAD}], "#/1/uri", id="the second of a list"),
        pytest.param([WORDS | {"uri": BAD}], "#/0/uri", id="the only one of a list"),
        pytest.param(
            {"@graph": [{"@type": "WebPage", "name": "x"}, {"@type": "NewsArticle", "headline": "A", "url": BAD}]},
            "#/@graph/1/url",
            id="one among others of a graph",
        ),
        pytest.param(
            {"itemListElement": [{"@type": "ListItem", "item": {"@type": "NewsArticle", "headline": "A", "@id": BAD}}]},
            "#/itemListElement/0/item/@id",
            id="what an item of a list is about",
        ),
    ],
)
def test_an_address_that_is_none_is_pointed_at_where_it_stands(document: Any, pointer: str) -> None:
    with pytest.raises(Problem) as caught:
        inputs_of(JSON_LD, json.dumps(document).encode(), {}, HUE)
    assert caught.value.more["errors"] == [{"pointer": pointer, "detail": caught.value.detail}]
    found = document
    for step in pointer.split("/")[1:]:
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert found == BAD


EMBARGOED = b'<newsItem guid="urn:1"><itemMeta><embargoed>%s</embargoed></itemMeta></newsItem>'


@pytest.mark.parametrize(
    "said",
    [
        "31.12.2099 klo 10",
        "",
        5,
        4073515200,
        "4073515200",
        True,
        ["2099-12-31T10:00Z"],
        "2099-12-31",
        "2099-12-31T10:00",
    ],
)
@pytest.mark.parametrize(
    ("kind", "member"), [(NINJS, "embargoedUntil"), (JSON_LD, "embargoed"), (NINJS, "Embargoed_Until")]
)
def test_an_embargo_in_json_whose_end_nobody_can_read_is_refused_where_it_stands(
    kind: Kind, member: str, said: object
) -> None:
    with pytest.raises(Problem, match="must be a moment with its zone") as caught:
        inputs_of(kind, json.dumps([NEWS, MORE | {member: said}]).encode(), {}, HUE)
    assert caught.value.kind.status == 400
    assert f"'pointer': '#/1/{member}'" in str(caught.value.more["errors"])


@pytest.mark.parametrize(
    "said", [b"31.12.2099 klo 10", b"", b" ", b"4073515200", b"2099-12-31", b"2099-12-31T10:00:00"]
)
def test_an_embargo_in_newsml_whose_end_nobody_can_read_is_refused(said: bytes) -> None:
    in_set = "/newsMessage/itemSet/newsItem"
    for body, item in (
        (EMBARGOED % said, "/newsItem"),
        (G2 % (EMBARGOED % said), in_set),
        (G2 % (ITEM % b"urn:2" + EMBARGOED % said), f"{in_set}[2]"),
    ):
        with pytest.raises(Problem, match=r"embargoed of the item urn:1 must be a moment") as caught:
            inputs_of(XML, body, {}, HUE)
        assert caught.value.kind.status == 400
        errors = [{"path": f"{item}/itemMeta/embargoed", "detail": caught.value.detail}]
        assert caught.value.more["errors"] == errors


def test_each_embargo_of_an_item_is_looked_at_where_it_stands() -> None:
    item = b"<newsItem guid='urn:1'><itemMeta><embargoed>2099-12-31T10:00Z</embargoed><embargoed>soon</embargoed>"
    item += b"</itemMeta><contentMeta><embargoed>later</embargoed></contentMeta><contentSet><inlineXML><embargoed>x"
    item += b"</embargoed></inlineXML></contentSet></newsItem>"
    for body, place in ((item, ""), (G2 % (ITEM % b"urn:2" + item), "/newsMessage/itemSet")):
        first = f"{place}/newsItem{'[2]' if place else ''}"
        with pytest.raises(Problem) as caught:
            inputs_of(XML, body, {}, HUE)
        assert f"'path': '{first}/itemMeta/embargoed[2]'" in str(caught.value.more["errors"])
        with pytest.raises(Problem) as caught:
            inputs_of(XML, body.replace(b"soon", b"2099-12-31T10:00Z"), {}, HUE)
        assert f"'path': '{first}/contentMeta/embargoed'" in str(caught.value.more["errors"])
        assert inputs_of(XML, body.replace(b"soon", LATE.encode()).replace(b"later", LATE.encode()), {}, HUE)


LATE, EARLY = "2099-12-31T10:00:00Z", "2098-12-31T10:00:00Z"


@pytest.mark.parametrize("lines", [(LATE, EARLY), (EARLY, LATE), (f"{EARLY}, {LATE}",), (f"{LATE},{EARLY}",)])
def test_of_several_header_lines_the_latest_embargo_counts(lines: tuple[str, ...]) -> None:
    headers = Headers(raw=[(b"x-embargoed-until", line.encode()) for line in lines])
    (held,) = inputs_of(TEXT, b"x", headers, HUE)
    assert held.embargoed_until is not None
    assert held.embargoed_until.year == 2099
    for bad in ("soon", "", "4073515200"):
        worse = Headers(raw=[*headers.raw, (b"x-embargoed-until", bad.encode())])
        with pytest.raises(Problem, match="X-Embargoed-Until must be a moment"):
            inputs_of(TEXT, b"x", worse, HUE)


@pytest.mark.parametrize(
    ("around", "pointer"),
    [
        (lambda said, news: {"embargoed": said, "@graph": news}, "#/embargoed"),
        (lambda said, news: {"embargo": said, "@type": "ItemList", "itemListElement": news}, "#/embargo"),
        (
            lambda said, news: {"itemListElement": [{"item": news[0], "embargoed": said}, {"item": news[1]}]},
            "#/itemListElement/0/embargoed",
        ),
    ],
)
@pytest.mark.parametrize("own", [None, EARLY])
def test_an_embargo_around_articles_holds_each_of_them(around: Any, pointer: str, own: str | None) -> None:
    news = [{"@type": "NewsArticle", "headline": f"{n}", "embargoed": own} for n in range(2)]
    held = [json.loads(item.body) for item in inputs_of(JSON_LD, json.dumps(around(LATE, news)).encode(), {}, HUE)]
    assert [LATE in item.values() for item in held] == ([True, False] if "List" in pointer else [True, True])
    assert all(item["embargoed"] == own for item in held if own)
    with pytest.raises(Problem) as caught:
        inputs_of(JSON_LD, json.dumps(around("soon", news)).encode(), {}, HUE)
    assert f"'pointer': '{pointer}'" in str(caught.value.more["errors"])


def test_an_embargo_in_a_pushed_json_feed_is_looked_at_where_it_stands() -> None:
    item = {"id": "1", "title": "x", "content_text": "x", "embargoed_until": "soon"}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Hue",
        "items": [item | {"embargoed_until": LATE}, item],
    }
    with pytest.raises(Problem) as caught:
        inputs_of(NINJS, json.dumps(feed).encode(), {}, HUE)
    assert "'pointer': '#/items/1/embargoed_until'" in str(caught.value.more["errors"])


def test_an_embargo_that_can_be_read_is_taken_in_and_none_is_no_embargo() -> None:
    at_home = Publisher(name="hue", zone="Asia/Ho_Chi_Minh")
    until = "2099-12-31T10:00:00"
    for said in (None, f"{until}Z"):
        assert len(inputs_of(NINJS, json.dumps({"headline": "x", "embargoedUntil": said}).encode(), {}, HUE)) == 1
    assert len(inputs_of(NINJS, json.dumps({"headline": "x", "embargoed": until}).encode(), {}, at_home)) == 1
    assert len(inputs_of(XML, EMBARGOED % until.encode(), {}, at_home)) == 1
    (held,) = inputs_of(TEXT, b"x", {"x-embargoed-until": until}, at_home)
    assert held.embargoed_until is not None
    assert held.embargoed_until.isoformat() == "2099-12-31T03:00:00+00:00"


SECRET = "https://anna:secret@hue.example/1"


@pytest.mark.parametrize("address", ["https:///x", "https://hue.example:99999/1"])
def test_what_begins_as_a_page_and_is_none_is_refused_in_a_pushed_feed(address: str) -> None:
    body = json.dumps(FEED | {"items": [{"id": "1", "url": address, "content_text": "x"}]}).encode()
    with pytest.raises(Problem) as caught:
        inputs_of(NINJS, body, {}, HUE)
    assert caught.value.more["errors"] == [{"pointer": "#/items/0/url", "detail": caught.value.detail}]


@pytest.mark.parametrize("address", ["https:///x", "http://[::1/x", "https://hue.example:99999/1"])
@pytest.mark.parametrize(
    ("kind", "body", "header", "where"),
    [
        pytest.param(HTML, "<p>", "content-location", {"header": "Content-Location"}, id="Content-Location"),
        pytest.param(TEXT, "x", "x-article-uri", {"header": "X-Article-URI"}, id="X-Article-URI"),
        pytest.param(NINJS, '[{"headline": "x", "uri": "ADDRESS"}]', "", {"pointer": "#/0/uri"}, id="ninjs"),
        pytest.param(JSON_LD, '{"headline": "x", "@id": "ADDRESS"}', "", {"pointer": "#/@id"}, id="schema.org"),
        pytest.param(XML, '<newsItem guid="ADDRESS"/>', "", {"path": "/newsItem/@guid"}, id="NewsML-G2"),
    ],
)
def test_what_begins_as_a_page_and_is_none_is_refused_where_it_stands(
    kind: Kind, body: str, header: str, where: dict[str, str], address: str
) -> None:
    with pytest.raises(Problem) as caught:
        inputs_of(kind, body.replace("ADDRESS", address).encode(), {header: address} if header else {}, HUE)
    assert caught.value.kind.status == 400
    assert caught.value.more["errors"] == [{**where, "detail": caught.value.detail}]


@pytest.mark.parametrize(
    ("kind", "body", "headers", "where"),
    [
        pytest.param(HTML, b"<p>", {"content-location": SECRET}, "'header': 'Content-Location'", id="Content-Location"),
        pytest.param(TEXT, b"x", {"x-article-uri": SECRET}, "'header': 'X-Article-URI'", id="X-Article-URI"),
        pytest.param(NINJS, json.dumps({"headline": "x", "uri": SECRET}).encode(), {}, "#/uri", id="ninjs"),
        pytest.param(JSON_LD, json.dumps({"headline": "x", "url": SECRET}).encode(), {}, "#/url", id="schema.org"),
        pytest.param(XML, ITEM % SECRET.encode(), {}, "guid", id="NewsML-G2"),
    ],
)
def test_an_address_with_a_login_in_it_is_refused_and_never_repeated(
    kind: Kind, body: bytes, headers: dict[str, str], where: str
) -> None:
    with pytest.raises(Problem, match="has a login in it") as caught:
        inputs_of(kind, body, headers, HUE)
    assert where in str(caught.value.more["errors"])
    assert "secret" not in str((caught.value, caught.value.more))


def test_the_items_of_a_pushed_feed_lose_a_login_in_their_addresses() -> None:
    body = json.dumps(FEED | {"items": [{"id": SECRET, "url": SECRET, "content_text": "x"}]}).encode()
    (item,) = inputs_of(NINJS, body, {}, HUE)
    assert "secret" not in str((item.body, item.aliases, item.url))
