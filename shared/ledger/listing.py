"""What the ledger still has of articles, by time: those on their way, the dead, the last refused."""

import heapq
from collections.abc import Callable, Collection, Sequence
from typing import Literal, get_args

from shared.envelope import Stage
from shared.ledger import keys
from shared.ledger.connection import redis_errors
from shared.ledger.reader import STAGES, InputStatus, LedgerReader, split_ref
from shared.source_filter import takes_source

Standing = Literal["queued", "working", "retrying", "held", "dead", "refused"]
STANDING: tuple[Standing, ...] = get_args(Standing)
IN_FLIGHT: tuple[Standing, ...] = ("queued", "working", "retrying", "held")
LINES = {"queued": "waiting", "working": "working", "retrying": "retrying", "held": "held"}


def list_standing(
    reader: LedgerReader,
    states: Sequence[Standing],
    *,
    sources: Collection[str] = (),
    since: int = 0,
    before: int,
    limit: int,
    told: Callable[[InputStatus], InputStatus | None] = lambda line: line,
) -> list[InputStatus]:
    """The newest inputs in these states that came in from `since` up to but without `before` (µs), at most `limit`.

    `sources` are as filters name them; none takes all. `told` gives a line as it is to be told,
    or None where it is not wanted: another then stands in its place.
    """
    newest = [(-rev, ref) for ref in _refs(reader, states, sources) if since <= (rev := split_ref(ref)[1]) < before]
    heapq.heapify(newest)
    found: list[InputStatus] = []
    while newest and len(found) < limit:  # others are read in the place of those that moved on between the two looks
        refs = [heapq.heappop(newest)[1] for _ in range(min(limit - len(found), len(newest)))]
        lines = [told(line) for line in reader.lines(refs) if line.state in states]
        found += [line for line in lines if line is not None]
    return found


def standing_refs(reader: LedgerReader, article: str) -> list[str]:
    """All revisions of an article that are on their way or dead."""
    return [ref for ref in _refs(reader, (*IN_FLIGHT, "dead")) if split_ref(ref)[0] == article]


def held_refs(reader: LedgerReader, stage: Stage) -> list[tuple[str, int]]:
    """What is held in a stage, with when each goes on (µs)."""
    with redis_errors(reader.client):
        found = reader.client.zrange(keys.line("held", stage), 0, -1, withscores=True)
    return [(ref.decode(), round(due)) for ref, due in found]


def read_articles(reader: LedgerReader, refs: Sequence[str]) -> dict[str, bytes]:
    """What was read of those that wait for the index, as it was packed; nothing of those that have gone on."""
    if not refs:
        return {}
    with redis_errors(reader.client):
        found = reader.client.mget([keys.article(ref) for ref in refs])
    return {ref: packed for ref, packed in zip(refs, found, strict=True) if packed is not None}


def _refs(reader: LedgerReader, states: Sequence[Standing], sources: Collection[str] = ()) -> list[str]:
    """All of them; with `sources` Redis looks it up in each record, so that none crosses the wire for nothing."""
    lines = [keys.line(LINES[state], stage) for state in states if state in LINES for stage in STAGES]
    lines += [keys.DEAD] if "dead" in states else []
    lines += [keys.REFUSALS] if "refused" in states else []
    with redis_errors(reader.client), reader.client.pipeline(transaction=False) as pipe:
        for line in lines:
            if sources:
                pipe.sort(line, by="nosort", get=["#", keys.SOURCES_OF_RECORDS], groups=True)
            else:
                pipe.zrange(line, 0, -1)
        found = [row for rows in pipe.execute() for row in rows]
    if not sources:
        return [ref.decode() for ref in found]
    named = [(ref.decode(), name.decode("utf-8", "replace")) for ref, name in found if name is not None]
    return [ref for ref, name in named if any(takes_source(wanted, name) for wanted in sources)]
