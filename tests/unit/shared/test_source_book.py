"""The file of what is set for sources: versions, who may overwrite what, what counts for an input."""

import os
from pathlib import Path

import msgspec
import pytest

from shared.envelope import Source
from shared.errors import NewerData, PermanentError, Unavailable
from shared.hints import NO_HINTS, Hints
from shared.source_book import ChangedMeanwhile, SourceBook, checked_name

FEED = Source(kind="feed", name="https://a.example/rss")
NAME = "feed:https://a.example/rss"


@pytest.fixture
def book(tmp_path: Path) -> SourceBook:
    return SourceBook(tmp_path / "data" / "sources.json")


def test_each_change_is_a_version_with_who_and_why(book: SourceBook) -> None:
    book.save(NAME, Hints(zone="Asia/Tokyo"), who="mai", note="their server")
    book.save(NAME, Hints(zone="Asia/Tokyo", headline="h1"), who="cli:tam")
    first, second = book.history(NAME)
    assert (first.version, first.who, first.note, first.hints.zone) == (1, "mai", "their server", "Asia/Tokyo")
    assert (second.version, second.hints.headline) == (2, "h1")


def test_the_same_settings_again_are_no_version(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1"), who="mai")
    assert book.save(NAME, Hints(headline="h1"), who="tam").version == 1


def test_who_saves_over_anothers_change_is_told(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1"), who="mai", after=0)
    with pytest.raises(ChangedMeanwhile, match="version 1 by mai"):
        book.save(NAME, Hints(headline="h2"), who="tam", after=0)


def test_a_reader_sees_a_change_at_its_next_look(book: SourceBook) -> None:
    reader = SourceBook(book.path)
    assert reader.applied(FEED).said_by == ""
    book.save(NAME, Hints(headline="h1"), who="mai")
    assert reader.applied(FEED).said_by == f"{NAME} 1"
    book.save(NAME, NO_HINTS, who="mai")
    assert reader.applied(FEED).said_by == ""


def test_the_host_of_a_page_counts_before_its_source(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1", zone="Asia/Tokyo"), who="mai")
    book.save("host:www.A.example", Hints(headline="h2"), who="mai")
    applied = book.applied(FEED, "https://www.a.example/1?utm_source=x")
    assert (applied.hints.headline, applied.hints.zone) == ("h2", "Asia/Tokyo")
    assert applied.said_by == f"{NAME} 1, host:a.example 1"
    assert book.applied(FEED, "https://b.example/1").hints.headline == "h1"


def test_a_source_that_is_added_again_with_another_zone_keeps_what_else_is_set(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1", zone="Asia/Tokyo"), who="mai")
    book.save_as_made(msgspec.structs.replace(FEED, zone="Asia/Ho_Chi_Minh"), who="cli:tam")
    book.save_as_made(FEED, who="cli:tam")
    last = book.history(NAME)[-1]
    assert (last.version, last.note) == (2, "as it was added")
    assert last.hints == Hints(headline="h1", zone="Asia/Ho_Chi_Minh")


def test_a_list_of_sources_is_kept_in_one_change_and_says_nothing_where_it_has_no_word(book: SourceBook) -> None:
    other = msgspec.structs.replace(FEED, name="https://b.example/rss", zone="Asia/Tokyo")
    book.save_all_as_made([FEED, other, msgspec.structs.replace(other, zone=None)], who="cli:tam")
    assert list(book.sources()) == ["feed:https://b.example/rss"]
    assert book.applied(other).hints.zone == "Asia/Tokyo"


def test_what_is_tried_is_kept_nowhere(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1"), who="mai")
    tried = book.as_if(NAME, Hints(headline="h9"))
    assert tried(FEED, None).hints.headline == "h9"
    assert tried(FEED, None).said_by == f"{NAME} 2"
    assert book.applied(FEED).hints.headline == "h1"


def test_a_file_gone_wrong_leaves_what_was_read_before(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1"), who="mai")
    assert book.applied(FEED).hints.headline == "h1"
    book.path.write_text("{")
    assert book.applied(FEED).hints.headline == "h1"
    with pytest.raises(Unavailable, match="correct the file"):
        SourceBook(book.path).applied(FEED)
    with pytest.raises(PermanentError, match="cannot be read"):
        book.save(NAME, Hints(headline="h2"), who="mai")


def test_a_newer_releases_file_is_left_alone(book: SourceBook) -> None:
    book.path.parent.mkdir()
    book.path.write_text('{"version": 2, "sources": {"x": 1}}')
    with pytest.raises(NewerData):
        book.save(NAME, Hints(headline="h1"), who="mai")
    assert book.path.read_text() == '{"version": 2, "sources": {"x": 1}}'


def test_only_its_owner_reads_the_file(book: SourceBook) -> None:
    book.save(NAME, Hints(headline="h1"), who="mai")
    assert os.stat(book.path).st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("said", "name"),
    [
        pytest.param("host:www.News.example", "host:news.example", id="a host is spelled as addresses are"),
        pytest.param("host:https://news.example/", "host:news.example", id="a front page is its host"),
        pytest.param("drop:", "drop:", id="the top of the drops"),
        pytest.param("push:hue-daily", "push:hue-daily", id="a publisher"),
    ],
)
def test_a_source_has_one_name(said: str, name: str) -> None:
    assert checked_name(said) == name


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hue",
        "feed:",
        "host:a b",
        "host:a.example/page",
        "mail:x",
        "push:a\nb",
        "push:../../x",
        "push:Huế",
        "feed:x",
        "drop:../x",
        "drop:/x",
        "drop:a//b",
    ],
)
def test_what_is_no_source_is_refused(said: str) -> None:
    with pytest.raises(PermanentError, match="is no"):
        checked_name(said)
