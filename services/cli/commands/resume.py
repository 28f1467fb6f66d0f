"""`copydesk resume STAGE`: ends the pause that a burst of deaths began, once its cause is mended."""

from services.cli.context import OK, Context, show_json
from shared.work.celery_app import open_ledger


def resume(context: Context) -> int:
    """Let the stage work again at once; the workers' next sweep sends what waited."""
    stage, ledger = context.args.stage, open_ledger(context.reached())
    paused = ledger.status().stages[stage].paused
    ledger.resume(stage)
    if context.as_json:
        show_json({"stage": stage, "resumed": paused})
    else:
        print(f"{stage} works again." if paused else f"{stage} was not paused.")
    return OK
