"""`copydesk refused list`: what only its sender can mend."""

from services.cli.commands.dead import show_ended
from services.cli.context import OK, Context
from shared.ledger.connection import connect
from shared.ledger.reader import LedgerReader


def show(context: Context) -> int:
    """Inputs that hold no article, are too large, or cannot be decoded, the latest first: nobody here needs to act."""
    lines = LedgerReader(connect(context.reached()))
    show_ended(context, lines.refused(context.args.limit, context.args.offset), "No input was refused.")
    return OK
