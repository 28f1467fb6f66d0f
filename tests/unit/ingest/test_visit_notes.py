"""Notes of visits that end together are kept together; each visit learns what became of its own."""

import asyncio
from collections.abc import Sequence

import pytest

from services.ingest.feed_states import FeedState, VisitNote
from services.ingest.subscriptions import Subscription
from services.ingest.visit_notes import MOST_AT_ONCE, VisitNotes
from shared.errors import TransientError


def note(number: int) -> VisitNote:
    feed = Subscription(id=f"f{number}", url=f"http://news.example/{number}")
    return VisitNote(feed=feed, state=FeedState(), wait_s=900)


class Book:
    """Keeps notes of even numbers, in batches."""

    def __init__(self, error: Exception | None = None) -> None:
        self.batches: list[list[str]] = []
        self._error = error

    async def put_each(self, notes: Sequence[VisitNote]) -> list[bool]:
        self.batches.append([one.feed.id for one in notes])
        if self._error is not None:
            raise self._error
        return [int(one.feed.id[1:]) % 2 == 0 for one in notes]


def test_notes_of_one_moment_are_one_batch_of_a_bounded_size() -> None:
    book = Book()

    async def run() -> list[bool]:
        notes = VisitNotes(book.put_each)
        return await asyncio.gather(*(notes.put(note(number)) for number in range(MOST_AT_ONCE + 3)))

    assert asyncio.run(run()) == [number % 2 == 0 for number in range(MOST_AT_ONCE + 3)]
    assert [len(batch) for batch in book.batches] == [MOST_AT_ONCE, 3]


def test_one_after_the_other_are_kept_each() -> None:
    book = Book()

    async def run() -> None:
        notes = VisitNotes(book.put_each)
        await notes.put(note(1))
        await notes.put(note(2))

    asyncio.run(run())
    assert book.batches == [["f1"], ["f2"]]


@pytest.mark.parametrize("error", [TransientError("Redis is away"), ValueError("broken")])
def test_what_keeping_raises_is_told_by_each_visit_and_the_next_is_tried(error: Exception) -> None:
    book = Book(error)

    async def run() -> list[object]:
        notes = VisitNotes(book.put_each)
        told = await asyncio.gather(notes.put(note(1)), notes.put(note(2)), return_exceptions=True)
        return [*told, *await asyncio.gather(notes.put(note(3)), return_exceptions=True)]

    assert asyncio.run(run()) == [error, error, error]
    assert book.batches == [["f1", "f2"], ["f3"]]


def test_a_visit_that_was_ended_is_not_noted() -> None:
    book = Book()

    async def run() -> bool:
        notes = VisitNotes(book.put_each)
        ended = asyncio.create_task(notes.put(note(1)))
        other = asyncio.create_task(notes.put(note(2)))
        await asyncio.sleep(0)
        ended.cancel()
        return await other

    assert asyncio.run(run())
    assert book.batches == [["f2"]]
