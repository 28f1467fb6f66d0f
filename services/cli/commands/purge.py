"""`copydesk purge`: the words of an article go, from the index and from the archive; that it was there stays."""

from services.cli.articles import DeskActs
from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import plural
from services.ingest import purging


def purge(context: Context) -> int:
    """Count what would go; with --yes take it out for good. Exit code 1 when nobody knows the article."""
    args = context.args
    with DeskActs(context) as acts:
        articles = acts.find(args.name)
        if not articles:
            warn(f"nobody knows {args.name}: it is no id, receipt or address of an article here, and no path of a drop")
            return WRONG
        stored = acts.index.get(articles[0].article)
        places = purging.inputs_of(acts.archive, acts.index.receipt, articles)
        count = purging.purge(acts.parts, articles, places, args.because) if args.yes else len(places)
    revisions = len(stored.revisions) if stored else 0
    if context.as_json:
        show_json({"article": articles[0].article, "inputs": count, "revisions": revisions, "done": bool(args.yes)})
        return OK
    what = f"{plural(count, 'input')} in the archive and {plural(revisions, 'revision')} in the index"
    if args.yes:
        print(f"{what} of {args.name} are erased: {args.because}. Copies and backups made before still have them.")
    else:
        print(f"{what} of {args.name}. Nothing was done: --yes erases them, and nobody can bring them back.")
    return OK
