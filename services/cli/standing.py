"""What the ledger knows of an input, as lines."""

from collections.abc import Iterator

from services.cli.printing import clean, row
from shared.ledger.reader import InputStatus


def origin_rows(line: InputStatus) -> Iterator[str]:
    """Where an input came from, who worked on it last, and how long it waited."""
    if line.source:
        yield from row("From", clean(f"{line.source.kind} {line.source.name}".strip()))
    if line.name:
        yield from row("Named", clean(line.name))
    if line.url:
        yield from row("Address", clean(line.url))
    if line.worker:
        yield from row("Worker", line.worker)
    if line.waited_us is not None and line.worked_us is not None:
        yield from row("Took", f"{line.waited_us / 1e6:.1f} s of waiting, {line.worked_us / 1e6:.1f} s of work")
