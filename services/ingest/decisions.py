"""What a person decides on what ended without an article: archived first, so that an emptied Redis does not undo it."""

from collections.abc import Sequence

from shared.archive import Archive
from shared.archive_entries import Decision, Kind, pack_body
from shared.clock import now_us
from shared.envelope import MOST_BYTES
from shared.ledger.calls import Ledger


def discard(ledger: Ledger, archive: Archive, refs: Sequence[str], reason: str) -> list[bool]:
    """Give dead articles up for good; False for each that is not dead. The archive keeps their bytes."""
    _archive(ledger, archive, refs, "dead", "discard", reason)
    return ledger.discard(refs, reason)


def replay(ledger: Ledger, archive: Archive, refs: Sequence[str]) -> list[bool]:
    """Send dead articles back to the stage where they died; False for each that is not dead."""
    _archive(ledger, archive, refs, "dead", "replay", "")
    return ledger.replay(refs)


def replay_refused(ledger: Ledger, archive: Archive, refs: Sequence[str]) -> list[bool]:
    """Read refused inputs once more, from the archive; False for each that is not refused.

    Raises `PermanentError` where the archive does not hold an input, and then nothing is replayed.
    """
    chosen = _ended(ledger, refs, "refused")
    bodies = [pack_body(archive.get(_place(ledger, ref), limit=MOST_BYTES)) for ref in chosen]
    _archive(ledger, archive, list(chosen), "refused", "replay", "")
    done = dict(zip(chosen, ledger.reread(list(chosen), bodies), strict=True)) if chosen else {}
    return [done.get(ref, False) for ref in refs]


def free(ledger: Ledger, archive: Archive, article: str) -> str:
    """Give an article's addresses free; gives the publisher who had them, or nothing."""
    now = now_us()
    archive.put_batch([Decision(decision="free", receipt="", ref=article, at_us=now)])
    return ledger.free(article, now)


def _place(ledger: Ledger, ref: str) -> str:
    meta = ledger.meta(ref)
    return (meta.archived if meta else None) or "nowhere"


def _ended(ledger: Ledger, refs: Sequence[str], state: str) -> dict[str, str]:
    """Those that ended so, each with its receipt."""
    lines = {ref: ledger.line(ref) for ref in refs if "@" in ref}
    return {ref: line.receipt for ref, line in lines.items() if line is not None and line.state == state}


def _archive(ledger: Ledger, archive: Archive, refs: Sequence[str], state: str, decision: Kind, reason: str) -> None:
    now = now_us()
    decided = [
        Decision(decision=decision, receipt=receipt, ref=ref, at_us=now, reason=reason)
        for ref, receipt in _ended(ledger, refs, state).items()
    ]
    if decided:
        archive.put_batch(decided)
