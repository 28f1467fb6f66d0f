"""`copydesk withdraw`: take an article back for its readers; what stays is that it was there, and why it went."""

from services.cli.articles import DeskActs
from services.cli.context import OK, WRONG, Context, show_json, warn
from services.ingest import desk_acts


def withdraw(context: Context) -> int:
    """Take it back in the index and wherever the desk delivers to. Exit code 1 when nobody knows it."""
    name, reason = context.args.name, context.args.because
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
