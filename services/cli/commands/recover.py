"""`copydesk recover`: enters again what the archive holds and the ledger does not know."""

from services.cli.context import OK, Context, show_json
from services.ingest.intake import open_archive
from services.ingest.recovery import recover as offer_again
from shared.work.celery_app import open_ledger


def recover(context: Context) -> int:
    """Offer the whole archive to the ledger; what it knows stays as it is."""
    settings = context.reached()
    read, entered = offer_again(open_ledger(settings), open_archive(settings), settings)
    if context.as_json:
        show_json({"read": read, "entered": entered})
    else:
        print(f"{read} archived inputs read, {entered} entered again.")
    return OK
