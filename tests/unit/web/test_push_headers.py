"""What a push says about itself: kinds of body, and the addresses an article may be known by."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.web.problems import Problem
from services.web.push_headers import Kind, addresses, read_kind
from shared.identity import address_alias

NINJS = Kind("application/json", "application/json")
JSON_LD = Kind("application/ld+json", "application/ld+json")
HTML = Kind("text/html", "text/html")
TEXT = Kind("text/plain", "text/plain")


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
        pytest.param(TEXT, b"Bai", {"content-location": "https://hue.example/1"}, (), id="a text is no page"),
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
    assert addresses(kind, raw, headers, publisher="hue") == expected


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
        addresses(kind, body, {}, publisher="hue")
    assert caught.value.kind.status == status


def test_a_page_location_must_be_absolute() -> None:
    with pytest.raises(Problem, match="absolute"):
        addresses(HTML, b"<p>", {"content-location": "/1.html"}, publisher="hue")


def test_a_header_in_utf8_is_read_as_such() -> None:
    sent = "tag:huế,2015:1".encode().decode("latin-1")
    assert addresses(TEXT, b"x", {"x-article-uri": sent}, publisher="hue") == ("uri:hue tag:huế,2015:1",)


def test_no_publisher_reaches_anothers_uri() -> None:
    assert address_alias("urn:1", "hue") != address_alias("urn:1", "hanoi")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([NINJS, JSON_LD, TEXT, HTML]), st.text(max_size=30))
def test_any_body_is_read_or_refused_never_raised(body: bytes, kind: Kind, address: str) -> None:
    try:
        found = addresses(kind, body, {"x-article-uri": address}, publisher="hue")
    except Problem:
        return
    assert all("\n" not in alias for alias in found)
    "".join(found).encode()
