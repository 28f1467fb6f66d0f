"""What a person decides on dead articles: archived first, so that an emptied Redis does not undo it."""

from collections.abc import Sequence

from shared.archive import Archive, Decision, Kind
from shared.clock import now_us
from shared.ledger.calls import Ledger


def discard(ledger: Ledger, archive: Archive, refs: Sequence[str], reason: str) -> list[bool]:
    """Give dead articles up for good; False for each that is not dead. The archive keeps their bytes."""
    _archive(ledger, archive, refs, "discard", reason)
    return ledger.discard(refs, reason)


def replay(ledger: Ledger, archive: Archive, refs: Sequence[str]) -> list[bool]:
    """Send dead articles back to the stage where they died; False for each that is not dead."""
    _archive(ledger, archive, refs, "replay", "")
    return ledger.replay(refs)


def free(ledger: Ledger, archive: Archive, article: str) -> str:
    """Give an article's addresses free; gives the publisher who had them, or nothing."""
    now = now_us()
    archive.put_batch([Decision(decision="free", receipt="", ref=article, at_us=now)])
    return ledger.free(article, now)


def _archive(ledger: Ledger, archive: Archive, refs: Sequence[str], decision: Kind, reason: str) -> None:
    lines = [(ref, ledger.line(ref)) for ref in refs if "@" in ref]
    now = now_us()
    decided = [
        Decision(decision=decision, receipt=line.receipt, ref=ref, at_us=now, reason=reason)
        for ref, line in lines
        if line is not None and line.state == "dead"
    ]
    if decided:
        archive.put_batch(decided)
