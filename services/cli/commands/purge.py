"""`copydesk purge`: the words of an article go, from the index and from the archive; that it was there stays."""

from collections.abc import Sequence, Set
from functools import partial

from services.cli.articles import DeskActs
from services.cli.auditing import note_act
from services.cli.context import OK, WRONG, Context, show_json, warn, warn_each
from services.cli.printing import plural
from services.desk.leftovers import wipe_leftovers
from services.index.pictures_shown import pictures_shown
from services.index.search import Index
from services.ingest import purging


def purge(context: Context) -> int:
    """Count what would go; with --yes take it out for good.

    Exit code 1 when nobody knows the article, and when words of it still stand where somebody must see to it.
    """
    args = context.args
    with DeskActs(context) as acts:
        articles = acts.find(args.name)
        if not articles:
            warn(f"nobody knows {args.name}: it is no id, receipt or address of an article here, and no path of a drop")
            return WRONG
        stored = acts.index.get(articles[0].article)
        places = purging.inputs_of(acts.archive, acts.index.receipt, articles)
        count, left = len(places), tuple[str, ...]()
        if args.yes:
            ids = {article.article for article in articles}
            shown = partial(_shown, acts.index, ids)
            count = purging.purge(acts.parts, articles, places, shown, args.because)
            aliases = [alias for article in articles for alias in article.aliases]
            left = wipe_leftovers(acts.settings, acts.ledger.client, aliases)
    revisions = len(stored.revisions) if stored else 0
    if context.as_json:
        told = {"article": articles[0].article, "inputs": count, "revisions": revisions, "done": bool(args.yes)}
        show_json(told | {"left": left})
    else:
        _say(context, f"{plural(count, 'input')} in the archive and {plural(revisions, 'revision')} in the index")
    return tell_left(context, left)


def _shown(index: Index, articles: Set[str]) -> purging.Shown:
    return purging.Shown(*pictures_shown(index, articles))


def tell_left(context: Context, left: Sequence[str]) -> int:
    """Where words still stand after they were erased everywhere else; gives the exit code."""
    warn_each(left)
    if not left:
        return OK
    note_act(context)  # it is done all the same
    return WRONG


def _say(context: Context, what: str) -> None:
    args = context.args
    if args.yes:
        print(f"{what} of {args.name} are erased: {args.because}. Copies and backups made before still have them.")
    else:
        print(f"{what} of {args.name}. Nothing was done: --yes erases them, and nobody can bring them back.")
