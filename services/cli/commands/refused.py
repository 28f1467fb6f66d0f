"""`copydesk refused`: what only its sender can mend, and what to do once the reader has learnt to read it."""

import contextlib

from services.cli.commands.dead import in_pages, print_ended, print_outcome
from services.cli.context import OK, UNUSABLE, Context, warn
from services.cli.reach import reach_desk
from services.ingest import decisions
from services.ingest.intake import open_decisions
from shared.ledger.connection import connect_to_look
from shared.ledger.reader import LedgerReader
from shared.work.celery_app import open_ledger

WITH_BODIES = 25  # at a time, for each comes with its bytes
MOST_KEPT = 1000  # as many as the ledger remembers


def list_refused(context: Context) -> int:
    """Inputs that hold no article, are too large, or cannot be decoded, the latest first: nobody here needs to act."""
    reader = LedgerReader(connect_to_look(reach_desk(context)))
    print_ended(context, reader.refused(context.args.limit, context.args.offset), "No input was refused.")
    return OK


def replay_refused(context: Context) -> int:
    """Read refused inputs once more: a newer release may find what an older one did not."""
    settings, args = reach_desk(context), context.args
    ledger = open_ledger(settings)
    if bool(args.refs) == bool(args.all):
        warn("name the inputs (`copydesk refused list` shows their ids), or say --all")
        return UNUSABLE
    refs = args.refs or [ended.ref for ended in ledger.refused(MOST_KEPT)]
    with contextlib.closing(open_decisions(settings)) as archive:
        done = in_pages(refs, lambda page: decisions.replay_refused(ledger, archive, page), WITH_BODIES)
    return print_outcome(context, refs, done, "replayed", "went back to the queue", state="refused")
