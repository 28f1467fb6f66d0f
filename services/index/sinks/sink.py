"""What every place that keeps articles promises. The places themselves are named in services/index/app.py."""

from collections.abc import Sequence
from typing import Protocol

from services.index.entry import Entry, Outcome
from shared.errors import CopydeskError


class Sink(Protocol):
    """A place that keeps articles. Putting an entry twice equals putting it once; an older revision never wins."""

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        """Keep a batch. Each entry's outcome or error stands at its place: one bad article never stops the others.

        `PermanentError` is of the entry alone; `Unavailable` (the place is full, locked, read-only or away) is of all.
        """
        ...

    def close(self) -> None: ...
