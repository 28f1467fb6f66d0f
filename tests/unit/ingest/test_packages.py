"""A NewsML-G2 message of several items is cut into messages of one item each, and never loses one."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.containers.kinds import JSON
from services.ingest.drop_inputs import is_document
from services.ingest.drops import make_drop_inputs
from services.ingest.packages import split_package
from services.normalize.pipeline import normalize
from shared.envelope import Input, Raw, Source
from shared.errors import InputRefused, NotAnArticle
from tests.cost import times_as_dear
from tests.drops import inputs_of

DROP = Source(kind="drop", name="thu")
HEAD = b'<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>'
TAIL = b"</itemSet></newsMessage>"


def news_item(guid: str | None, words: str, extra: str = "") -> bytes:
    named = f' guid="{guid}"' if guid else ""
    return (
        f"<newsItem{named}>{extra}<contentMeta><headline>{words}</headline></contentMeta><contentSet><inlineXML>"
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{words} > x</p></body></html>'
        "</inlineXML></contentSet></newsItem>"
    ).encode()


def made(name: str, body: bytes) -> list[Input]:
    """The inputs of a dropped file, of which nothing is refused."""
    with inputs_of(name, body, DROP) as inputs:
        assert all(isinstance(item, Input) for item in inputs)
        return [item for item in inputs if isinstance(item, Input)]


def message(*items: bytes) -> bytes:
    return HEAD + b"\n".join(items) + TAIL


def test_each_item_is_an_input_with_an_identity_and_all_words_of_its_own() -> None:
    body = message(news_item("tag:thu:1", "Tin nhất"), news_item(None, "Tin hai"), news_item("tag:thu:3", "Tin ba"))
    inputs = made("thu/tin.xml", body)
    assert [item.aliases for item in inputs] == [("uri:tag:thu:1",), ("path:thu/tin.xml#2",), ("uri:tag:thu:3",)]
    assert [item.name for item in inputs] == ["thu/tin.xml#tag:thu:1", "thu/tin.xml#2", "thu/tin.xml#tag:thu:3"]
    articles = [
        normalize(Raw(source=DROP, media_type=item.media_type, body=item.body, received_us=1)) for item in inputs
    ]
    assert [article.headline for article in articles] == ["Tin nhất", "Tin hai", "Tin ba"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        pytest.param("thu/tin.xml", message(news_item("a", "Tin nhất"), news_item("b", "Tin hai")), id="several"),
        pytest.param("thu/tin.txt", b"Tin\n\nMot doan.", id="one"),
    ],
)
def test_what_asks_without_a_desk_is_given_the_same(name: str, body: bytes) -> None:
    assert make_drop_inputs(name, body, DROP, None) == made(name, body)


def test_entries_of_a_dropped_feed_are_named_by_their_file() -> None:
    entry = "<item><title>Tin hai</title><link>https://thu.example/2</link></item>"
    broken = made("thu/a.xml", b"<rss><channel><item><title>no end")
    body = f"<rss><channel><item><title>Tin</title></item>{entry}</channel></rss>".encode()
    whole = made("thu/b.xml", body)
    assert [item.name for item in broken] == ["thu/a.xml#1"]
    assert [item.name for item in whole] == ["thu/b.xml#1", "thu/b.xml#https://thu.example/2"]
    assert [item.url for item in whole] == [None, "https://thu.example/2"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(message(news_item("a", "Tin")), id="one item"),
        pytest.param(b"<nitf><body>newsMessage</body></nitf>", id="another format"),
        pytest.param(message(news_item("a", "Tin"), b"<newsItem>"), id="not well-formed"),
        pytest.param(b"<!DOCTYPE newsMessage [<!ENTITY a 'b'>]>" + message()[21:], id="entities"),
        pytest.param(b'<?xml version="1.0" encoding="nobody-knows"?>' + message()[21:], id="an unknown encoding"),
    ],
)
def test_what_is_no_package_of_several_stays_whole(body: bytes) -> None:
    assert split_package(body, "tin.xml") == ()


ARTICLES = [{"uri": "urn:thu:1", "headline": "Tin nhất"}, {"headline": "Tin hai", "body_text": "Lời."}]


@pytest.mark.parametrize(
    ("document", "encoding", "known"),
    [
        (ARTICLES, "utf-8", [("uri:urn:thu:1",), ()]),
        (ARTICLES, "utf-8-sig", [("uri:urn:thu:1",), ()]),
        (ARTICLES, "utf-16", [("uri:urn:thu:1",), ()]),
        (
            {"@graph": [{"@type": "NewsArticle", "headline": head, "url": f"http://www.thu.example/{n}"}
                        for n, head in enumerate(("Tin nhất", "Tin hai"))]},
            "utf-8",
            [("url:https://thu.example/0",), ("url:https://thu.example/1",)],
        ),
    ],
)  # fmt: skip
def test_each_article_of_a_json_file_is_an_input(document: object, encoding: str, known: list[tuple[str, ...]]) -> None:
    body = json.dumps(document, ensure_ascii=False).encode(encoding)
    assert is_document(body, JSON)
    inputs = made("thu/tin.json", body)
    assert [item.aliases for item in inputs] == known
    heads = [
        normalize(Raw(source=DROP, media_type=item.media_type, body=item.body, received_us=1)).headline
        for item in inputs
    ]
    assert heads == ["Tin nhất", "Tin hai"]


@pytest.mark.parametrize(
    "body", [b'[{"headline": "x"}]', b'{"headline": "x"}', b"[", b"[1, 2]", b"{}", b'[{"a": 1}, {}]']
)
def test_json_of_one_article_or_none_stays_whole(body: bytes) -> None:
    assert split_package(body, "tin.json") == ()


def test_a_json_list_that_is_not_all_articles_is_refused_by_the_item() -> None:
    with pytest.raises(InputRefused, match=r"tin\.json is not taken in\. Item 2 of the list is no article"):
        split_package(b'[{"headline": "x"}, {"price": 3}]', "tin.json")


def test_a_reader_never_takes_the_first_article_of_several() -> None:
    body = json.dumps({"@graph": [{"@type": "NewsArticle", "headline": head} for head in ("Một", "Hai")]}).encode()
    with pytest.raises(NotAnArticle, match="holds 2 articles"):
        normalize(Raw(source=DROP, media_type="application/ld+json", body=body, received_us=1))


def test_an_item_within_an_item_is_not_one_of_the_message() -> None:
    inner = f"<itemSet>{news_item('inner', 'Trong').decode()}</itemSet>"
    items = split_package(message(news_item("a", "Một", inner), news_item("b", "Hai")), "tin.xml")
    assert [item.guid for item in items] == ["a", "b"]


def test_what_cannot_be_split_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputRefused, match="holds an empty newsItem"):
        split_package(message(news_item("a", "Một"), b"<newsItem guid='b'/>"), "tin.xml")
    long = HEAD.replace(b"<header/>", b"<header>" + b"x" * 1_000_000 + b"</header>")
    with pytest.raises(InputRefused, match="holds 80 items below a header too long"):
        split_package(long + news_item("a", "Một") * 80 + TAIL, "tin.xml")


def test_a_reader_never_takes_the_first_item_for_the_whole() -> None:
    body = message(news_item("a", "Một"), news_item("b", "Hai"))
    with pytest.raises(NotAnArticle, match="holds 2 items"):
        normalize(Raw(source=DROP, media_type="application/xml", body=body, received_us=1))


def test_a_reader_never_takes_the_first_nitf_for_the_whole() -> None:
    one = "<nitf><body><body.head><hedline><hl1>{}</hl1></hedline></body.head></body></nitf>"
    body = f"<wire>{one.format('Một')}{one.format('Hai')}</wire>".encode()
    with pytest.raises(NotAnArticle, match="holds 2 NITF documents: send each by itself"):
        normalize(Raw(source=DROP, media_type="application/nitf+xml", body=body, received_us=1))


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs"]), min_size=1), min_size=2, max_size=6))
def test_no_word_of_any_item_is_lost_or_shared(words: list[str]) -> None:
    items = split_package(message(*(news_item(str(n), word) for n, word in enumerate(words))), "tin.xml")
    heads = [[node.text for node in ET.fromstring(item.body).iter() if node.tag.endswith("headline")] for item in items]
    assert heads == [[word] for word in words]


def test_an_address_that_two_articles_of_a_list_share_tells_neither_apart() -> None:
    page = {"mainEntityOfPage": "https://thu.example/"}
    articles = [{"uri": "tag:thu:1", "headline": "Tin nhất"} | page, {"headline": "Tin hai"} | page]
    found = split_package(json.dumps(articles).encode(), "tin.json")
    assert [item.guid for item in found] == ["tag:thu:1", None]


def test_a_list_of_far_too_many_articles_is_refused_in_one_look() -> None:
    """A quarter of a megabyte is read on the door's own loop: twice the articles may cost twice the time, no more."""

    def refuse(count: int) -> None:
        articles = b",".join(b'{"name":%d}' % number for number in range(count))
        with pytest.raises(InputRefused, match=f"holds {count} articles"):
            split_package(b"[" + articles + b"]", "a.json")

    assert times_as_dear(lambda: refuse(8_000), than=lambda: refuse(4_000), bound=3.2) < 3.2
