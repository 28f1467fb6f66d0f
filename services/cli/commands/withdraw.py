"""`copydesk withdraw`: take articles back for their readers; what stays is that they were there, and why they went."""

from collections.abc import Sequence

from services.cli.articles import DeskActs
from services.cli.auditing import note_act
from services.cli.context import OK, UNUSABLE, WRONG, Context, show_json, warn
from services.cli.printing import plural
from services.ingest import desk_acts
from services.ingest.desk_acts import AT_ONCE, Named
from services.web.listing import Wanted
from services.web.wanted import read_wanted
from shared.errors import CopydeskError, PermanentError

FILTERS = ("source", "publisher", "since")
NO_REASON = "say why with --because: it is kept for whoever asks later"


def withdraw(context: Context) -> int:
    """Take an article back in the index and wherever the desk delivers to, or all of a source, a publisher, a time.

    Exit code 1 when nobody knows the article.
    """
    args = context.args
    filters = {name: getattr(args, name) for name in FILTERS if getattr(args, name)}
    if bool(args.name) == bool(filters):
        warn("name one article, or say which with --source, --publisher, --since: one or the other")
        return UNUSABLE
    if not args.because and (args.name or args.yes):
        raise PermanentError(NO_REASON)
    return _withdraw_one(context) if args.name else _withdraw_all(context, read_wanted(filters))


def _withdraw_one(context: Context) -> int:
    name, reason = context.args.name, context.args.because
    context.args.yes = True  # one that is named needs no second word; the audit log tells of it
    with DeskActs(context) as acts:
        articles = acts.find(name)
        if not articles:
            warn(f"nobody knows {name}: it is no id, receipt or address of an article here, and no path of a drop")
            return WRONG
        receipts = desk_acts.withdraw(acts.intake, acts.decisions, articles, reason)
    if context.as_json:
        show_json(receipts)
    else:
        print(f"{name} is withdrawn: {reason}. Its publisher cannot bring it back, `copydesk correct` can.")
        print(f"Receipt {receipts[0].receipt}, article {receipts[0].article}")
    return OK


def _withdraw_all(context: Context, wanted: Wanted) -> int:
    """All that stand or are on their way; without --yes, only tell how many they are."""
    args = context.args
    with DeskActs(context) as acts:
        articles = acts.chosen(wanted, owner=args.publisher or "")
        if args.yes:
            _withdraw_pages(context, acts, articles)
    if context.as_json:
        filters = {name: getattr(args, name) for name in FILTERS if getattr(args, name)}
        show_json(filters | {"articles": len(articles), "done": bool(args.yes)})
        return OK
    what = plural(len(articles), "article")
    print(f"{what} withdrawn: {args.because}." if args.yes else f"{what}. Nothing was done: --yes withdraws them.")
    return OK


def _withdraw_pages(context: Context, acts: DeskActs, articles: Sequence[Named]) -> None:
    """What was done before an error is written into the audit log; the same command again does the rest."""
    context.args.refs = done = list[str]()
    try:
        for start in range(0, len(articles), AT_ONCE):
            page = articles[start : start + AT_ONCE]
            desk_acts.withdraw(acts.intake, acts.decisions, page, context.args.because)
            done += [one.article for one in page]
    except CopydeskError:
        if done:
            note_act(context)
        warn(f"{len(done):,} of {plural(len(articles), 'article')} withdrawn; the same command again does the rest")
        raise
