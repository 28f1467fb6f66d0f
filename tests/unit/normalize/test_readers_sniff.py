"""The format of an input, from what its sender says, its name, and its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalize.readers.sniff import media_type_of
from shared.envelope import FEED_ENTRY_TYPE


@pytest.mark.parametrize(
    ("body", "declared", "name", "expected"),
    [
        pytest.param("<p>x", "text/plain; charset=utf-8", None, "text/plain", id="what is said is believed"),
        pytest.param("x", "TEXT/HTML", None, "text/html", id="in any case"),
        pytest.param("{}", FEED_ENTRY_TYPE, None, FEED_ENTRY_TYPE, id="an entry of a feed"),
        pytest.param("x", None, "a.html", "text/html", id="by its name"),
        pytest.param("<p>x", None, "BAI.TXT", "text/plain", id="by its name, in capitals"),
        pytest.param("<!DOCTYPE html><html>", "application/octet-stream", None, "text/html", id="a page"),
        pytest.param("\ufeff\n<!-- x --><div>x", "application/octet-stream", None, "text/html", id="a part of a page"),
        pytest.param("Nhóm người Việt", "application/octet-stream", None, "text/plain", id="text"),
        pytest.param("[Ảnh] Bài viết", "application/octet-stream", None, "text/plain", id="text in brackets"),
        pytest.param("<3 Huế", None, None, "text/plain", id="text with a sign"),
        pytest.param('{"headline": "x"}', "application/json", None, "application/ninjs+json", id="ninjs"),
        pytest.param('{"@type": "Article"}', "application/json", None, "application/ld+json", id="schema.org"),
        pytest.param('[{"@type": "Article"}]', None, "a.json", "application/ld+json", id="schema.org in a list"),
        pytest.param('{"a": 1}', "application/json", None, "application/json", id="JSON of an unknown kind"),
        pytest.param("<?xml version='1.0'?><nitf>", "text/xml", None, "application/nitf+xml", id="NITF"),
        pytest.param("<newsItem>", None, "a.xml", "application/vnd.iptc.g2.newsitem+xml", id="NewsML-G2"),
        pytest.param("<nar:newsMessage>", "text/xml", None, "application/vnd.iptc.g2.newsitem+xml", id="with a prefix"),
        pytest.param("<frame>\n<nitf>", "application/xml", None, "application/nitf+xml", id="NITF in a frame"),
        pytest.param("<rss version='2.0'>", "text/xml", None, "application/xml", id="XML of an unknown kind"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_media_type(body: str, declared: str | None, name: str | None, expected: str, encoding: str) -> None:
    assert media_type_of(body.encode(encoding), declared, name) == expected


@given(body=st.binary(max_size=200), declared=st.none() | st.text(max_size=20), name=st.none() | st.text(max_size=20))
def test_any_bytes_have_a_type(body: bytes, declared: str | None, name: str | None) -> None:
    assert "/" in media_type_of(body, declared, name)
