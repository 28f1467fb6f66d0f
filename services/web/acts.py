"""What an operator may do at the desk, each act written into the audit log: who did what to which article, and why."""

import contextlib
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from services.ingest import decisions
from services.ingest.intake import open_decisions
from services.web.listing import Row
from shared.archive import Archive
from shared.audit import AuditLog
from shared.errors import PermanentError
from shared.ledger.calls import Ledger
from shared.ledger.reader import STAGES
from shared.settings import Settings

Act = Literal["replay", "discard", "release", "resume"]
ACTS: tuple[Act, ...] = get_args(Act)
AT_ONCE = 25
STATES: dict[Act, frozenset[str]] = {"replay": frozenset({"dead", "refused"}), "discard": frozenset({"dead"})}


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What an act came to: to how many it was done, and which were not in the state for it."""

    done: int
    left: tuple[str, ...] = ()


class Acts:
    """The acts of a desk. Each is safe to repeat."""

    def __init__(self, ledger: Ledger, settings: Settings, audit: AuditLog) -> None:
        self._ledger = ledger
        self._settings = settings
        self._audit = audit

    def on_articles(self, act: Act, refs: Sequence[str], *, who: str, why: str) -> Done:
        """Replay or discard these `id@rev`; those that are not dead (or refused) are left as they are."""
        lines = {line_ref: self._ledger.line(line_ref) for line_ref in refs}
        fit = [ref for ref, line in lines.items() if line is not None and line.state in STATES[act]]
        with contextlib.closing(open_decisions(self._settings)) as archive:
            done = [ref for page in _pages(fit) for ref in self._do(act, archive, page, why)]
        for ref in done:
            self._audit.note(who=who, act=act, on=ref, why=why)
        return Done(done=len(done), left=tuple(ref for ref in refs if ref not in done))

    def release(self, article: str, *, who: str, why: str) -> Done:
        """Give an article's address free for the next publisher who pushes it."""
        with contextlib.closing(open_decisions(self._settings)) as archive:
            decisions.free(self._ledger, archive, article)
        self._audit.note(who=who, act="release", on=article, why=why)
        return Done(done=1)

    def resume(self, name: str, *, who: str, why: str) -> Done:
        """End the rest of a stage or a source."""
        resumed = self._ledger.resume("stage" if name in STAGES else "source", name)
        self._audit.note(who=who, act="resume", on=name, why=why)
        return Done(done=int(resumed), left=() if resumed else (name,))

    def _do(self, act: Act, archive: Archive, refs: Sequence[str], why: str) -> list[str]:
        if act == "discard":
            return _done(refs, decisions.discard(self._ledger, archive, refs, why))
        done = _done(refs, decisions.replay(self._ledger, archive, refs))
        rest = [ref for ref in refs if ref not in done]
        return done + (_done(rest, decisions.replay_refused(self._ledger, archive, rest)) if rest else [])


def read_act(name: str) -> Act:
    """An act by its name; raises `PermanentError` for one that nobody knows."""
    if name not in ACTS:
        raise PermanentError(f"{name[:40]!r} is no act: there are {', '.join(ACTS)}")
    act: Act = msgspec.convert(name, Act)
    return act


def may_do(act: Act, row: Row) -> bool:
    """Is an article in a state for this act?"""
    return row.state in STATES.get(act, frozenset())


def _done(refs: Sequence[str], was_done: Sequence[bool]) -> list[str]:
    return [ref for ref, done in zip(refs, was_done, strict=True) if done]


def _pages(refs: Sequence[str]) -> Sequence[Sequence[str]]:
    return [refs[start : start + AT_ONCE] for start in range(0, len(refs), AT_ONCE)]
