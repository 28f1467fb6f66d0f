"""Documents that come while others go in go in together, and each learns what became of its own."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from services.ingest.grouped_intake import GroupedIntake
from services.ingest.intake import Answer
from shared.envelope import Input, Source
from shared.errors import InputRefused, IntakeFull

SOURCE = Source(kind="feed", name="http://news.example/rss")


def entry(name: str) -> Input:
    return Input(source=SOURCE, media_type="text/plain", body=name.encode(), name=name)


class Door:
    """Refuses each input by its name; the first call waits until it may go on."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[list[str | None]] = []
        self.entered, self.go_on = threading.Event(), threading.Event()
        self._error = error

    def take_each(self, inputs: Sequence[Input]) -> Sequence[Answer]:
        self.calls.append([item.name for item in inputs])
        self.entered.set()
        assert self.go_on.wait(30)
        if self._error is not None and len(self.calls) == 2:
            raise self._error
        return [InputRefused(f"{item.name} is refused") for item in inputs]


def taken_by(door: Door, *documents: Sequence[str]) -> list[Future[Sequence[Answer]]]:
    """What came of each: the second and later ones come while the first goes in."""
    intake, waiting = GroupedIntake(door), threading.Semaphore(0)

    def take(names: Sequence[str]) -> Sequence[Answer]:
        waiting.release()
        return intake.take_each([entry(name) for name in names])

    with ThreadPoolExecutor(len(documents)) as pool:
        first = pool.submit(take, documents[0])
        assert door.entered.wait(30)
        others = [pool.submit(take, names) for names in documents[1:]]
        for _ in documents:
            assert waiting.acquire(timeout=30)
        while intake.waiting < len(others):
            threading.Event().wait(0.001)
        door.go_on.set()
    return [first, *others]


def test_what_comes_meanwhile_goes_in_as_one() -> None:
    door = Door()
    told = taken_by(door, ["a"], ["b", "c"], ["d"])
    assert door.calls[0] == ["a"]
    assert sorted(str(name) for name in door.calls[1]) == ["b", "c", "d"]
    assert [[str(answer) for answer in one.result()] for one in told] == [
        ["a is refused"], ["b is refused", "c is refused"], ["d is refused"],
    ]  # fmt: skip


@pytest.mark.parametrize("error", [IntakeFull("no room"), ValueError("broken")])
def test_what_a_group_meets_is_told_by_each_of_it_and_by_no_other(error: Exception) -> None:
    first, *others = taken_by(Door(error), ["a"], ["b"], ["c"])
    assert len(first.result()) == 1
    assert [one.exception() for one in others] == [error, error]


def test_nothing_goes_in_where_nothing_is_new() -> None:
    door = Door()
    assert GroupedIntake(door).take_each([]) == []
    assert door.calls == []
