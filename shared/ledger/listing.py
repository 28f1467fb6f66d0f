"""What the ledger still has of articles, by time: those on their way, the dead, the last refused."""

import heapq
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from shared.envelope import source_of
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.ledger.reader import STAGES, InputStatus, LedgerReader, split_ref

Standing = Literal["queued", "working", "retrying", "held", "dead", "refused"]
STANDING: tuple[Standing, ...] = get_args(Standing)
IN_FLIGHT: tuple[Standing, ...] = ("queued", "working", "retrying", "held")
LINES = {"queued": "waiting", "working": "working", "retrying": "retrying", "held": "held"}
LOOKED_AT_ONCE = 100


def list_standing(
    reader: LedgerReader, states: Sequence[Standing], *, source: str = "", since: int = 0, before: int, limit: int
) -> list[InputStatus]:
    """The newest inputs in these states that came in from `since` up to but without `before` (µs), at most `limit`.

    `source` is one (`push:hue`) or a kind (`push`); "" takes all.
    """
    refs = [ref for ref in _refs(reader, states) if since <= split_ref(ref)[1] < before]
    if not source:
        return _still(reader.lines(heapq.nlargest(limit, refs, key=_rev)), states)
    return list(_of_source(reader, sorted(refs, key=_rev, reverse=True), states, source, limit))


def standing_refs(reader: LedgerReader, article: str) -> list[str]:
    """All revisions of an article that are on their way or dead."""
    return [ref for ref in _refs(reader, (*IN_FLIGHT, "dead")) if split_ref(ref)[0] == article]


def _of_source(
    reader: LedgerReader, refs: Sequence[str], states: Sequence[Standing], source: str, limit: int
) -> Iterator[InputStatus]:
    for start in range(0, len(refs), LOOKED_AT_ONCE):
        for line in _still(reader.lines(refs[start : start + LOOKED_AT_ONCE]), states):
            name = source_of(line.source) if line.source else ""
            if source in (name, name.partition(":")[0]):
                yield line
                limit -= 1
                if not limit:
                    return


def _still(lines: Sequence[InputStatus], states: Sequence[Standing]) -> list[InputStatus]:
    """Without those that have moved on between the two looks."""
    return [line for line in lines if line.state in states]


def _refs(reader: LedgerReader, states: Sequence[Standing]) -> list[str]:
    lines = [keys.line(LINES[state], stage) for state in states if state in LINES for stage in STAGES]
    lines += [keys.DEAD] if "dead" in states else []
    lines += [keys.REFUSALS] if "refused" in states else []
    with redis_errors(reader.client), reader.client.pipeline(transaction=False) as pipe:
        for line in lines:
            pipe.zrange(line, 0, -1)
        return [ref.decode() for found in pipe.execute() for ref in found]


def _rev(ref: str) -> int:
    return split_ref(ref)[1]
