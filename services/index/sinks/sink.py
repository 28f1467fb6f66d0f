"""The places that keep articles, by name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from services.index.revisions import Entry, Outcome
from services.index.sinks.sqlite import SqliteSink
from shared.errors import CopydeskError


class Sink(Protocol):
    """A place that keeps articles. Putting an entry twice equals putting it once; an older revision never wins."""

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome | CopydeskError]:
        """Keep a batch. Each entry's outcome or error stands at its place: one bad article never stops the others."""
        ...

    def close(self) -> None: ...


SINKS: Mapping[str, Callable[[Path], Sink]] = {"sqlite": SqliteSink}
