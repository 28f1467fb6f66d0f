"""Two processes that would deliver from one outbox: one does, the other waits in reserve."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.index.outbox.holder import OutboxHolder
from services.index.search import Index
from services.index.sinks.sqlite import SqliteSink
from shared.errors import Unavailable
from shared.settings import INDEX_FILE
from tests.conftest import wait_for
from tests.unit.index.outbox.test_deliverer import Shelf, put

LOOK_S = 0.01


@pytest.fixture
def record(tmp_path: Path) -> Iterator[SqliteSink]:
    sink = SqliteSink(tmp_path / INDEX_FILE)
    yield sink
    sink.close()


class Post:
    """What a process does for one sink, in a thread of its own; locks on a file know no difference."""

    def __init__(self, folder: Path, shelf: Shelf) -> None:
        self.shelf = shelf
        self.holder = OutboxHolder(
            "shelf", shelf, folder / "outbox" / "shelf.sqlite3", Index(folder / INDEX_FILE), look_s=LOOK_S
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.holder.run, args=(self._stop,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self.holder.wake()
        self._thread.join()


@contextmanager
def post(folder: Path, shelf: Shelf) -> Iterator[Post]:
    made = Post(folder, shelf)
    try:
        yield made
    finally:
        made.end()


def test_of_two_deliverers_one_delivers_and_the_other_takes_over_at_its_end(tmp_path: Path, record: SqliteSink) -> None:
    put(record, *((f"a{number}", number, f"Tin {number}") for number in range(1, 51)))
    first, second = Shelf(every=True, most=8), Shelf(every=True, most=8)
    with post(tmp_path, first) as one:
        wait_for(lambda: one.holder.deliverer is not None, "nobody delivers")
        with post(tmp_path, second) as other:
            wait_for(lambda: len(first.taken) == 50, "not all came")
            wait_for(lambda: other.holder.in_reserve, "the second does not wait")
            one.end()
            put(record, *((f"b{number}", 100 + number, f"Tin {number}") for number in range(1, 51)))
            wait_for(lambda: len(second.taken) == 50, "nobody took over")
    assert len({*first.taken, *second.taken}) == 100, "something came twice"


def test_a_sink_at_rest_listens_to_no_news(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    shelf = Shelf()
    shelf.answer = lambda _: Unavailable("away")
    with post(tmp_path, shelf) as one:
        wait_for(lambda: one.holder.deliverer is not None and one.holder.deliverer.is_resting, "it does not rest")
        assert not one.holder.listens
        shelf.answer = lambda _: None
        wait_for(lambda: shelf.taken == [("a", 1)], "it is not asked again by itself")
        wait_for(lambda: one.holder.listens, "it does not listen again")


def test_an_outbox_that_cannot_be_opened_is_tried_again_and_told(tmp_path: Path, record: SqliteSink) -> None:
    put(record, ("a", 1, "Một"))
    (tmp_path / "outbox").touch()  # a file in its folder's place: what a disk that is full or away comes to
    with post(tmp_path, Shelf()) as one:
        wait_for(lambda: "cannot be written" in one.holder.trouble, "nobody was told")
        (tmp_path / "outbox").unlink()
        wait_for(lambda: one.shelf.taken == [("a", 1)], "it was not tried again")
        assert one.holder.trouble == ""
