"""Lists of feeds as other readers write them, read and written."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_lists import add_list, as_opml, list_feeds
from services.ingest.formats.opml import FeedList, ListedFeed, read_list, write_opml
from services.ingest.subscriptions import Subscriptions
from shared.errors import InputRefused
from shared.settings import Settings
from tests.cost import times_as_dear

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)

# As Miniflux 2.2 and FreshRSS 1.27 export them.
MINIFLUX = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Miniflux</title><dateCreated>Mon, 30 Nov 2026 07:00:00 UTC</dateCreated></head><body>
<outline text="Tin Vi&#7879;t"><outline title="Hu&#7871;" text="Hu&#7871;" xmlUrl="https://hue.example/rss?a=1&amp;b=2"
 htmlUrl="https://hue.example/" type="rss" description=""></outline></outline></body></opml>"""
FRESHRSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml xmlns:frss="https://freshrss.org/opml" version="2.0"><head><title>FreshRSS</title></head><body>
<outline text="Bao"><outline text="Hue" type="rss" xmlUrl="https://hue.example/rss" htmlUrl="https://hue.example/"
 frss:priority="main" frss:cssFullContent=".body"/><outline text="Trang" type="HTML+XPath"
 xmlUrl="https://hue.example/trang" frss:xPathItem="//article"/></outline></body></opml>"""


def test_what_miniflux_writes_is_read() -> None:
    assert read_list(MINIFLUX).feeds == (
        ListedFeed(
            url="https://hue.example/rss?a=1&b=2", title="Huế", home="https://hue.example/", folder=("Tin Việt",)
        ),
    )


def test_what_freshrss_writes_is_read_and_what_it_scrapes_is_told_of() -> None:
    read = read_list(FRESHRSS)
    assert [(feed.url, feed.title, feed.folder) for feed in read.feeds] == [
        ("https://hue.example/rss", "Hue", ("Bao",))
    ]
    assert [url for url, _ in read.left] == ["https://hue.example/trang"]


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        pytest.param(b"# ours\nhttps://a.example/rss\n\n https://b.example/ # b\r\n",
                     ["https://a.example/rss", "https://b.example/"], id="addresses line by line"),
        pytest.param(b'<opml><body><outline text="R&D" xmlUrl="https://a.example/?a=1&b=2"/>'
                     b'<outline xmlUrl="https://b.example/" x:y="1"/></body></opml>',
                     ["https://a.example/?a=1&b=2", "https://b.example/"], id="a bare &, a prefix nobody declared"),
        pytest.param(b'<opml><outline xmlurl="feed://a.example/rss"/><outline XMLURL="feed:https://b.example/"/></opml>',
                     ["http://a.example/rss", "https://b.example/"], id="any spelling, and feed:"),
        pytest.param(b'<opml><outline xmlUrl="https://a.example/"/><outline xmlUrl="https://a.example/"/></opml>',
                     ["https://a.example/"], id="each once"),
    ],
)  # fmt: skip
def test_lists_as_they_come(body: bytes, urls: list[str]) -> None:
    assert [feed.url for feed in read_list(body).feeds] == urls


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<opml><body/></opml>", b"<", b"# none\n"])
def test_what_is_no_list_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(InputRefused):
        read_list(body)


def test_entities_of_a_hostile_list_are_neither_fetched_nor_multiplied(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    body = (
        f'<!DOCTYPE opml [<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY a "{"x" * 1000}">]>'
        '<opml><outline xmlUrl="https://a.example/" text="&a;&a;"/><outline xmlUrl="https://b.example/">&f;</outline></opml>'
    )
    assert "s3cret" not in str(read_list(body.encode()))


TEXTS = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3)), max_size=5))
def test_what_goes_out_comes_back(rows: list[tuple[str, list[str]]]) -> None:
    printable = [(title, folder) for title, folder in rows if all(text.isprintable() for text in (title, *folder))]
    feeds = [
        ListedFeed(url=f"https://{number}.example/?a=1&b=2", title=title, folder=tuple(folder), zone="Asia/Tokyo",
                   language="vi", interval_s=600)
        for number, (title, folder) in enumerate(printable)
    ]  # fmt: skip
    if feeds:
        assert set(read_list(write_opml(feeds, NOW)).feeds) == set(feeds)


@pytest.fixture
def subscriptions(tmp_path: Path) -> Subscriptions:
    return Subscriptions(Settings(data_dir=str(tmp_path / "data")))


def test_a_list_is_taken_in_one_change_and_its_settings_with_it(subscriptions: Subscriptions) -> None:
    first = subscriptions.add("https://a.example/rss", language="vi")
    done = add_list(
        subscriptions,
        FeedList(
            feeds=(
                ListedFeed(url="https://a.example/rss", title="A", zone="Asia/Tokyo"),
                ListedFeed(url="https://b.example/rss", interval_s=600, folder=("Bao",)),
                ListedFeed(url="ftp://c.example/rss"),
                ListedFeed(url="https://d.example/rss", zone="Mars/Olympus"),
                ListedFeed(url="https://e.example/rss", interval_s=1),
            )
        ),
    )
    assert [feed.url for feed in done.added] == ["https://b.example/rss"]
    assert [(feed.id, feed.language, feed.zone, feed.title) for feed in done.known] == [
        (first.id, "vi", "Asia/Tokyo", "A")
    ]
    assert {url for url, _ in done.refused} == {
        "ftp://c.example/rss", "https://d.example/rss", "https://e.example/rss"
    }  # fmt: skip
    assert [feed.folder for feed in subscriptions.list()] == [(), ("Bao",)]


def test_passwords_stay_here_unless_they_are_asked_for(subscriptions: Subscriptions) -> None:
    feed = subscriptions.add("https://name:s3cret@a.example/rss")
    out = as_opml(list_feeds([feed], {feed.id: "A"}), NOW)
    assert b"s3cret" not in out
    assert b"s3cret" in as_opml(list_feeds([feed], {}, with_logins=True), NOW)
    assert add_list(subscriptions, read_list(out)).known[0].url == feed.url, "the login it has here is kept"


def test_ten_times_the_feeds_cost_ten_times_as_much(subscriptions: Subscriptions, tmp_path: Path) -> None:
    others = Subscriptions(Settings(data_dir=str(tmp_path / "others")))

    def take(into: Subscriptions, count: int) -> None:
        listed = [ListedFeed(url=f"https://{number}.example/rss", title=f"Tin {number}") for number in range(count)]
        add_list(into, read_list(write_opml(listed, NOW)))

    assert times_as_dear(lambda: take(subscriptions, 2000), lambda: take(others, 200), bound=25) < 25
    assert len(subscriptions.list()) == 2000
