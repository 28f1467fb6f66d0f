"""What a visit takes: bounded the first time, and by words from then on."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.feed_news import FirstVisit, News, Watched, read_news
from services.ingest.formats.feed import Feed
from shared.envelope import FeedEntry, Source

NOW_S = 1_447_047_240.0  # Mon, 09 Nov 2015 05:34:00 GMT
WATCHED = Watched(key="f1", source=Source(kind="feed", name="http://news.example/feed"), now_s=NOW_S)
DATES = ("Sun, 08 Nov 2015 05:34:00 GMT", "2015-11-09T05:00:00Z", "ngày 3", "Thu, 09 Nov 2000 05:34:00 GMT", None)


def entry(number: int, **said: str | None) -> FeedEntry:
    return FeedEntry(link=f"http://news.example/{number}", title=f"T{number}", **said)  # type: ignore[arg-type]


def visit(*entries: FeedEntry, memory: bytes = b"", first: FirstVisit | None = None) -> News:
    watched = msgspec.structs.replace(WATCHED, memory=memory, first=first or FirstVisit())
    return read_news(Feed(entries=entries), watched)


def titles(news: News) -> list[str | None]:
    return [msgspec.json.decode(one.body, type=FeedEntry).title for one in news.inputs]


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        pytest.param(FirstVisit(), ["T0", "T1", "T2", "T3", "T4"], id="all"),
        pytest.param(FirstVisit(entries=1), ["T1"], id="the newest"),
        pytest.param(FirstVisit(days=2), ["T0", "T1", "T2", "T4"], id="some days, and what has no date that is read"),
        pytest.param(FirstVisit(entries=2, days=2), ["T0", "T1"], id="both"),
    ],
)
def test_a_first_visit_is_bounded_by_number_and_age(first: FirstVisit, taken: list[str]) -> None:
    entries = [entry(number, published=date) for number, date in enumerate(DATES)]
    news = visit(*entries, first=first)
    assert (titles(news), news.passed_over) == (taken, len(DATES) - len(taken))
    later = visit(entry(9), *entries, memory=news.memory, first=first)
    assert titles(later) == ["T9"], "what was passed over is known"


@given(st.permutations(range(4)))
def test_entries_without_dates_are_taken_as_they_stand(order: list[int]) -> None:
    news = visit(*(entry(number) for number in order), first=FirstVisit(entries=2))
    assert titles(news) == [f"T{number}" for number in order[:2]]


@pytest.mark.parametrize("memory", [b"x", b"\x93\x07\xc4\x00\x90", msgspec.msgpack.encode([99, b"", [], []])])
def test_a_memory_of_another_release_costs_a_full_look(memory: bytes) -> None:
    assert titles(visit(entry(1), memory=memory)) == ["T1"]


def test_words_that_come_back_are_news_until_two_caches_answer_in_turn() -> None:
    memory, taken = b"", []
    for turn in range(12):
        news = visit(entry(1, content="old words" if turn % 2 else "new words"), memory=memory)
        memory = news.memory
        taken.append(len(news.inputs))
    assert taken == [1, 1, 1, 1, 1, *[0] * 7]


def test_what_tells_how_often_there_is_news_is_what_people_wrote() -> None:
    dated = [entry(number, published=date, summary="Một") for number, date in enumerate(DATES)]
    first = visit(*dated)
    assert (first.novel, len(first.dates)) == (5, 3)
    edited = visit(*dated[:4], entry(4, summary="Hai"), entry(9, published=DATES[1]), memory=first.memory)
    assert (len(edited.inputs), edited.novel, len(edited.dates)) == (2, 2, 1)
    all_edited = [entry(number, published=date, summary="Ba") for number, date in enumerate(DATES)]
    remade = visit(*all_edited, entry(9, published=DATES[1]), memory=first.memory)
    assert (len(remade.inputs), remade.novel, len(remade.dates)) == (6, 1, 1)


def test_a_feed_whose_entries_are_edited_at_each_visit_is_restless() -> None:
    memory, told = b"", []
    for visit_number in (0, 1, 2, 3, 3):
        said = [entry(number, content=f"Words of visit {'x' * visit_number}") for number in range(4)]
        news = visit(*said, memory=memory)
        memory = news.memory
        told.append(news.restless)
    assert told == [0, 1, 2, 3, 0]


def test_a_date_that_one_entry_changes_is_a_correction_and_the_time_of_the_visit_is_none() -> None:
    known = [entry(number, published=f"2015-11-0{number}T05:00:00Z") for number in (1, 2, 3)]
    memory = visit(*known).memory
    assert titles(visit(known[0], known[1], entry(3, published="2014-11-03T05:00:00Z"), memory=memory)) == ["T3"]
    assert titles(visit(known[0], known[1], entry(3, published="2015-11-09T05:33:59Z"), memory=memory)) == []
    dated = [entry(number, published=f"2015-11-0{number}T06:00:00Z") for number in (1, 2, 3)]
    assert titles(visit(*dated, memory=memory)) == []
