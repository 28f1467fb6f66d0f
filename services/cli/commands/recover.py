"""`copydesk recover`: enters again what the archive holds and the ledger does not know."""

from collections.abc import Mapping, Sequence

from services.cli.context import OK, Context, show_json
from services.cli.reach import reach_desk
from services.index.search import Index, Offer
from services.ingest.intake import open_archive
from services.ingest.recovery import Settled
from services.ingest.recovery import recover as offer_again
from shared.ledger.calls import Accepted
from shared.work.celery_app import open_ledger


def recover(context: Context) -> int:
    """Offer the whole archive to the ledger; what it knows stays as it is, and what the index has decided on too."""
    settings = reach_desk(context)
    index = Index(settings.index_file)

    def settled(batch: Sequence[Accepted]) -> Mapping[str, Settled]:
        return index.settled([_offer(item) for item in batch])

    read, entered = offer_again(open_ledger(settings), open_archive(settings), settings, settled=settled)
    if context.as_json:
        show_json({"read": read, "entered": entered})
    else:
        print(f"{read} archived inputs read, {entered} entered again.")
    return OK


def _offer(item: Accepted) -> Offer:
    return Offer(receipt=item.meta.receipt, rev=item.rev, article_id=item.article, aliases=item.meta.aliases)
