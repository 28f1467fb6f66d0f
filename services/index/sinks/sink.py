"""What every sink promises: a place beyond the index that articles are handed on to. This file knows none of them."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from services.index.entry import Entry
from shared.errors import CopydeskError, Unavailable

Kind = Literal["put", "withdraw"]


class SinkEnded(Unavailable):
    """The sink wants nothing more, and is not asked again until a person says so."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One revision on its way to a sink.

    `change` is its place in the order in which the index decided, `version` when it did (µs): both grow with every
    change of an article, where `rev` may not, as a revision that came late can win. `kind` is `withdraw` for one that
    must no longer be shown; its entry is the tombstone, which says what is still said. `since_us` is the receipt of the
    article's first word (µs) and never changes, whatever becomes of the article. `row_id` is the record's row of it, by
    which those that came first are told from the later ones; `owner` the publisher who pushed it last, if one did.
    """

    change: int
    version: int
    since_us: int
    article_id: str
    rev: int
    kind: Kind
    entry: Entry
    row_id: int = 0
    owner: str = ""


class Sink(Protocol):
    """A place that takes articles. Every word may come twice; of one article, an older version never wins over a newer.

    A withdrawal stays: whatever of its article comes late or again below its version is not shown. `every` tells
    whether each revision is wanted, in the order of its article, or the newest alone; `most` is how many deliveries fit
    into one bulk. `generation` names the shape in which articles are kept there: where it is another than last time,
    everything is delivered anew, and `settle` is called when it is.
    """

    every: bool
    most: int
    generation: str

    def deliver(self, deliveries: Sequence[Delivery]) -> list[CopydeskError | None]:
        """Hand on a bulk: None at the place of what is in (or was overtaken there), else what befell that one alone.

        `PermanentError`: this one will never be taken. `Unavailable`, raised or at a place: the sink is away, full or
        read-only, which is no article's fault. Any other `TransientError`: worth another try for this one.
        """
        ...

    def settle(self) -> None:
        """All that there was is in, in this generation: show it instead of the one before."""
        ...

    def close(self) -> None: ...
