"""`copydesk release`: the way back from an address that a publisher pushed and another needs."""

import contextlib

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.reach import reach_desk
from services.index.search import Index
from services.ingest import decisions
from services.ingest.intake import open_decisions
from services.web.keys import open_keys
from services.web.names import Names
from shared.identity import canonical_url, covers, url_of
from shared.work.celery_app import open_ledger


def release(context: Context) -> int:
    """Give the article of an address free: whoever pushes it next owns it. Exit code 1 when nobody knows it."""
    name = context.args.name
    settings = reach_desk(context)
    ledger = open_ledger(settings)
    index = Index(context.settings.index_file)
    name = Names(settings, index, ledger, open_keys(settings)).spell(name) or name
    stored = index.get(name)
    # Ledger and index may count an address to different articles, since the index also compares words: free both.
    candidates = [stored.article_id if stored else None, ledger.owner(name), name if ledger.latest(name) else None]
    articles = list(dict.fromkeys(article for article in candidates if article))
    if not articles:
        warn(f"nobody knows {name}: it is no id, receipt or address of an article here, and no path of a drop")
        return WRONG
    article, freed = articles[0], ledger.freed(articles[0]) or 0
    with contextlib.closing(open_decisions(settings)) as archive:
        owners = [decisions.free(ledger, archive, owned) for owned in articles]
    owner = next(filter(None, owners), stored.owner if stored and freed < stored.owned_us else "")
    carried = _carried(context, (url_of(stored.aliases) if stored is not None else None) or canonical_url(name) or "")
    if context.as_json:
        show_json({"article": article, "address": name, "owner": owner or None, "prefixes": carried})
    elif owner:
        print(f"{name} is free: it was {owner}'s, and is the next publisher's who pushes it (article {article}).")
    else:
        print(f"{name} is free: no publisher has pushed it (article {article}).")
    for prefix, publisher in () if context.as_json else carried.items():
        warn(
            f"keys of {publisher} carry {prefix}, so nobody else can push it: "
            f"`copydesk keys take {publisher} --prefix {prefix}` takes that back"
        )
    return OK


def _carried(context: Context, page: str) -> dict[str, str]:
    """The prefixes that cover a page, each with the publisher whose keys carry it."""
    keys = open_keys(context.settings).list()
    return {prefix: key.publisher.name for key in keys for prefix in key.publisher.prefixes if covers(prefix, page)}
