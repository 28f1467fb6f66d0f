"""`copydesk resume STAGE`: ends the pause that a burst of deaths began, once its cause is mended."""

from services.desk.call import OK, Call, show_json
from shared.queue import open_ledger


def resume(call: Call) -> int:
    """Let the stage work again at once; the workers' next sweep sends what waited."""
    stage, ledger = call.args.stage, open_ledger(call.reached())
    paused = ledger.status().stages[stage].paused
    ledger.resume(stage)
    if call.as_json:
        show_json({"stage": stage, "resumed": paused})
    else:
        print(f"{stage} works again." if paused else f"{stage} was not paused.")
    return OK
