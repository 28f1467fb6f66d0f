"""`copydesk resume NAME`: lets a stage, a sink, a source or a publisher go on at once, once its cause is mended."""

from services.cli.context import OK, WRONG, Context, show_json, warn
from services.cli.printing import clean
from services.cli.reach import reach_desk
from shared.ledger.reader import STAGES
from shared.work.celery_app import open_ledger

PUSH = "push:"


def resume(context: Context) -> int:
    """Let a stage, a sink or a source, as `copydesk status` names it, work again at once. Exit code 1 for none."""
    name, ledger = context.args.name, open_ledger(reach_desk(context))
    kind = "stage" if name in STAGES else "sink" if name in context.settings.sinks else "source"
    resumed = ledger.resume(kind, name)
    if kind == "source":  # what a publisher sends may rest at the door, too; a trouble names it without `push:`
        resumed = ledger.resume("publisher", name.removeprefix(PUSH)) or resumed
    if context.as_json:
        show_json({kind: name, "resumed": resumed})
    elif resumed or kind == "stage":
        print(f"{clean(name)} works again." if resumed else f"{clean(name)} was not paused.")
    if resumed or kind == "stage":
        return OK
    warn(
        f"{name} is no stage, and no sink, source or publisher of that name is paused: `copydesk status` names what is"
    )
    return WRONG
