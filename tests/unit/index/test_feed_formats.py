"""Outgoing feeds as their formats want them, whatever an article says."""

import datetime as dt
import xml.etree.ElementTree as ET
from typing import Any

import feedparser
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.index.exports.atom import to_atom
from services.index.exports.feed import Feed, FeedEntry, FeedTombstone, authors_of
from services.index.exports.json_feed import to_json_feed
from shared.article import Article, Block, Person
from shared.envelope import Source

HANOI = dt.timezone(dt.timedelta(hours=7))
NOON = dt.datetime(2026, 11, 30, 5, 0, tzinfo=dt.UTC)
SOURCE = Source(kind="feed", name="https://tin.example/rss")
ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
SEED = Article(
    uri="https://tin.example/bài-viết?a=1&b=2",
    headline="Nâng cao <chất lượng> & đường sắt",
    first_created=dt.datetime(2026, 11, 29, 8, 30, tzinfo=HANOI),
    byline="Bài, ảnh: Anh Phong",
    people=(Person(name="Anh Phong", rel=("author", "photographer")), Person(name="Lê Thu", rel=("translator",))),
    description="Đường sắt mới.",
    language="vi",
    section="Kinh tế",
    keywords=("đường sắt", "Huế", "Huế"),
    lead_picture=Block(type="picture", href="https://tin.example/a.jpg"),
    blocks=(
        Block(type="paragraph", text="Tàu chạy <nhanh>."),
        Block(type="picture", href="https://tin.example/a.jpg", caption="Ga Huế", byline="Anh Phong"),
        Block(type="picture", href="https://tin.example/b", caption="Ga Vinh"),
        Block(type="picture", href="javascript:alert(1)", caption="Không"),
    ),
)


def entry(article: Article, *, source: Source = SOURCE) -> FeedEntry:
    return FeedEntry(article_id="a" * 26, article=article, updated=NOON, source=source)


def feed(*entries: FeedEntry, **more: Any) -> Feed:
    address = "https://desk.example/v1/feeds/tin.atom?key=cd_a"
    return Feed(id="urn:copydesk:feed:tin", title="Tin", address=address, first=address, entries=entries, **more)


def test_an_atom_feed_is_read_as_it_was_meant() -> None:
    page = feed(
        entry(SEED),
        following="https://desk.example/v1/feeds/tin.atom?key=cd_a&before=7",
        hubs=("https://hub.example/",),
        tombstones=(FeedTombstone(article_id="b" * 26, at=NOON),),
    )
    read = feedparser.parse(to_atom(page).encode())
    assert not read.bozo
    assert (read.feed.id, read.feed.title, read.feed.updated) == ("urn:copydesk:feed:tin", "Tin", NOON.isoformat())
    links = {link.rel: link.href for link in read.feed.links}
    assert links == {
        "self": page.address,
        "first": page.address,
        "next": page.following,
        "hub": "https://hub.example/",
    }
    (item,) = read.entries
    assert item.id == f"urn:copydesk:{'a' * 26}"
    assert item.title == SEED.headline
    assert (item.published, item.updated) == ("2026-11-29T01:30:00+00:00", NOON.isoformat())
    assert item.link == "https://tin.example/b%C3%A0i-vi%E1%BA%BFt?a=1&b=2"
    assert [author.name for author in item.authors] == ["Anh Phong"]
    assert [person.name for person in item.contributors] == ["Lê Thu"]
    assert [tag.term for tag in item.tags] == ["Kinh tế", "đường sắt", "Huế"]
    assert item.summary == "Đường sắt mới."
    assert "<p>Tàu chạy &lt;nhanh&gt;.</p>" in item.content[0].value
    assert item.content[0].language == "vi"
    assert [link.href for link in item.enclosures] == ["https://tin.example/a.jpg"]
    assert [picture["url"] for picture in item.media_content] == ["https://tin.example/a.jpg", "https://tin.example/b"]
    (gone,) = ET.fromstring(to_atom(page)).findall(TOMBSTONE)
    assert gone.attrib == {"ref": f"urn:copydesk:{'b' * 26}", "when": NOON.isoformat()}


def test_a_json_feed_says_the_same() -> None:
    page = feed(entry(SEED), hubs=("https://hub.example/",), tombstones=(FeedTombstone(article_id="b", at=NOON),))
    told = to_json_feed(page)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == page.address
    assert told["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert told["_copydesk"] == {"withdrawn": [{"id": "urn:copydesk:b", "date": NOON.isoformat()}]}
    (item,) = told["items"]
    assert item["id"] == f"urn:copydesk:{'a' * 26}"
    assert item["title"] == SEED.headline
    assert item["authors"] == [{"name": "Anh Phong"}]
    assert item["image"] == "https://tin.example/a.jpg"
    assert item["attachments"] == [{"url": "https://tin.example/a.jpg", "mime_type": "image/jpeg"}]
    assert (item["date_published"], item["language"]) == ("2026-11-29T01:30:00+00:00", "vi")


def test_an_empty_feed_is_one_too_and_always_the_same() -> None:
    read = feedparser.parse(to_atom(feed()).encode())
    assert not read.bozo
    assert read.feed.updated == "1970-01-01T00:00:00+00:00"
    assert to_json_feed(feed())["items"] == []


@pytest.mark.parametrize(
    ("article", "source", "names"),
    [
        pytest.param(SEED, SOURCE, ["Anh Phong"], id="people first"),
        pytest.param(Article(byline="Bài: P.V"), SOURCE, ["Bài: P.V"], id="then the byline as printed"),
        pytest.param(Article(sources=("TTXVN",)), SOURCE, ["TTXVN"], id="then who supplied it"),
        pytest.param(Article(), SOURCE, ["tin.example"], id="then the site of the feed"),
        pytest.param(Article(), Source(kind="push", name="hue"), ["hue"], id="or the publisher"),
        pytest.param(Article(), Source(kind="drop", name=""), ["drop:"], id="or the folder"),
    ],
)
def test_every_entry_has_an_author(article: Article, source: Source, names: list[str]) -> None:
    assert authors_of(entry(article, source=source)) == names


@pytest.mark.parametrize(
    ("article", "title"),
    [
        (Article(headline="Một"), "Một"),
        (Article(description="  Mở  đầu "), "Mở đầu"),
        (Article(blocks=(Block(type="paragraph", text="x" * 300),)), "x" * 100 + " …"),
        (Article(), ""),
    ],
)
def test_an_entry_without_headline_is_called_by_its_first_words(article: Article, title: str) -> None:
    assert (to_json_feed(feed(entry(article)))["items"][0].get("title") or "") == title


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_whatever_an_article_says_the_feed_is_well_formed(headline: str, text: str, name: str, address: str) -> None:
    article = Article(
        uri=address,
        headline=headline,
        byline=name,
        description=text,
        section=name,
        language=name,
        blocks=(
            Block(type="paragraph", text=text),
            Block(type="picture", href=f"https://a.example/{address}", caption=text, byline=name),
        ),
    )
    page = feed(entry(article), following=f"https://desk.example/{address}")
    root = ET.fromstring(to_atom(page).encode())
    assert len(root.findall(f"{ATOM}entry")) == 1
    msgspec.json.encode(to_json_feed(page))
