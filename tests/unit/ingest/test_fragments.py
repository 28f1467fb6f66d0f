"""A document that is cut before it is parsed tells the same news as one that is read whole, for less."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.feed_news import News, Watched, read_news
from services.ingest.feeds import read_feed, read_watched
from services.ingest.formats.fragments import cut
from shared.envelope import FeedEntry, Source
from tests.cost import times_as_dear

URL = "http://news.example/feed.xml"
HOME, OTHER = "http://news.example/", "http://other.example/"
SOURCE = Source(kind="feed", name=URL)
WATCHED = Watched(key="f1", source=SOURCE, now_s=1_447_040_000.0)


def rss(*items: str, head: str = "", root: str = "") -> bytes:
    opening = f'<rss version="2.0" {root}><channel><title>Tin</title><link>http://news.example/</link>{head}'
    return f"{opening}{''.join(items)}</channel></rss>".encode()


def item(number: int, words: str = "words", link: str | None = None, date: int = 5) -> str:
    link = link or f"http://news.example/{number}"
    return (
        f"<item><title>T{number}</title><link>{link}</link><pubDate>Mon, 09 Nov 2015 0{date}:34:0{number} GMT</pubDate>"
        f"<description><![CDATA[<p>{words} {chr(97 + number)} <item>]]></description></item>"
    )


def cut_news(body: bytes, memory: bytes) -> News:
    return read_watched(body, None, URL, msgspec.structs.replace(WATCHED, memory=memory))


def whole_news(body: bytes, memory: bytes) -> News:
    return read_news(read_feed(body, None, URL), msgspec.structs.replace(WATCHED, memory=memory))


def titles(news: News) -> list[str | None]:
    return [msgspec.json.decode(one.body, type=FeedEntry).title for one in news.inputs]


def visit(*bodies: bytes) -> list[list[str | None]]:
    """What each document says that is new."""
    memory, told = b"", []
    for body in bodies:
        news = cut_news(body, memory)
        memory = news.memory
        told.append(titles(news))
    return told


items = st.builds(
    item,
    st.integers(1, 4),
    st.sampled_from(["words", "other words", "words 1", '<img width="1" src="a?1">words']),
    st.sampled_from([None, "http://news.example/all"]),
    st.integers(5, 6),
)


def title_of(said: str) -> str:
    """What a document says twice may be taken for either of the two: no two ways need agree on it."""
    return said.partition("</title>")[0]


heads = st.sampled_from(["", "<ttl>9</ttl>"])
entries = st.lists(items, max_size=5, unique_by=title_of)
documents = st.lists(st.builds(lambda said, head: rss(*said, head=head), entries, heads), min_size=2, max_size=4)


@given(documents)
@settings(max_examples=150, deadline=None)
def test_what_is_cut_tells_what_is_read_whole(bodies: Sequence[bytes]) -> None:
    ours = theirs = b""
    for body in bodies:
        first, second = cut_news(body, ours), whole_news(body, theirs)
        assert (first.inputs, first.entries, first.feed) == (second.inputs, second.entries, second.feed)
        ours, theirs = first.memory, second.memory


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        pytest.param(rss(item(1), item(2)), rss(item(3), item(1), item(2)), ["T3"], id="one more"),
        pytest.param(rss(item(1), item(2)), rss(item(2)), [], id="one less"),
        pytest.param(rss(item(1)), rss(item(1), head="<pubDate>now</pubDate>"), [], id="a date"),
        pytest.param(rss(item(1)), rss(item(1)) + b"<!-- 0.3 s -->", [], id="a comment behind"),
        pytest.param(rss(item(1)), rss(item(1), item(2, link=f"{HOME}1")), ["T2"], id="a shared link"),
        pytest.param(rss(item(1, link="/1")), rss(item(1, link="/1"), root=f'xml:base="{OTHER}"'), ["T1"], id="a base"),
    ],
)  # fmt: skip
def test_what_counts_for_all_entries_is_seen(before: bytes, after: bytes, news: list[str]) -> None:
    assert visit(before, after)[1] == news


@pytest.mark.parametrize(
    "text",
    [
        "<rss></rss>", "<rss><item></entry></rss>", "<rss><item><item></item></item></rss>", "<rss><item/></rss>",
        "<rss><item>", "<rss></item></rss>", "<rss><!-- <item></item> --></rss>", "<rss><![CDATA[<item></item>",
    ],
)  # fmt: skip
def test_what_is_no_row_of_whole_entries_is_not_cut(text: str) -> None:
    assert cut(text) is None


def test_a_document_with_its_entries_put_back_is_the_same() -> None:
    document = rss(item(1), "<x/>", item(2)).decode()
    pieces = cut(document)
    assert pieces is not None
    assert (pieces.only({0, 1}), len(pieces.spans)) == (document, 2)


def test_known_entries_are_not_parsed() -> None:
    many = [item(1, "<b>words</b> " * 50, f"{HOME}{number}").replace("T1", f"T{number}") for number in range(200)]
    memory = cut_news(rss(*many), b"").memory
    changed = rss(*many, head="<x/>")
    ratio = times_as_dear(lambda: cut_news(changed, memory), than=lambda: whole_news(changed, memory), bound=0.4)
    assert ratio < 0.4


@pytest.mark.parametrize(
    "piece", ["<item>", "<item ", "<![CDATA[]", "<!--", "xmlns:a", "</item>", "<!DOCTYPE [", "xml:xml."]
)
def test_cutting_takes_no_longer_than_the_document_is_long(piece: str) -> None:
    short, long = (f"<rss>{piece * count}<item></item></rss>" for count in (5_000, 20_000))
    assert times_as_dear(lambda: cut(long), than=lambda: cut(short), bound=9) < 9


@given(documents, st.sampled_from(["utf-8", "windows-1258", "utf-16"]))
@settings(max_examples=60, deadline=None)
def test_what_is_read_in_portions_tells_what_is_read_whole(bodies: Sequence[bytes], encoding: str) -> None:
    ours = theirs = b""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    for body in bodies:
        encoded = (head + body.decode().replace("words", "lời")).encode(encoding, "xmlcharrefreplace")
        watched = msgspec.structs.replace(WATCHED, memory=ours)
        first, second = read_watched(encoded, None, URL, watched, portion=600), whole_news(encoded, theirs)
        assert (first.inputs, first.entries, first.feed) == (second.inputs, second.entries, second.feed)
        ours, theirs = first.memory, second.memory


def test_portions_hold_each_place_once_and_no_more_than_they_may() -> None:
    pieces = cut(rss(*(item(number) for number in range(1, 9))).decode())
    assert pieces is not None
    most = len(pieces.only({0, 1, 2}))
    portions = pieces.portions(range(8), most)
    assert [place for portion in portions for place in portion] == list(range(8))
    assert all(len(pieces.only(set(portion))) <= most for portion in portions)
    assert pieces.portions([3], 1) == [[3]], "one that is longer goes alone"
