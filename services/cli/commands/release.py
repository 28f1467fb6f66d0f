"""`copydesk release`: the way back from an address that a publisher pushed and another needs."""

import contextlib

from services.cli.context import OK, WRONG, Context, index_file, show_json, warn
from services.index.search import Index
from services.ingest import decisions
from services.ingest.intake import open_decisions
from shared.work.celery_app import open_ledger


def release(context: Context) -> int:
    """Give the article of an address free: whoever pushes it next owns it. Exit code 1 when nobody knows it."""
    name = context.args.name
    settings = context.reached()
    ledger = open_ledger(settings)
    stored = Index(index_file(context.settings)).get(name)
    article = stored.article_id if stored is not None else ledger.owner(name)
    if article is None and ledger.latest(name) is not None:
        article = name
    if article is None:
        warn(f"nobody knows {name}: it is no id, receipt or address of an article here")
        return WRONG
    freed = ledger.freed(article) or 0
    with contextlib.closing(open_decisions(settings)) as archive:
        owner = decisions.free(ledger, archive, article)
    if not owner and stored is not None and freed < stored.owned_us:
        owner = stored.owner
    if context.as_json:
        show_json({"article": article, "address": name, "owner": owner or None})
    elif owner:
        print(f"{name} is free: it was {owner}'s, and is the next publisher's who pushes it (article {article}).")
    else:
        print(f"{name} is free: no publisher has pushed it (article {article}).")
    return OK
