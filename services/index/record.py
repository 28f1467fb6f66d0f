"""What the record of all articles promises. It rules on every entry; what it decided goes on into the sinks."""

from collections.abc import Sequence
from typing import Protocol

from services.index.entry import Entry, Outcome
from shared.errors import CopydeskError


class Record(Protocol):
    """The place that keeps articles. Putting an entry twice equals putting it once; an older revision never wins."""

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        """Keep a batch. Each entry's outcome or error stands at its place: one bad article never stops the others.

        `PermanentError` is of the entry alone; `Unavailable` (the place is full, locked, read-only or away) is of all.
        """
        ...

    def close(self) -> None: ...
