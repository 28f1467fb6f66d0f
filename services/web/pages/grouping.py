"""What failed, by cause: one group for what differs only in names, numbers and places."""

from collections.abc import Mapping, Sequence

import msgspec

from services.web.listing import Row
from shared.ledger.causes import cause_key
from shared.ledger.triage import Triage

MOST_GROUPED = 1000


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that failed of one cause: how it reads, the first of them, where they came from, what was decided on it.

    `came_back`: some of them failed again after a replay, or others died of a cause that was replayed before.
    """

    key: str
    reason: str
    cause: str
    rows: tuple[Row, ...]
    sources: tuple[str, ...]
    came_back: bool = False
    triage: Triage | None = None


def grouped(rows: Sequence[Row], decided: Mapping[str, Triage] = {}) -> list[Group]:
    """The groups, the largest first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(cause_key(row.stage or "", row.reason or "", row.note or ""), []).append(row)
    groups = [_group(key, members, decided.get(key)) for key, members in found.items()]
    return sorted(groups, key=lambda group: -len(group.rows))


def _group(key: str, members: Sequence[Row], triage: Triage | None) -> Group:
    stage, reason = members[0].stage, members[0].reason or ""
    replayed_us = triage.replayed_us if triage is not None else 0
    return Group(
        key=key,
        reason=f"{reason} · {stage}" if stage else reason,
        cause=members[0].note or "",
        rows=tuple(members),
        sources=tuple(dict.fromkeys(row.source for row in members)),
        came_back=any(row.came_back or 0 < replayed_us < (row.settled_us or 0) for row in members),
        triage=triage,
    )
