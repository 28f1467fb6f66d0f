"""`copydesk recover`: enters again what the archive holds and the ledger does not know."""

from services.desk.call import OK, Call, show_json
from services.ingest.intake import open_archive
from services.ingest.recovery import recover as offer_again
from shared.queue import open_ledger


def recover(call: Call) -> int:
    """Offer the whole archive to the ledger; what it knows stays as it is."""
    settings = call.reached()
    read, entered = offer_again(open_ledger(settings), open_archive(settings), settings)
    if call.as_json:
        show_json({"read": read, "entered": entered})
    else:
        print(f"{read} archived inputs read, {entered} entered again.")
    return OK
