"""What failed, by cause: one group for what differs only in names, numbers and places."""

import re
from collections.abc import Sequence

import msgspec

from services.web.listing import Row

VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|https?://\S+|\b[0-9a-f]{8,}\b|\d+")
LONGEST_CAUSE = 200
MOST_GROUPED = 1000


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that failed of one cause: how it reads, the first of them, and where they came from."""

    reason: str
    cause: str
    rows: tuple[Row, ...]
    sources: tuple[str, ...]


def grouped(rows: Sequence[Row]) -> list[Group]:
    """The groups, the largest first."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.stage or "", row.reason or "", cause_of(row.note or "")), []).append(row)
    groups = [
        Group(
            reason=f"{reason} · {stage}" if stage else reason,
            cause=members[0].note or "",
            rows=tuple(members),
            sources=tuple(dict.fromkeys(row.source for row in members)),
        )
        for (stage, reason, _), members in found.items()
    ]
    return sorted(groups, key=lambda group: -len(group.rows))


def cause_of(note: str) -> str:
    """A note without what differs from one article to the next: `KeyError: 'x' at 12` is `KeyError: … at …`."""
    return VARIABLE.sub("…", note)[:LONGEST_CAUSE]
