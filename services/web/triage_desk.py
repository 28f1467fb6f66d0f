"""What an operator decides on causes of deaths at the desk, each decision written into the audit log."""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from shared.audit import AuditLog
from shared.clock import now_us
from shared.errors import PermanentError
from shared.ledger.triage import Triage, TriageBook

TriageAct = Literal["mute", "unmute", "assign"]
TRIAGE_ACTS: tuple[TriageAct, ...] = get_args(TriageAct)
HOUR_US = 3_600_000_000
GROWS = "grows"
UNTIL: Mapping[str, int | None] = {
    GROWS: None, "1h": HOUR_US, "8h": 8 * HOUR_US, "1d": 24 * HOUR_US, "7d": 168 * HOUR_US,
}  # fmt: skip


class TriageDesk:
    """Mutes causes, speaks of them again, assigns them."""

    def __init__(self, book: TriageBook, audit: AuditLog) -> None:
        self._book, self._audit = book, audit

    def all(self) -> Mapping[str, Triage]:
        """What was decided, by the causes' keys."""
        return self._book.all()

    def mute(self, ref: str, until: str, *, who: str, why: str) -> bool:
        """Say nothing of what this article died of: until more die of it (`grows`), or for `1h`, `8h`, `1d`, `7d`."""
        if until not in UNTIL:
            raise PermanentError(f"{until[:40]!r} is no time to be muted for: there are {', '.join(UNTIL)}")
        span = UNTIL[until]
        decided = self._book.mute(ref, None if span is None else now_us() + span, by=who, note=why)
        return self._note(decided, f"mute until it {GROWS}" if span is None else f"mute for {until}", who, why)

    def unmute(self, ref: str, *, who: str, why: str) -> bool:
        """Speak of it again."""
        return self._note(self._book.unmute(ref, by=who, note=why), "unmute", who, why)

    def assign(self, ref: str, assignee: str, *, who: str, why: str) -> bool:
        """Let somebody look after it; "" for nobody."""
        decided = self._book.assign(ref, assignee, by=who, note=why)
        return self._note(decided, f"assign to {assignee}" if assignee else "assign to nobody", who, why)

    def _note(self, decided: Triage | None, act: str, who: str, why: str) -> bool:
        if decided is None:
            return False
        on = f"cause {decided.stage} {decided.reason}: {decided.cause}"
        self._audit.note(who=who, act=act, on=on, why=why)
        return True


def read_triage_act(name: str) -> TriageAct:
    """A decision by its name; raises `PermanentError` for one that nobody knows."""
    if name not in TRIAGE_ACTS:
        raise PermanentError(f"{name[:40]!r} is no decision: there are {', '.join(TRIAGE_ACTS)}")
    act: TriageAct = msgspec.convert(name, TriageAct)
    return act
