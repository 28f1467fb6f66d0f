"""The list of feeds on the data volume."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.ingest.subscriptions import Subscriptions, Wanted
from shared.errors import PermanentError, Unavailable
from shared.settings import Settings


@pytest.fixture
def subscriptions(tmp_path: Path) -> Subscriptions:
    return Subscriptions(Settings(data_dir=str(tmp_path / "data")))


def test_a_feed_is_added_listed_and_removed(subscriptions: Subscriptions) -> None:
    added = subscriptions.add(" https://news.example/rss ", zone="Asia/Ho_Chi_Minh", language="vi", interval_s=60)
    assert subscriptions.list() == (added,)
    assert added.url == "https://news.example/rss"
    assert added.source().zone == "Asia/Ho_Chi_Minh"
    subscriptions.remove(added.id)
    assert subscriptions.list() == ()


def test_a_password_stays_with_the_address(subscriptions: Subscriptions) -> None:
    added = subscriptions.add("https://name:secret@news.example:8443/rss?a=1")
    assert added.source().name == added.shown() == "https://news.example:8443/rss?a=1"


def test_passwords_are_for_the_owner_alone(subscriptions: Subscriptions, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "feeds.json.new").touch(mode=0o644)
    added = subscriptions.add("https://name:secret@news.example/rss")
    assert stat.S_IMODE((data / "feeds.json").stat().st_mode) == 0o600
    with pytest.raises(PermanentError) as refused:
        subscriptions.add("http://name:secret@/")
    assert "secret" not in str(refused.value)
    with pytest.raises(PermanentError) as unknown:
        subscriptions.remove("https://name:secret@other.example/")
    assert "secret" not in str(unknown.value)
    assert subscriptions.remove("https://news.example/rss") == added


def test_a_data_folder_made_for_feeds_is_closed_to_others(subscriptions: Subscriptions, tmp_path: Path) -> None:
    subscriptions.add("https://news.example/rss")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_feed_added_again_gets_other_settings(subscriptions: Subscriptions) -> None:
    first = subscriptions.add("https://news.example/rss")
    second = subscriptions.add("https://news.example/rss", language="vi")
    assert first.id == second.id
    assert subscriptions.list() == (second,)
    third = subscriptions.add("https://news.example/rss", zone="Asia/Ho_Chi_Minh")
    assert (third.language, third.zone) == ("vi", "Asia/Ho_Chi_Minh"), "what is not said stays"


def test_a_moved_feed_keeps_its_id_also_when_it_is_added_by_its_new_address(subscriptions: Subscriptions) -> None:
    first = subscriptions.add("https://news.example/old")
    subscriptions.move(first.id, "https://news.example/new")
    assert subscriptions.add("https://news.example/new").id == first.id


def test_the_address_that_a_feed_left_means_the_same_feed(subscriptions: Subscriptions) -> None:
    first = subscriptions.edit(subscriptions.add("https://news.example/first").id, {"url": "https://news.example/old"})
    subscriptions.move(first.id, "https://news.example/new")
    old = Wanted(url="https://news.example/old")
    assert subscriptions.add(old.url).id == subscriptions.find(old.url).id == first.id
    assert [feed.id for feed in subscriptions.add_all([old]).known] == [first.id]
    assert [feed.id for feed in subscriptions.follow_list([old]).known] == [first.id]
    (feed,) = subscriptions.list()
    assert (feed.url, feed.moved_from) == ("https://news.example/new", old.url)
    edited = subscriptions.edit(feed.id, {"url": old.url})
    assert (edited.url, edited.moved_from) == (old.url, None)


def test_a_feed_that_moves_where_it_is_stays(subscriptions: Subscriptions) -> None:
    feed = subscriptions.add("https://news.example/rss")
    subscriptions.move(feed.id, feed.url)
    assert subscriptions.list() == (feed,)


def test_a_feed_that_moves_to_a_watched_address_ends(subscriptions: Subscriptions) -> None:
    old, new = subscriptions.add("https://news.example/old"), subscriptions.add("https://news.example/new")
    subscriptions.move(old.id, new.url)
    assert subscriptions.list() == (new,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/rss",
        "file:///etc/passwd",
        "http://",
        "http://a:99999/",
        "http://a:0/",
        "http://a b/",
        "http://a/\nb",
        "x" * 3000,
    ],
)
def test_what_is_no_web_address_is_refused(subscriptions: Subscriptions, url: str) -> None:
    with pytest.raises(PermanentError, match=r"web address|http or https"):
        subscriptions.add(url)
    assert subscriptions.list() == ()


def test_an_unknown_feed_cannot_be_removed_and_a_hurried_one_not_added(subscriptions: Subscriptions) -> None:
    with pytest.raises(PermanentError, match="no feed is called"):
        subscriptions.remove("nowhere")
    with pytest.raises(PermanentError, match="at most every 10 s"):
        subscriptions.add("https://news.example/rss", interval_s=1)


def test_writers_at_the_same_time_lose_nothing(subscriptions: Subscriptions) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: subscriptions.add(f"https://news.example/{number}"), range(40)))
    assert len(subscriptions.list()) == 40


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(Unavailable, match=r"cannot be (read|written)"):
        Subscriptions(Settings(data_dir=str(tmp_path / "data"))).add("https://news.example/rss")


def test_a_broken_file_is_told_and_left_alone(subscriptions: Subscriptions, tmp_path: Path) -> None:
    path = tmp_path / "data" / "feeds.json"
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(PermanentError, match=r"feeds\.json cannot be read"):
        subscriptions.add("https://news.example/rss")
    assert path.read_text() == "{"
