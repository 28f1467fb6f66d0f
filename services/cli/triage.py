"""What people decided on causes of deaths, as a person reads it at a terminal."""

from collections.abc import Sequence

from services.cli.printing import ago, brief, clean
from shared.clock import now_us
from shared.ledger.reader import LedgerReader
from shared.ledger.triage import Triaged, open_triage
from shared.settings import Settings

LONGEST_CAUSE = 70


def triaged_causes(settings: Settings, reader: LedgerReader) -> Sequence[Triaged]:
    """The causes that somebody muted or looks after."""
    return open_triage(settings, reader).triaged(now_us())


def print_triage(triaged: Sequence[Triaged]) -> None:
    """One line for each cause that is muted or assigned: until when, to whom, by whom, and why."""
    for one in triaged:
        decided, marks = one.triage, []
        if one.muted and decided.muted_until_us:
            marks.append(f"muted for {ago(now_us(), decided.muted_until_us)}")
        elif one.muted:
            marks.append("muted until more die of it")
        if decided.assignee:
            marks.append(f"looked after by {decided.assignee}")
        if marks:
            why = f" ({decided.by}: {decided.note})" if decided.note else f" ({decided.by})"
            print(clean(f"{one.count} × {brief(decided.cause or decided.reason, LONGEST_CAUSE)}: "
                        f"{', '.join(marks)}{why}"))  # fmt: skip
