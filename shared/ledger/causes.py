"""What an article died of, one cause for what differs only in names and numbers, and whether it came back. Pure."""

import hashlib
import re
from collections.abc import Sequence

from shared.envelope import Event

VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|https?://\S+|\b[0-9a-f]{8,}\b|\d+")
LONGEST_CAUSE = 200
REPLAYED = "replayed"  # as the ledger's script notes it


def cause_of(note: str) -> str:
    """A note without what differs from one article to the next: `KeyError: 'x' at 12` is `KeyError: … at …`."""
    return VARIABLE.sub("…", note)[:LONGEST_CAUSE]


def cause_key(stage: str, reason: str, note: str) -> str:
    """What a cause is remembered by, whatever its words are."""
    told = "\0".join((stage, reason, cause_of(note)))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def came_back(timeline: Sequence[Event]) -> bool:
    """Did an input fail again after a person had replayed it?"""
    if not timeline or timeline[-1].state not in ("dead", "refused"):
        return False
    return any(event.note == REPLAYED for event in timeline)


def returns(timeline: Sequence[Event]) -> list[bool]:
    """Of each step of a way, whether it is a failure after a replay."""
    return [came_back(timeline[: number + 1]) for number in range(len(timeline))]
